"""Every decision on a comment. Together with `posting` the only writer of `Comment.status`.

Each verb moves the comment from what the moderator saw (`seen`, which is `Comment.as_seen` of
then, else the status it was loaded with), so that two of them cannot both decide, nor one decide
on a text that its writer changed meanwhile. It adds a `Decision` and counts the story's comments
anew, all in one transaction.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from articles.models import Story
from comments import announcing, notifications, reasons, signals, trust
from comments.models import Comment, Decision, Lease, Note, Report
from newsroom.lib import stamps
from newsroom.lib.text import one_line
from newsroom.models import User

Status = Comment.Status
MODERATE = "comments.moderate_comment"
# How long a moderator who looks at a comment has it alone.
LEASE = timedelta(minutes=2)


class ModerationError(Exception):
    """A decision that could not be taken; the message may be shown."""


class AlreadyDecided(ModerationError):
    """Somebody else decided since the moderator looked."""


def approve(
    comment: Comment, *, by: User | None, reason: str = "", note: str = "", seen: str = ""
) -> Comment:
    """Let readers see the comment."""
    return _decide(comment, Status.APPROVED, by, reason, note, seen)


def hold(
    comment: Comment, *, by: User | None, reason: str = "", note: str = "", seen: str = ""
) -> Comment:
    """Put the comment (back) into the queue."""
    return _decide(comment, Status.PENDING, by, reason, note, seen)


def mark_spam(
    comment: Comment, *, by: User | None, reason: str = "", note: str = "", seen: str = ""
) -> Comment:
    """Call the comment spam."""
    return _decide(comment, Status.SPAM, by, reason, note, seen)


def trash(
    comment: Comment, *, by: User | None, reason: str = "", note: str = "", seen: str = ""
) -> Comment:
    """Take the comment away. It stays stored, so that the decision can be undone."""
    return _decide(comment, Status.TRASH, by, reason, note, seen)


def restore(
    comment: Comment, *, by: User | None, reason: str = "", note: str = "", seen: str = ""
) -> Comment:
    """Undo spam or trash: back to what the comment was before it was thrown out."""
    if (_status_of(seen) or comment.status) not in (Status.SPAM, Status.TRASH):
        raise ModerationError(_("Only spam and trash can be restored."))
    return _decide(comment, _status_before(comment), by, reason, note, seen)


def undo(comment: Comment, *, by: User) -> Comment:
    """Put the comment back to what it was before this moderator's last decision, for as long as
    nothing was mailed about it (`notifications.UNDO`). Raises ModerationError when the last
    decision is somebody else's, older, or undone already."""
    last = Decision.objects.filter(comment=comment).first()
    is_own = last is not None and last.by_id == by.pk and last.reason != "undone"
    if not is_own or last.from_status == last.to_status:
        raise ModerationError(_("There is nothing of yours to undo here."))
    if last.at < timezone.now() - notifications.UNDO:
        raise ModerationError(_("A decision can be undone for ten minutes."))
    is_so = comment.status == last.to_status
    seen = comment.as_seen if is_so else last.to_status
    return _decide(comment, last.from_status, by, "undone", "", seen)


def claim(comment: Comment, *, by: User) -> User | None:
    """Lease the comment to a moderator who looks at it, for two minutes; return None, or who has
    it. Asked for again it goes on."""
    _require_moderator(by)
    until = timezone.now() + LEASE
    with transaction.atomic():
        _lock(comment)
        holder = holder_of(comment, other_than=by)
        if holder is None:
            own = {"by": by, "until": until}
            Lease.objects.update_or_create(comment=comment, defaults=own)
    return holder


def holder_of(comment: Comment, *, other_than: User) -> User | None:
    """Return who else is deciding the comment now."""
    leases = Lease.objects.select_related("by").filter(comment=comment, until__gt=timezone.now())
    lease = leases.exclude(by=other_than).first()
    return lease.by if lease else None


def approve_proved(comment: Comment, browser: str) -> Comment:
    """Publish a comment that was held only as its author's first, once that author proved from
    the same browser to be somebody of whom a comment was approved before."""
    only_first = [reason["screen"] for reason in comment.reasons] == ["first"]
    held = comment.status == Status.PENDING and comment.browser == browser and only_first
    if held and trust.previously_approved(browser, comment.email_index):
        with suppress(AlreadyDecided):
            approve(comment, by=None, reason="proved")
    return comment


def is_withdrawn(comment: Comment) -> bool:
    """Whether its writer deleted it; then it never comes back."""
    return Decision.objects.filter(comment=comment, reason="withdrawn").exists()


def withdraw(comment: Comment) -> Comment:
    """Take the comment away because its writer wants it."""
    return _decide(comment, Status.TRASH, None, "withdrawn", "", "")


def rewrite(comment: Comment, to: str, **changes: Any) -> Comment:
    """Store what its writer made of the comment, and the status that the screens gave it.

    Raises AlreadyDecided when somebody decided since the comment was loaded, and ModerationError
    when another says the same.
    """
    seen = comment.status
    try:
        with transaction.atomic(), stamps.concerning(comment.story_id):
            _lock(comment)
            rows = Comment.objects.filter(pk=comment.pk, status=seen)
            if not rows.update(status=to, **changes):
                raise AlreadyDecided(_already(comment, None))
            Decision.objects.create(
                comment=comment, from_status=seen, to_status=to, reason="edited"
            )
            if seen == Status.APPROVED:
                recount(comment.story)
            announcing.moved(comment, seen, to)
    except IntegrityError:
        raise ModerationError(_("The same comment stands there already.")) from None
    for name, value in {"status": to, **changes}.items():
        setattr(comment, name, value)
    return comment


def report(comment: Comment, *, reason: str, browser: str, note: str = "") -> bool:
    """Note that a reader wants the comment looked at; False when this browser said so before.

    Enough reports (`COMMENT_REPORTS_TO_HOLD`) put an approved comment back into the queue, but
    never one that a moderator let stand knowing of reports. `reason` is a code of
    `reasons.REPORTS`, and of the reader nothing is kept but the hash of the browser. Raises
    Comment.DoesNotExist when it was deleted for good meanwhile.
    """
    with transaction.atomic(), stamps.concerning(comment.story_id):
        _lock(comment)
        Comment.objects.values_list("pk").get(pk=comment.pk)
        own = {"reason": reason, "note": note}
        _row, is_new = Report.objects.get_or_create(comment=comment, browser=browser, defaults=own)
        if is_new and _is_reported_enough(comment, recount_reports(comment)):
            with suppress(AlreadyDecided):
                _decide(comment, Status.PENDING, None, "reported", "", Status.APPROVED)
    return is_new


def dismiss_reports(comment: Comment, *, by: User) -> Comment:
    """Let the comment be what it is: the reports were looked at."""
    _require_moderator(by)
    with transaction.atomic(), stamps.concerning(comment.story_id):
        _lock(comment)
        _close_reports(comment)
    return comment


def note(comment: Comment, text: str, *, by: User) -> Note:
    """Tell the other moderators something of whoever wrote `comment`."""
    _require_moderator(by)
    return Note.objects.create(email_index=comment.email_index, text=one_line(text)[:500], by=by)


def recount_reports(comment: Comment) -> int:
    """Write how many reports wait to be looked at, and return it; the story is locked."""
    comment.report_count = Report.objects.filter(comment=comment, closed_at=None).count()
    Comment.objects.filter(pk=comment.pk).update(report_count=comment.report_count)
    return comment.report_count


def _is_reported_enough(comment: Comment, count: int) -> bool:
    enough = settings.COMMENT_REPORTS_TO_HOLD
    looked_at = Report.objects.filter(comment=comment, closed_at__isnull=False)
    return bool(enough) and count >= enough and not looked_at.exists()


def _close_reports(comment: Comment) -> None:
    waiting = Report.objects.filter(comment=comment, closed_at=None)
    waiting.update(closed_at=timezone.now())
    recount_reports(comment)


# What the desk offers: the word in a request → the verb.
VERBS: dict[str, Callable[..., Comment]] = {
    "approve": approve,
    "hold": hold,
    "spam": mark_spam,
    "trash": trash,
    "restore": restore,
}


def verbs_for(status: str) -> list[str]:
    """Return the words of `VERBS` that lead somewhere from `status`."""
    own = {"approved": "approve", "pending": "hold", "spam": "spam", "trash": "trash"}[status]
    thrown_out = status in (Status.SPAM, Status.TRASH)
    return [verb for verb in VERBS if verb != own and (verb != "restore" or thrown_out)]


def recount(story: Story) -> None:
    """Write how many comments readers see, and when that last changed.

    Locks the story and counts in a statement of its own: a count inside the update would be
    taken before the lock, and of two at the same time one would be lost.
    """
    with transaction.atomic(), stamps.concerning(story.pk):
        row = Story.objects.filter(pk=story.pk)
        row.select_for_update(no_key=True).values_list("pk").first()
        count = Comment.objects.approved().filter(story=story).count()
        row.update(comment_count=count, comments_changed_at=timezone.now())


def recount_all(stories: Collection[int]) -> None:
    """Do as `recount` for many stories at once, by their ids; the number of queries depends on
    how many different counts there are."""
    with transaction.atomic(), stamps.concerning(*stories):
        rows = Story.objects.filter(pk__in=stories).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))
        approved = Comment.objects.approved().filter(story__in=stories).order_by()
        counts = dict(approved.values_list("story").annotate(count=Count("pk")))
        same: dict[int, list[int]] = {}
        for pk in stories:
            same.setdefault(counts.get(pk, 0), []).append(pk)
        for count, some in same.items():
            told = Story.objects.filter(pk__in=some)
            told.update(comment_count=count, comments_changed_at=timezone.now())


def _decide(
    comment: Comment, to: str, by: User | None, reason: str, note: str, seen: str
) -> Comment:
    if by:
        _require_moderator(by)
    text, seen = seen, _status_of(seen) or comment.status
    if seen == to and reason != "withdrawn":
        raise AlreadyDecided(_already(comment, by))
    if seen == Status.TRASH and is_withdrawn(comment):
        raise ModerationError(_("Its writer deleted this comment; it stays deleted."))
    try:
        with transaction.atomic(), stamps.concerning(comment.story_id):
            _lock(comment)
            if by and (holder := holder_of(comment, other_than=by)):
                who = holder.display_name
                raise AlreadyDecided(_("%(who)s is deciding on it right now.") % {"who": who})
            _move(comment, seen, to, by, text)
            Lease.objects.filter(comment=comment).delete()
            Decision.objects.create(
                comment=comment,
                by=by,
                from_status=seen,
                to_status=to,
                reason=reason[:40],
                note=one_line(note)[:250],
            )
            if Status.APPROVED in (seen, to):
                recount(comment.story)
            announcing.moved(comment, seen, to)
            # Reports that came after the comment was loaded wait on.
            if by and comment.report_count and to != Status.PENDING:
                _close_reports(comment)
            if to == Status.APPROVED:
                notifications.published(comment)
            elif to == Status.TRASH and reason not in reasons.BY_ITS_WRITER:
                notifications.rejected(comment)
            told = {"verdict": to, "by_moderator": by is not None}
            transaction.on_commit(partial(signals.decided.send, Comment, **told), robust=True)
    except IntegrityError:
        raise ModerationError(_("The same comment stands there already.")) from None
    comment.status = to
    return comment


def _require_moderator(by: User) -> None:
    if not by.has_perm(MODERATE):
        raise PermissionDenied(_("Your account may not moderate comments."))


def _lock(comment: Comment) -> None:
    """Lock the story: first it, then its comments, as everywhere."""
    Story.objects.select_for_update(no_key=True).values_list("pk").get(pk=comment.story_id)


def _status_of(seen: str) -> str:
    return seen.partition(" ")[0]


def _text_of(seen: str) -> datetime | None:
    """Return since when the text that was seen is so; None for as it was sent."""
    try:
        return parse_datetime(seen.partition(" ")[2])
    except ValueError:
        return None


def _move(comment: Comment, seen: str, to: str, by: User | None, text: str) -> None:
    changes = {"status": to}
    if to == Status.APPROVED and comment.published_at is None:
        changes["published_at"] = timezone.now()
    # An empty place (`privacy.discard`) has nothing that could be shown again.
    rows = Comment.objects.filter(pk=comment.pk, status=seen).exclude(body="")
    if not (rows.filter(edited_at=_text_of(text)) if text else rows).update(**changes):
        if rows.exists():
            raise AlreadyDecided(_("Its writer changed the text meanwhile. Look at it again."))
        if Comment.objects.filter(pk=comment.pk, body="").exists():
            raise ModerationError(_("Nothing is left of this comment but its place."))
        raise AlreadyDecided(_already(comment, by))
    comment.published_at = changes.get("published_at", comment.published_at)


def _already(comment: Comment, by: User | None) -> str:
    """Say who decided meanwhile, and what."""
    last = Decision.objects.filter(comment=comment).select_related("by").first()
    status = Comment.objects.filter(pk=comment.pk).values_list("status", flat=True).first()
    if status is None:
        return _("The comment is gone.")
    label = Status(status).label
    if last and last.by and last.by != by:
        values = {"who": last.by.display_name, "status": label}
        return _("%(who)s has decided already: the comment is “%(status)s”.") % values
    return _("The comment is “%(status)s” already.") % {"status": label}


def _status_before(comment: Comment) -> str:
    thrown_out = (Status.SPAM, Status.TRASH)
    decisions = Decision.objects.filter(comment=comment, to_status__in=thrown_out)
    before = decisions.exclude(from_status__in=thrown_out).values_list("from_status", flat=True)
    return before.first() or Status.PENDING
