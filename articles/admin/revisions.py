"""What a story was: its revisions, compared and restored, and the newest as readers will see it."""

import copy
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from articles import content as contents
from articles import workflow
from articles.admin.saving import posted_version
from articles.content import Content
from articles.models import AuthorTranslation, Byline, Image, Revision, SectionTranslation, Story
from articles.revisions import compare
from articles.site import site_in
from articles.views import render_story
from articles.workflow import WorkflowError
from newsroom.lib.rtl import language_direction

if TYPE_CHECKING:
    from articles.admin.story import StoryAdmin

PER_PAGE = 30


def history(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """Every revision and every move; with `?old=ID&new=ID` what two revisions differ in."""
    rows = story.revisions.select_related("created_by").defer("content")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    old, new = (_asked(story, request.GET.get(name, "")) for name in ("old", "new"))
    if old is None and new is None and len(shown) > 1:
        new, old = story.revisions.all()[:2]
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": story,
        "story": story,
        "title": _("Revisions"),
        "media": admin.media,
        "page_obj": page,
        "revisions": shown,
        "head_id": workflow.head(story).pk,
        "old": old,
        "new": new,
        "changes": compare(old.content, new.content) if old and new else None,
        "direction": language_direction(story.language),
        "may_edit": workflow.may_edit(story, request.user),
        "transitions": story.transitions.select_related("by")[:100],
        "action_labels": workflow.ACTION_LABELS,
    }
    return TemplateResponse(request, "admin/articles/story/revisions.html", context)


def restore(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """Make an older revision the newest again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    number = request.POST.get("revision", "")
    revision = get_object_or_404(story.revisions, pk=number if number.isdecimal() else 0)
    try:
        version = posted_version(request)
        story = workflow.restore(story, revision, by=request.user, version=version)
    except WorkflowError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:articles_story_revisions", args=[story.pk]))
    admin.log_change(request, story, [{"changed": {}}])
    messages.success(request, _("Restored: it is the newest revision now."))
    return HttpResponseRedirect(reverse("admin:articles_story_change", args=[story.pk]))


def _asked(story: Story, number: str) -> Revision | None:
    return story.revisions.filter(pk=number).first() if number.isdecimal() else None


# The preview.

# As the public page's, but nothing on it can be sent: the comment form is there to be seen.
PREVIEW_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def preview(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """The newest revision on the reader's page, for those who may see the story in the desk."""
    shown = _as_published(story, workflow.head(story).content)
    language, own = story.language, request.LANGUAGE_CODE
    request.LANGUAGE_CODE = language
    with translation.override(language):
        is_page = shown.kind == Story.Kind.PAGE
        response = render_story(
            request,
            shown,
            bylines=_bylines(shown.preview_content, language),
            topics=[{"name": name} for name in shown.preview_content["topics"]],
            site=site_in(language),
            LANGUAGE_CODE=language,
            base_page="articles/static_page.html" if is_page else "articles/story.html",
            desk_url=reverse("admin:articles_story_change", args=[story.pk]),
            desk_language=own,
        )
        response.template_name = "admin/articles/story/preview.html"
        response.render()
    response["Content-Language"] = language
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Content-Security-Policy"] = PREVIEW_POLICY
    return response


def _as_published(story: Story, content: Content) -> Story:
    """Return a copy of the story with a revision's content on it, which is never saved."""
    shown = copy.copy(story)
    for name in (*contents.LINES, "slug", "body_html", "kind", "comments_open"):
        setattr(shown, name, content[name])
    shown.section_id = content["section"]
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
    known = {row.author_id: row for row in rows}
    roles = dict(Byline.Role.choices)
    return [
        {
            "name": known[line["author"]].name if line["author"] in known else line["name"],
            "url": "",
            "role": line["role"],
            "role_label": roles.get(line["role"], ""),
        }
        for line in content["bylines"]
    ]
