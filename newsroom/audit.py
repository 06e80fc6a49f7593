"""The log: who did what at the desk, and when.

Five kinds of rows tell it: moves of stories, decisions on comments, looks at readers' addresses,
commenters who were forgotten, and what Django's admin noted of everything else. They are read
newest first and merged; a page asks each for a bounded number, and the next page begins where the
last one ended, so no page counts anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from articles import logged
from articles.models import Story, Transition
from articles.models.language import Translated
from articles.rights import EDIT_ALL
from articles.templatetags.desk import moment
from articles.workflow import ACTION_LABELS
from comments.models import Comment, Decision, Erasure, Reveal
from newsroom.lib.folding import fold
from newsroom.logs import EMAIL
from newsroom.models import User

PER_PAGE = 50
# How many rows of each kind one page looks through for words.
SEARCHED = 1000
MOST_PEOPLE = 500
# Beyond these a day has no beginning in some time zone.
DAYS = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(9000, 1, 1))]
Key = tuple[datetime, int, int]


@dataclass(frozen=True)
class Entry:
    """One thing somebody did. `key` puts it in its place among the others."""

    key: Key
    by: User | None
    what: str
    name: str
    url: str
    note: str = ""
    language: str = ""

    @property
    def at(self) -> datetime:
        return self.key[0]


def may_read(user: User) -> bool:
    """Whether the log is open to somebody: to editors in chief and administrators."""
    return user.has_perm(EDIT_ALL)


class LogForm(forms.Form):
    """What the log is narrowed by. What cannot be read is a sentence, and narrows nothing."""

    q = forms.CharField(label=gettext_lazy("words"), required=False, max_length=200)
    who = forms.ChoiceField(label=gettext_lazy("person"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("kind"),
        required=False,
        choices=[
            ("", pgettext_lazy("log", "everything")),
            ("stories", gettext_lazy("moves of stories")),
            ("comments", gettext_lazy("decisions on comments")),
            ("rest", gettext_lazy("everything else")),
        ],
    )
    since = forms.DateField(
        label=gettext_lazy("from day"),
        required=False,
        validators=DAYS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("to day"),
        required=False,
        validators=DAYS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs["dir"] = "auto"
        staff = User.objects.filter(is_staff=True).order_by("username")[:MOST_PEOPLE]
        people = [(str(user.pk), user.display_name) for user in staff]
        self.fields["who"].choices = [("", gettext_lazy("everybody")), *people]


# The five kinds of rows, each with the name of its time.


def _moves() -> QuerySet:
    return Transition.objects.select_related("story", "by").defer("story__body_html")


def _decisions() -> QuerySet:
    return Decision.objects.select_related("comment__story", "by").only(
        *("at", "from_status", "to_status", "reason", "note", "comment__story__headline"),
        *("comment__story__language", "by__username", "by__first_name", "by__last_name"),
    )


def _reveals() -> QuerySet:
    return Reveal.objects.select_related("comment__story", "by").only(
        *("at", "comment_number", "reason", "comment__story__headline"),
        *("comment__story__language", "by__username", "by__first_name", "by__last_name"),
    )


def _erasures() -> QuerySet:
    return Erasure.objects.select_related("by")


def _rest(user: User) -> QuerySet:
    """What else was logged, of the kinds of things that `user` may look at. Moves of stories
    stand among the moves already."""
    seen = [
        kind.pk
        for kind in ContentType.objects.get_for_models(*admin.site._registry).values()
        if user.has_perm(f"{kind.app_label}.view_{kind.model}")
    ]
    own = LogEntry.objects.select_related("user", "content_type").filter(content_type__in=seen)
    story = ContentType.objects.get_for_model(Story)
    empty = ('[{"changed": {}}]', '[{"added": {}}]')
    return own.exclude(content_type=story, change_message__in=empty)


def _move_entry(row: Transition) -> Entry:
    return Entry(
        key=(row.at, 2, row.pk),
        by=row.by,
        what=str(ACTION_LABELS.get(row.action, row.action)),
        name=row.story.headline or f"#{row.story_id}",
        url=reverse("admin:articles_story_change", args=[row.story_id]),
        note=" · ".join(filter(None, (moment(row.due_at), logged.remark(row.detail, row.note)))),
        language=row.story.language,
    )


def _decision_entry(row: Decision) -> Entry:
    states = dict(Comment.Status.choices)
    what = _("Comment %(number)s: %(before)s → %(after)s") % {
        "number": f"#{row.comment_id}",
        "before": states.get(row.from_status, row.from_status),
        "after": states.get(row.to_status, row.to_status),
    }
    return Entry(
        key=(row.at, 1, row.pk),
        by=row.by,
        what=what,
        name=row.comment.story.headline,
        url=reverse("admin:comments_comment_change", args=[row.comment_id]),
        note=f"{row.why} {row.note}".strip(),
        language=row.comment.story.language,
    )


def _reveal_entry(row: Reveal) -> Entry:
    story = row.comment.story if row.comment else None
    what = _("Looked at the address of comment %(number)s")
    return Entry(
        key=(row.at, 3, row.pk),
        by=row.by,
        what=what % {"number": f"#{row.comment_number}"},
        name=story.headline if story else f"#{row.comment_number}",
        url=reverse("admin:comments_comment_change", args=[row.comment_id]) if story else "",
        note=row.reason,
        language=story.language if story else "",
    )


def _erasure_entry(row: Erasure) -> Entry:
    return Entry(
        key=(row.at, 4, row.pk),
        by=row.by,
        what=_("Forgot a commenter"),
        name=row.get_via_display(),
        url="",
        note=_("Comments: %(count)s") % {"count": row.comment_count},
    )


def _rest_entry(row: LogEntry) -> Entry:
    kind = row.content_type
    model = kind.model_class() if kind else None
    return Entry(
        key=(row.action_time, 0, row.pk),
        by=row.user,
        what=str(model._meta.verbose_name) if model else "",
        name=getattr(row, "name", row.object_repr),
        url="" if row.is_deletion() else _address(row),
        note=logged.message_in_words(row) or ("" if not row.is_deletion() else _("Deleted.")),
    )


def _address(row: LogEntry) -> str:
    try:
        return row.get_admin_url() or ""
    except NoReverseMatch:
        return ""


def _read(rows: QuerySet, at: str, place: int, before: Key | None, most: int) -> list:
    if before is not None:
        moment, other, pk = before
        earlier = Q(**{f"{at}__lt": moment})
        if place < other:
            earlier = Q(**{f"{at}__lte": moment})
        elif place == other:
            earlier |= Q(**{at: moment, "pk__lt": pk})
        rows = rows.filter(earlier)
    return list(rows.order_by(f"-{at}", "-pk")[:most])


def _named(rows: list) -> list:
    """Give the entries of Django's log the names that things bear in the reader's language, where
    they have one in each: one question, and one for the names, a kind."""
    kinds: dict[type[Model], list[LogEntry]] = {}
    for row in rows:
        kind = row.content_type if isinstance(row, LogEntry) else None
        model = kind.model_class() if kind else None
        if model and issubclass(model, Translated) and row.object_id.isdecimal():
            kinds.setdefault(model, []).append(row)
    for model, entries_of in kinds.items():
        ids = {int(row.object_id) for row in entries_of}
        things = model._default_manager.prefetch_related("translations").in_bulk(ids)
        for row in entries_of:
            if thing := things.get(int(row.object_id)):
                row.name = str(thing)
    return rows


def _sources(user: User, given: dict[str, Any]) -> Iterator[tuple]:
    kind = given.get("kind", "")
    if kind in ("", "stories"):
        yield _moves(), "at", 2, "by", _move_entry
    if kind in ("", "comments") and user.has_perm("comments.view_decision"):
        yield _decisions(), "at", 1, "by", _decision_entry
        yield _reveals(), "at", 3, "by", _reveal_entry
        yield _erasures(), "at", 4, "by", _erasure_entry
    if kind in ("", "rest"):
        yield _rest(user), "action_time", 0, "user", _rest_entry


def entries(
    user: User, given: dict[str, Any], before: Key | None
) -> tuple[list[Entry], Key | None]:
    """Return a page of the log, and where the next one begins if there may be one."""
    words = fold(given.get("q", "")).split()
    most = SEARCHED if words else PER_PAGE + 1
    found: list[Entry] = []
    horizon: Key | None = None
    for rows, at, place, by, entry_of in _sources(user, given):
        rows = rows.filter(_days(given, at), **({by: given["who"]} if given.get("who") else {}))
        read = [entry_of(row) for row in _named(_read(rows, at, place, before, most))]
        found += read
        if len(read) == most and (horizon is None or read[-1].key > horizon):
            horizon = read[-1].key  # what is older may lie between rows not read yet
    merged = sorted(found, key=attrgetter("key"), reverse=True)
    merged = [entry for entry in merged if horizon is None or entry.key >= horizon]
    shown = [entry for entry in merged if _holds(entry, words)]
    if len(shown) > PER_PAGE:
        return shown[:PER_PAGE], shown[PER_PAGE - 1].key
    return shown, horizon


def _days(given: dict[str, Any], at: str) -> Q:
    day = Q()
    if since := given.get("since"):
        day &= Q(**{f"{at}__gte": timezone.make_aware(datetime.combine(since, time.min))})
    if until := given.get("until"):
        after = datetime.combine(until + timedelta(days=1), time.min)
        day &= Q(**{f"{at}__lt": timezone.make_aware(after)})
    return day


def _holds(entry: Entry, words: list[str]) -> bool:
    text = fold(f"{entry.name} {entry.what} {entry.note}") if words else ""
    return all(word in text for word in words)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The log, newest first."""
    if not may_read(request.user):
        raise PermissionDenied
    form = LogForm(request.GET)
    form.is_valid()
    shown, after = entries(request.user, form.cleaned_data, _key(request.GET.get("before", "")))
    query = request.GET.copy()
    query["before"] = _written(after) if after else ""
    context = admin.site.each_context(request) | {
        "title": _("Log"),
        "form": form,
        "entries": [(entry, EMAIL.sub("…@…", entry.note)) for entry in shown],
        "older": f"?{query.urlencode()}" if after else "",
        "is_first": not request.GET.get("before"),
    }
    return TemplateResponse(request, "admin/log.html", context)


def _written(key: Key) -> str:
    return f"{key[0].timestamp():.6f}-{key[1]}-{key[2]}"


def _key(written: str) -> Key | None:
    """Read where a page begins; an address that was tampered with begins at the newest."""
    try:
        moment, place, pk = written.split("-")
        at = datetime.fromtimestamp(float(moment), tz=timezone.get_default_timezone())
        return at, int(place), min(int(pk), 2**62)
    except (ValueError, OverflowError, OSError):
        return None
