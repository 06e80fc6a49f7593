"""What the clock alone cannot do: run each minute, by a timer."""

from typing import Any

from django.core.cache import caches
from django.core.management.base import BaseCommand, CommandError

from articles import clock, keeping, locking, pictures, search, sharing, workflow
from comments import notifications, privacy, retention
from newsroom import purging, webhooks
from newsroom.lib import mail, throttle

# Of each minute, for pictures that came with an import.
SECONDS_FOR_PICTURES = 20
# For stories whose topic was renamed.
SECONDS_FOR_SEARCH = 15


class Command(BaseCommand):
    help = (
        "Publish edits of live stories whose time has come, send mail and webhooks that are due, "
        "and forget what is over. "
        "Run it each minute; run twice, or by two machines at once, it does everything once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        published, failed = workflow.publish_due_edits()
        pruned, absent = keeping.prune_autosaves(), locking.forget_absent()
        forgotten = getattr(caches["throttle"], "forget_expired", int)()
        # Before anything is mailed to somebody who was forgotten.
        privacy.catch_up()
        with mail.tallied() as tally:
            mailed, unsent = notifications.send_due()
            digests = notifications.send_digests()
        drawn = sharing.make_fresh()
        mails = {"mails_sent": tally[True], "mails_failed": tally[False]}
        clock.note_run(len(published), len(failed), **mails)
        sized = pictures.make_waiting(SECONDS_FOR_PICTURES)
        indexed = search.catch_up(SECONDS_FOR_SEARCH)
        purging.purge_by_clock()
        # Last, since others keep it waiting.
        called, uncalled = webhooks.deliver_due()
        self.stdout.write(
            f"Published edits: {len(published)}. Autosaves pruned: {pruned}. "
            f"Closed pages forgotten: {absent}. Claims forgotten: {forgotten}. "
            f"Mailed: {mailed + digests}. Not mailed yet: {unsent}. Share pictures made: {drawn}. "
            f"Pictures sized: {sized}. Indexed anew: {indexed}. "
            f"Webhooks called: {called}. Not called yet: {uncalled}."
        )
        if not throttle.claim("share-pictures", 10 * 60):
            sharing.prune()
        # What is over by the day is over at any minute of it.
        if not throttle.claim("purge", 24 * 60 * 60):
            retention.purge()
        if failed:
            raise CommandError(" ".join(["Not published:", *failed]))
