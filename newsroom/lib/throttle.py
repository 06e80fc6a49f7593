"""Rate limits that hold across workers, in the cache "throttle"."""

import logging
import math
import time
from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connections
from django.utils import timezone

try:
    from redis.exceptions import RedisError
except ImportError:  # One machine needs no Redis.

    class RedisError(Exception):  # type: ignore[no-redef]
        """What never comes from a cache in the database."""


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

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        table = connections[db].ops.quote_name(self._table)
        limit = connections[db].ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [limit])  # noqa: S608


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
