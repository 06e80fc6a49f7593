"""Where the workers of one gunicorn count: a folder for the server, a file for each place.

prometheus_client adds up the files of a folder. It names them by process, so that every worker
that is replaced (WEB_MAX_REQUESTS) would leave one behind and a scrape would take ever longer. Here
a worker has a *slot*, the lowest number that no living one has, and goes on where the last one
in it stopped: nothing is lost, and there are as many files as workers ever ran at once.

Read by gunicorn.conf.py, before Django is there.
"""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable
from itertools import count
from pathlib import Path

FOLDER, SLOT = "PROMETHEUS_MULTIPROC_DIR", "NEWSROOM_WORKER_SLOT"
PREFIX = "newsroom-counts-"
LEAST_FREE = 16 * 1024 * 1024
# Open as long as the server or one of its workers lives, and locked: so others know that it does.
_held: dict[str, int] = {}


def open_folder(base: str | None) -> None:
    """Make this server's folder under `base` (None: where temporary files are) and name it in the
    environment its workers inherit; delete those of servers that died without `close_folder`.

    Not the pid but a lock says who lives: containers have the same pids. Raises OSError, also when
    there is little room: a worker that writes into a mapped file beyond it is killed.
    """
    os.environ.pop(FOLDER, None)
    forget_dead(base)
    if shutil.disk_usage(base or tempfile.gettempdir()).free < LEAST_FREE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), base)
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=base)
    _held[folder] = _locked(folder)
    os.environ[FOLDER] = folder


def close_folder() -> None:
    """Delete the folder that `open_folder` made."""
    while _held:
        folder, descriptor = _held.popitem()
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def forget_dead(base: str | None) -> None:
    """Delete folders of servers that live no more; leave those of other people."""
    for folder in Path(base or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            descriptor = _locked(str(folder))
        except OSError:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _locked(folder: str) -> int:
    """Open the folder and lock it; raises OSError when a living server has it, or another user."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def free(taken: Iterable[int]) -> int:
    """Return the lowest slot that is not taken."""
    held = set(taken)
    return next(number for number in count() if number not in held)


def take(number: int) -> None:
    """Let this process, just forked, count in its slot; by itself where there is no folder."""
    if FOLDER in os.environ:
        os.environ[SLOT] = str(number)
