"""Stamps: how every process learns at once that what readers see has changed.

A table of numbers that all processes share. A page is good for as long as the stamps it was made
under are what they were; whoever changes something writes new numbers over those it concerns, once
the change is committed and before it is answered. Nobody is told, everybody looks.

On one machine the table is a file in memory (`VAR_DIR/stamps`), beyond it a string in Redis. Stamp
0 is the whole site's, 1 changes with every story's; the others are shared by stories: one changed
for a neighbour costs a page made anew, never a wrong one.
"""

import fcntl
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
from threading import Lock
from time import monotonic
from typing import Any, BinaryIO

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from newsroom.lib.redis import RedisError, ResponseError, connect

log = logging.getLogger("newsroom.stamps")

COUNT, WIDTH = 1024, 4
SIZE = COUNT * WIDTH
SITE, ANY_STORY = 0, 1
# A Redis that does not answer is asked again after so long; until then every page is made anew.
REST = 2.0
KEY = "newsroom:stamps"
# Writes as Django words them, with their table; and what writes nothing. Whatever else is said, by
# hand or with a schema's name, may have changed everything.
_WRITE = re.compile(
    r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "?(?!(?:OR|ONLY)\b)(\w+)"?(?=[\s(]|$)'
)
_NO_WRITE = re.compile(r"\(*(?:SELECT|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|PRAGMA|SET|SHOW)\b")

Table = Sequence[int]


def stamp_of(story: int) -> int:
    """Return the stamp of a story, by its id."""
    return 2 + story % (COUNT - 2)


class FileStamps:
    """The table of one machine. All processes with the same VAR_DIR share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # In one, since another thread may read and write it meanwhile.
        self._opened = self._open()

    def _open(self) -> tuple[BinaryIO, memoryview]:
        """Return the file and the table in it, which one process alone makes or makes whole."""
        file = open(self._path, "r+b", buffering=0, opener=_create)  # noqa: SIM115 # stays open
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_size < SIZE:
            file.write(secrets.token_bytes(SIZE))
        fcntl.flock(file, fcntl.LOCK_UN)
        return file, memoryview(mmap.mmap(file.fileno(), SIZE)).cast("I")

    def read(self) -> memoryview | None:
        """Return the table as it is at every moment; None where it was taken away and cannot be
        made anew, so that nobody would hear of a change."""
        file, table = self._opened
        try:
            state = os.fstat(file.fileno())
            if not state.st_nlink or state.st_size < SIZE:
                _file, table = self._opened = self._open()
        except (OSError, ValueError) as error:
            log.error("stamps cannot be told: %s", error)
            return None
        return table

    def copy(self) -> Table | None:
        """Return the table as it is now."""
        table = self.read()
        return None if table is None else memoryview(bytes(table)).cast("I")

    def renew(self, stamps: Iterable[int]) -> None:
        """Write new numbers over `stamps`."""
        if (table := self.read()) is not None:
            for stamp in stamps:
                table[stamp] = secrets.randbits(32)


def _create(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o600)


class RedisStamps:
    """The table of several machines. While it cannot be asked, `read` returns None."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._rests_until = 0.0
        # What is not written yet. Until it is, this process trusts no page. One thread writes at a
        # time: another's stamp must not pass for written with those that were on their way before.
        self._owed: set[int] = set()
        self._writing = Lock()

    def read(self) -> Table | None:
        """Return the table, or None while Redis is away."""
        if monotonic() < self._rests_until:
            return None
        try:
            if self._owed:
                self._write()
            found = self._redis.get(KEY)
            if found is None or len(found) != SIZE:
                self._redis.set(KEY, secrets.token_bytes(SIZE))
                found = self._redis.get(KEY)
        except RedisError as error:
            self._rest(error)
            return None
        return memoryview(found).cast("I")

    copy = read

    def renew(self, stamps: Iterable[int]) -> None:
        """Write new numbers over `stamps`; what Redis does not take is written later."""
        try:
            self._write(stamps)
        except RedisError as error:
            self._rest(error)

    def _write(self, stamps: Iterable[int] = ()) -> None:
        with self._writing, self._redis.pipeline(transaction=False) as pipeline:
            self._owed.update(stamps)
            for stamp in sorted(self._owed):
                pipeline.setrange(KEY, stamp * WIDTH, secrets.token_bytes(WIDTH))
            try:
                pipeline.execute()
            except ResponseError:
                # One that is full takes nothing, and still tells all the others what was. But it
                # forgets: then every stamp is a new one.
                self._redis.delete(KEY)
            self._owed.clear()

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
            # First: whoever added one for a while takes the last away again.
            connection.execute_wrappers.insert(0, wrapper)

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
    if _changes(sql, is_shown):
        concerned = _narrowed.get()
        concerned = (SITE,) if concerned is None else concerned
        if concerned:
            _renew_later(context["connection"], stamps, concerned)
    return result


def _changes(sql: Any, is_shown: Callable[[str], bool]) -> bool:
    """Whether readers may see something of what was executed."""
    if not isinstance(sql, str) or ";" in sql:
        return True
    text = sql.lstrip()
    if write := _WRITE.match(text):
        return is_shown(write[1])
    return not _NO_WRITE.match(text)


def _renew_later(
    connection: BaseDatabaseWrapper, stamps: Stamps, concerned: tuple[int, ...]
) -> None:
    """Renew once what is open is committed, at once where nothing is; a thousand rows once."""
    renew = _Renewal(stamps, concerned)
    if connection.run_on_commit:
        savepoints, first, _robust = connection.run_on_commit[0]
        if first == renew and savepoints <= set(connection.savepoint_ids):
            return
    transaction.on_commit(renew, using=connection.alias)
    if connection.in_atomic_block:
        # First: one that fails takes away all that would come after it.
        connection.run_on_commit.insert(0, connection.run_on_commit.pop())


class _Renewal:
    """Renewing certain stamps: equal to another that would do the same."""

    def __init__(self, stamps: Stamps, concerned: tuple[int, ...]) -> None:
        self.stamps, self.concerned = stamps, concerned

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Renewal) and self.concerned == other.concerned

    __hash__ = None  # type: ignore[assignment]

    def __call__(self) -> None:
        self.stamps.renew(self.concerned)
