"""Whether `manage.py tick` runs: when it last ended, and what it leaves waiting when it does not.

Several machines may run it; the one row they share says when any of them last came to its end.
"""

from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from articles.models import Revision, TickRun, Transition

# A timer rings each minute; five of them may be missed.
LATE = timedelta(minutes=5)
ONLY_ROW = 1


def note_run(published: int, failed: int, *, mails_sent: int = 0, mails_failed: int = 0) -> None:
    """Remember that a tick came to its end now, and add its mails to those of every run before,
    whoever else does the same."""
    now = timezone.now()
    TickRun.objects.bulk_create([TickRun(pk=ONLY_ROW, ended_at=now)], ignore_conflicts=True)
    TickRun.objects.filter(pk=ONLY_ROW).update(
        ended_at=now,
        published=published,
        failed=failed,
        mails_sent=F("mails_sent") + mails_sent,
        mails_failed=F("mails_failed") + mails_failed,
    )


def last_run() -> TickRun | None:
    """Return the last run, None while there never was one."""
    return TickRun.objects.filter(pk=ONLY_ROW).first()


def problem(now: datetime | None = None) -> str:
    """Return what is wrong with timed edits, for the log; empty when nothing is.

    Late is an edit that should be public by now. And a tick that did not run for `LATE` is told
    as soon as any edit waits for its time, while there is still time to start it.
    """
    now = now or timezone.now()
    if late := late_edits(now).count():
        return f"{late} timed edits are late: does `manage.py tick` run?"
    if is_asleep(now):
        return "timed edits wait and `manage.py tick` has not run for some minutes"
    return ""


def late_edits(now: datetime | None = None) -> QuerySet[Revision]:
    """Return the timed edits that should be public since more than `LATE`."""
    return Revision.objects.filter(publish_at__lt=(now or timezone.now()) - LATE)


def is_asleep(now: datetime | None = None) -> bool:
    """Whether edits wait for a tick that has not run for `LATE`.

    An edit whose time was set a moment ago says nothing yet of a tick that never ran.
    """
    since = (now or timezone.now()) - LATE
    if not Revision.objects.filter(publish_at__isnull=False).exists():
        return False
    if run := last_run():
        return run.ended_at < since
    timed = Transition.objects.filter(story__revisions__publish_at__isnull=False)
    return timed.filter(action="time_edits", at__lt=since).exists()
