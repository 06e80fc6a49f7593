"""A copy of everything kept of a commenter."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from comments import privacy
from comments.management import asked_address


class Command(BaseCommand):
    help = "Write everything kept of a commenter, in every state, as JSON on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the address, or - to read it from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        found = privacy.export(asked_address(options["address"]))
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        self.stderr.write(f"Comments: {len(found['comments'])}.")
