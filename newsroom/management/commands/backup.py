"""A backup is made."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from newsroom import backups
from newsroom.archive import ArchiveError
from newsroom.databases import DatabaseError

SEALED = "Encrypted under the first of BACKUP_KEYS."
NOT_SEALED = "Not encrypted: whoever has the file reads all but addresses. Set BACKUP_KEYS."


class Command(BaseCommand):
    help = (
        "Write the whole newsroom (database, pictures, originals; no keys) into one archive in "
        "DIR, while the site runs, sealed under the first of BACKUP_KEYS. Beside it lies the "
        "ledger of erasures, which restore reads."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", type=Path, help="where the archive is written")
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="delete all archives but the newest N"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep"] < 0:
            raise CommandError("--keep: write how many archives stay, 0 for all of them.")
        try:
            made = backups.make(options["dir"], keep=options["keep"])
        except (ArchiveError, DatabaseError, OSError) as error:
            raise CommandError(_("No backup was made: %(why)s") % {"why": error}) from error
        megabytes = f"{made.size / 1_000_000:.1f}"
        self.stdout.write(f"Wrote {made.path} ({megabytes} MB, files: {made.files}).")
        for name in made.elsewhere:
            self.stdout.write(f"Not inside: {name}, which lies in a storage of its own.")
        for name in made.removed:
            self.stdout.write(f"Deleted {name}.")
        self.stdout.write(SEALED if made.is_sealed else NOT_SEALED)
        self.stdout.write("Keep .env apart from it: its keys are not inside.")
