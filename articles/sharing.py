"""Pictures of shared links: where they lie, and how they come to be and go.

An address holds a hash of all that is on the picture (headline, section, photograph, the paper's
name), so it is known before there is a picture, may be kept for ever, and changes with any of them.
The picture is made when it is first asked for, or by `tick` soon after the story came out.
"""

import hashlib
import json
import re
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from articles import pictures
from articles.models import SharePicture, Story
from articles.site import Site, site_in
from newsroom.lib import share_pictures, throttle
from newsroom.lib.files import store_whole
from newsroom.lib.share_pictures import Words
from newsroom.lib.text import row_number

# How long the picture of an older headline is still there: networks ask for it again.
KEPT = timedelta(days=30)
NAME = re.compile(r"[0-9a-f]{32}/(story|paper|logo)-([a-z0-9-]{1,20})\.(?:jpg|png)")
# While one request makes a picture, others wait for it so long, in steps.
_WAIT_SECONDS, _STEP_SECONDS = 5, 0.1
_AT_ONCE, _FRESH, _MOST_PRUNED = 10, 30, 500


@dataclass(frozen=True)
class Shared:
    """A picture for a shared link, for metadata; `url` is a path of this site."""

    url: str
    width: int
    height: int
    type: str = "image/jpeg"


class Moved(Exception):
    """The picture asked for is an older one; its present address."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class Busy(Exception):
    """Another request is still making the picture."""


# Addresses.


def of_story(story: Story, site: Site) -> Shared | None:
    """Return what goes with a link to `story` (loaded by `for_page`): its picture, else its
    photograph where none can be drawn, else what goes with the paper's own links."""
    if share_pictures.is_possible() and share_pictures.can_write(story.headline):
        return _drawn(_story_name(story, site))
    if story.picture:
        width, height = pictures.pixels(story.picture, "share")
        return Shared(pictures.rendition_url(story.picture, "share"), width, height)
    return of_paper(site)


def of_paper(site: Site) -> Shared | None:
    """Return what goes with a link to a page that is no story, where it can be drawn."""
    words = _paper_words(site)
    if share_pictures.is_possible() and share_pictures.can_write(words.headline):
        return _drawn(_name("paper", site.language, words))
    return None


def logo(site: Site) -> Shared | None:
    """Return the paper's logo: its wordmark, or its name, as a picture."""
    if not share_pictures.is_possible() or not share_pictures.can_write(site.name):
        return None
    words = _paper_words(site)
    width, height = share_pictures.LOGO_SIZE
    name = _name("logo", site.language, words)
    return Shared(_url(name), width, height, "image/png")


def _drawn(name: str) -> Shared:
    return Shared(_url(name), share_pictures.WIDTH, share_pictures.HEIGHT)


def _url(name: str) -> str:
    return f"{settings.MEDIA_URL}{name}"


def _story_words(story: Story, site: Site) -> Words:
    section = story.section_name or ""
    return Words(story.headline, section, site.name, story.language, site.wordmark_svg)


def _paper_words(site: Site) -> Words:
    return Words(site.tagline or site.name, "", site.name, site.language, site.wordmark_svg)


def _story_name(story: Story, site: Site) -> str:
    photograph = story.picture.rendition_key if story.picture else ""
    return _name("story", str(story.pk), _story_words(story, site), photograph)


def _name(kind: str, number: str, words: Words, photograph: str = "") -> str:
    facts = [share_pictures.RECIPE, kind, number, *vars(words).values(), photograph]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
    return f"{digest}/{kind}-{number}.{'png' if kind == 'logo' else 'jpg'}"


# Making one.


def make(name: str) -> bytes | None:
    """Return the picture of this name, made and kept now, or None where there is none to make:
    of many who ask at once one makes it. Raises Moved where the story looks otherwise by now, Busy
    where waiting for another request took too long."""
    found = NAME.fullmatch(name)
    if not found or not share_pictures.is_possible():
        return None
    kind, number = found.groups()
    task = _story_task(row_number(number)) if kind == "story" else _paper_task(kind, number)
    if task is None:
        return None
    if task.name != name:
        raise Moved(_url(task.name))
    if throttle.claim(f"share:{name}", _WAIT_SECONDS * 4, is_optional=True):
        return _awaited(name)
    try:
        return _kept(task)
    finally:
        throttle.release(f"share:{name}")


@dataclass(frozen=True)
class _Task:
    name: str
    words: Words
    story: Story | None = None


def _story_task(pk: int) -> _Task | None:
    """What is to be drawn of a story that readers see."""
    languages = dict(settings.LANGUAGES)
    story = Story.objects.for_page().filter(pk=pk, language__in=languages).first()
    if story is None or not story.is_public or not share_pictures.can_write(story.headline):
        return None
    site = site_in(story.language)
    return _Task(_story_name(story, site), _story_words(story, site), story)


def _paper_task(kind: str, language: str) -> _Task | None:
    if language not in dict(settings.LANGUAGES):
        return None
    words = _paper_words(site_in(language))
    return _Task(_name(kind, language, words), words)


def _awaited(name: str) -> bytes:
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until:
        time.sleep(_STEP_SECONDS)
        if data := _read(name):
            return data
    raise Busy


def _read(name: str) -> bytes | None:
    try:
        with default_storage.open(name) as file:
            return file.read()
    except FileNotFoundError:
        return None


def _kept(task: _Task) -> bytes | None:
    """Draw a picture and keep it, unless what is on it was changed or taken back meanwhile."""
    if data := _read(task.name):  # whoever had the claim before made it
        return data
    data = _drawing(task)
    store_whole(default_storage, task.name, data)
    if story := task.story:
        whose = {"story": story, "image": story.picture, "outdated_at": None}
        SharePicture.objects.update_or_create(name=task.name, defaults=whose)
        now = _story_task(story.pk)
        if now is None or now.name != task.name:
            pictures.forget_shared(SharePicture.objects.filter(name=task.name))
            return None
        older = SharePicture.objects.filter(story=story, outdated_at=None).exclude(name=task.name)
        older.update(outdated_at=timezone.now())
    return data


def _drawing(task: _Task) -> bytes:
    if "/logo-" in task.name:
        return share_pictures.draw_logo(task.words)
    if task.story is None or task.story.picture is None:
        return share_pictures.draw(task.words)
    image = task.story.picture
    # The whole picture, as wide as it is made: the strip beside the words is cut from it.
    url = pictures.rendition_url(image, "full", 1280)
    with default_storage.open(url.removeprefix(settings.MEDIA_URL)) as file:
        return share_pictures.draw(task.words, file.read(), (image.focal_x, image.focal_y))


# What runs by the clock.


def make_fresh() -> int:
    """Make the pictures that the newest and the last changed stories lack; return how many."""
    if not share_pictures.is_possible():
        return 0
    public = Story.objects.published().filter(language__in=dict(settings.LANGUAGES))
    recent = timezone.now() - timedelta(hours=1)
    came = Story.objects.published_since(recent).order_by("-published_at")
    wanted = {*came.values_list("pk", flat=True)[:_FRESH]}
    wanted |= {*public.order_by("-changed_at").values_list("pk", flat=True)[:_FRESH]}
    stories = public.for_page().defer("body_html").filter(pk__in=wanted)
    sites = {code: site_in(code) for code in dict(settings.LANGUAGES)}
    names = [_story_name(story, sites[story.language]) for story in stories]
    known = SharePicture.objects.filter(name__in=names).values_list("name", flat=True)
    lacking = sorted(set(names) - set(known))[:_AT_ONCE]
    return sum(_is_made(name) for name in lacking)


def _is_made(name: str) -> bool:
    try:
        return make(name) is not None
    except (Moved, Busy, FileNotFoundError):
        return False  # whoever asks for it next tries again


def prune() -> int:
    """Delete pictures of older headlines after a while, and at once those of stories that nobody
    may read any more; return how many."""
    is_public = Exists(Story.objects.published().filter(pk=OuterRef("story")))
    over = Q(outdated_at__lt=timezone.now() - KEPT)
    gone = SharePicture.objects.filter(over | ~Q(is_public))
    return pictures.forget_shared(gone.order_by("pk")[:_MOST_PRUNED])


def forget(story: Story) -> None:
    """Delete what was drawn of a story, when it is taken off the site."""
    pictures.forget_shared(SharePicture.objects.filter(story=story))
