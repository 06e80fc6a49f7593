"""What is read most: counted in memory, written together, knowing nobody.

A reader's browser tells the number of a story it showed for some seconds, and no more: no cookie
is sent or set. A process counts in memory and writes all it counted each half minute, so that a
page view is never a write. Who was counted already this hour is told by a hash under a key that
this process made up and forgets with the hour; it is never written.
"""

import logging
import secrets
from collections import Counter
from datetime import datetime, timedelta
from hashlib import blake2b
from threading import Lock
from time import monotonic

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from articles.models import MostRead, Reads, Story
from articles.models.story import StoryQuerySet
from newsroom.lib import throttle

log = logging.getLogger("newsroom.reads")

WRITE_SECONDS, RANK_SECONDS = 30, 5 * 60
PLACES, PLACES_KEPT = 5, 15
# A process remembers no more, whatever is sent: beyond, some are counted twice, or not at all.
MOST_READERS, MOST_STORIES = 100_000, 10_000


class Tally:
    """What one process counted since it last wrote."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[int] = Counter()
        self._written_at = monotonic()
        self._forget_readers()

    def add(self, story: int, reader: str) -> bool:
        """Count a read, of each reader once an hour; tell whether it is time to write."""
        with self._lock:
            if monotonic() - self._hour_began > 3600 or len(self._readers) >= MOST_READERS:
                self._forget_readers()
            mark = blake2b(f"{story} {reader}".encode(), key=self._key, digest_size=8).digest()
            if mark not in self._readers and len(self._counts) < MOST_STORIES:
                self._readers.add(mark)
                self._counts[story] += 1
            return bool(self._counts) and monotonic() - self._written_at >= WRITE_SECONDS

    def take(self) -> Counter[int]:
        """Return what is to be written, and begin anew."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
            self._written_at = monotonic()
            return taken

    def give_back(self, counts: Counter[int]) -> None:
        """Count again what could not be written."""
        with self._lock:
            self._counts.update(counts)

    def _forget_readers(self) -> None:
        self._key, self._readers = secrets.token_bytes(32), set[bytes]()
        self._hour_began = monotonic()


tally = Tally()


def note(story: int, *, reader: str) -> None:
    """Count that the story with this id was read; `reader` is the machine it came from, an
    address or an IPv6 /64: within that one reader would be as many as it likes."""
    if tally.add(story, reader):
        write()


def write() -> None:
    """Write what this process counted; what the database does not take waits for the next time."""
    if not (counts := tally.take()):
        return
    try:
        _write(counts)
    except Error as error:
        tally.give_back(counts)
        log.error("reads cannot be written: %s", error)
        return
    if not throttle.claim("most-read", RANK_SECONDS, is_optional=True):
        rank()


def _write(counts: Counter[int]) -> None:
    public = Story.objects.published().articles().filter(pk__in=counts).values_list("pk", flat=True)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    stored = connection.ops.adapt_datetimefield_value(hour)
    rows = [(story, stored, counts[story]) for story in public.order_by("pk")]
    if not rows:
        return
    table = connection.ops.quote_name(Reads._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (story_id, hour, count) VALUES (%s, %s, %s) "  # noqa: S608 # nosec B608 # our own table's name
            f"ON CONFLICT (story_id, hour) DO UPDATE SET count = {table}.count + excluded.count",
            rows,
        )


def rank() -> None:
    """Make the rankings of every language anew from the hours of MOST_READ_HOURS, and forget
    those before."""
    since = timezone.now() - timedelta(hours=settings.MOST_READ_HOURS)
    rows = [row for code, _name in settings.LANGUAGES for row in _ranking(code, since)]
    with transaction.atomic():
        MostRead.objects.all().delete()
        MostRead.objects.bulk_create(rows)
    Reads.objects.filter(hour__lt=since - timedelta(hours=1)).delete()


def _ranking(language: str, since: datetime) -> list[MostRead]:
    public = Story.objects.published().articles().in_language(language)
    reads = Reads.objects.filter(hour__gte=since, story__in=public.values("pk"))
    sums = reads.order_by().values("story").annotate(total=Sum("count"))
    best = sums.order_by("-total", "-story")[:PLACES_KEPT]
    return [
        MostRead(language=language, place=place, story_id=row["story"])
        for place, row in enumerate(best, start=1)
    ]


def most_read(cards: StoryQuerySet, language: str) -> list[Story]:
    """Return the most read of `cards` in the language, the most read first."""
    ranked = cards.filter(most_read__language=language).order_by("most_read__place")
    return list(ranked[:PLACES]) if settings.MOST_READ_HOURS else []
