"""What the clock alone cannot do: run each minute, by a timer."""

from typing import Any

from django.core.cache import caches
from django.core.management.base import BaseCommand, CommandError

from articles import clock, keeping, locking, workflow


class Command(BaseCommand):
    help = (
        "Publish edits of live stories whose time has come, and forget what is over. "
        "Run it each minute; run twice, or by two machines at once, it does everything once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        published, failed = workflow.publish_due_edits()
        pruned, absent = keeping.prune_autosaves(), locking.forget_absent()
        forgotten = getattr(caches["throttle"], "forget_expired", int)()
        clock.note_run(len(published), len(failed))
        self.stdout.write(
            f"Published edits: {len(published)}. Autosaves pruned: {pruned}. "
            f"Closed pages forgotten: {absent}. Claims forgotten: {forgotten}."
        )
        if failed:
            raise CommandError(" ".join(["Not published:", *failed]))
