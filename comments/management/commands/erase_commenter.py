"""A commenter is forgotten."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from comments import privacy
from comments.management import asked_address
from comments.models import Erasure


class Command(BaseCommand):
    help = "Forget a commenter: in every state, report, note, mail that is due, and for restores."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the address, or - to read it from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        erased = privacy.erase(asked_address(options["address"]), via=Erasure.Via.COMMAND)
        self.stdout.write(
            f"Comments anonymised: {erased.anonymised}. Deleted: {erased.deleted}. "
            f"Rules about the address, kept: {erased.rules}."
        )
