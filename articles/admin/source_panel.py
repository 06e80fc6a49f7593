"""The source of a translation beside its text, and what changed in it since it was translated."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from articles import translations, workflow
from articles.models import Story, TranslationSource
from articles.rights import visible_to
from articles.translations import DriftRefused
from newsroom.lib.rtl import language_direction

if TYPE_CHECKING:
    from articles.admin.story import StoryAdmin

PANEL = "admin/articles/story/_source.html"


def context(
    admin: "StoryAdmin", request: HttpRequest, story: Story | None, source: Story | None
) -> dict[str, Any]:
    """Return what the panel shows: the source's paragraphs, and the changes where there are any."""
    row = _row(story)
    if row and admin.has_view_permission(request, row.source):
        source = row.source
    elif story:
        return {"source": None, "possible_sources": _possible(request, story)}
    if source is None:
        return {"source": None}
    return {
        "source": source,
        "source_direction": language_direction(source.language),
        "source_texts": translations.paragraphs(translations.reference(source)),
        "drift": translations.drift(row) if row else [],
        "drift_row": row,
    }


def source(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """POST: accept or keep one change (or accept all), or follow a source; answers with the panel
    for the page's script, and otherwise leads back to the story."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    error = ""
    try:
        _act(request, story)
    except DriftRefused as refusal:
        error = str(refusal)
    if "fragment" in request.POST:
        given = context(admin, request, Story.objects.get(pk=story.pk), None)
        response = render(request, PANEL, given | {"story": story, "error": error})
        response["Cache-Control"] = "no-store"
        return response
    if error:
        messages.error(request, error)
    change = reverse("admin:articles_story_change", args=[story.pk])
    return HttpResponseRedirect(f"{change}#source")


def _act(request: HttpRequest, story: Story) -> None:
    if not workflow.may_edit(story, request.user):
        raise DriftRefused(_("You may not change this story in its present state."))
    if number := request.POST.get("follow", ""):
        possible = {str(twin.pk): twin for twin in _possible(request, story)}
        if number not in possible:
            raise DriftRefused(_("This story is no version of the same in another language."))
        translations.follow(story, possible[number])
        return
    row = _row(story)
    action, _colon, change_id = request.POST.get("do", "").partition(":")
    if row is None:
        raise DriftRefused(_("This story follows no source."))
    wanted = [change_id] if change_id != "all" else [each.id for each in translations.drift(row)]
    for each in wanted:
        translations.settle(row, each, action, by=request.user)


def _row(story: Story | None) -> TranslationSource | None:
    rows = TranslationSource.objects.select_related("source__live_revision", "story")
    return rows.filter(story=story).first() if story else None


def _possible(request: HttpRequest, story: Story) -> list[Story]:
    twins = Story.objects.filter(translation_key=story.translation_key).exclude(pk=story.pk)
    return list(visible_to(twins, request.user)[:10])
