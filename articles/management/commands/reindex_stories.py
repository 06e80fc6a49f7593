"""Write the search index anew."""

from typing import Any

from django.core.management.base import BaseCommand

from articles import search


class Command(BaseCommand):
    help = (
        "Write every story into the search index anew: after a restored backup, or an upgrade that "
        "says so. Readers and editors search, write and publish on meanwhile."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        missing = search.unindexed().count()
        count = search.rebuild()
        self.stdout.write(f"Stories in the index: {count}. Missing before: {missing}.")
