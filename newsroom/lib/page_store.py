"""Whole answers kept in a process's memory, served before Django is asked.

A page is kept for everybody, so only what `public_page` says is the same for all (`keep`) comes in.
It is served while the stamps it was made under stand (`lib/stamps.py`), until the next moment at
which the clock alone would change it, and for `seconds` at most. Everything that is not plainly
such a page falls through: another method, host or query, a store that is full or broken.
"""

import fcntl
import os
import re
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from operator import itemgetter
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any, NamedTuple
from uuid import uuid4

from newsroom.lib.caching import UNTIL, Making, coding_for, making, until
from newsroom.lib.stamps import SITE, Stamps, Table

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Any]
Headers = list[tuple[str, str]]
Key = tuple[str, str, bool, str | None]

_OF_ONE_ANSWER = frozenset({"x-request-id", UNTIL.lower()})
_OF_A_BODY = frozenset({"content-type", "content-length", "content-encoding"})
_SHARED = re.compile(r"s-maxage=(\d+)")
# Where there is another page of comments or of a list; and marks that advertisers add to addresses.
TURNING = frozenset({"page", "comments"})
TRACKERS = ("utm_", "fbclid", "gclid", "igshid", "msclkid", "twclid", "mc_cid", "mc_eid")
MOST_HOSTS, LONGEST_PATH, TURNS = 50, 2000, 64
# How long one waits for another who makes the page, in seconds, and looks again every so often.
WAIT, PAUSE = 5, 0.01
# What a page takes beside its bytes: its head, its address, and what it is found by.
BESIDE = 4000


class Kept(NamedTuple):
    """A page as it is served; `read` takes from the table the stamps it was made under."""

    head: Headers
    body: bytes
    tag: str
    view: str
    until: float
    read: Callable[[Table], Any]
    stamped: Any
    shared_seconds: int | None

    @property
    def size(self) -> int:
        return len(self.body) + BESIDE


class PageStore:
    """The WSGI application: kept pages by itself, all else by asking `django`.

    `next_change(page)` tells when the clock alone will change what is public; `count(view, method,
    status, seconds)` is told of every page served from here. Addresses that begin with one of
    `others` are none of its business. Pages take no more than `most_bytes` of memory; beyond, the
    oldest go.
    """

    def __init__(
        self,
        django: Application,
        stamps: Stamps,
        locks: Path,
        *,
        others: tuple[str, ...],
        next_change: Callable[[Making], float],
        count: Callable[[str, str, int, float], None],
        seconds: int,
        most_bytes: int,
    ) -> None:
        self.django, self.stamps, self.others = django, stamps, others
        self.next_change, self.count = next_change, count
        self.seconds, self.most_bytes = seconds, most_bytes
        self.pages: dict[Key, Kept] = {}
        self.hosts: set[str] = set()
        self.bytes = 0
        self._writing = threading.Lock()
        self._turns = [threading.Lock() for _ in range(TURNS)]
        self._locks = locks
        with suppress(OSError):
            locks.mkdir(mode=0o700, exist_ok=True)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        started = monotonic()
        key = self._key(environ)
        if key is None:
            return self.django(environ, start_response)
        if kept := self._good(key, environ):
            answer = self._answer(kept, environ, start_response)
            status = 200 if answer else 304
            self.count(kept.view, environ["REQUEST_METHOD"], status, monotonic() - started)
            return answer
        with self._turn(key[0]):
            # Whoever was before in the line may have made it.
            if kept := self._good(key, environ):
                return self._answer(kept, environ, start_response)
            return self._make(key, environ, start_response)

    def _key(self, environ: Environ) -> Key | None:
        """Return what a page is kept under; None for what is never kept."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or path.startswith(self.others):
            return None
        if path == "/" or "/me/" in path or len(path) > LONGEST_PATH:
            return None
        if query := _without_trackers(environ.get("QUERY_STRING", "")):
            name, _, number = query.partition("=")
            if not (name in TURNING and number.isdecimal() and len(number) < 5):
                return None
        is_secure = environ.get("HTTP_X_FORWARDED_PROTO", environ["wsgi.url_scheme"]) == "https"
        return path, query, is_secure, coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))

    def _good(self, key: Key, environ: Environ) -> Kept | None:
        """Return the kept page if it is as Django would make it now."""
        kept = self.pages.get(key)
        if kept is None or kept.until <= time() or environ.get("HTTP_HOST") not in self.hosts:
            return None
        table = self.stamps.read()
        return kept if table is not None and kept.read(table) == kept.stamped else None

    def _answer(
        self, kept: Kept, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Send a kept page, or with [] that the reader has it already (RFC 9110, 13.1.2)."""
        own = [("X-Request-ID", uuid4().hex)]
        if kept.shared_seconds is not None:
            own.append((UNTIL, until(kept.shared_seconds)))
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and (kept.tag in known or known.strip() == "*"):
            head = [line for line in kept.head if line[0].lower() not in _OF_A_BODY]
            start_response("304 Not Modified", [*head, *own])
            return []
        start_response("200 OK", [*kept.head, *own])
        return [kept.body if environ["REQUEST_METHOD"] == "GET" else b""]

    def _make(self, key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let Django make the page, and keep it where it may be kept."""
        table = self.stamps.copy()
        if table is None or environ["REQUEST_METHOD"] != "GET":
            return self.django(environ, start_response)
        # The page as such is wanted; what the reader has of it is looked at afterwards.
        known = environ.pop("HTTP_IF_NONE_MATCH", None)
        asked, environ["QUERY_STRING"] = environ.get("QUERY_STRING", ""), key[1]
        page, told = Making(table, time(), time() + self.seconds), []
        token = making.set(page)
        try:
            answer = self.django(environ, lambda *head: told.append(head))
        finally:
            making.reset(token)
        kept = self._kept(page, told[-1], answer) if page.view else None
        if kept is None:
            if asked != key[1] and told[-1][0].startswith("3"):
                # The marks go along to where the page moved.
                answer.close()
                environ["QUERY_STRING"] = asked
                return self.django(environ, start_response)
            start_response(*told[-1])
            return answer
        answer.close()
        self._keep(key, kept, environ.get("HTTP_HOST", ""))
        if known:
            environ["HTTP_IF_NONE_MATCH"] = known
        return self._answer(kept, environ, start_response)

    def _kept(self, page: Making, told: tuple[Any, ...], answer: Iterable[bytes]) -> Kept | None:
        """Return the page as it will be served, None where it must not be kept after all."""
        status, head = told[:2]
        lines = {name.lower(): value for name, value in head}
        is_personal = "set-cookie" in lines or "cookie" in lines.get("vary", "").lower()
        if not status.startswith("200") or is_personal or "etag" not in lines:
            return None
        read = itemgetter(SITE, *sorted(page.shown))
        head = [line for line in head if line[0].lower() not in _OF_ONE_ANSWER]
        shared = _SHARED.search(lines.get("cache-control", "")) if UNTIL.lower() in lines else None
        good_until = min(page.until, self.next_change(page))
        if good_until <= time():
            return None
        return Kept(
            head,
            b"".join(answer),
            lines["etag"],
            page.view,
            until=good_until,
            read=read,
            stamped=read(page.stamps),
            shared_seconds=int(shared[1]) if shared else None,
        )

    def _keep(self, key: Key, kept: Kept, host: str) -> None:
        with self._writing:
            if len(self.hosts) >= MOST_HOSTS:
                # Any port makes another of a good one: those that are asked for come back.
                self.hosts.clear()
            if host:
                self.hosts.add(host)
            if old := self.pages.pop(key, None):
                self.bytes -= old.size
            self.pages[key] = kept
            self.bytes += kept.size
            while self.bytes > self.most_bytes:
                self.bytes -= self.pages.pop(next(iter(self.pages))).size

    @contextmanager
    def _turn(self, path: str) -> Iterator[None]:
        """Let one thread of one process at a time make a page.

        Whoever waited for a thread that then kept nothing makes it beside others: what is not kept
        shall not stand in line.
        """
        place = zlib.crc32(path.encode("latin-1")) % TURNS
        turn = self._turns[place]
        if not turn.acquire(blocking=False):
            if turn.acquire(timeout=WAIT):
                turn.release()
            yield
            return
        held = _locked(self._locks / str(place))
        try:
            yield
        finally:
            if held is not None:
                os.close(held)
            turn.release()


def _locked(file: Path) -> int | None:
    """Wait for a file's lock and return what it is held by, until that is closed or the process
    dies; None where there can be no lock, or not soon, which costs speed and no page."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    begun = monotonic()
    while monotonic() - begun < WAIT:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(PAUSE)
        except OSError:
            break
        else:
            return descriptor
    os.close(descriptor)
    return None


def _without_trackers(query: str) -> str:
    """Drop the marks of where a reader came from, which make no other page."""
    return "&".join(part for part in query.split("&") if not part.startswith(TRACKERS))
