"""RSS 2.0: the newest comments of a story, and of a language. Only what readers see, and of its
writers only the name."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.models import Story
from articles.models.story import StoryQuerySet
from articles.site import absolute, site_of
from comments.models import Comment, CommentQuerySet
from newsroom.lib.caching import public_page, shows_any_story
from newsroom.lib.rss import RssFeed, plain
from newsroom.lib.rtl import isolate

ITEMS = 50


@require_safe
@public_page
def site_comments(request: HttpRequest, language: str) -> HttpResponse:
    """Comments under all stories of a language."""
    title = _("Comments – %(site)s") % {"site": isolate(site_of(request).name)}
    link = reverse("articles:front", args=[language])
    comments = Comment.objects.filter(story__in=_stories(language))
    shows_any_story()
    return _feed(request, comments, title=title, link=link)


@require_safe
@public_page
def story_comments(
    request: HttpRequest, language: str, section: str, pk: int, slug: str
) -> HttpResponse:
    """Comments under one story; the id alone says which."""
    story = get_object_or_404(_stories(language).for_page(), pk=pk)
    title = _("Comments on %(headline)s") % {"headline": isolate(story.headline)}
    link = f"{story.get_absolute_url()}#comments"
    return _feed(request, Comment.objects.filter(story=story), title=title, link=link)


def _stories(language: str) -> StoryQuerySet:
    return Story.objects.published().articles().in_language(language)


def _feed(
    request: HttpRequest, comments: CommentQuerySet, *, title: str, link: str
) -> HttpResponse:
    feed = RssFeed(
        title=plain(title),
        link=absolute(link),
        description=plain(title),
        language=request.LANGUAGE_CODE,
        feed_url=absolute(request.path),
    )
    newest = comments.approved().for_feed().order_by("-created_at", "-id")
    for comment in newest[:ITEMS]:
        comment.story.section_slug = comment.section_slug or str(comment.story.section_id)
        names = {"name": isolate(comment.name), "headline": isolate(comment.story.headline)}
        feed.add_item(
            title=plain(_("%(name)s on %(headline)s") % names),
            # Leads to the comment whatever page it stands on by then.
            link=absolute(f"{comment.story.get_absolute_url()}comments/{comment.pk}/"),
            description=plain(comment.body_html),
            unique_id=f"tag:{settings.SITE_HOST},2026:comment/{comment.pk}",
            unique_id_is_permalink=False,
            pubdate=comment.created_at,
            author_name=plain(comment.name),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
