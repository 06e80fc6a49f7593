"""Writing a story: the form of its newest revision, and the buttons of its moves.

What was typed is saved first and moved afterwards, so that a refused move loses no word.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import override as in_language

from articles import drafts, locking, translations, workflow
from articles.admin import conflict, source_panel
from articles.admin.saving import posted_version
from articles.admin.words import words
from articles.content import Content, topics_in
from articles.forms import MoveForm, StoryForm, zone_label
from articles.models import ShareLink, Story, Transition
from articles.revisions import LABELS, readable
from articles.rights import may_see
from articles.workflow import StaleStory, WorkflowError
from newsroom.lib.rtl import language_direction
from newsroom.lib.text import row_number
from newsroom.models import User

if TYPE_CHECKING:
    from articles.admin.story import StoryAdmin

SHOWN_MOVES = 8


def add(admin: "StoryAdmin", request: HttpRequest) -> HttpResponse:
    """A new story, or with `?translation_of=ID` one told anew in another language."""
    language = language_of(request)
    source = _source(admin, request)
    if request.method != "POST":
        if twin := _twin(source, language):
            messages.info(request, exists())
            return _to(twin)
        return _page(admin, request, StoryForm(language=language, content=_start(request, source)))
    form = StoryForm(request.POST, language=language)
    if saved := sent_before(admin, request, form):
        return _sent_again(admin, request, form, saved)
    if not form.is_valid():
        return _page(admin, request, form)
    try:
        story = create(admin, request, form)
    except (WorkflowError, IntegrityError) as refusal:
        form.add_error(None, str(refusal) if isinstance(refusal, WorkflowError) else exists())
        return _page(admin, request, form)
    return _after_save(admin, request, story, version=story.version)


def create(
    admin: "StoryAdmin", request: HttpRequest, form: StoryForm, *, autosave: bool = False
) -> Story:
    """Make the story of a valid form. Raises WorkflowError, and IntegrityError when another
    request has just made it."""
    source = _source(admin, request)
    with transaction.atomic():
        story = workflow.create(
            form.content(),
            by=request.user,
            language=form.language,
            translation_key=source.translation_key if source else form.cleaned_data["key"],
            autosave=autosave,
        )
        if source:
            translations.follow(story, source)
        admin.log_addition(request, story, [{"added": {}}])
    return story


def sent_before(admin: "StoryAdmin", request: HttpRequest, form: StoryForm) -> Story | None:
    """The story this very form made already: its button was pressed twice, the page saved itself,
    or the browser went back to it. What it says now is a change of that story, not one more."""
    if twin := _twin(_source(admin, request), form.language):
        return twin
    form.is_valid()
    key = form.cleaned_data.get("key")
    return key and Story.objects.filter(translation_key=key, language=form.language).first()


def _sent_again(
    admin: "StoryAdmin", request: HttpRequest, form: StoryForm, saved: Story
) -> HttpResponse:
    """The story of this form is there: my own takes the words as a change, a colleague's is
    compared, and one that this person may not read is only said to be there."""
    if saved.created_by_id == request.user.pk:
        return change(admin, request, saved)
    if workflow.may_edit(saved, request.user):
        return _stale(admin, request, form, saved)
    form.add_error(None, exists())
    return _page(admin, request, form)


def change(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """The newest revision of a story: to write in, or only to read."""
    content = workflow.head(story).content
    may_edit = workflow.may_edit(story, request.user)
    if request.method != "POST":
        form = StoryForm(language=story.language, content=content, story=story)
        return _page(admin, request, form, story=story)
    if not may_edit:
        if "headline" in request.POST or "_move" not in request.POST:
            raise PermissionDenied  # the answer gives back what was typed
        return _after_save(admin, request, story, version=posted_version(request))
    if conflict.is_choice(request.POST):
        return _choose(admin, request, story)
    data = conflict.forget(request.POST)
    form = StoryForm(data, language=story.language, content=content, story=story)
    if not form.is_valid():
        return _page(admin, request, form, story=story)
    try:
        version = posted_version(request)
        saved = workflow.save_draft(story, form.content(), by=request.user, version=version)
    except StaleStory:
        return _stale(admin, request, form, story)
    except WorkflowError as refusal:
        form.add_error(None, str(refusal))
        return _page(admin, request, form, story=story)
    if saved.status != story.status:
        messages.warning(request, _("The approval was for another text: it is in review again."))
    if saved.version != story.version:
        admin.log_change(request, saved, _fields_changed(content, workflow.head(saved).content))
    return _after_save(admin, request, saved, version=saved.version)


def _fields_changed(before: Content, after: Content) -> list[dict[str, Any]]:
    """What the log keeps of a save. It translates names of fields when it is read."""
    with in_language(None):
        names = [str(LABELS[name]) for name in LABELS if before.get(name) != after.get(name)]
    return [{"changed": {"fields": names}}]


def _stale(
    admin: "StoryAdmin", request: HttpRequest, form: StoryForm, story: Story
) -> HttpResponse:
    """Show the writer's words again, theirs against the other's. Saving them now is a choice: the
    other's stay a revision."""
    story.refresh_from_db()
    found = conflict.choices(form, story)
    said = conflict.sentence(story, request.user)
    if found == []:
        same = _("Your words are the same as theirs: nothing was left to save, and no move made.")
        messages.warning(request, f"{said} {same}")
        return _to(story)
    safe = _(
        "Nothing is lost: your words stand below, theirs are the newest revision. Compare first; "
        "saving again puts yours on top."
    )
    form.add_error(None, f"{said} {safe}")
    form.data = form.data.copy()
    form.data["version"] = story.version
    return _page(admin, request, form, story=story, choices=found)


def _choose(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """Put theirs into a field of a refused form, or the writer's own back; save nothing."""
    data = conflict.choose(request.POST, conflict.theirs_of(story))
    content = workflow.head(story).content
    form = StoryForm(data, language=story.language, content=content, story=story)
    return _stale(admin, request, form, story)


# Moves.


@dataclass(frozen=True)
class Move:
    """One button of the row: what it is called in the request, and what it needs from the form."""

    name: str
    action: str
    needs: str = ""


MOVES = {
    move.name: move
    for move in (
        Move("submit", "submit"),
        Move("approve", "approve"),
        Move("publish", "publish"),
        Move("publish_at", "publish", "publish_at"),
        Move("send_back", "send_back", "note"),
        Move("edits_at", "publish_edits_at", "edits_at"),
        Move("cancel_edits_at", "cancel_edits_at"),
        Move("unpublish", "unpublish"),
        Move("unpublish_at", "unpublish", "unpublish_at"),
        Move("cancel_unpublish_at", "cancel_unpublish_at"),
        Move("withdraw", "withdraw", "notice"),
        Move("correct", "correct", "correction"),
        Move("take_back", "take_back_correction"),
    )
}


def _after_save(
    admin: "StoryAdmin", request: HttpRequest, story: Story, *, version: int
) -> HttpResponse:
    """Make the move whose button was pressed, if any, and say what has happened. It is refused
    when the story is not at `version` any more."""
    name, _colon, number = request.POST.get("_move", "").partition(":")
    move = MOVES.get(name)
    if move is None:
        messages.success(request, _saved(story))
        preview = "_preview" in request.POST
        return HttpResponseRedirect(
            reverse("admin:articles_story_preview", args=[story.pk]) if preview else _url(story)
        )
    moves = MoveForm(request.POST, language=story.language)
    try:
        if move.name == "take_back":
            story = _take_back(story, number, request.user, version)
        else:
            story = _make(move, moves, story, request.user, version)
    except WorkflowError as refusal:
        messages.error(request, conflict.refusal(story, refusal))
        if "headline" in request.POST:
            messages.info(request, _("The text is saved."))
        _mark(moves, move, str(refusal))
        content = workflow.head(story).content
        form = StoryForm(language=story.language, content=content, story=story)
        return _page(admin, request, form, story=story, moves=moves)
    admin.log_change(request, story, [{"changed": {}}])
    messages.success(request, _done(move, story))
    return _to(story)


def _make(move: Move, moves: MoveForm, story: Story, user: User, version: int) -> Story:
    if not moves.is_valid() and move.needs in moves.errors:
        raise WorkflowError(" ".join(moves.errors[move.needs]))
    given = moves.cleaned_data
    if move.needs.endswith("_at") and not given[move.needs]:
        raise WorkflowError(_("Say at what time."))
    if move.name == "correct":
        grade, text = given["grade"], given["correction"]
        return workflow.correct(story, grade=grade, text=text, by=user, version=version).story
    extra: dict[str, Any] = {"version": version, "note": given.get("note", "")}
    if move.needs.endswith("_at"):
        extra["at"] = given[move.needs]
    elif move.needs:
        extra[move.needs] = given[move.needs]
    return getattr(workflow, move.action)(story, by=user, **extra)


def _take_back(story: Story, number: str, user: User, version: int) -> Story:
    found = story.corrections.filter(pk=row_number(number)).first()
    if found is None:
        raise WorkflowError(_("This correction is not there any more."))
    return workflow.take_back_correction(found, by=user, version=version)


def _mark(moves: MoveForm, move: Move, refusal: str) -> None:
    """Say beside the field of a refused move what was wrong, and bring the writer there."""
    if not move.needs:
        return
    if move.needs not in moves.errors:
        moves.add_error(move.needs, refusal)
    moves.fields[move.needs].widget.attrs["autofocus"] = True


def _saved(story: Story) -> str:
    if story.has_edits:
        return _("Saved. Readers see the change when it is published.")
    return _("Saved.")


DONE = {
    "edits_at": gettext_lazy("Readers get the changes at that time."),
    "cancel_edits_at": gettext_lazy(
        "The time is forgotten. Readers see the change when it is published."
    ),
    "cancel_unpublish_at": gettext_lazy("The time is forgotten. The story stays public."),
    "correct": gettext_lazy("The correction stands under the story."),
    "take_back": gettext_lazy("The correction is taken back."),
}


def _done(move: Move, story: Story) -> str:
    if move.name in DONE:
        return str(DONE[move.name])
    if story.is_scheduled:
        return _("The story will be public at its time.")
    if story.is_public and story.unpublish_at:
        return _("The story is public until its time.")
    if story.is_public:
        return _("The story is public.")
    return _("The story is now “%(status)s”.") % {"status": story.get_status_display()}


# The page.


def _page(
    admin: "StoryAdmin",
    request: HttpRequest,
    form: StoryForm,
    *,
    story: Story | None = None,
    moves: MoveForm | None = None,
    choices: list[conflict.Choice] | None = None,
) -> TemplateResponse:
    """Return the form, or for those who may not write the text, with the moves they may make."""
    may_edit = story is None or workflow.may_edit(story, request.user)
    content = workflow.head(story).content if story else None
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": story,
        "title": story.headline if story else _("New story"),
        "form": form,
        "content": content,
        "facts": [] if may_edit else _facts(content),
        "writing": "" if may_edit else locking.in_words(locking.others(story, request.user)),
        "interface_direction": language_direction(request.LANGUAGE_CODE),
        "errors": form.errors or form.bylines.total_error_count() if form.is_bound else None,
        "media": admin.media + form.media,
        "choices": choices,
        "chosen": request.POST.get("_take") or request.POST.get("_keep"),
        **_for_scripts(request, form.language, story),
        **_progress(request, story, form.language, moves),
        "share_links": _open_links(story) if story and may_edit else [],
        "share_days": drafts.DAYS,
        "language_name": dict(settings.LANGUAGES).get(form.language, form.language),
        "languages": _languages(request, form.language, story),
        **source_panel.context(admin, request, story, _source(admin, request), content),
    }
    context["sent_back"] = _sent_back(story, context["transitions"])
    template = "form" if may_edit else "read"
    return TemplateResponse(request, f"admin/articles/story/{template}.html", context)


def progress(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """What a save may have changed beside the text: the state, the moves, the history."""
    context = _progress(request, story, story.language, None)
    response = render(request, "admin/articles/story/progress.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _progress(
    request: HttpRequest, story: Story | None, language: str, moves: MoveForm | None
) -> dict[str, Any]:
    """Where a story stands, and where it may go from there."""
    from articles.admin.story_filters import STATES, state_of

    return {
        "story": story,
        "state": state_of(story) if story else "",
        "state_label": STATES[state_of(story)] if story else "",
        "is_edited": bool(story) and story.has_edits,
        "moves": moves or MoveForm(initial=_times(story), language=language),
        "actions": workflow.allowed_actions(story, request.user) if story else [],
        "transitions": list(story.transitions.select_related("by")[:SHOWN_MOVES]) if story else [],
        "language": language,
        "direction": language_direction(language),
        "zone": zone_label(),
        **(_times_and_corrections(story) if story else {}),
    }


def _for_scripts(request: HttpRequest, language: str, story: Story | None) -> dict[str, Any]:
    """What the page needs to save itself, to keep what is not saved, and to say so."""
    source = request.GET.get("translation_of", "")
    query = request.GET.urlencode()
    of_new = f"{reverse('admin:articles_story_autosave_new')}?{query or f'language={language}'}"
    return {
        "words": json.dumps(words(), ensure_ascii=False),
        "keep": story.pk if story else f"new-{language}-{source}",
        "autosave_url": reverse("admin:articles_story_autosave", args=[story.pk])
        if story
        else of_new,
        "presence_url": reverse("admin:articles_story_presence", args=[story.pk]) if story else "",
    }


def _times_and_corrections(story: Story) -> dict[str, Any]:
    timed = story.revisions.filter(publish_at__isnull=False).defer("content")
    is_published = story.status == Story.Status.PUBLISHED
    timed_edit = timed.select_related("publish_by").first() if is_published else None
    return {
        "timed": timed_edit,
        "head_id": workflow.head(story).pk if timed_edit else None,
        "corrections": story.corrections.select_related("by")[:20] if story.corrected_at else [],
    }


def _open_links(story: Story) -> list[tuple[ShareLink, str]]:
    links = story.share_links.open().select_related("created_by")[: drafts.MAX_OPEN]
    return [(link, drafts.address(link)) for link in links]


def _facts(content: Content) -> list[tuple[str, str]]:
    """What stands round a text that somebody may only read."""
    names = ("section", "bylines", "topics", "slug")
    rows = [(str(LABELS[name]), readable(content, name)) for name in names]
    return [row for row in rows if row[1]]


def _sent_back(story: Story | None, moves: list[Transition]) -> Transition | None:
    """The move that brought the story back to its writer, as long as nothing came after it."""
    is_back = story and story.status == Story.Status.DRAFT and moves
    return moves[0] if is_back and moves[0].action == "send_back" else None


def _times(story: Story | None) -> dict[str, datetime | None]:
    """What is set already: a scheduled story's time, so that its edits keep it."""
    if story is None:
        return {}
    publish_at = story.published_at if story.is_scheduled else None
    return {"publish_at": publish_at, "unpublish_at": story.unpublish_at}


def _languages(request: HttpRequest, current: str, story: Story | None) -> list[dict[str, Any]]:
    """Return the languages: of a new story to choose from, of an old one with its twins."""
    twins: dict[str, Story] = {}
    if story:
        rows = Story.objects.filter(translation_key=story.translation_key)
        rows = rows.select_related("translation_source").defer("body_html")
        twins = {row.language: row for row in rows}
    query = f"translation_of={story.pk}&" if story else ""
    return [
        {
            "code": code,
            "name": name,
            "dir": language_direction(code),
            "current": code == current,
            "story": twins.get(code),
            **_twin_state(twins.get(code), request.user),
            "add_url": f"{reverse('admin:articles_story_add')}?{query}language={code}",
        }
        for code, name in settings.LANGUAGES
    ]


def _twin_state(twin: Story | None, user: User) -> dict[str, Any]:
    """Where a twin stands, and whether this person may open it."""
    from articles.admin.story import STATES, state_of

    if twin is None:
        return {}
    state = state_of(twin)
    return {"state": state, "state_label": STATES[state], "may_see": may_see(twin, user)}


def language_of(request: HttpRequest) -> str:
    """The language of a new story: as asked for, else the one the desk is read in."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else request.LANGUAGE_CODE


def _source(admin: "StoryAdmin", request: HttpRequest) -> Story | None:
    """The story that is to be translated."""
    number = row_number(request.GET.get("translation_of", ""))
    source = Story.objects.filter(pk=number).first() if number else None
    return source if source and admin.has_view_permission(request, source) else None


def _twin(source: Story | None, language: str) -> Story | None:
    if source is None:
        return None
    key: uuid.UUID = source.translation_key
    return Story.objects.filter(translation_key=key, language=language).first()


def _start(request: HttpRequest, source: Story | None) -> Content:
    """What a new story begins with: of a translation, what is the same in every language."""
    if source is None:
        return {"section": row_number(request.GET.get("section", "")) or None}
    content = workflow.shown_to(source, request.user).content
    kept = ("section", "kind", "picture", "comments_open", "comments_close_at")
    authors = [line for line in content["bylines"] if line["author"]]
    topics = topics_in(language_of(request), content["topics"], source.language)
    return {**{name: content[name] for name in kept}, "bylines": authors, "topics": topics}


def exists() -> str:
    return _("This story exists in that language already.")


def _url(story: Story) -> str:
    return reverse("admin:articles_story_change", args=[story.pk])


def _to(story: Story) -> HttpResponseRedirect:
    return HttpResponseRedirect(_url(story))
