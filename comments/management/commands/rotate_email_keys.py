"""Readers' addresses under the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comments import addresses


class Command(BaseCommand):
    help = (
        "Encrypt every reader's address under the first key of EMAIL_ENCRYPTION_KEYS. Put a new "
        "key before the old one, restart, run this; then the old key can be taken away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rotation = addresses.rotate()
        self.stdout.write(
            f"Encrypted anew: {rotation.renewed}. Under the newest key already: "
            f"{rotation.current}. Opened by no key: {rotation.unreadable}."
        )
        if rotation.unreadable:
            raise CommandError(
                f"{rotation.unreadable} addresses are opened by no key of EMAIL_ENCRYPTION_KEYS. "
                "Put the missing key back at the end and run this again."
            )
