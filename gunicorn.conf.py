"""How `make run` and the container serve: read by gunicorn, set by the environment."""

import gc
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from gunicorn import systemd
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

sys.path.insert(0, str(Path(__file__).resolve().parent))

from newsroom import slots
from newsroom.environment import Environment
from newsroom.logs import ServerFormatter

env = Environment()
env.read_env(Path(__file__).resolve().parent / ".env", overwrite=False)


class JsonLogger(Logger):
    """gunicorn's own messages as the application writes its own: JSON lines, nobody named."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(ServerFormatter())
        self.error_log.handlers = [handler]


def when_ready(server: Arbiter) -> None:
    """Make the folder in which the workers count for /metrics: after the address is ours alone."""
    try:
        slots.open_folder(worker_tmp_dir)
    except OSError as error:
        server.log.warning("/metrics will tell of one worker at a time: %s", error)


def pre_fork(server: Arbiter, worker: Worker) -> None:
    """Give the worker a slot of its own; while reloading, the old workers still have theirs."""
    worker.slot = slots.free(other.slot for other in server.WORKERS.values())


def post_fork(server: Arbiter, worker: Worker) -> None:
    """Let the worker count in its slot."""
    slots.take(worker.slot)


def on_exit(server: Arbiter) -> None:
    """Leave nothing behind."""
    slots.close_folder()


def pre_exec(server: Arbiter) -> None:
    """After SIGUSR2, in the process that will be the new release.

    It becomes a child of systemd, not of the master it replaces: systemd neither waits for nor
    notices the end of others. And systemd's sockets go back to the numbers at which the new
    master looks for them, from which gunicorn took them away.
    """
    if os.fork():
        os._exit(0)
    if server.systemd:
        sockets = [os.dup(listener.fileno()) for listener in server.LISTENERS]
        for number, socket in enumerate(sockets, start=systemd.SD_LISTEN_FDS_START):
            os.dup2(socket, number)


def post_worker_init(worker: Worker) -> None:
    """Once the worker has loaded the application; after SIGUSR2 let the old release finish and go.

    A release that cannot be loaded never comes here, and the old one serves on.
    """
    # The application itself stays to the end: no collection need look through it for rubbish,
    # which takes a tenth of the time of a page.
    gc.collect()
    gc.freeze()
    # Set by gunicorn for a master that was started beside another one.
    before = int(os.environ.get("GUNICORN_PID", 0))
    if not before:
        return
    systemd.sd_notify(f"MAINPID={worker.ppid}", worker.log)
    with suppress(ProcessLookupError):
        os.kill(before, signal.SIGTERM)


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """Write what this worker counted and has not written yet."""
    from articles import reads

    reads.write()


_host = env.text("HOST", "127.0.0.1")
_port = env.number("PORT", 8000, minimum=1, maximum=65535)
bind = f"{f'[{_host}]' if ':' in _host else _host}:{_port}"
worker_class = "gthread"
workers = env.number("WEB_WORKERS", 2, minimum=1)
threads = env.number("WEB_THREADS", 4, minimum=1)
timeout = env.number("WEB_TIMEOUT", 30, minimum=1)
graceful_timeout = 20
keepalive = 5
# As long as nginx takes them (deploy/nginx/site.conf): old addresses come with long queries.
limit_request_line = 8190
max_requests = env.number("WEB_MAX_REQUESTS", 10_000)
max_requests_jitter = max_requests // 10
# Not preloaded: a connection opened before the fork would be shared by all workers.
preload_app = False
# Heartbeat files on disk can stall a worker; memory cannot.
_memory = "/dev/shm"  # noqa: S108 # nosec B108 # shared memory, no file of a guessable name
worker_tmp_dir = _memory if Path(_memory).is_dir() else None
# A second door for commands, which nothing here uses.
control_socket_disable = True
forwarded_allow_ips = ",".join(proxy for proxy in env.proxies() if proxy != "unix")
logger_class = JsonLogger
loglevel = env.text("LOG_LEVEL", "INFO").lower()
# The application logs every request itself, without the query and the caller.
accesslog = None
