"""Rate limits that hold across workers, in the cache "throttle"."""

import logging
import math
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connections
from django.utils import timezone

from newsroom.lib.redis import RedisError

log = logging.getLogger("newsroom.throttle")


class ThrottleDatabaseCache(DatabaseCache):
    """A table that forgets: each claim deletes those whose time is over.

    Django keeps what has expired until there are too many rows, and then drops live ones as
    well. Here a key is a keyed hash of somebody's address, which is kept no longer than needed.
    """

    def forget_expired(self) -> int:
        """Delete claims that are over, without waiting for the next one; return how many."""
        with connections["default"].cursor() as cursor:
            self._cull("default", cursor, timezone.now().replace(microsecond=0), 0)
            return max(0, cursor.rowcount)

    def add_to(self, key: str, number: int, until: float) -> int:
        """Add to a counter that ends at `until` and return what it is then, in one statement: of
        many workers each gets a number of its own."""
        ops = connections["default"].ops
        table, key = ops.quote_name(self._table), self.make_and_validate_key(key)
        end = ops.adapt_datetimefield_value(datetime.fromtimestamp(math.ceil(until), tz=UTC))
        with connections["default"].cursor() as cursor:
            self._cull("default", cursor, timezone.now().replace(microsecond=0), 0)
            cursor.execute(
                f"INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s) "  # noqa: S608 # nosec B608 # our own table's name
                f"ON CONFLICT (cache_key) DO UPDATE SET value = "
                f"CAST(CAST({table}.value AS INTEGER) + %s AS TEXT) RETURNING value",
                [key, str(number), end, number],
            )
            return int(cursor.fetchone()[0])

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        table = connections[db].ops.quote_name(self._table)
        limit = connections[db].ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [limit])  # noqa: S608 # nosec B608 # our own table's name


def claim(key: str, seconds: int, *, is_optional: bool = False) -> int:
    """Take `key` for some seconds: 0 when it was free, else how many seconds remain.

    While Redis is away nobody can tell: an optional claim is granted, any other refused.
    """
    try:
        return _claim(key, seconds)
    except RedisError as error:
        log.error("rates cannot be told: %s", error)
        return 0 if is_optional else seconds


def _claim(key: str, seconds: int) -> int:
    """Claim the key: `add()` decides in one step, so that of two workers only one gets it.

    The value is the end of the claim, which tells the other how long to wait.
    """
    cache = caches["throttle"]
    now = time.time()
    if seconds <= 0 or cache.add(key, now + seconds, timeout=seconds):
        return 0
    until = cache.get(key)
    if until is None:
        return 0 if cache.add(key, now + seconds, timeout=seconds) else seconds
    return min(seconds, max(1, math.ceil(until - now)))


def release(key: str) -> None:
    """Give `key` back before its time, when what it was claimed for did not happen."""
    try:
        caches["throttle"].delete(key)
    except RedisError as error:
        log.error("a claim stays until its time: %s", error)


class Window(NamedTuple):
    """A counter and the time at which it ends."""

    key: str
    until: float


def window(key: str, seconds: int) -> Window:
    """Return the counter of `key` that runs now. Windows begin at whole multiples of their
    length, so that all machines count in the same one."""
    until = (time.time() // seconds + 1) * seconds
    return Window(f"{key}:{int(until)}", until)


def count(counter: Window, limit: int) -> int:
    """Count one more: 0 while there are no more than `limit`, else how many seconds until the
    window ends. While Redis is away nobody can tell, and nothing is refused."""
    number = _add(counter, 1)
    return max(1, math.ceil(counter.until - time.time())) if number > limit else 0


def uncount(counter: Window) -> None:
    """Take one back, when what was counted did not happen."""
    _add(counter, -1)


def _add(counter: Window, number: int) -> int:
    """Add to a counter in one step and return what it is then; 0 when nobody can tell."""
    cache, seconds = caches["throttle"], math.ceil(counter.until - time.time())
    if seconds <= 0:
        return 0
    if isinstance(cache, ThrottleDatabaseCache):
        return cache.add_to(counter.key, number, counter.until)
    try:
        cache.add(counter.key, 0, timeout=seconds)
        return cache.incr(counter.key, number)
    except (RedisError, ValueError) as error:  # ValueError: it ended in between.
        log.error("rates cannot be told: %s", error)
        return 0
