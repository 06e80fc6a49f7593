"""RSS 2.0: the newest stories of a language, and of a section.

Built on `feedgenerator`: dates are RFC 822 in English whatever the language, text is escaped once.
A control character, which an older row may hold, would stop the whole feed: XML has none.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.views.decorators.http import require_safe

from articles.models import Byline, SectionTranslation, Story
from articles.models.story import StoryQuerySet
from articles.site import absolute, site_of
from newsroom.lib.caching import public_page
from newsroom.lib.text import strip_controls

ITEMS = 30


@require_safe
@public_page
def stories_feed(request: HttpRequest, language: str) -> HttpResponse:
    link = reverse("articles:front", args=[language])
    return _feed(request, Story.objects.all(), link=link, title=site_of(request).name)


@require_safe
@public_page
def section_feed(request: HttpRequest, language: str, section: str) -> HttpResponse:
    row = get_object_or_404(
        SectionTranslation.objects.select_related("section"), language=language, slug=section
    )
    stories = Story.objects.filter(section__in=row.section.descendants())
    title = f"{row.name} – {site_of(request).name}"
    return _feed(request, stories, link=row.get_absolute_url(), title=title)


def _feed(request: HttpRequest, stories: StoryQuerySet, *, link: str, title: str) -> HttpResponse:
    language = request.LANGUAGE_CODE
    stories = stories.published().articles().in_language(language).for_cards().newest_first()
    site = site_of(request)
    feed = Rss201rev2Feed(
        title=strip_controls(title),
        link=absolute(link),
        description=strip_controls(site.description or site.tagline or site.name),
        language=language,
        feed_url=absolute(request.path),
    )
    newest = list(stories[:ITEMS])
    names = _bylines(newest)
    for story in newest:
        url = absolute(story.get_absolute_url())
        feed.add_item(
            title=strip_controls(story.headline),
            link=url,
            description=strip_controls(story.standfirst or story.headline),
            # Stays when the headline's slug or the section changes (RFC 4151).
            unique_id=f"tag:{settings.SITE_HOST},2026:story/{story.pk}",
            unique_id_is_permalink=False,
            pubdate=story.published_at,
            author_name=strip_controls(names.get(story.pk, "")),
            categories=[strip_controls(story.section_name)] if story.section_name else [],
            comments=None if site.closes_comments(story) else f"{url}#respond",
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _bylines(stories: list[Story]) -> dict[int, str]:
    """Return the first name over each story (one query, and one for the authors' names)."""
    lines = Byline.objects.filter(story__in=stories, position=0)
    return {
        line.story_id: str(line)
        for line in lines.select_related("author").prefetch_related("author__translations")
    }
