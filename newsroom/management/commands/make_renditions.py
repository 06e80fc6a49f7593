"""Make the sizes of every picture anew, after an upgrade that makes them in another way."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from articles import pictures
from articles.models import Image
from newsroom.lib import images


class Command(BaseCommand):
    help = "Make what is missing of the renditions of every picture. Run again, it goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        made, failed = 0, []
        for image in Image.objects.order_by("pk").iterator(chunk_size=100):
            if image.rendition_key != current_key(image):
                try:
                    pictures.store(image)
                    made += 1
                except (ValidationError, OSError) as error:
                    failed.append(f"#{image.pk}: {error}")
        self.stdout.write(f"Pictures made anew: {made}.")
        if failed:
            raise CommandError(" ".join(["Not made:", *failed]))


def current_key(image: Image) -> str:
    """Return the key that the renditions of a picture lie under when they are made today."""
    return images.rendition_key(image.sha256, (image.focal_x, image.focal_y))
