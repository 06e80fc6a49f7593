"""Pictures made for shared links, so that they are found again when they are to go."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SharePicture(models.Model):
    """A picture drawn of a story. Written by `articles.sharing` alone."""

    # Its name in the storage of media: a hash of what is on it, and the story's number.
    name = models.CharField(max_length=120, primary_key=True)
    # Null once the story is deleted: then the file goes too.
    story = models.ForeignKey("articles.Story", models.SET_NULL, null=True, related_name="+")
    # Whose photograph is on it, so that none outlives the photograph.
    image = models.ForeignKey("articles.Image", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    # Since when another one stands in the story's page.
    outdated_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name = _("picture of a shared link")
        verbose_name_plural = _("pictures of shared links")

    def __str__(self) -> str:
        return self.name
