"""How long what commenters leave is kept: a clock a field. `purge_comments` turns them.

Each clock says what it forgets, after how many days, counted from when, and why it is kept until
then. 0 days means that the clock stands still.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles.models import Story
from comments import moderation, privacy
from comments.models import Comment, Decision, MailStop, Note, Notice, Report, VerifiedAddress

Status = Comment.Status
BATCH = 500


@dataclass(frozen=True)
class Clock:
    """`rows` finds what is over at a moment; `forget` deals with those rows."""

    name: Promise
    setting: str
    why: Promise
    rows: Callable[[datetime], QuerySet]
    forget: Callable[[QuerySet], None]

    @property
    def days(self) -> int:
        return getattr(settings, self.setting)


@dataclass(frozen=True)
class Turned:
    """What one clock forgot, or would."""

    clock: Clock
    count: int


def purge(*, dry_run: bool = False, now: datetime | None = None) -> list[Turned]:
    """Forget what is over, clock by clock, and return how many rows each concerned. A dry run
    only counts. Run again it finds nothing; stopped halfway it goes on next time."""
    now = now or timezone.now()
    return [Turned(clock, _turn(clock, now, dry_run)) for clock in CLOCKS if clock.days]


def _turn(clock: Clock, now: datetime, dry_run: bool) -> int:
    over = clock.rows(now - timedelta(days=clock.days))
    if dry_run:
        return over.count()
    done = 0
    while keys := list(over.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            _lock(over.model, keys)
            # Asked again: a moderator may have brought some back since.
            clock.forget(over.filter(pk__in=keys))
        done += len(keys)
    return done


def _lock(model: type[Model], keys: list[int]) -> None:
    """Lock the stories of comments before the comments, as everywhere, and in one order."""
    if model is Comment:
        stories = Comment.objects.filter(pk__in=keys).order_by().values("story")
        locked = Story.objects.filter(pk__in=stories).order_by("pk")
        list(locked.select_for_update(no_key=True).values_list("pk"))


def _posted(field: str, empty: object) -> Callable[[datetime], QuerySet]:
    def rows(cutoff: datetime) -> QuerySet:
        return Comment.objects.filter(created_at__lt=cutoff).exclude(**{field: empty})

    return rows


def _empty(found_in: str = "", **nothing: object) -> Callable[[QuerySet], None]:
    def forget(rows: QuerySet) -> None:
        if found_in:
            _forget_findings(rows, found_in)
        rows.update(**nothing)

    return forget


def _forget_findings(rows: QuerySet, field: str) -> None:
    """Take out of the reasons of comments what rules found in a field: that they found something
    there, and which rule, stays."""
    changed = []
    for comment in rows.only("reasons"):
        kept = [
            {key: value for key, value in reason.items() if key != "detail"}
            if reason.get("field") == field
            else reason
            for reason in comment.reasons
        ]
        if kept != comment.reasons:
            comment.reasons = kept
            changed.append(comment)
    Comment.objects.bulk_update(changed, ["reasons"])


def _networks(cutoff: datetime) -> QuerySet:
    return Comment.objects.filter(created_at__lt=cutoff, ip__isnull=False)


def _after_closing(cutoff: datetime) -> Q:
    """Both the comment and the end of its story's discussion lie before `cutoff`."""
    closing = Q(story__comments_close_at=None) | Q(story__comments_close_at__lt=cutoff)
    return Q(created_at__lt=cutoff) & closing


def _addresses(cutoff: datetime) -> QuerySet:
    return Comment.objects.filter(_after_closing(cutoff), email__kept=True)


def _people(cutoff: datetime) -> QuerySet:
    return Comment.objects.filter(_after_closing(cutoff)).exclude(email_index="")


def _stops(cutoff: datetime) -> QuerySet:
    """Addresses that want no mail, and under which nothing is kept any more."""
    wrote = Comment.objects.filter(email_index=OuterRef("email_index"))
    return MailStop.objects.filter(~Exists(wrote), at__lt=cutoff)


def _forget_people(rows: QuerySet) -> None:
    _forget_findings(rows, "email")
    rows.update(
        **dict.fromkeys(("email", "email_index", "fingerprint"), ""),
        user=None,
        anonymised_at=timezone.now(),
    )


def _left_waiting(cutoff: datetime) -> QuerySet:
    touched = Decision.objects.filter(comment=OuterRef("pk"), at__gte=cutoff)
    return Comment.objects.filter(~Exists(touched), status=Status.PENDING, created_at__lt=cutoff)


def _give_up(rows: QuerySet) -> None:
    for comment in rows.select_related("story"):
        with suppress(moderation.AlreadyDecided):
            moderation.trash(comment, by=None, reason="expired")


def _thrown_out(status: str) -> Callable[[datetime], QuerySet]:
    def rows(cutoff: datetime) -> QuerySet:
        decided = Decision.objects.filter(comment=OuterRef("pk"), at__gte=cutoff)
        out = Comment.objects.filter(~Exists(decided), status=status, created_at__lt=cutoff)
        # What is an empty place already has nothing left to forget.
        return out.exclude(body="")

    return rows


def _discard(rows: QuerySet) -> None:
    stories = list(Story.objects.filter(comments__in=rows).only("pk").distinct())
    privacy.discard(rows)
    for story in stories:
        moderation.recount(story)


def _delete(rows: QuerySet) -> None:
    rows.delete()


CLOCKS = [
    Clock(
        _("networks"),
        "KEEP_NETWORK_DAYS",
        _("to see floods and ban a network"),
        _networks,
        _empty("ip", ip=None),
    ),
    Clock(
        _("browsers’ names"),
        "KEEP_AGENT_DAYS",
        _("to tell people from machines"),
        _posted("user_agent", ""),
        _empty("agent", user_agent=""),
    ),
    Clock(
        _("browsers’ tokens"),
        "KEEP_BROWSER_DAYS",
        _("to know who was published before"),
        _posted("browser", ""),
        _empty(browser=""),
    ),
    Clock(
        _("addresses"),
        "KEEP_ADDRESS_DAYS",
        _("to write to a commenter, and to answer a court"),
        _addresses,
        _empty("email", email=""),
    ),
    Clock(
        _("indexes of addresses"),
        "KEEP_INDEX_DAYS",
        _("to find a commenter’s comments for an export or an erasure"),
        _people,
        _forget_people,
    ),
    Clock(
        _("comments left waiting"),
        "KEEP_PENDING_DAYS",
        _("to be decided; then they go to the trash"),
        _left_waiting,
        _give_up,
    ),
    Clock(
        _("spam"),
        "KEEP_SPAM_DAYS",
        _("to undo a mistake"),
        _thrown_out(Status.SPAM),
        _discard,
    ),
    Clock(
        _("trash"),
        "KEEP_TRASH_DAYS",
        _("to undo a mistake"),
        _thrown_out(Status.TRASH),
        _discard,
    ),
    Clock(
        _("proofs of addresses"),
        "KEEP_BROWSER_DAYS",
        _("to know whose browser it is"),
        lambda cutoff: VerifiedAddress.objects.filter(at__lt=cutoff),
        _delete,
    ),
    Clock(
        _("reports that were looked at"),
        "KEEP_REPORT_DAYS",
        _("to answer who reported"),
        lambda cutoff: Report.objects.filter(closed_at__lt=cutoff),
        _delete,
    ),
    Clock(
        _("moderators’ notes"),
        "KEEP_NOTE_DAYS",
        _("to be fair the next time"),
        lambda cutoff: Note.objects.filter(at__lt=cutoff),
        _delete,
    ),
    Clock(
        _("wishes for no mail"),
        "KEEP_INDEX_DAYS",
        _("to send none to who commented"),
        _stops,
        _delete,
    ),
    Clock(
        _("mail that was sent or given up"),
        "KEEP_NOTICE_DAYS",
        _("to send nothing twice"),
        lambda cutoff: Notice.objects.filter(created_at__lt=cutoff),
        _delete,
    ),
]
