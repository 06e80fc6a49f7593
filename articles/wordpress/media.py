"""Pictures of the old site: found in a copy of wp-content/uploads, kept once in the library."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.files import File

from articles import pictures
from articles.models import Image, ImageTranslation, OldAddress
from articles.old_addresses import sizes_of
from articles.redirects import normalise
from articles.wordpress import tongues
from articles.wordpress.addresses import Addresses
from articles.wordpress.receipt import Receipt
from articles.wordpress.terms import fit
from articles.wordpress.text import Attachment, Picture
from newsroom.lib.text import one_line

# Where WordPress puts uploads; many-site installations put a number behind.
_FOLDERS = ("/wp-content/uploads/", "/uploads/", "/files/")
_KINDS = frozenset(".jpg .jpeg .jpe .png .gif .webp .avif".split())
_ALT_LENGTH, _CAPTION_LENGTH = 250, 400


@dataclass
class Library:
    """Finds what was brought of an address, and brings what lies in `folder`.

    Without a folder only what an earlier run brought is found. In a dry run files are only
    counted.
    """

    folder: Path | None
    attachments: dict[int, Attachment]
    addresses: Addresses
    receipt: Receipt
    is_dry: bool = False
    found: dict[str, Image | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_path = {_path(one.address): one for one in self.attachments.values()}

    def bring(self, attachment: Attachment, language: str) -> Image | None:
        """Return the picture of an attachment, brought if it was not; None for other files."""
        image = self.image(attachment.address, language)
        if image:
            self.describe(image, attachment, language)
        return image

    def picture(self, address: str, language: str) -> Picture | None:
        """Return what a text shows at an old address, None where nothing was brought."""
        image = self.image(address, language)
        if image is None:
            return None
        known = self._attachment(_path(address))
        if known:
            self.describe(image, known, language)
        return Picture(
            pictures.rendition_url(image, "full"),
            tongues.in_any(known.alt, [language]) if known else "",
        )

    def image(self, address: str, language: str) -> Image | None:
        """Return the picture at an address, whatever size of it the address names."""
        path = _path(address)
        if not path or Path(path).suffix.lower() not in _KINDS:
            return None
        if path not in self.found:
            self.found[path] = self._known(path) or self._brought(path, language)
        return self.found[path]

    def describe(self, image: Image, attachment: Attachment, language: str) -> None:
        """Give a picture the texts it had, in a language it has none in yet."""
        alt = fit(one_line(tongues.in_any(attachment.alt, [language])), _ALT_LENGTH)
        caption = fit(one_line(tongues.in_any(attachment.caption, [language])), _CAPTION_LENGTH)
        rows = ImageTranslation.objects.filter(image=image, language=language)
        if (alt or caption) and not rows.exists():
            ImageTranslation.objects.create(
                image=image,
                language=language,
                alt=alt or fit(caption, _ALT_LENGTH),
                caption=caption,
            )

    def _known(self, path: str) -> Image | None:
        rows = OldAddress.objects.filter(path__in=sizes_of(path), image__isnull=False)
        kept = {row.path: row.image for row in rows.select_related("image")}
        return next((kept[one] for one in sizes_of(path) if one in kept), None)

    def _brought(self, path: str, language: str) -> Image | None:
        file = next(filter(None, map(self._file, self._names(path))), None)
        if file is None:
            if self.folder:
                self.receipt.pictures["not found"] += 1
            return None
        if self.is_dry:
            self.receipt.pictures["would be brought"] += 1
            return None
        try:
            image = self._kept(file)
        except (ValidationError, OSError) as error:
            reason = (
                error.messages[0] if isinstance(error, ValidationError) else str(error.strerror)
            )
            self.receipt.refuse(f"picture {path}", 0, 0, reason)
            return None
        known = self._attachment(path)
        own = _path(known.address) if known else path
        self.addresses.of_picture([own, sizes_of(own)[-1]], image, language)
        return image

    def _kept(self, path: Path) -> Image:
        with path.open("rb") as opened:
            if same := pictures.known(opened):
                self.receipt.pictures["in the library already"] += 1
                return same
            image = pictures.keep(Image(original=File(opened, name=path.name)))
        self.receipt.pictures["brought"] += 1
        return image

    def _attachment(self, path: str) -> Attachment | None:
        return next((self.by_path[one] for one in sizes_of(path) if one in self.by_path), None)

    def _names(self, path: str) -> Iterator[str]:
        """Yield where in the folder the file of an address may lie, the likeliest first."""
        known = self._attachment(path)
        if known and known.file:
            yield known.file
        for one in sizes_of(_path(known.address) if known else path) + sizes_of(path):
            for before in _FOLDERS:
                if before in one:
                    yield one.partition(before)[2]
            yield one.lstrip("/")

    def _file(self, name: str) -> Path | None:
        """Return the file of this name, if it lies in the folder: no link leads out of it."""
        if self.folder is None or "\x00" in name or len(name) > 1000:
            return None
        for home in (self.folder, self.folder / "uploads", self.folder / "wp-content/uploads"):
            try:
                path = (home / name).resolve()
                if path.is_relative_to(self.folder.resolve()) and path.is_file():
                    return path
            except (OSError, ValueError):
                continue
        return None


def _path(address: str) -> str:
    try:
        return normalise(unquote(urlsplit(address).path)) if address else ""
    except ValueError:
        return ""
