"""What a story was: its revisions, compared and restored, and the newest as readers will see it."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from articles import drafts, logged, workflow
from articles.admin.saving import posted_version
from articles.drafts import draft_page
from articles.models import Revision, Story
from articles.revisions import compare
from articles.workflow import WorkflowError
from newsroom.lib.rtl import language_direction
from newsroom.lib.text import row_number

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
        new, old = story.revisions.select_related("created_by")[:2]
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
        "interface_direction": language_direction(request.LANGUAGE_CODE),
        "may_edit": workflow.may_edit(story, request.user),
        "transitions": story.transitions.select_related("by")[:100],
        "action_labels": workflow.ACTION_LABELS,
    }
    return TemplateResponse(request, "admin/articles/story/revisions.html", context)


def restore(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """Make an older revision the newest again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    revision = _posted(story, request)
    try:
        version = posted_version(request)
        story = workflow.restore(story, revision, by=request.user, version=version)
    except WorkflowError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:articles_story_revisions", args=[story.pk]))
    at = revision.saved_at.isoformat()
    admin.log_change(request, story, logged.sentence("restored", at=at))
    messages.success(request, _("Restored: it is the newest revision now."))
    return HttpResponseRedirect(reverse("admin:articles_story_change", args=[story.pk]))


def _asked(story: Story, number: str) -> Revision | None:
    pk = row_number(number)
    return story.revisions.select_related("created_by").filter(pk=pk).first() if pk else None


def rename(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """Give a revision a name, which keeps it for good, or take its name away."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    revision = _posted(story, request)
    name = "" if "unname" in request.POST else request.POST.get("name", "")
    try:
        named = workflow.name_revision(story, revision, name, by=request.user).name
    except WorkflowError as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("The version is kept for good.") if named else _("The version has no name now.")
        messages.success(request, done)
    return HttpResponseRedirect(reverse("admin:articles_story_revisions", args=[story.pk]))


def _posted(story: Story, request: HttpRequest) -> Revision:
    return get_object_or_404(story.revisions, pk=row_number(request.POST.get("revision", "")))


# The preview.


def preview(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """The newest revision on the reader's page, for those who may see the story in the desk."""
    change = reverse("admin:articles_story_change", args=[story.pk])
    is_framed = "framed" in request.GET
    response = draft_page(
        request,
        story,
        ancestors="'self'" if is_framed else "'none'",
        desk_url="" if is_framed else change,
        widths_url=reverse("admin:articles_story_widths", args=[story.pk]),
    )
    response["X-Frame-Options"] = "SAMEORIGIN" if is_framed else "DENY"
    return response


WIDTHS = {
    "telephone": pgettext_lazy("width", "Telephone"),
    "tablet": pgettext_lazy("width", "Tablet"),
    "wide": pgettext_lazy("width", "Wide"),
}


def widths(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """The preview at the width of a telephone, a tablet or a desk."""
    preview = reverse("admin:articles_story_preview", args=[story.pk])
    context = {
        **admin.admin_site.each_context(request),
        "story": story,
        "title": _("Preview"),
        "framed_url": f"{preview}?framed=1",
        "widths": WIDTHS.items(),
        "width": asked if (asked := request.GET.get("width")) in WIDTHS else "telephone",
        "media": admin.media,
    }
    response = TemplateResponse(request, "admin/articles/story/widths.html", context)
    response.frames_itself = True
    return response


# Share links.


def share(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """Make a link to the draft for people without an account, or revoke one."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    change = f"{reverse('admin:articles_story_change', args=[story.pk])}#share"
    number, days = request.POST.get("revoke", ""), request.POST.get("days", "")
    try:
        if number:
            link = get_object_or_404(story.share_links, pk=row_number(number))
            drafts.revoke(link, by=request.user)
            messages.success(request, _("The link leads nowhere any more."))
        else:
            days = int(days) if days.isascii() and days.isdecimal() and len(days) < 4 else 0
            label = request.POST.get("label", "")
            drafts.share(story, by=request.user, days=days, label=label)
            messages.success(request, _("The link is ready: copy it below."))
        admin.log_change(request, story, logged.fields(gettext_noop("share links")))
    except WorkflowError as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(change)
