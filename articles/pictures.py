"""Pictures of stories: storing and replacing an upload, addresses of its renditions, where used."""

import logging
import re
import time
from collections.abc import Callable
from itertools import count
from typing import BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from articles.models import Image, ImageKey, Revision, SharePicture, Story, Transition
from articles.models.image import originals
from articles.rights import EDIT_ALL, PUBLISH
from newsroom.lib import images, throttle
from newsroom.lib.folding import fold
from newsroom.models import User

log = logging.getLogger("newsroom.pictures")

_MAKING = "renditions-asked-for"
# The width a rendition is asked for where nothing else is said.
USUAL_WIDTH = {"wide": 768, "square": 160, "full": 768} | dict.fromkeys(images.SHARED, 1200)
# On a telephone a little less than the width it takes: at two and three pixels a point nobody sees
# the difference, and it is a third of the bytes.
IN_TEXT_SIZES = "(width >= 44rem) 41rem, 85vw"
IN_GALLERY_SIZES = "(width >= 62rem) 60rem, 85vw"
_TAG = re.compile(r"<img [^>]*>")
_KEY = re.compile(r' src="/media/([A-Za-z0-9_-]+)/[^"]*"')
_SIZE = re.compile(r' (?:width|height|loading)="[^"]*"')
_WIDTH = re.compile(r' width="(\d+)"')
_FIGURE = re.compile(
    r"<figure>(<img [^>]*>)(?:<figcaption>((?:(?!</?fig).)*)</figcaption>)?</figure>", re.DOTALL
)


def store(image: Image) -> Image:
    """Check the file of `image`, fill in what is known of it, make its renditions and save it.

    Raises ValidationError when the file is no picture we take. Renditions are written before the
    row, under a key of content and focal point: nothing public changes until the row is saved.
    """
    is_upload = bool(image.original) and not image.original._committed
    if is_upload:
        _fill_in(image, images.inspect(image.original.file))
    make_renditions(image)
    with transaction.atomic():
        if image.pk and not is_upload:
            _require_unreplaced(image, image.original.name)
        _save(image)
    return image


def keep(image: Image) -> Image:
    """Check the file of `image` and save it; its renditions are made later, by `make_waiting`.

    For many at once: the texts that show it have its address from now on. Raises ValidationError
    when the file is no picture we take.
    """
    _fill_in(image, images.inspect(image.original.file))
    image.rendition_key, image.is_waiting = key_of(image), True
    with transaction.atomic():
        _save(image)
    return image


def make_waiting(seconds: float) -> int:
    """Make renditions of pictures that wait for them, the newest first, until `seconds` are over;
    return of how many. What cannot be made any more is logged and waits no longer."""
    end, made = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        image = Image.objects.filter(is_waiting=True).order_by("-pk").first()
        if image is None:
            break
        try:
            make_late(image)
            made += 1
        except (ValidationError, OSError):
            log.exception("renditions of picture %s were not made", image.pk)
            Image.objects.filter(pk=image.pk).update(is_waiting=False)
    return made


def make_asked(key: str) -> bool:
    """Make what a reader asks for of a picture that waits; whether it is there now. One picture at
    a time, so that a page full of them does not occupy the machine."""
    image = Image.objects.filter(is_waiting=True, rendition_key=key).first()
    if image is None or throttle.claim(_MAKING, 60):
        return False
    try:
        make_late(image)
    except (ValidationError, OSError):
        log.exception("renditions of picture %s were not made", image.pk)
        return False
    finally:
        throttle.release(_MAKING)
    return True


def make_late(image: Image) -> None:
    """Make the renditions of a picture that waits for them. Raises ValidationError or OSError when
    its file cannot be read any more."""
    focal = (image.focal_x, image.focal_y)
    images.make_renditions(image.original.file, image.rendition_key, focal, default_storage)
    Image.objects.filter(pk=image.pk, rendition_key=image.rendition_key).update(is_waiting=False)


def short_name(name: str) -> str:
    """Return the name of a file in at most 120 bytes, which every file system keeps: an Arabic
    letter takes two."""
    stem, dot, kind = name.rpartition("/")[2].rpartition(".")
    cut = (stem or kind).encode()[:120].decode(errors="ignore")
    return f"{cut}{dot}{kind[:8]}" if stem else cut


def _require_unreplaced(image: Image, original: str) -> None:
    """Refuse to save a picture that is not kept as `original` any more, because somebody replaced
    or deleted it meanwhile: it would come back, or keep theirs from being deleted. What was made
    for it goes, where nobody else has it."""
    now = Image.objects.select_for_update().filter(pk=image.pk).values_list("original", flat=True)
    if now.first() == original:
        return
    if not ImageKey.objects.filter(key=image.rendition_key).exists():
        images.delete_renditions(image.rendition_key, default_storage)
    raise ValidationError(_("Somebody replaced this picture meanwhile. Open it again."))


def _fill_in(image: Image, facts: images.Picture) -> None:
    """Write on a picture what is known of the file just uploaded for it."""
    image.width, image.height, image.sha256 = facts.width, facts.height, facts.sha256
    image.original.name = short_name(image.original.name)


def _save(image: Image) -> None:
    image.search_text = search_text(image)
    image.save()
    key, is_new = ImageKey.objects.get_or_create(key=image.rendition_key, defaults={"image": image})
    if not is_new and key.image_id != image.pk:
        # The same file came twice at the same instant, and the other one was first.
        make_renditions(image)
        _save(image)


def make_renditions(image: Image) -> None:
    """Write the renditions of a checked picture and name their key on it, which is not saved.
    Raises ValidationError when its file is gone."""
    key = key_of(image)
    if key != image.rendition_key:
        focal = (image.focal_x, image.focal_y)
        try:
            images.make_renditions(image.original.file, key, focal, default_storage)
        except FileNotFoundError:
            raise ValidationError(_("The file of this picture is missing.")) from None
        image.rendition_key = key


def key_of(image: Image) -> str:
    """Return the key that the renditions of a picture lie under when they are made today.

    No two pictures share one, even where they are the same bytes: each is replaced, and deleted,
    for itself.
    """
    for copy in count():
        key = images.rendition_key(image.sha256, (image.focal_x, image.focal_y), copy)
        owner = ImageKey.objects.filter(key=key).values_list("image_id", flat=True).first()
        if owner in (None, image.pk):
            break
    return key


def known(file: BinaryIO) -> Image | None:
    """Return the picture of the library that has these very bytes."""
    return Image.objects.filter(sha256=images.sha256(file)).order_by("pk").first()


def search_text(image: Image) -> str:
    """Return the folded words that the library finds a picture by."""
    rows = image.translations.all() if image.pk else []
    texts = [text for row in rows for text in (row.alt, row.caption, row.credit)]
    return fold(" ".join([*texts, image.original.name.rpartition("/")[2]]))


def describe(image: Image) -> None:
    """Write anew what the library finds the picture by, after its texts changed."""
    Image.objects.filter(pk=image.pk).update(search_text=search_text(image))


def may_describe(image: Image, user: User, language: str = "") -> bool:
    """Whether `user` may change what readers see of a picture: its texts in one language, which
    are read in stories of that language alone, or all of them and its crop. Of one that stands
    in a public story, or is an author's portrait, that is for those who publish."""
    if user.has_perm(EDIT_ALL) or user.has_perm(PUBLISH):
        return True
    if image.authors.exists():
        return False
    shown = Story.objects.published().filter(Q(picture=image) | Q(pictures=image))
    return not (shown.filter(language=language) if language else shown).exists()


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


def pixels(image: Image, shape: str) -> tuple[int, int]:
    """Return the width and height in pixels of the file that `rendition_url` gives."""
    size = (image.width, image.height)
    return images.rendition_size(shape, nearest_width(image, shape), size)


def shown_size(image: Image, shape: str) -> tuple[int, int]:
    """Return width and height of the rendition that `rendition_url` gives, so that a page never
    moves when it comes."""
    width = nearest_width(image, shape)
    across, down = images.RATIOS.get(shape, (image.width or 16, image.height or 9))
    return width, round(width * down / across)


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


def dressed(body_html: str, known: dict[str, Image] | None = None) -> str:
    """Return a cleaned text whose pictures have their present address and their size, so that
    the page never moves when they come; what is in no library stays as it is. One query, or none
    where `known` says which picture has which key."""
    keys = keys_in(body_html)
    if not keys:
        return body_html
    if known is None:
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


def with_sources(body_html: str, sizes: str = IN_TEXT_SIZES) -> str:
    """Return a stored text whose pictures come in the format a browser asks for and in the width
    that `sizes` (HTML, "sizes attribute") makes of its window."""
    if "<img" not in body_html:
        return body_html
    return _TAG.sub(lambda tag: _with_sources(tag, sizes), body_html)


def _with_sources(tag: re.Match[str], sizes: str) -> str:
    key, width = _KEY.search(tag[0]), _WIDTH.search(tag[0])
    if not key or not width:
        return tag[0]
    avif, jpg = (_srcset(key[1], "full", int(width[1]), kind) for kind in images.KINDS)
    image = tag[0].removesuffix(">")
    return (
        format_html('<picture><source type="image/avif" srcset="{}" sizes="{}">', avif, sizes)
        + f'{image} srcset="{jpg}" sizes="{sizes}" loading="lazy"></picture>'
    )


def numbered(body_html: str, write: Callable[[int], str]) -> str:
    """Return the text of a gallery with its number, as `write` has it, before each caption; a
    picture without a caption gets one."""
    places = count(1)

    def with_number(figure: re.Match[str]) -> str:
        number = format_html('<bdi class="gallery-number">{}</bdi>', write(next(places)))
        caption = f"<figcaption>{number}<span>{figure[2] or ''}</span></figcaption>"
        return f"<figure>{figure[1]}{caption}</figure>"

    return _FIGURE.sub(with_number, body_html)


# Where a picture is used.


def note_uses(story: Story) -> None:
    """Write down which pictures stand in what readers get of a story, in its newest revision, in
    the one that waits for its time: an index, which no page shows to readers."""
    live = {"picture": story.picture_id, "body_html": story.body_html}
    newest = story.revisions.order_by("-pk").values("pk")[:1]
    waiting = story.revisions.filter(Q(pk__in=newest) | Q(publish_at__isnull=False))
    uses = [live, *waiting.order_by().values_list("content", flat=True)]
    keys = {key for content in uses for key in keys_in(content["body_html"])}
    ids = {content["picture"] for content in uses} - {None}
    story.pictures.set(Image.objects.filter(Q(pk__in=ids) | Q(keys__in=keys)).distinct())


# Replacing and deleting.


def replace(image: Image, file: BinaryIO, *, by: User) -> list[Story]:
    """Put another picture in the place of `image`, everywhere it is used; return the stories
    whose text was rewritten.

    What was made of the old one is deleted once that is sure, its original too: often a picture
    is replaced because it must not be shown. Older revisions lead to the new one when they are
    restored. Raises ValidationError when the file is no picture or the same one,
    PermissionDenied when `by` may not.
    """
    if not (by.has_perm("articles.change_image") and by.has_perm(EDIT_ALL)):
        raise PermissionDenied
    facts = images.inspect(file)
    if facts.sha256 == image.sha256:
        raise ValidationError(_("This picture is in the library already."), code="same")
    old_original = image.original.name
    image.original, image.focal_x, image.focal_y = file, 50, 50
    _fill_in(image, facts)
    # Before the transaction, which nobody else's saving should have to wait for.
    make_renditions(image)
    with transaction.atomic():
        _require_unreplaced(image, old_original)
        _save(image)
        known = dict.fromkeys(image.keys.values_list("key", flat=True), image)
        stories = Story.objects.select_for_update()
        used_in = list(image.used_in.order_by("pk").values_list("pk", flat=True))
        touched = [story for pk in used_in if _rewritten(story := stories.get(pk=pk), known, by)]
        _delete_later(_former_keys(image), old_original)
        forget_shared(SharePicture.objects.filter(image=image))
    return touched


def delete(image: Image) -> None:
    """Delete a picture that stands in no story and shows no author, with its original and all
    that was made of it.

    Raises PermissionDenied where one has it: the desk says so before, and names them.
    """
    with transaction.atomic():
        keys = {*image.keys.values_list("key", flat=True), image.rendition_key} - {""}
        shared = Image.objects.exclude(pk=image.pk).filter(rendition_key__in=keys)
        keys -= set(shared.values_list("rendition_key", flat=True))
        original = image.original.name
        if image.used_in.exists() or image.authors.exists():
            raise PermissionDenied
        forget_shared(SharePicture.objects.filter(image=image))
        image.delete()
        _delete_later(keys, original)


def _former_keys(image: Image) -> set[str]:
    former = image.keys.exclude(key=image.rendition_key).values_list("key", flat=True)
    shown = Image.objects.filter(rendition_key__in=former).values_list("rendition_key", flat=True)
    return set(former) - set(shown)


def _delete_later(keys: set[str], original: str) -> None:
    def delete_files() -> None:
        for key in sorted(keys):
            images.delete_renditions(key, default_storage)
        originals().delete(original)

    transaction.on_commit(delete_files)


def forget_shared(rows: QuerySet[SharePicture]) -> int:
    """Delete pictures of shared links with their files; return how many there were."""
    names = list(rows.values_list("name", flat=True))

    def delete_files() -> None:
        for name in names:
            default_storage.delete(name)

    SharePicture.objects.filter(name__in=names).delete()
    transaction.on_commit(delete_files)
    return len(names)


def _rewritten(story: Story, known: dict[str, Image], by: User) -> bool:
    """Give a story's texts the present address of a picture, and say so in its log."""
    revisions = list(_worked_on(story))
    before = [story.body_html, *(revision.content["body_html"] for revision in revisions)]
    after = [dressed(body, known) for body in before]
    is_changed = after != before
    for revision, body in zip(revisions, after[1:], strict=True):
        if body != revision.content["body_html"]:
            # By update: nobody saved anything, so the time it was saved at stays.
            content = revision.content | {"body_html": body}
            Revision.objects.filter(pk=revision.pk).update(content=content)
    if is_changed:
        story.body_html, story.version, story.changed_by = after[0], story.version + 1, by
        story.save()
    Transition.objects.create(
        story=story,
        action="replace_picture",
        from_status=story.status,
        to_status=story.status,
        by=by,
        at=timezone.now(),
    )
    return is_changed


def _worked_on(story: Story) -> QuerySet[Revision]:
    """The revisions somebody reads or works on: the newest, the live one, one that waits."""
    newest = story.revisions.order_by("-pk").values("pk")[:1]
    chosen = Q(pk__in=newest) | Q(pk=story.live_revision_id) | Q(publish_at__isnull=False)
    return story.revisions.filter(chosen).order_by("pk")
