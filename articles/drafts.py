"""A story's newest revision on the reader's page: for the desk, and for whoever holds a link to it.

A share link is signed, names a row that can be revoked, and ends by itself.
"""

import copy
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import content as contents
from articles import workflow
from articles.content import Content
from articles.embeds import frame_sources
from articles.models import (
    AuthorTranslation,
    Byline,
    Image,
    SectionTranslation,
    ShareLink,
    Story,
)
from articles.rights import may_edit
from articles.site import absolute, site_in
from articles.views import render_story
from articles.workflow import WorkflowError
from newsroom.lib.caching import private_page
from newsroom.lib.text import one_line
from newsroom.models import User

SALT = "articles.share"
DAYS = (1, 3, 7, 30)
MAX_OPEN = 20
# As the public page's, but nothing on it can be sent: the comment form is there to be seen.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors {ancestors}"
)


# Links.


def share(story: Story, *, by: User, days: int, label: str = "") -> ShareLink:
    """Return a new link to the draft of `story`, open for `days` (one of DAYS)."""
    if not may_edit(story, by):
        raise WorkflowError(_("You may not change this story in its present state."))
    if days not in DAYS:
        raise WorkflowError(_("Choose for how long."))
    if story.share_links.open().count() >= MAX_OPEN:
        raise WorkflowError(_("This story has many open links. Revoke one first."))
    ends = timezone.now() + timedelta(days=days)
    return ShareLink.objects.create(
        story=story, label=one_line(label)[:80], created_by=by, expires_at=ends
    )


def revoke(link: ShareLink, *, by: User) -> None:
    """Close a link for good."""
    if not may_edit(link.story, by):
        raise WorkflowError(_("You may not change this story in its present state."))
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def address(link: ShareLink) -> str:
    """Return the whole address of a link, to be sent to somebody."""
    token = signing.Signer(salt=SALT).sign(str(link.pk))
    return absolute(reverse("articles:shared_draft", args=[link.story.language, token]))


def _opened(language: str, token: str) -> ShareLink | None:
    try:
        pk = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    links = ShareLink.objects.open().select_related("story")
    return links.filter(pk=pk, story__language=language).first()


@require_safe
@private_page
def shared_draft(request: HttpRequest, language: str, token: str) -> HttpResponse:
    """The draft that a link leads to; 410 when the link is over or was never one."""
    link = _opened(language, token)
    if link is None:
        return render(request, "articles/shared_over.html", status=HTTPStatus.GONE)
    return draft_page(request, link.story, is_shared=True)


# The page.


def draft_page(
    request: HttpRequest, story: Story, *, ancestors: str = "'none'", **context: Any
) -> TemplateResponse:
    """Return the newest revision of `story` as readers will see it, in its own language."""
    shown = _as_published(story, workflow.head(story).content)
    language, own = story.language, request.LANGUAGE_CODE
    request.LANGUAGE_CODE = language
    with translation.override(language):
        is_page = shown.kind == Story.Kind.PAGE
        response = render_story(
            request,
            shown,
            bylines=_bylines(shown.preview_content, language),
            topics=_topics(shown.preview_content, language),
            site=site_in(language),
            LANGUAGE_CODE=language,
            base_page="articles/static_page.html" if is_page else "articles/story.html",
            desk_language=own,
            **context,
        )
        response.template_name = "admin/articles/story/preview.html"
        response.render()
    response["Content-Language"] = language
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Content-Security-Policy"] = POLICY.format(ancestors=ancestors) + frame_sources()
    return response


def _as_published(story: Story, content: Content) -> Story:
    """Return a copy of the story with a revision's content on it, which is never saved."""
    content = contents.normalise(content)
    shown = copy.copy(story)
    for name in (*contents.LINES, "slug", "body_html", "kind", "comments_open"):
        setattr(shown, name, content[name])
    shown.section_id, shown.replies_to_id = content["section"], content["replies_to"]
    shown.picture = Image.objects.filter(pk=content["picture"]).first()
    shown.published_at = story.published_at or story.changed_at
    names = SectionTranslation.objects.filter(language=story.language, section=shown.section_id)
    row = names.first()
    shown.section_name, shown.section_slug = (row.name, row.slug) if row else ("", "-")
    texts = shown.picture and shown.picture.translations.filter(language=story.language).first()
    for name in ("alt", "caption", "credit"):
        setattr(shown, f"picture_{name}", getattr(texts, name, ""))
    shown.preview_content = content
    return shown


def _bylines(content: Content, language: str) -> list[dict[str, Any]]:
    wanted = [line["author"] for line in content["bylines"] if line["author"]]
    rows = AuthorTranslation.objects.filter(language=language, author__in=wanted)
    rows = rows.select_related("author__picture")
    is_opinion = content["kind"] == Story.Kind.OPINION
    known = {row.author_id: row for row in rows}
    roles = dict(Byline.Role.choices)
    return [
        {
            "name": known[line["author"]].name if line["author"] in known else line["name"],
            "url": "",
            "role": line["role"],
            "role_label": roles.get(line["role"], ""),
            "portrait": known[line["author"]].author.picture
            if is_opinion and line["author"] in known and line["role"] == Byline.Role.WRITER
            else None,
        }
        for line in content["bylines"]
    ]


def _topics(content: Content, language: str) -> list[dict[str, str]]:
    return [{"name": name} for name in contents.present_names(content["topics"], language)]
