"""A backup is brought back."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error
from django.utils.translation import gettext as _

from comments import addresses
from newsroom import backups
from newsroom.archive import ArchiveError
from newsroom.databases import DatabaseError

WARNING = (
    "This newsroom has stories or people. The archive takes the place of all of it. Type yes: "
)


class Command(BaseCommand):
    help = (
        "Bring an archive made by `backup` back in the place of everything there is, and forget "
        "again whoever was forgotten since. Stop the site before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the archive")
        parser.add_argument(
            *("--ledger", "-l"),
            type=Path,
            action="append",
            default=[],
            help="another ledger of erasures; the one here and the one beside the archive are read",
        )
        parser.add_argument("--yes", action="store_true", help="write over what is here, unasked")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in (options["file"], *options["ledger"]):
            if not path.is_file():
                raise CommandError(_("There is no file %(path)s.") % {"path": path})
        if not options["yes"] and backups.has_content():
            self.ask()
        try:
            done = backups.restore(options["file"], ledgers=options["ledger"])
        except (ArchiveError, DatabaseError, Error, OSError) as error:
            raise CommandError(_("Nothing was restored: %(why)s") % {"why": error}) from error
        self.stdout.write(f"Restored the newsroom of {done.made_at} (files: {done.files}).")
        self.stdout.write(f"Comments forgotten again: {done.forgotten}.")
        if not addresses.keys_fit():
            self.stderr.write(
                "EMAIL_ENCRYPTION_KEYS and EMAIL_INDEX_KEY are not those the addresses in it were "
                "kept under: put those into .env, and restore again."
            )

    def ask(self) -> None:
        if not sys.stdin.isatty():
            raise CommandError("This newsroom is not empty: say --yes to write over it.")
        if input(WARNING).strip() != "yes":
            raise CommandError("Nothing was changed.")
