"""What was answered is stored, whatever dies: a real server with several processes, its own
database, and no mercy."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Barrier, Event
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow

CLIENTS, POSTS = 10, 500
BEGIN = """
from tests.factories import make_story
print("STORY", make_story(language="ar").get_absolute_url())
"""
TELL = """
import json
from articles.models import Story
from comments.models import Comment
from django.db import connection
rows = list(Comment.objects.order_by("pk").values_list("body", "status"))
story = Story.objects.get(kind="story")
whole = "ok"
if connection.vendor == "sqlite":
    with connection.cursor() as cursor:
        whole = cursor.execute("PRAGMA integrity_check").fetchone()[0]
print("TOLD", json.dumps({"rows": rows, "count": story.comment_count, "whole": whole}))
"""


class Server:
    """`gunicorn newsroom.wsgi` with three processes, on a database of its own."""

    def __init__(self, folder: Path, database: str) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            **{name: value for name, value in os.environ.items() if "PYTEST" not in name},
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
            "DATABASE_URL": database,
            "CACHE_URL": "",
            "NEWSROOM_DEMO": "0",
            "WEB_WORKERS": "3",
            "TRUSTED_PROXIES": "127.0.0.1",
            "COMMENT_TRUST_AFTER": "0",
            "COMMENT_FLOOD_SECONDS": "0",
            "COMMENT_RATES": "none",
            "LOG_LEVEL": "ERROR",
        }
        self.log = folder / "server.log"
        self.run("migrate", "--verbosity", "0")
        self.address = self.tell(BEGIN, "STORY")

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def tell(self, code: str, word: str) -> str:
        lines = self.run("shell", "--no-imports", "--command", code).splitlines()
        return next(line for line in lines if line.startswith(word)).removeprefix(f"{word} ")

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).parent / "gunicorn"), "newsroom.wsgi"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text())

    def kill(self) -> None:
        """Every process at once, as when the machine loses power."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def post(self, client: int, **fields: str) -> int:
        """Post a comment as one client of many; return the status that was answered."""
        form = {"author": f"Reader {client}", "email": f"reader{client}@mail.example", **fields}
        headers = {
            "Host": f"127.0.0.1:{self.port}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": f"198.51.100.{client + 1}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            path = f"{quote(urlsplit(self.address).path, safe='/%')}comments/"
            connection.request("POST", path, urlencode(form), headers)
            return connection.getresponse().status

    def stored(self) -> dict[str, Any]:
        return json.loads(self.tell(TELL, "TOLD"))


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database: a file, or one made on the PostgreSQL of the run."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield ""
        return
    import psycopg

    name = f"crash_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(given, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield urlsplit(given)._replace(path=f"/{name}").geturl()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def server(tmp_path: Path, database: str) -> Iterator[Server]:
    running = Server(tmp_path, database)
    running.start()
    yield running
    running.kill()


def at_once(number: int, call: Callable[[int], Any]) -> list[Any]:
    barrier = Barrier(number)

    def run(which: int) -> Any:
        barrier.wait()
        return call(which)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_every_comment_that_was_taken_is_there_after_a_crash(server):
    taken: list[str] = []
    is_dead = Event()

    def write(client: int) -> None:
        for number in range(POSTS // CLIENTS):
            if is_dead.is_set():
                return
            body = f"Comment {number} of reader {client}."
            with suppress(OSError, http.client.HTTPException):
                if server.post(client, comment=body) == 303:
                    taken.append(body)
            if len(taken) >= POSTS // 2 and not is_dead.is_set():
                is_dead.set()
                server.kill()

    at_once(CLIENTS, write)
    assert POSTS // 2 <= len(taken) < POSTS
    server.start()
    stored = server.stored()
    bodies = [body for body, _status in stored["rows"]]
    assert stored["whole"] == "ok"
    assert sorted(set(taken) - set(bodies)) == []
    assert len(bodies) == len(set(bodies))
    # What was on its way may be stored without having been answered: one a client at most.
    assert len(bodies) - len(taken) <= CLIENTS
    assert stored["count"] == sum(status == "approved" for _body, status in stored["rows"])
    assert server.post(1, comment="After the crash.") == 303


def test_b061_fifty_identical_posts_at_once_leave_one_row(server):
    answers = at_once(50, lambda _client: server.post(7, comment="The same words."))
    assert sorted(answers) == [303] + [409] * 49
    stored = server.stored()
    assert [body for body, _status in stored["rows"]] == ["The same words."]
    assert stored["count"] == 1


def test_five_hundred_posts_of_fifty_readers_are_all_counted(server):
    def write(client: int) -> list[int]:
        return [server.post(client, comment=f"{number} of {client}.") for number in range(10)]

    answers = [status for own in at_once(50, write) for status in own]
    assert answers == [303] * 500
    stored = server.stored()
    assert (len(stored["rows"]), stored["count"]) == (500, 500)
