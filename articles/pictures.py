"""Pictures of stories: storing an upload, addresses of its renditions."""

from django.core.files.storage import default_storage

from articles.models import Image
from newsroom.lib import images

# The width a rendition is asked for where nothing else is said.
USUAL_WIDTH = {"wide": 960, "square": 160, "full": 960, "share": 1200}


def store(image: Image) -> Image:
    """Check the file of `image`, fill in what is known of it, make its renditions and save it.

    Raises ValidationError when the file is no picture we take. Renditions are written before the
    row, under a key of content and focal point: nothing public changes until the row is saved.
    """
    if image.original and not image.original._committed:
        facts = images.inspect(image.original.file)
        image.width, image.height, image.sha256 = facts.width, facts.height, facts.sha256
    key = images.rendition_key(image.sha256, (image.focal_x, image.focal_y))
    if key != image.rendition_key:
        images.make_renditions(
            image.original.file, key, (image.focal_x, image.focal_y), default_storage
        )
        image.rendition_key = key
    image.save()
    return image


def rendition_url(image: Image, shape: str, width: int | None = None, kind: str = "webp") -> str:
    """Return the address of a rendition: the asked width, or the widest there is below it."""
    best = nearest_width(image, shape, width)
    return f"/media/{images.rendition_name(image.rendition_key, shape, best, kind)}"


def nearest_width(image: Image, shape: str, width: int | None = None) -> int:
    """Return the width of the rendition that `rendition_url` gives for these arguments."""
    widths = images.widths_for(shape, image.width)
    wanted = width or USUAL_WIDTH[shape]
    return max([one for one in widths if one <= wanted], default=min(widths))


def srcset(image: Image, shape: str, kind: str = "webp") -> str:
    """Return every width of a shape as an HTML `srcset`."""
    return ", ".join(
        f"{rendition_url(image, shape, width, kind)} {width}w"
        for width in images.widths_for(shape, image.width)
    )
