"""One way to search stories, whatever the database.

`index` writes a story into the index, in the transaction that changed it; `search` is the readers'
search and `find` the desk's. SQLite (FTS5) and PostgreSQL (a GIN index) keep the same words and
marks and answer the same questions, so both find the same stories in the same order.
"""

import time
from collections.abc import Iterable
from itertools import groupby
from types import ModuleType

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from articles.models import Reindexing, SearchEntry, Story
from articles.search import entries, postgresql, sqlite
from articles.search.entries import PLACE_BITS, place_at
from articles.search.question import Clause, Filters, Question

Reading = sqlite.Reading | postgresql.Reading

# Of what matches, the newest are ranked: a common word costs no more in a large archive.
MOST, MOST_WORK = 1000, 2000
AT_ONCE, PAUSE = 100, 0.02


def search(words: str, filters: Filters) -> list[int]:
    """Return ids of public stories that hold all of `words`, the best first, MOST at most.

    First stories with the words in their headline, then those with the words as they stand, then
    those with forms of them; each newest first. Without a word, what the filters alone find.
    """
    question, scope = Question(words, filters.languages), filters.clauses()
    if scope is None or not (question or filters):
        return []
    now = timezone.now()
    low, high = filters.bounds()
    high = min(high, place_at(now, is_end=True))
    tiers = [question.in_headline(), question.by_word(), question.by_stem()] if question else [[]]
    reading = _backend().Reading(question.phrases, low, high, now)
    asked = [[*scope, *clauses] for clauses, _same in groupby(tiers)]
    return [_story_at(place) for place in _ranked(reading, asked)]


def find(words: str) -> list[int] | None:
    """Return ids of the stories, drafts and all, that hold all of `words` or forms of them, the
    newest first; the last word may be the beginning of one. None where there is no word in them.

    For the desk: nothing here asks who may. MOST_WORK at most of what is published, and as many of
    what is not, which would else drown among it.
    """
    question = Question(words, tuple(dict(settings.LANGUAGES)))
    if not question:
        return None
    clauses, found = question.by_stem(may_go_on=True), []
    reading = _backend().Reading(question.phrases, 0, entries.LAST_PLACE, None)
    for mark in (entries.AT_WORK, entries.OUT):
        found += reading.newest([[[mark]], *clauses], MOST_WORK)
    return [_story_at(place) for place in sorted(found, reverse=True)]


def index(story: Story) -> None:
    """Write the live content of `story` into the index, in place of what stood there of it."""
    index_all([story])


def index_all(stories: list[Story]) -> None:
    """Write many stories into the index, with as many questions as for one."""
    with transaction.atomic():
        _write(stories)


@transaction.atomic
def refresh(stories: Iterable[int]) -> None:
    """Have stories (by id) indexed anew whose words changed without them: in this transaction
    where they are few, else by `catch_up`, a hundred at once."""
    ids = sorted(set(stories))
    if not ids:
        return
    if len(ids) <= AT_ONCE:
        _write_locked(ids)
        return
    parts = (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
    Reindexing.objects.bulk_create(Reindexing(stories=part) for part in parts)


def catch_up(seconds: float) -> int:
    """Index anew, for so long at most, the stories that wait for it; return how many it were."""
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with transaction.atomic():
            waiting = Reindexing.objects.select_for_update(skip_locked=True).order_by("pk").first()
            if waiting is None:
                break
            count += _write_locked(waiting.stories)
            waiting.delete()
        time.sleep(PAUSE)
    return count


def rebuild() -> int:
    """Write every story into the index anew and return how many there are.

    A hundred at once: readers search on meanwhile, and a story that is published meanwhile waits
    for a moment.
    """
    last, count = 0, 0
    while True:
        with transaction.atomic():
            rows = Story.objects.select_for_update().filter(pk__gt=last).order_by("pk")
            stories = list(rows[:AT_ONCE])
            if not stories:
                break
            _write(stories)
        last, count = stories[-1].pk, count + len(stories)
        # Who waits for SQLite's one lock looks for it now and then: it must be seen free.
        time.sleep(PAUSE)
    _backend().tidy()
    return count


def unindexed() -> QuerySet[Story]:
    """Return the stories that are not in the index: after an upgrade, or a restored backup."""
    return Story.objects.filter(search_entry=None)


def _write_locked(ids: list[int]) -> int:
    """Write stories into the index once nobody else is saving them; return how many there are."""
    stories = list(Story.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    _write(stories)
    return len(stories)


def _write(stories: list[Story]) -> None:
    # What the index holds of an entry goes with it, on both databases.
    SearchEntry.objects.filter(story__in=stories).delete()
    made = entries.entries_of(stories)
    SearchEntry.objects.bulk_create(
        SearchEntry(place=entry.place, story=entry.story, ends_at=entry.story.unpublish_at)
        for entry in made
    )
    _backend().write(made)


def _ranked(reading: Reading, asked: list[list[Clause]]) -> list[int]:
    """Return what answers the first of `asked`, then what answers the next, MOST at most.

    Whatever answers one answers the last: where that finds nothing, nothing else is tried.
    """
    if not reading.holds_any(asked[-1]):
        return []
    found: dict[int, None] = {}
    for clauses in asked:
        found |= dict.fromkeys(reading.newest(clauses, MOST))
        if len(found) >= MOST:
            break
    return list(found)[:MOST]


def _backend() -> ModuleType:
    return postgresql if connection.vendor == "postgresql" else sqlite


def _story_at(place: int) -> int:
    return place & ((1 << PLACE_BITS) - 1)
