"""Where a story stands in the search index."""

from django.db import models

from articles.models.story import Story


class SearchEntry(models.Model):
    """One row for each story. Written by `articles.search` alone, as the index beside it.

    The words themselves are kept in the database's own kind of index: see `articles.search.sqlite`
    and `articles.search.postgresql`.
    """

    # Its time and its number in one: newest first is the order of this column.
    place = models.BigIntegerField(primary_key=True)
    story = models.OneToOneField(Story, models.CASCADE, related_name="search_entry")
    # A copy of `Story.unpublish_at`: what has ended is not among the newest that are found.
    ends_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.story_id}"


class Reindexing(models.Model):
    """Stories that wait to be indexed anew: their words changed without them. Written by
    `articles.search` alone, which takes one row after the other."""

    stories = models.JSONField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{len(self.stories)}"
