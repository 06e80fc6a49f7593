"""Composing a page by hand: which story is held at which place, and for how long.

Place 1 is the lead. Places nobody set are filled with the newest stories that stand at no other
place, by `fill`: the public page and the desk's screen ask the same function. Each verb locks the
page, checks the person and, by `state`, that the page still is as it was seen.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import logged
from articles.models import Edition, Pin, Section, SectionTranslation, Story
from articles.models.front_page import CurrentQuerySet
from articles.models.story import StoryQuerySet
from articles.rights import EDIT_ALL, reaches
from newsroom.models import User

PLACES = 5


class PlacingError(Exception):
    """A refused change; the message may be shown to whoever tried."""


class StalePage(PlacingError):
    """Somebody else composed the page since this person saw it."""


@dataclass(frozen=True)
class Page:
    """A page that is composed by hand: a language's front page, or a section's in it."""

    language: str
    section: Section | None = None

    def stories(self) -> StoryQuerySet:
        """What may stand on the page, public or not."""
        stories = Story.objects.articles().in_language(self.language)
        return stories.filter(section__in=self.section.descendants()) if self.section else stories

    def pins(self) -> CurrentQuerySet:
        """The places that are held now, also for stories whose time has still to come."""
        return Pin.objects.current().filter(language=self.language, section=self.section)

    def url(self) -> str:
        """The page's public address; empty where the section has no name in the language."""
        row = self.name_row()
        if self.section:
            return row.get_absolute_url() if row else ""
        return f"/{self.language}/"

    def name_row(self) -> SectionTranslation | None:
        if self.section is None:
            return None
        return self.section.translations.filter(language=self.language).first()


# What readers see.


def pinned(stories: StoryQuerySet, language: str, section: Section | None = None) -> list[Story]:
    """Return of `stories` those that are held on a page, with their `pin_place` (one query)."""
    pins = Pin.objects.current().filter(language=language, section=section)
    held = stories.filter(pins__in=pins).annotate(pin_place=F("pins__position"))
    return list(held.order_by("pins__position", "pins__id")[:PLACES])


def fill(held: Iterable[Story], newest: Iterable[Story], size: int) -> list[Story]:
    """Return the stories of a page in the order of its `size` places, each once.

    A held story keeps its place; where that one is taken, or there is none, it stands at the
    nearest free one. The rest is filled with the newest.
    """
    places: dict[int, Story] = {}
    for story in held:
        wanted = min(max(story.pin_place, 1), size)
        free = [place for place in range(1, size + 1) if place not in places]
        if free and story.pk not in {kept.pk for kept in places.values()}:
            later = [place for place in free if place >= wanted]
            places[later[0] if later else free[-1]] = story
    standing = {story.pk for story in places.values()}
    others = iter({story.pk: story for story in newest if story.pk not in standing}.values())
    row = (places.get(place) or next(others, None) for place in range(1, size + 1))
    return [story for story in row if story is not None]


class Composed:
    """A page's stories for a paginator: the held ones at their places, then the flow without
    them, so that no page repeats or loses one."""

    def __init__(self, held: list[Story], stories: StoryQuerySet, limit: int) -> None:
        self.held, self.limit = held, limit
        self.flow = stories.exclude(pk__in=[story.pk for story in held])

    def count(self) -> int:
        return min(self.flow[: self.limit].count() + len(self.held), self.limit)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Story]:
        before = len(self.held)
        if part.start:
            return list(self.flow[part.start - before : part.stop - before])
        newest = self.flow[: max(part.stop - before, 0)]
        return fill(self.held, newest, part.stop)


# What editors do.


def may_compose(page: Page, user: User) -> bool:
    """Whether `user` may set places: everywhere, or on the pages of the sections they edit."""
    if not user.has_perm("articles.change_pin"):
        return False
    return reaches(page.section.pk, user) if page.section else user.has_perm(EDIT_ALL)


def state_of_page(page: Page) -> str:
    """Return a mark of what is held where: another one as soon as anybody changes it."""
    rows = page.pins().order_by("id").values_list("id", "story_id", "position", "until")
    text = ";".join(",".join(map(str, row)) for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def pin(
    story: Story,
    page: Page,
    position: int,
    *,
    by: User | None,
    until: datetime | None = None,
    state: str | None = None,
) -> list[Story]:
    """Hold `story` at a place until a time, or for good; those that stood there step down.

    Returns the stories that found no place any more. A story held already is moved there.
    """
    with transaction.atomic():
        _begin(page, by, state)
        _require_place(position)
        _require_until(until)
        _require_story(story, page)
        pins = _in_order(page)
        own = next((row for row in pins.values() if row.story_id == story.pk), None)
        if own is None:
            own = Pin(language=page.language, section=page.section, story=story)
        own.until = until
        fallen = _settle(page, pins, own, position)
        _log(page, own, by, "held", position)
    return fallen


def move(
    story: Story, page: Page, position: int, *, by: User | None, state: str | None = None
) -> list[Story]:
    """Bring a story to another place; one that was not held is held from now on.

    What is held between the old and the new place steps aside; returns what found no place.
    """
    with transaction.atomic():
        _begin(page, by, state)
        _require_place(position)
        own = page.pins().filter(story=story).first()
        return pin(story, page, position, by=by, until=own.until if own else None)


def unpin(story: Story, page: Page, *, by: User | None, state: str | None = None) -> None:
    """Give a story's place back to the newest."""
    with transaction.atomic():
        _begin(page, by, state)
        own = page.pins().filter(story=story).select_related("story").first()
        if own is None:
            raise PlacingError(_("This story holds no place here any more."))
        _log(page, own, by, "given_back", own.position)
        own.delete()


def move_section(section: Section, step: int, *, by: User | None) -> bool:
    """Move a section up (-1) or down (1) among those under the same parent; False at the end."""
    if by and not by.has_perm("articles.change_section"):
        raise PlacingError(_("Your account may not do this."))
    with transaction.atomic():
        rows = Section.objects.select_for_update().filter(parent=section.parent_id)
        row = list(rows.order_by("position", "id"))
        at = [one.pk for one in row].index(section.pk)
        to = at + step
        if not 0 <= to < len(row):
            return False
        row[at], row[to] = row[to], row[at]
        changed = [one for place, one in enumerate(row, 1) if one.position != place]
        for place, one in enumerate(row, 1):
            one.position = place
        Section.objects.bulk_update(changed, ["position"])
        section.refresh_from_db(fields=["position"])
        section.save(update_fields=["position"])  # the navigation is made anew from its signal
    return True


# Shared by the verbs.


def _begin(page: Page, by: User | None, state: str | None) -> None:
    """Lock the page; refuse a person who may not, and a page that is not as it was seen."""
    if by and not may_compose(page, by):
        raise PlacingError(_("Your account may not compose this page."))
    list(Edition.objects.select_for_update().filter(language=page.language).values_list("pk"))
    if state is not None and state != state_of_page(page):
        raise StalePage(
            _("Somebody else changed this page meanwhile. Look at its present order, then go on.")
        )
    over = Pin.objects.filter(language=page.language, section=page.section)
    over.filter(until__lte=timezone.now()).delete()


def _in_order(page: Page) -> dict[int, Pin]:
    """Return what is held by its place, two of one place set apart."""
    pins: dict[int, Pin] = {}
    for row in page.pins().select_related("story").order_by("position", "id"):
        place = max(row.position, 1)
        while place in pins:
            place += 1
        pins[place] = row
    return pins


def _settle(page: Page, pins: dict[int, Pin], own: Pin, position: int) -> list[Story]:
    """Put `own` at its place, let the others step aside, save what changed."""
    old = next((place for place, row in pins.items() if row is own), None)
    if old is not None:
        del pins[old]
    step = -1 if old is not None and position > old else 1
    place, carried = position, own
    while carried:
        pins[place], carried = carried, pins.get(place)
        place += step
    fallen = [row for place, row in pins.items() if place > PLACES]
    for row in fallen:
        row.delete()
    for place, row in pins.items():
        if row not in fallen and (row is own or row.position != place):
            row.position = place
            row.save()
    return [row.story for row in fallen]


def _require_place(position: int) -> None:
    if not 1 <= position <= PLACES:
        raise PlacingError(_("There is no such place on this page."))


def _require_until(until: datetime | None) -> None:
    if until is not None and until <= timezone.now():
        raise PlacingError(_("This time is past."))


def _require_story(story: Story, page: Page) -> None:
    if not (story.is_public or story.is_scheduled):
        raise PlacingError(_("Only a story that is public or scheduled can be held at a place."))
    if not page.stories().filter(pk=story.pk).exists():
        if page.section and story.language == page.language:
            raise PlacingError(_("This story stands in another section."))
        raise PlacingError(_("This story does not belong on this page."))


def _log(page: Page, row: Pin, by: User | None, code: str, place: int) -> None:
    if by is None:
        return
    section = str(page.name_row() or page.section or "")
    said = {"section": section, "language": page.language, "story": row.story.headline}
    LogEntry.objects.log_actions(
        by.pk,
        [row],
        CHANGE,
        change_message=logged.sentence(code, place=place, **said),
        single_object=True,
    )
