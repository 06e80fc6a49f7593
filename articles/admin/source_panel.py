"""The source of a translation beside its text, and what changed in it since it was translated."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import translations, workflow
from articles.content import Content
from articles.models import Story, TranslationSource
from articles.paragraphs import Change, Paragraph, beside
from articles.revisions import word_diff
from articles.rights import visible_to
from articles.translations import DriftRefused
from newsroom.lib.rtl import language_direction

if TYPE_CHECKING:
    from articles.admin.story import StoryAdmin

PANEL = "admin/articles/story/_source.html"


def context(
    admin: "StoryAdmin",
    request: HttpRequest,
    story: Story | None,
    source: Story | None,
    content: Content | None = None,
) -> dict[str, Any]:
    """Return what the panel shows: the source's paragraphs, and what changed in them.

    `source` is that of a new translation; `content` what the translation says.
    """
    if story is None:
        return _shown(source) if source else {"source": None}
    may_settle = workflow.may_edit(story, request.user)
    row = _row(story)
    if row is None:
        possible = _possible(request, story) if may_settle else []
        return {"source": None, "possible_sources": possible}
    if not admin.has_view_permission(request, row.source):
        return {"source": None, "hidden_source": True}
    mine = translations.paragraphs_in(content or workflow.head(story).content)
    return _shown(row.source) | {
        "may_settle": may_settle,
        "drift": _drift(row, mine) if row.changed_count else [],
        "drift_row": row,
        "own_direction": language_direction(story.language),
        "own_language": story.language,
    }


def source(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """The source and the translation side by side. POST: accept or keep a change (or all that
    were seen), or follow a source; the page's script gets the panel back."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    if request.method != "POST":
        return _page(admin, request, story)
    if not workflow.may_edit(story, request.user):
        raise PermissionDenied
    said, error = "", ""
    try:
        said = _act(admin, request, story)
    except DriftRefused as refusal:
        error = str(refusal)
    if "fragment" in request.POST:
        given = context(admin, request, story, None)
        response = render(request, PANEL, given | {"story": story, "said": said, "error": error})
        response["Cache-Control"] = "no-store"
        return response
    (messages.error if error else messages.success)(request, error or said)
    return HttpResponseRedirect(reverse("admin:articles_story_source", args=[story.pk]))


def _page(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """Both texts, paragraph by paragraph, and the changes to decide: works without a script."""
    content = workflow.head(story).content
    given = context(admin, request, story, None, content)
    mine = translations.paragraphs_in(content)
    rows = _rows(given["source_paragraphs"], mine) if given["source"] else []
    full = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": story,
        "story": story,
        "title": _("Source and translation"),
        "media": admin.media,
        **given,
        "rows": rows,
        "is_alone": True,
    }
    return TemplateResponse(request, "admin/articles/story/source.html", full)


def _act(admin: "StoryAdmin", request: HttpRequest, story: Story) -> str:
    """Do what a button asks for and say in words what was done."""
    if number := request.POST.get("follow", ""):
        possible = {str(twin.pk): twin for twin in _possible(request, story)}
        if number not in possible:
            raise DriftRefused(_("This story is no version of the same in another language."))
        translations.follow(story, possible[number])
        return _("From now on you are told which of its paragraphs change.")
    row = _row(story)
    if row is None or not admin.has_view_permission(request, row.source):
        raise DriftRefused(_("This story follows no source."))
    action, _colon, wanted = request.POST.get("do", "").partition(":")
    seen = request.POST.getlist("seen") if wanted == "all" else [wanted]
    done = len(translations.settle(row, seen, action, by=request.user))
    text = ngettext("%(count)d change dealt with.", "%(count)d changes dealt with.", done)
    return text % {"count": done}


def _shown(source: Story) -> dict[str, Any]:
    return {
        "source": source,
        "source_direction": language_direction(source.language),
        "source_paragraphs": translations.paragraphs_of(source),
    }


def _drift(row: TranslationSource, mine: list[Paragraph]) -> list[dict[str, Any]]:
    """The changes, each with the words that differ and what the translation says there."""
    before = translations.baseline(row)
    places = beside(before, mine)

    def own(place: int) -> str:
        at = places[place] if 0 <= place < len(places) else None
        return "" if at is None else mine[at].text

    return [_change(change, own) for change in translations.drift(row)]


def _change(change: Change, own: Any) -> dict[str, Any]:
    old, new = (side.text if side else "" for side in (change.old, change.new))
    return {
        "id": change.id,
        "kind": change.kind,
        "paragraph": change.paragraph.kind,
        "pieces": list(word_diff(old, new)),
        "mine": own(change.at) if change.old else "",
        "new": new if change.kind == "added" else "",
        "after": "" if change.old else own(change.at - 1),
    }


def _rows(theirs: list[Paragraph], mine: list[Paragraph]) -> list[tuple[str, str, str]]:
    """Both texts in order, side by side: (kind, source, translation), either may be empty."""
    rows, shown = [], 0
    places = beside(theirs, mine)
    taken = set(places)
    for paragraph, at in zip(theirs, places, strict=True):
        while at is not None and shown < at:
            if shown not in taken:
                rows.append((mine[shown].kind, "", mine[shown].text))
            shown += 1
        rows.append((paragraph.kind, paragraph.text, "" if at is None else mine[at].text))
        shown = shown if at is None else max(shown, at + 1)
    rest = [place for place in range(shown, len(mine)) if place not in taken]
    return rows + [(mine[place].kind, "", mine[place].text) for place in rest]


def _row(story: Story) -> TranslationSource | None:
    rows = TranslationSource.objects.select_related("source", "story")
    return rows.filter(story=story).first()


def _possible(request: HttpRequest, story: Story) -> list[Story]:
    twins = Story.objects.filter(translation_key=story.translation_key).exclude(pk=story.pk)
    return list(visible_to(twins, request.user).defer("body_html")[:10])
