"""From one machine's SQLite to PostgreSQL."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsroom import moving, pages
from newsroom.databases import DatabaseError
from newsroom.lib import stamps


class Command(BaseCommand):
    help = (
        "Copy a newsroom that began on SQLite into the empty PostgreSQL that DATABASE_URL names. "
        "Stop the site first. Pictures stay where they are; everybody signs in anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the database: VAR_DIR/newsroom.sqlite3")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            copied = moving.bring(options["file"])
        except DatabaseError as error:
            raise CommandError(str(error)) from error
        for table, count in copied.items():
            if count:
                self.stdout.write(f"  {table:<40}{count:>10}")
        self.stdout.write(f"Copied {sum(copied.values())} rows. Now the index of search:")
        call_command("reindex_stories", stdout=self.stdout)
        pages.watched_table().renew([stamps.SITE])
