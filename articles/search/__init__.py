"""One way to search stories, whatever the database."""

from articles.models import Story
from articles.models.story import StoryQuerySet
from newsroom.lib.folding import tokens

MAX_TOKENS = 12


def search(query: str, language: str) -> StoryQuerySet:
    """Return public stories of `language` that hold every word of `query`, newest first.

    Both sides are folded, so that «الامارات» finds «الإمارات». No word: no story.
    """
    words = tokens(query)[:MAX_TOKENS]
    stories = Story.objects.published().articles().in_language(language)
    if not words:
        return stories.none()
    for word in words:
        stories = stories.filter(search_text__contains=word)
    return stories.newest_first()
