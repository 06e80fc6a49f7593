"""Pictures of stories: storing and replacing an upload, addresses of its renditions, where used."""

import re
from collections.abc import Iterable
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.html import format_html

from articles.models import Image, ImageKey, Story, Transition
from articles.rights import EDIT_ALL
from newsroom.lib import images
from newsroom.lib.folding import fold
from newsroom.models import User

# The width a rendition is asked for where nothing else is said.
USUAL_WIDTH = {"wide": 960, "square": 160, "full": 960, "share": 1200}
IN_TEXT_SIZES = "(width >= 44rem) 41rem, 100vw"
_TAG = re.compile(r"<img [^>]*>")
_KEY = re.compile(r' src="/media/([A-Za-z0-9_-]+)/[^"]*"')
_SIZE = re.compile(r' (?:width|height|loading)="[^"]*"')
_WIDTH = re.compile(r' width="(\d+)"')


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
    with transaction.atomic():
        image.search_text = search_text(image)
        image.save()
        ImageKey.objects.get_or_create(key=key, defaults={"image": image})
    return image


def search_text(image: Image) -> str:
    """Return the folded words that the library finds a picture by."""
    rows = image.translations.all() if image.pk else []
    texts = [text for row in rows for text in (row.alt, row.caption, row.credit)]
    return fold(" ".join([*texts, image.original.name.rpartition("/")[2]]))


def describe(image: Image) -> None:
    """Write anew what the library finds the picture by, after its texts changed."""
    Image.objects.filter(pk=image.pk).update(search_text=search_text(image))


# Addresses.


def rendition_url(image: Image, shape: str, width: int | None = None, kind: str = "jpg") -> str:
    """Return the address of a rendition: the asked width, or the widest there is below it."""
    best = nearest_width(image, shape, width)
    return f"/media/{images.rendition_name(image.rendition_key, shape, best, kind)}"


def nearest_width(image: Image, shape: str, width: int | None = None) -> int:
    """Return the width of the rendition that `rendition_url` gives for these arguments."""
    widths = images.widths_for(shape, image.width)
    wanted = width or USUAL_WIDTH[shape]
    return max([one for one in widths if one <= wanted], default=min(widths))


def srcset(image: Image, shape: str, kind: str = "jpg") -> str:
    """Return every width of a shape as an HTML `srcset`."""
    return _srcset(image.rendition_key, shape, image.width, kind)


def _srcset(key: str, shape: str, original_width: int, kind: str) -> str:
    return ", ".join(
        f"/media/{images.rendition_name(key, shape, width, kind)} {width}w"
        for width in images.widths_for(shape, original_width)
    )


# Pictures inside a text.


def keys_in(body_html: str) -> list[str]:
    """Return the keys of the pictures in a cleaned text, each once, in its order."""
    return list(dict.fromkeys(_KEY.findall(body_html)))


def dressed(body_html: str) -> str:
    """Return a cleaned text whose pictures have their present address and their size, so that
    the page never moves when they come; what is in no library stays as it is (one query)."""
    keys = keys_in(body_html)
    if not keys:
        return body_html
    rows = ImageKey.objects.filter(key__in=keys).select_related("image")
    known = {row.key: row.image for row in rows}
    return _TAG.sub(lambda tag: _dressed(tag[0], known), body_html)


def _dressed(tag: str, known: dict[str, Image]) -> str:
    found = _KEY.search(tag)
    image = known.get(found[1]) if found else None
    if image is None:
        return tag
    bare = _KEY.sub("", _SIZE.sub("", tag)).removeprefix("<img").removesuffix(">")
    source = rendition_url(image, "full")
    return f'<img src="{source}"{bare} width="{image.width}" height="{image.height}">'


def with_sources(body_html: str) -> str:
    """Return a stored text whose pictures come in the width and format a browser asks for."""
    return _TAG.sub(_with_sources, body_html) if "<img" in body_html else body_html


def _with_sources(tag: re.Match[str]) -> str:
    key, width = _KEY.search(tag[0]), _WIDTH.search(tag[0])
    if not key or not width:
        return tag[0]
    avif, jpg = (_srcset(key[1], "full", int(width[1]), kind) for kind in images.KINDS)
    image = tag[0].removesuffix(">")
    return (
        format_html(
            '<picture><source type="image/avif" srcset="{}" sizes="{}">', avif, IN_TEXT_SIZES
        )
        + f'{image} srcset="{jpg}" sizes="{IN_TEXT_SIZES}" loading="lazy"></picture>'
    )


# Where a picture is used.


def used_in(content: dict[str, Any]) -> set[int]:
    """Return the ids of the pictures of a story's content: the main one and those in the text."""
    keys = keys_in(content["body_html"])
    found = ImageKey.objects.filter(key__in=keys).values_list("image_id", flat=True)
    return {*(found if keys else ()), *filter(None, [content["picture"]])}


# Replacing.


def replace(image: Image, file: BinaryIO, *, by: User) -> list[Story]:
    """Put another picture in the place of `image`, everywhere it is used; return the stories
    whose text was rewritten.

    The old renditions are deleted once that is sure: often a picture is replaced because it must
    not be shown. Older revisions lead to the new one when they are restored. Raises
    ValidationError when the file is no picture, PermissionDenied when `by` may not.
    """
    if not (by.has_perm("articles.change_image") and by.has_perm(EDIT_ALL)):
        raise PermissionDenied
    images.inspect(file)
    old_key = image.rendition_key
    image.original, image.focal_x, image.focal_y = file, 50, 50
    with transaction.atomic():
        store(image)
        stories = list(image.used_in.select_for_update().order_by("pk"))
        touched = [story for story in stories if _rewritten(story, by)]
        if image.rendition_key != old_key:
            transaction.on_commit(lambda: _delete_renditions(old_key))
    return touched


def _rewritten(story: Story, by: User) -> bool:
    body = dressed(story.body_html)
    if body == story.body_html:
        return False
    story.body_html, story.version, story.changed_by = body, story.version + 1, by
    story.save()
    Transition.objects.create(
        story=story,
        action="replace_picture",
        from_status=story.status,
        to_status=story.status,
        by=by,
        at=timezone.now(),
    )
    return True


def _delete_renditions(key: str) -> None:
    for name in _names(key):
        default_storage.delete(name)


def _names(key: str) -> Iterable[str]:
    _folders, names = default_storage.listdir(key) if default_storage.exists(key) else ([], [])
    return [f"{key}/{name}" for name in names]
