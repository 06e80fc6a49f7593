"""The page of a writer who came second: theirs against mine, and which of both each field gets.

Nothing is saved here. What stood in a field before theirs was put into it is carried in hidden
fields, so that it can be had back, also without script.
"""

import json
from dataclasses import dataclass

from django.forms import BoundField
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from articles import workflow
from articles.content import Content, normalise
from articles.forms import StoryForm
from articles.models import Story
from articles.revisions import LABELS, FieldChange, compare, readable
from articles.templatetags.desk import moment
from articles.workflow import StaleStory, WorkflowError
from newsroom.lib.rtl import isolate
from newsroom.models import User

# What a form sends of one field, by the name of the input.
Rows = dict[str, str]
MINE = "mine."
# Written besides a save or a move, at the same moment as it.
NO_MOVES = ("create", "void")


@dataclass(frozen=True)
class Choice:
    """A field that differs: `theirs` as the form would send it, to copy as `text` or `markup`;
    `mine` is what stood there, where theirs stands in the form now."""

    change: FieldChange
    theirs: Rows
    mine: Rows
    text: str
    markup: str
    form: StoryForm

    @property
    def theirs_json(self) -> str:
        """For the script that puts theirs into the form in place."""
        return json.dumps(self.theirs, ensure_ascii=False)


def theirs_of(story: Story) -> StoryForm:
    """Return the form of what the other saved."""
    return StoryForm(language=story.language, content=workflow.head(story).content, story=story)


def choices(form: StoryForm, story: Story) -> list[Choice] | None:
    """Return the fields in which what this writer wrote differs from the newest revision; None
    while it cannot be compared."""
    other, newest = theirs_of(story), workflow.head(story).content
    theirs, mine = normalise(newest), _mine(form, newest)
    if mine is None:
        return None
    return [
        Choice(
            change,
            theirs=_sent(other, change.name),
            mine=_carried(form.data, change.name),
            text=readable(theirs, change.name),
            markup=theirs["body_html"] if change.name == "body_html" else "",
            form=other,
        )
        for change in compare(theirs, mine)
    ]


def is_choice(data: QueryDict) -> bool:
    """Whether a button of a field was pressed, and not one that saves."""
    return "_take" in data or "_keep" in data


def choose(data: QueryDict, other: StoryForm) -> QueryDict:
    """Return what was sent with theirs put into the field of `_take`, or mine back into that of
    `_keep`."""
    data = data.copy()
    taken, kept = data.get("_take", ""), data.get("_keep", "")
    if taken in LABELS and not _carried(data, taken):
        mine = _rows(data, taken)
        _put(data, taken, _sent(other, taken))
        data.update({f"{MINE}{name}": value for name, value in mine.items()})
    elif kept in LABELS and (mine := _carried(data, kept)):
        _put(data, kept, mine)
        _drop(data, kept)
    return data


def forget(data: QueryDict) -> QueryDict:
    """Return what was sent without what is carried: mine is now what stands in the form."""
    data = data.copy()
    for name in [name for name in data if name.startswith(MINE)]:
        del data[name]
    return data


def sentence(story: Story, user: User) -> str:
    """Say who did what while `user` was writing, and when."""
    head = workflow.head(story)
    move = story.transitions.select_related("by").exclude(action__in=NO_MOVES).first()
    if move and move.at > head.saved_at:
        what = _("%(name)s changed this story while you were writing (%(when)s): “%(move)s”.")
        label = str(workflow.ACTION_LABELS.get(move.action, move.action))
        return what % {"name": _name(move.by), "when": isolate(moment(move.at)), "move": label}
    when = isolate(moment(head.saved_at))
    if head.created_by == user:
        return _("You saved this story yourself meanwhile (%(when)s), in another window.") % {
            "when": when
        }
    what = _("%(name)s saved this story while you were writing (%(when)s).")
    return what % {"name": _name(head.created_by or story.changed_by), "when": when}


def refusal(story: Story, why: WorkflowError) -> SafeString | str:
    """Return why a move was not made, with the way to what changed where that is why."""
    if not isinstance(why, StaleStory):
        return str(why)
    address = reverse("admin:articles_story_revisions", args=[story.pk])
    return format_html('{} <a href="{}">{}</a>', str(why), address, _("See what changed"))


def _name(user: User | None) -> str:
    return isolate(user.display_name) if user else _("Somebody else")


def _mine(form: StoryForm, newest: Content) -> Content | None:
    """What this writer wrote, wherever theirs stands in the form by now; None while it cannot be
    compared."""
    data = form.data.copy()
    carried = {name: mine for name in LABELS if (mine := _carried(data, name))}
    for name, mine in carried.items():
        _put(data, name, mine)
    if carried:
        form = StoryForm(data, language=form.language, content=newest, story=form.story)
    return normalise(form.content()) if form.is_complete() else None


def _is_of(key: str, name: str) -> bool:
    return key.startswith("bylines-") if name == "bylines" else key == name


def _rows(data: QueryDict, name: str) -> Rows:
    """What was sent of a field; a box that is not ticked sends nothing."""
    found = {key: data[key] for key in data if _is_of(key, name)}
    return found or {name: ""}


def _carried(data: QueryDict, name: str) -> Rows:
    keys = {key: key.removeprefix(MINE) for key in data if key.startswith(MINE)}
    return {plain: data[key] for key, plain in keys.items() if _is_of(plain, name)}


def _put(data: QueryDict, name: str, rows: Rows) -> None:
    for key in [key for key in data if _is_of(key, name)]:
        del data[key]
    data.update(rows)


def _drop(data: QueryDict, name: str) -> None:
    for key in _carried(data, name):
        del data[f"{MINE}{key}"]


def _sent(form: StoryForm, name: str) -> Rows:
    """What a browser would send of a field of a form that stands as it is."""
    if name != "bylines":
        return {name: _as_sent(form[name])}
    parts = [form.bylines.management_form, *form.bylines.forms]
    return {bound.html_name: _as_sent(bound) for part in parts for bound in part}


def _as_sent(bound: BoundField) -> str:
    value = bound.value()
    if isinstance(value, bool):
        return "on" if value else ""
    shown = bound.field.widget.format_value(value)
    shown = (shown or [""])[0] if isinstance(shown, list) else shown
    return "" if shown is None else str(shown)
