"""Telling the caches beyond our own (a CDN, Varnish) what is no more: tags that are stamps.

With PURGE_URLS each public page says in `Cache-Tag` and `Surrogate-Key` which stamps it was made
under, and whatever renews a stamp calls each address with its tag, so that a long
SHARED_CACHE_SECONDS shows nothing old. A thread of the process calls, at once and until it is
taken: the writer does not wait. What waits cannot grow beyond the number of stamps.
"""

import atexit
import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from itertools import product
from threading import Condition, Thread
from time import monotonic

from django.conf import settings
from django.utils import timezone

from newsroom.lib.caching import tag_of
from newsroom.lib.outgoing import CallFailed, CallRefused, post
from newsroom.lib.stamps import SITE

log = logging.getLogger("newsroom.purging")

# Each tag is purged at once, and once more when nginx has let go of its page of a second, which a
# cache beyond it may have fetched in between.
ONCE_MORE = 2.5
# Seconds until a call that failed is made again.
PAUSE = 5.0
# What a process that ends may still take, and how far back `tick` looks for what the clock changed.
SECONDS_TO_END = 10.0
LOOKS_BACK = timedelta(minutes=5)


# An address, a stamp, and whether it is the second time.
Purge = tuple[str, int, bool]


class Purges:
    """What is to be purged, and the thread that does it; it begins with the first purge, so that
    each worker has its own."""

    def __init__(self, urls: list[str], headers: dict[str, str]) -> None:
        self._urls, self._headers = urls, headers
        self._due: dict[Purge, float] = {}
        self._is_calling = False
        self._changed = Condition()
        self._thread: Thread | None = None

    def add(self, stamps: Iterable[int]) -> None:
        """Purge what was made under `stamps`, soon. Returns at once."""
        now = monotonic()
        with self._changed:
            for url, stamp in product(self._urls, stamps):
                self._due[url, stamp, False] = now
                self._due[url, stamp, True] = now + ONCE_MORE
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._work, name="purges", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def finish(self, seconds: float = SECONDS_TO_END) -> bool:
        """Wait until nothing is due, `seconds` at most; return whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._due and not self._is_calling, seconds)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (taken := self._take()):
                    soonest = min(self._due.values(), default=None)
                    self._changed.wait(None if soonest is None else max(0, soonest - monotonic()))
                self._is_calling = True
            failed = self._call_all(_fewest(taken))
            again = monotonic() + PAUSE
            with self._changed:
                self._due = dict.fromkeys(failed, again) | self._due
                self._is_calling = False
                self._changed.notify_all()

    def _take(self) -> set[Purge]:
        now = monotonic()
        taken = {purge for purge, at in self._due.items() if at <= now}
        for purge in taken:
            del self._due[purge]
        return taken

    def _call_all(self, purges: set[Purge]) -> set[Purge]:
        """Make the calls and return what is still to be purged: where one fails, the others to
        that address wait too."""
        failed: set[Purge] = set()
        away: set[str] = set()
        for purge in sorted(purges):
            url, stamp, _is_second = purge
            if url in away or not self._call(url, stamp):
                away.add(url)
                failed.add(purge)
        return failed

    def _call(self, url: str, stamp: int) -> bool:
        tag = tag_of(stamp)
        try:
            status = post(url.replace("{tag}", tag), b"", self._headers)
        except (CallRefused, CallFailed) as refusal:
            log.error("tag %s was not purged: %s", tag, refusal)
            return False
        if not 200 <= status < 300:
            log.error("tag %s was not purged: %s", tag, status)
        return 200 <= status < 300


def _fewest(due: set[Purge]) -> set[Purge]:
    """Leave out what goes with the whole site, whose tag every page bears."""
    whole = {url for url, stamp, _is_second in due if stamp == SITE}
    return {purge for purge in due if purge[1] == SITE or purge[0] not in whole}


@lru_cache(maxsize=1)
def purges() -> Purges:
    """Return the purges of this process; a command that ends waits for what it began."""
    made = Purges(settings.PURGE_URLS, settings.PURGE_HEADERS)
    atexit.register(made.finish)
    return made


def purge_by_clock() -> bool:
    """Purge the whole site where the clock alone changed it in the last minutes; for `tick`."""
    from newsroom.pages import next_change  # it knows of us

    if not settings.PURGE_URLS:
        return False
    now = timezone.now()
    is_changed = next_change((now - LOOKS_BACK).timestamp()) <= now.timestamp()
    if is_changed:
        purges().add([SITE])
    return is_changed
