"""What came in week by week, what became of it, and how long moderators took."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils import timezone
from django.utils.formats import get_format

from comments import reasons
from comments.models import Comment, Decision, Forgotten

WEEKS = 12
# Of a week's decisions the newest so many are timed.
MOST_TIMED = 1000
Status = Comment.Status
AT_ONCE, WITHDRAWN = "at_once", "withdrawn"
# What became of what came in, from the good to the bad.
FATES = (AT_ONCE, Status.APPROVED, Status.PENDING, WITHDRAWN, Status.TRASH, Status.SPAM)


@dataclass
class Week:
    """`fates` counts what came in that week by what it is now; `took` and `slowest` are the median
    and the 90th percentile of the time to a person's decision, None where nobody decided."""

    begins: date
    fates: Counter[str] = field(default_factory=Counter)
    took: timedelta | None = None
    slowest: timedelta | None = None
    decisions: int = 0

    @property
    def received(self) -> int:
        return self.fates.total()

    @property
    def held(self) -> int:
        """What was not published at once."""
        return self.received - self.fates[AT_ONCE]

    @property
    def published(self) -> int:
        return self.fates[AT_ONCE] + self.fates[Status.APPROVED]


def weeks(language: str = "", *, today: date | None = None) -> list[Week]:
    """Return the last WEEKS weeks, the oldest first, of one language or of all.

    A week begins as the active language's calendars have it. Comments that were deleted since are
    counted as what they were. Fourteen queries, however much there is.
    """
    today = today or timezone.localdate()
    this_week = today - timedelta(days=(today.isoweekday() - get_format("FIRST_DAY_OF_WEEK")) % 7)
    found = [Week(this_week - timedelta(weeks=back)) for back in range(WEEKS - 1, -1, -1)]
    for number, fate, count in [*_kept(found, language), *_forgotten(found, language)]:
        found[number].fates[fate] += count
    for week in found:
        _time(week, language)
    return found


def _kept(found: list[Week], language: str) -> Iterable[tuple[int, str, int]]:
    comments = Comment.objects.filter(created_at__gte=_midnight(found[0].begins))
    # Of an empty place it was counted what it was when it still held a comment.
    comments = comments.exclude(name="")
    if language:
        comments = comments.filter(story__language=language)
    week = [
        When(created_at__gte=_midnight(found[n].begins), then=n) for n in range(WEEKS - 1, 0, -1)
    ]
    rows = comments.annotate(week=Case(*week, default=0), fate=_fate())
    return rows.order_by().values_list("week", "fate").annotate(Count("pk"))


def _forgotten(found: list[Week], language: str) -> Iterable[tuple[int, str, int]]:
    first = found[0].begins
    days = Forgotten.objects.filter(day__gte=first)
    if language:
        days = days.filter(language=language)
    for day, fate, count in days.order_by().values_list("day", "fate").annotate(Sum("count")):
        yield min((day - first).days // 7, WEEKS - 1), fate, count


def _time(week: Week, language: str) -> None:
    """Fill in how long the decisions of the week took."""
    begins, ends = _midnight(week.begins), _midnight(week.begins + timedelta(weeks=1))
    decisions = Decision.objects.filter(at__gte=begins, at__lt=ends, by__isnull=False)
    decisions = decisions.filter(from_status=Status.PENDING).exclude(reason="edited")
    if language:
        decisions = decisions.filter(comment__story__language=language)
    newest = decisions.order_by("-at", "-id").values_list("at", "comment__created_at")
    took = sorted(at - created for at, created in newest[:MOST_TIMED])
    if took:
        week.decisions, week.took = len(took), median(took)
        week.slowest = took[len(took) * 9 // 10]


def fates(comments: QuerySet[Comment]) -> Counter[tuple[date, str, str]]:
    """Count comments that are about to be deleted for good, by the day, the language, and what
    they were."""
    rows = comments.annotate(fate=_fate())
    counts: Counter[tuple[date, str, str]] = Counter()
    for created, language, fate in rows.values_list("created_at", "story__language", "fate"):
        counts[timezone.localdate(created), language, fate] += 1
    return counts


def note_forgotten(counts: Counter[tuple[date, str, str]]) -> None:
    """Keep what `fates` counted of comments that are no more."""
    for (day, language, fate), count in sorted(counts.items()):
        Forgotten.objects.update_or_create(
            day=day,
            language=language,
            fate=fate,
            defaults={"count": F("count") + count},
            create_defaults={"count": count},
        )


def _fate() -> Case:
    """What became of a comment: its status, told apart by who published or threw it out."""
    at_once = Q(status=Status.APPROVED, published_at=F("created_at"))
    own = Decision.objects.filter(comment=OuterRef("pk"), reason__in=reasons.BY_ITS_WRITER)
    return Case(
        When(at_once, then=Value(AT_ONCE)),
        When(Q(Exists(own), status=Status.TRASH), then=Value(WITHDRAWN)),
        default="status",
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
