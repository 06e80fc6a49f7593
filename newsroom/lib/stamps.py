"""Stamps: how every process learns at once that what readers see has changed.

A table of numbers that all processes share. A page is good for as long as the stamps it was made
under are what they were; whoever changes something writes new numbers over those it concerns, once
the change is committed and before it is answered. Nobody is told, everybody looks.

On one machine the table is a file in memory (`VAR_DIR/stamps`), beyond it a string in Redis. Stamp
0 is the whole site's, 1 changes with every story's; the others are shared by stories: one changed
for a neighbour costs a page made anew, never a wrong one.
"""

import logging
import mmap
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

try:
    from redis import Redis, RedisError
except ImportError:  # One machine needs none.
    RedisError = OSError

log = logging.getLogger("newsroom.stamps")

COUNT, WIDTH = 1024, 4
SITE, ANY_STORY = 0, 1
# A Redis that does not answer is asked again after so long; until then every page is made anew.
PATIENCE, REST = 0.25, 2.0
KEY = "newsroom:stamps"
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")
_TABLE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?')

Table = Sequence[int]


def stamp_of(story: int) -> int:
    """Return the stamp of a story, by its id."""
    return 2 + story % (COUNT - 2)


class FileStamps:
    """The table of one machine. All processes with the same VAR_DIR share it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            fresh = path.with_name(f"{path.name}.{os.getpid()}")
            descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            os.write(descriptor, secrets.token_bytes(COUNT * WIDTH))
            os.close(descriptor)
            fresh.rename(path)
        with path.open("r+b") as file:
            self._table = memoryview(mmap.mmap(file.fileno(), COUNT * WIDTH)).cast("I")

    def read(self) -> Table:
        """Return the table as it is at every moment."""
        return self._table

    def copy(self) -> Table:
        """Return the table as it is now."""
        return memoryview(bytes(self._table)).cast("I")

    def renew(self, stamps: Iterable[int]) -> None:
        """Write new numbers over `stamps`."""
        for stamp in stamps:
            self._table[stamp] = secrets.randbits(32)


class RedisStamps:
    """The table of several machines. While it cannot be asked, `read` returns None."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._rests_until = 0.0
        # What could not be written. Until it is, this process trusts no page.
        self._owed: set[int] = set()

    def read(self) -> Table | None:
        """Return the table, or None while Redis is away."""
        if monotonic() < self._rests_until:
            return None
        try:
            if self._owed:
                self._write(self._owed)
            found = self._redis.get(KEY)
            if found is None or len(found) != COUNT * WIDTH:
                self._redis.set(KEY, secrets.token_bytes(COUNT * WIDTH))
                found = self._redis.get(KEY)
        except RedisError as error:
            self._rest(error)
            return None
        return memoryview(found).cast("I")

    copy = read

    def renew(self, stamps: Iterable[int]) -> None:
        """Write new numbers over `stamps`; what Redis does not take is written later."""
        self._owed.update(stamps)
        try:
            self._write(self._owed)
        except RedisError as error:
            self._rest(error)

    def _write(self, stamps: set[int]) -> None:
        with self._redis.pipeline(transaction=False) as pipeline:
            for stamp in sorted(stamps):
                pipeline.setrange(KEY, stamp * WIDTH, secrets.token_bytes(WIDTH))
            pipeline.execute()
        stamps.clear()

    def _rest(self, error: RedisError) -> None:
        self._rests_until = monotonic() + REST
        log.error("stamps cannot be told: %s", error)


Stamps = FileStamps | RedisStamps

# Who writes.

_narrowed: ContextVar[tuple[int, ...] | None] = ContextVar("narrowed", default=None)


@contextmanager
def concerning(*stories: int) -> Iterator[None]:
    """Say of the writes in this block that readers see nothing of them but with these stories (by
    id); with none, nothing at all. Of other writes it is taken that the whole site shows them."""
    concerned = {ANY_STORY, *map(stamp_of, stories)} if stories else ()
    token = _narrowed.set(tuple(concerned))
    try:
        yield
    finally:
        _narrowed.reset(token)


def watch(stamps: Stamps, is_shown: Callable[[str], bool]) -> None:
    """Renew `stamps` after each committed write to a table of which `is_shown` is true. Whatever
    way a row is written, by a verb, the admin, a command or in bulk, it passes here."""
    wrapper = partial(_after_write, stamps, is_shown)

    def install(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
        if wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(wrapper)

    connection_created.connect(install, weak=False, dispatch_uid="newsroom.stamps")
    for connection in connections.all(initialized_only=True):
        install(connection)


def _after_write(
    stamps: Stamps,
    is_shown: Callable[[str], bool],
    execute: Callable[..., Any],
    sql: Any,
    params: Any,
    many: bool,
    context: dict[str, Any],
) -> Any:
    result = execute(sql, params, many, context)
    if isinstance(sql, str) and sql.lstrip()[:6].upper() in _WRITES:
        table = _TABLE.match(sql)
        concerned = _narrowed.get()
        concerned = (SITE,) if concerned is None else concerned
        if concerned and (table is None or is_shown(table[1])):
            _renew_later(context["connection"], stamps, concerned)
    return result


def _renew_later(
    connection: BaseDatabaseWrapper, stamps: Stamps, concerned: tuple[int, ...]
) -> None:
    """Renew once what is open is committed, at once where nothing is; a thousand rows once."""
    renew = _Renewal(stamps, concerned)
    if connection.run_on_commit:
        savepoints, last, _robust = connection.run_on_commit[-1]
        if last == renew and savepoints == set(connection.savepoint_ids):
            return
    transaction.on_commit(renew, using=connection.alias)


class _Renewal:
    """Renewing certain stamps: equal to another that would do the same."""

    def __init__(self, stamps: Stamps, concerned: tuple[int, ...]) -> None:
        self.stamps, self.concerned = stamps, concerned

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Renewal) and self.concerned == other.concerned

    __hash__ = None  # type: ignore[assignment]

    def __call__(self) -> None:
        self.stamps.renew(self.concerned)
