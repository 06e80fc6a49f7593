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
        parser.add_argument(
            "--check", action="store_true", help="only tell whether it could be restored"
        )
        parser.add_argument(
            "--not-encrypted",
            action="store_true",
            help="take one that is not, although BACKUP_KEYS is set",
        )
        parser.add_argument("--yes", action="store_true", help="write over what is here, unasked")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in (options["file"], *options["ledger"]):
            if not path.is_file():
                raise CommandError(_("There is no file %(path)s.") % {"path": path})
        if options["check"]:
            self.look(options["file"], takes_plain=options["not_encrypted"])
            return
        if not options["yes"] and backups.has_content():
            self.ask()
        try:
            done = backups.restore(
                options["file"], ledgers=options["ledger"], takes_plain=options["not_encrypted"]
            )
        except (ArchiveError, DatabaseError, Error, OSError) as error:
            raise CommandError(_("Nothing was restored: %(why)s") % {"why": error}) from error
        self.stdout.write(f"Restored the newsroom of {done.made_at} (files: {done.files}).")
        self.stdout.write(f"Comments forgotten again: {done.forgotten}.")
        if not addresses.keys_fit():
            self.stderr.write(
                "EMAIL_ENCRYPTION_KEYS and EMAIL_INDEX_KEY are not those the addresses in it were "
                "kept under: put those into .env, and restore again."
            )

    def look(self, path: Path, *, takes_plain: bool) -> None:
        try:
            found = backups.look(path, takes_plain=takes_plain)
        except (ArchiveError, DatabaseError, OSError) as error:
            raise CommandError(_("It cannot be restored: %(why)s") % {"why": error}) from error
        self.stdout.write(
            f"Whole: the newsroom of {found.made_at} (files: {found.files}). Nothing was changed."
        )

    def ask(self) -> None:
        if not sys.stdin.isatty():
            raise CommandError("This newsroom is not empty: say --yes to write over it.")
        if input(WARNING).strip() != "yes":
            raise CommandError("Nothing was changed.")
