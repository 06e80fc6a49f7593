"""Public pages read from a replica of the database, once it knows what was answered last.

A writer notes, after its commit and before it answers, how far the primary's log has come. A page
is read from the replica only when that has replayed as far; until then, and while nobody knows,
from the primary: its delay costs no truth. Only public pages ask it. The desk, personal pages and
everything that writes read the primary.
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from django.db import DatabaseError, connections
from django.db.models import Model

from newsroom.lib.redis import RedisError, connect

log = logging.getLogger("newsroom.replica")

ALIAS = "replica"
KEY = "newsroom:position"
# A replica that failed or lies far behind is left alone for so long (seconds).
REST = 2.0
# Of two writers the one that is further in the log has the last word.
_HIGHER = """
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > known then redis.call('SET', KEYS[1], ARGV[1]) end
"""
_WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
_REPLAYED = "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint"

Answer = TypeVar("Answer")
_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)


class Router:
    """Sends the reads of public pages to the replica, and everything else to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return ALIAS if _is_reading.get() else "default"

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return "default"

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None


# How far the primary's log had come at the last answered write, known to all processes.


class FilePosition:
    """On one machine: a file."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def raise_to(self, position: int) -> None:
        """Write the position unless a higher one is there."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            if position > self.read():
                os.pwrite(self._file, position.to_bytes(8, "big"), 0)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def read(self) -> int:
        """Return the position; 0 when nothing was written yet."""
        return int.from_bytes(os.pread(self._file, 8, 0), "big")


class RedisPosition:
    """On several machines: a number in Redis. What could not be told is told later."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._owed = 0

    def raise_to(self, position: int) -> None:
        """Write the position unless a higher one is there."""
        self._owed = max(self._owed, position)
        try:
            self._tell()
        except RedisError as error:
            log.error("the position cannot be told: %s", error)

    def read(self) -> int | None:
        """Return the position, or None while nobody can tell."""
        try:
            if self._owed:
                self._tell()
            return int(self._redis.get(KEY) or 0)
        except RedisError:
            return None

    def _tell(self) -> None:
        self._redis.eval(_HIGHER, 1, KEY, self._owed)
        self._owed = 0


Position = FilePosition | RedisPosition


class Replica:
    """Whether the replica may be read now, by what `position` tells."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self._replayed, self._rests_until = 0, 0.0

    def note(self) -> None:
        """Note how far the log has come, after a commit. Raises DatabaseError."""
        with connections["default"].cursor() as cursor:
            cursor.execute(_WRITTEN)
            self.position.raise_to(cursor.fetchone()[0])

    def is_level(self) -> bool:
        """Whether the replica knows everything that was answered."""
        needed = self.position.read()
        if needed is None or monotonic() < self._rests_until:
            return False
        if self._replayed < needed:
            self._replayed = self._ask()
        return self._replayed >= needed

    def rest(self, error: Exception) -> None:
        """Leave the replica alone for a while."""
        self._rests_until = monotonic() + REST
        log.warning("the replica is not read: %s", type(error).__name__)

    def _ask(self) -> int:
        try:
            with connections[ALIAS].cursor() as cursor:
                cursor.execute(_REPLAYED)
                # None: it is no replica any more but a primary of its own.
                return cursor.fetchone()[0] or 0
        except DatabaseError as error:
            self.rest(error)
            return 0


# Set where the site has a replica (newsroom/pages.py).
used: Replica | None = None


@contextmanager
def _reading() -> Iterator[None]:
    token = _is_reading.set(True)
    try:
        yield
    finally:
        _is_reading.reset(token)


def read(make: Callable[[], Answer]) -> Answer:
    """Return what `make` makes of the database, read from the replica where it is level. Where it
    fails meanwhile, `make` is called once more, with the primary: it must only read."""
    if used is None or not used.is_level():
        return make()
    try:
        with _reading():
            return make()
    except DatabaseError as error:
        used.rest(error)
        return make()
