"""Rate limits that hold across workers, in the cache "throttle"."""

import math
import time

from django.core.cache import caches


def claim(key: str, seconds: int) -> int:
    """Take `key` for some seconds: 0 when it was free, else how many seconds remain.

    `add()` decides in one step, so that of two workers only one gets the key. The value is the
    end of the claim, which tells the other how long to wait.
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
    caches["throttle"].delete(key)
