"""Retention: what commenters left is forgotten when its time is over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from comments import retention


class Command(BaseCommand):
    help = (
        "Forget what is over: networks, addresses, comments in the trash, each by its own clock "
        "(KEEP_…_DAYS). Run it once a day; --dry-run only tells what it would do, and why."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    @translation.override("en")
    def handle(self, *args: Any, **options: Any) -> None:
        verb = "would be forgotten" if options["dry_run"] else "forgotten"
        for turned in retention.purge(dry_run=options["dry_run"]):
            clock = turned.clock
            self.stdout.write(
                f"{clock.name}: {turned.count} {verb} "
                f"({clock.setting}={clock.days}; kept {clock.why})"
            )
        for clock in retention.CLOCKS:
            if not clock.days:
                self.stdout.write(f"{clock.name}: kept for ever ({clock.setting}=0)")
