"""The demo newspaper: stories, pictures, comments in three languages."""

from time import monotonic

from django.core.management.base import BaseCommand

from articles.models import Story
from newsroom.demo.loading import Loader


class Command(BaseCommand):
    help = "Load the demo newspaper into a database that holds no stories yet."

    def handle(self, *args: object, **options: object) -> None:
        if Story.objects.exists():
            self.stdout.write("There are stories already: nothing loaded.")
            return
        begun = monotonic()
        receipt = Loader().load()
        width = max(map(len, receipt))
        for what, count in receipt.items():
            self.stdout.write(f"  {what:<{width}}  {count:>3}")
        self.stdout.write(f"Demo newspaper loaded in {monotonic() - begun:.1f} s.")
