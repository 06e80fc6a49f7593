"""The page of figures: week by week what came in, what became of it, how long it waited."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language_bidi, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments import figures
from comments.figures import FATES, Week
from comments.moderation import MODERATE
from comments.reasons import EVENTS

LABELS = {
    "at_once": gettext_lazy("published at once"),
    "approved": gettext_lazy("published after a look"),
    "pending": gettext_lazy("waiting"),
    "withdrawn": EVENTS["withdrawn"],
    "trash": gettext_lazy("rejected"),
    "spam": gettext_lazy("spam"),
}
# In the units of the drawing, which the page scales.
SLOT, BAR, TALLEST, FLOOR = 60, 36, 180, 205


@dataclass(frozen=True)
class Piece:
    """A part of a week's bar."""

    fate: str
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Column:
    """A week as it is drawn: where it stands, its bar, and what is written around it."""

    week: Week
    middle: int
    top: int
    pieces: list[Piece]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the figures of one language or of all; nothing of any commenter is in them."""
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else ""
    weeks = figures.weeks(language)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Comments by the week"),
        "columns": list(_columns(weeks)),
        "has_any": any(week.received or week.decisions for week in weeks),
        "labels": [(fate, LABELS[fate]) for fate in FATES],
        "rows": [_row(week) for week in reversed(weeks)],
        "width": SLOT * len(weeks),
        "bar": BAR,
        "label_y": FLOOR + 22,
        "height": FLOOR + 34,
        "floor": FLOOR,
        "languages": [("", _("all languages")), *settings.LANGUAGES],
        "language": language,
        "most_timed": figures.MOST_TIMED,
    }
    return TemplateResponse(request, "admin/comments/comment/figures.html", context)


def _columns(weeks: list[Week]) -> Iterator[Column]:
    """Lay out a column a week, in the direction in which the page is read."""
    most = max((week.received for week in weeks), default=0) or 1
    order = list(reversed(weeks)) if get_language_bidi() else weeks
    for place, week in enumerate(order):
        pieces, top = [], FLOOR
        for fate in FATES:
            height = round(week.fates[fate] * TALLEST / most)
            # What is there is seen, however little it is.
            height = max(height, 2) if week.fates[fate] else 0
            top -= height
            if height:
                pieces.append(Piece(fate, place * SLOT + (SLOT - BAR) // 2, top, height))
        yield Column(week, place * SLOT + SLOT // 2, top - 6, pieces)


def _row(week: Week) -> dict[str, Any]:
    return {
        "week": week,
        "counts": [week.fates[fate] for fate in FATES],
        "took": duration(week.took),
        "slowest": duration(week.slowest),
    }


def duration(took: timedelta | None) -> str:
    """Return a length of time in the largest unit that says enough of it; "" for none."""
    if took is None:
        return ""
    minutes = max(1, round(took.total_seconds() / 60))
    if minutes < 90:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
