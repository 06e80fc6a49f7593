"""Pictures: what may be uploaded, and the fixed renditions made of it."""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms

# `Image.open(formats=…)` knows only plugins that are loaded, and WebP and MPO load late.
Image.init()

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
# No encoder takes much more, and no picture of a newspaper is a line.
MAX_SIDE = 30_000
# JPEG also opens MPO, the JPEG with a second picture inside that some telephones write.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
# 768 is what most phones show: 360 to 412 points across, at 1.75 to 2 pixels a point.
WIDTHS = {
    "wide": (320, 640, 768, 1280),
    "square": (160, 320),
    "full": (640, 768, 1280, 1920),
    # What search engines and shared links take, in the three shapes they show.
    "share": (1200,),
    "share-classic": (1200,),
    "share-square": (1200,),
}
SHARED = ("share", "share-classic", "share-square")
# AVIF weighs a third of JPEG; browsers that cannot read it, and shared links, take the other.
KINDS = ("avif", "jpg")
_SAVING = {
    "avif": {"format": "AVIF", "quality": 40, "speed": 9},
    "jpg": {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True},
}
RATIOS = {
    "wide": (16, 9),
    "square": (1, 1),
    "share": (16, 9),
    "share-classic": (4, 3),
    "share-square": (1, 1),
}
# Part of every key: renditions made in another way get other addresses.
_RECIPE = "6"
# Where a picture is this many times wider than it is ever shown, less of it is decoded.
_SPARE = 1.5
_ORIENTATION = 0x0112
# What puts a picture upright, by its EXIF orientation; from 5 on it lies on its side.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BROKEN = (
    OSError,
    RuntimeError,
    MemoryError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
)


@dataclass(frozen=True)
class Picture:
    """What `inspect` found: size as shown (upright by EXIF), format, SHA-256 of the bytes."""

    width: int
    height: int
    format: str
    sha256: str


def inspect(file: BinaryIO) -> Picture:
    """Return what an uploaded picture is, or raise ValidationError with a sentence for its sender.

    The whole picture is decoded: a header alone proves nothing. `file` is rewound.
    """
    data = _read(file)
    with _open(data) as image:
        image.load()
        width, height = _upright_size(image)
        return Picture(width, height, str(image.format), hashlib.sha256(data).hexdigest())


def sha256(file: BinaryIO) -> str:
    """Return the SHA-256 of a file's bytes, by which the same picture is known again."""
    return hashlib.sha256(_read(file)).hexdigest()


def rendition_key(sha256: str, focal: tuple[int, int] = (50, 50), copy: int = 0) -> str:
    """Return the folder of a picture's renditions, another for other bytes or focal point, and
    for each copy of the same picture."""
    seed = f"{_RECIPE}:{sha256}:{focal[0]}:{focal[1]}" + (f":{copy}" if copy else "")
    return hashlib.sha256(seed.encode()).hexdigest()[:32]


def widths_for(shape: str, original_width: int) -> list[int]:
    """Return the widths made of a picture: none wider than it is, and always the smallest."""
    smallest, *others = WIDTHS[shape]
    return [smallest, *(width for width in others if width <= original_width)]


def rendition_name(key: str, shape: str, width: int, kind: str = "jpg") -> str:
    """Return the name of a rendition in its storage."""
    return f"{key}/{shape}-{width}.{'jpg' if shape in SHARED else kind}"


def rendition_size(shape: str, width: int, original: tuple[int, int]) -> tuple[int, int]:
    """Return the pixels of a rendition, never more than the original has."""
    left, top, right, bottom = _crop_box(shape, original, (50, 50))
    crop_width, crop_height = right - left, bottom - top
    width = min(width, crop_width)
    return width, max(1, round(width * crop_height / crop_width))


def make_renditions(
    image_file: BinaryIO, key: str, focal: tuple[int, int], storage: Storage
) -> list[str]:
    """Make what `storage` lacks of a picture's renditions and return all their names.

    Upright, cropped round the focal point (percent from left and top), in sRGB, without
    metadata. Raises ValidationError as `inspect` does.
    """
    names = []
    with _open(_read(image_file)) as image:
        original = _upright_size(image)
        upright = _decoded(image)
        for shape in WIDTHS:
            box = _crop_box(shape, upright.size, focal)
            for width in widths_for(shape, original[0]):
                wanted = [rendition_name(key, shape, width, kind) for kind in _kinds_of(shape)]
                names += wanted
                if missing := [name for name in wanted if not storage.exists(name)]:
                    fresh = _resize(upright, box, rendition_size(shape, width, original))
                    for name in missing:
                        storage.save(name, ContentFile(_encode(fresh, name.rpartition(".")[2])))
    return names


def delete_renditions(key: str, storage: Storage) -> None:
    """Delete all that lies under a key, of whatever recipe it was."""
    try:
        _folders, names = storage.listdir(key)
    except FileNotFoundError:
        return
    for name in names:
        storage.delete(f"{key}/{name}")


def _kinds_of(shape: str) -> tuple[str, ...]:
    return ("jpg",) if shape in SHARED else KINDS


def _read(file: BinaryIO) -> bytes:
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    file.seek(0)
    if len(data) > MAX_BYTES:
        raise ValidationError(_("The picture is larger than 20 MB."), code="too_heavy")
    return data


@contextmanager
def _open(data: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            if max(image.size) > MAX_SIDE:
                message = _("The picture is longer than 30,000 pixels on one side.")
                raise ValidationError(message, code="too_long")
            # The JPEG with a second picture inside that some telephones write is no film.
            if image.format not in ("JPEG", "MPO") and getattr(image, "is_animated", False):
                message = _("This picture moves. Use one that stands still.")
                raise ValidationError(message, code="animated")
            yield image
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except _BROKEN:
        message = _("This is not a picture that can be read. Use JPEG, PNG, WebP, AVIF or GIF.")
        raise ValidationError(message, code="unreadable") from None


def _too_large() -> ValidationError:
    return ValidationError(_("The picture has more than 50 million pixels."), code="too_large")


def _crop_box(
    shape: str, size: tuple[int, int], focal: tuple[int, int]
) -> tuple[int, int, int, int]:
    width, height = size
    across, down = RATIOS.get(shape, size)
    crop_width = min(width, max(1, round(height * across / down)))
    crop_height = min(height, max(1, round(width * down / across)))
    left = min(max(0, round(width * focal[0] / 100 - crop_width / 2)), width - crop_width)
    top = min(max(0, round(height * focal[1] / 100 - crop_height / 2)), height - crop_height)
    return left, top, left + crop_width, top + crop_height


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if _orientation(image) >= 5 else (width, height)


def _orientation(image: Image.Image) -> int:
    found = image.getexif().get(_ORIENTATION)
    return found if found in _TURNS else 1


def _decoded(image: Image.Image) -> Image.Image:
    """Return the upright picture in sRGB, smaller where it is far larger than ever shown."""
    enough = round(max(map(max, WIDTHS.values())) * _SPARE)
    orientation = _orientation(image)
    # A JPEG can be decoded at a half, a quarter or an eighth: less time, much less memory.
    image.draft(None, (1, enough) if orientation >= 5 else (enough, 1))
    image.load()
    turned = image.transpose(_TURNS[orientation]) if orientation in _TURNS else image
    upright = _to_srgb(turned)
    factor = upright.width // enough
    return upright.reduce(factor) if factor > 1 else upright


def _to_srgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.point(lambda value: value / 256).convert("L")
    has_alpha = image.has_transparency_data
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _from_profile(image, profile)
    mode = "RGBA" if has_alpha else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile is common and no reason to lose the picture.
        return image


def _resize(
    upright: Image.Image, box: tuple[int, int, int, int], size: tuple[int, int]
) -> Image.Image:
    resized = upright.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    # A fresh image has no EXIF, profile or comment that an encoder could pass on.
    fresh = Image.new(resized.mode, size, "white")
    fresh.paste(resized)
    return fresh


def _encode(image: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    (_on_white(image) if kind == "jpg" else image).save(buffer, **_SAVING[kind])
    return buffer.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground
