"""Whether `manage.py tick` runs: when it last ended, and what it leaves waiting when it does not.

Several machines may run it; the one row they share says when any of them last came to its end.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from articles.models import Revision, TickRun, Transition

# A timer rings each minute; five of them may be missed.
LATE = timedelta(minutes=5)
ONLY_ROW = 1


def note_run(published: int, failed: int) -> None:
    """Remember that a tick came to its end now: one statement, whoever else does the same."""
    run = TickRun(pk=ONLY_ROW, ended_at=timezone.now(), published=published, failed=failed)
    fields = ["ended_at", "published", "failed"]
    TickRun.objects.bulk_create(
        [run], update_conflicts=True, unique_fields=["id"], update_fields=fields
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
    late = Revision.objects.filter(publish_at__lt=now - LATE).count()
    if late:
        return f"{late} timed edits are late: does `manage.py tick` run?"
    if is_asleep(now):
        return "timed edits wait and `manage.py tick` has not run for some minutes"
    return ""


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
