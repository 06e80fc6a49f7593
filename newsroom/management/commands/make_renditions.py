"""Make the sizes of every picture anew, after an upgrade that makes them in another way."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Exists, OuterRef

from articles import pictures
from articles.models import Image, ImageKey
from newsroom.lib import images


class Command(BaseCommand):
    help = "Make what is missing of the renditions of every picture. Run again, it goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        made, failed = 0, []
        owned = ImageKey.objects.filter(key=OuterRef("rendition_key"), image=OuterRef("pk"))
        every = Image.objects.annotate(is_owner=Exists(owned)).order_by("pk")
        for image in every.iterator(chunk_size=100):
            is_current = image.is_owner and image.rendition_key == current_key(image)
            if is_current and not image.is_waiting:
                continue
            try:
                if image.is_waiting:
                    pictures.make_late(image)
                    made += 1
                if not image.is_owner or image.rendition_key != pictures.key_of(image):
                    pictures.store(image)
                    made += 1
            except (ValidationError, OSError) as error:
                failed.append(f"#{image.pk}: {error}")
        self.stdout.write(f"Pictures made anew: {made}.")
        if failed:
            raise CommandError(" ".join(["Not made:", *failed]))


def current_key(image: Image) -> str:
    """Return the key that the renditions of a picture usually lie under when made today."""
    return images.rendition_key(image.sha256, (image.focal_x, image.focal_y))
