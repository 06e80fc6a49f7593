"""RSS 2.0: the newest stories of a language, of a section and of an author."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from articles import pictures
from articles.models import AuthorTranslation, Byline, SectionTranslation, Story
from articles.models.story import StoryQuerySet
from articles.site import absolute, site_of
from articles.views import stories_by
from newsroom.lib.caching import public_page
from newsroom.lib.rss import FeedPicture, RssFeed, plain
from newsroom.lib.rtl import isolate

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
    title = f"{isolate(row.name)} – {isolate(site_of(request).name)}"
    return _feed(request, stories, link=row.get_absolute_url(), title=title)


@require_safe
@public_page
def author_feed(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    row = get_object_or_404(AuthorTranslation, language=language, slug=slug)
    title = f"{isolate(row.name)} – {isolate(site_of(request).name)}"
    return _feed(request, stories_by(row), link=row.get_absolute_url(), title=title)


def _feed(request: HttpRequest, stories: StoryQuerySet, *, link: str, title: str) -> HttpResponse:
    language = request.LANGUAGE_CODE
    stories = stories.published().articles().in_language(language).for_page()
    site = site_of(request)
    feed = RssFeed(
        title=plain(title),
        link=absolute(link),
        description=escape(plain(site.description or site.tagline or site.name)),
        language=language,
        feed_url=absolute(request.path),
        # For how many minutes a reader's program need not ask again.
        ttl="5",
    )
    newest = list(stories.defer("body_html").newest_first()[:ITEMS])
    names = _bylines(newest)
    for story in newest:
        url = absolute(story.get_absolute_url())
        feed.add_item(
            title=plain(story.headline),
            link=url,
            # Read as HTML, so what is text is escaped as such.
            description=escape(plain(story.standfirst or story.headline)),
            # Stays when the headline's slug or the section changes (RFC 4151).
            unique_id=f"tag:{settings.SITE_HOST},2026:story/{story.pk}",
            unique_id_is_permalink=False,
            pubdate=story.published_at,
            updateddate=story.modified_at,
            author_name=plain(names.get(story.pk, "")),
            categories=[plain(story.section_name)] if story.section_name else [],
            comments=None if site.closes_comments(story) else f"{url}#respond",
            picture=_picture(story),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _picture(story: Story) -> FeedPicture | None:
    if not story.picture_id:
        return None
    image = story.picture
    width, height = pictures.shown_size(image, "wide")
    url = absolute(pictures.rendition_url(image, "wide"))
    return FeedPicture(url, width, height, story.picture_credit or "")


def _bylines(stories: list[Story]) -> dict[int, str]:
    """Return the first name over each story (one query, and one for the authors' names)."""
    lines = Byline.objects.filter(story__in=stories, position=0)
    return {
        line.story_id: str(line)
        for line in lines.select_related("author").prefetch_related("author__translations")
    }
