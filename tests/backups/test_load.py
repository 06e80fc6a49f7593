"""Backups made while readers write, each brought back on an empty machine: whoever was told before
it began that a comment is stored finds it there."""

import base64
import json
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from newsroom import keys
from newsroom.archive import files_under
from tests.servers import Server, own_database

pytestmark = pytest.mark.slow

CLIENTS, BACKUPS, KEPT, FIRST = 8, 4, 3, 200
GONE = 3
BODY = re.compile(r"Comment (\d+) of reader (\d+)\.")
# How somebody who was forgotten is called on an Arabic page.
NOBODY = ("غير معروف", "")
PICTURE = "from tests.factories import make_image; make_image()"
TELL = """
import json
from articles.models import Image, Story
from comments.models import Comment
from django.db import connection
rows = [
    (comment.body, comment.status, comment.name, comment.email.reveal() if comment.email else "")
    for comment in Comment.objects.order_by("pk")
]
story = Story.objects.get(kind="story")
whole = "ok"
if connection.vendor == "sqlite":
    with connection.cursor() as cursor:
        whole = cursor.execute("PRAGMA integrity_check").fetchone()[0]
told = {"rows": rows, "count": story.comment_count, "images": Image.objects.count(), "whole": whole}
print("TOLD", json.dumps(told))
"""


class Writers:
    """Readers who post one comment after another until they are told to stop."""

    def __init__(self, server: Server) -> None:
        self.server, self.is_over = server, False
        self.sent: set[str] = set()
        self.taken: set[str] = set()
        self.refused: list[str] = []
        self.threads = [threading.Thread(target=self.write, args=[n]) for n in range(CLIENTS)]

    def __enter__(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.is_over = True
        for thread in self.threads:
            thread.join(timeout=60)

    def write(self, client: int) -> None:
        number = 0
        while not self.is_over:
            number += 1
            # Every fifth waits for a moderator: it is stored, shown to nobody, and not counted.
            links = " http://a.example http://b.example http://c.example" * (number % 5 == 0)
            body = f"Comment {number} of reader {client}.{links}"
            self.sent.add(body)
            status = self.server.post(client, comment=body)
            if status == 303:
                self.taken.add(body)
            else:
                self.refused.append(f"{body}: {status}")

    def wait_for(self, number: int) -> None:
        until = time.monotonic() + 120
        while len(self.taken) < number:
            assert time.monotonic() < until, self.refused[:5]
            time.sleep(0.05)


@pytest.fixture
def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def server(tmp_path, key):
    with own_database() as database:
        (tmp_path / "var").mkdir()
        running = Server(tmp_path / "var", database, BACKUP_KEYS=key, **keys.fresh())
        running.run("shell", "--no-imports", "--command", PICTURE)
        running.start()
        yield running
        running.kill()


def test_what_was_acknowledged_before_a_backup_is_in_it(server, tmp_path):
    folder = tmp_path / "backups"
    # What was answered before each began, by the archive's name.
    before: dict[str, set[str]] = {}
    during = []
    with slow_reader(server), Writers(server) as writers:
        writers.wait_for(FIRST)
        for _ in range(BACKUPS):
            known = set(writers.taken)
            said = server.run("backup", str(folder), "--keep", str(KEPT))
            during.append(len(writers.taken) - len(known))
            assert "Encrypted under the first of BACKUP_KEYS." in said
            before[max(path.name for path in folder.glob("newsroom-*"))] = known
            # An archive is named by its second.
            time.sleep(1)
    assert writers.refused == []
    assert len(before) == BACKUPS
    assert min(during) > 0, "nobody wrote while a backup was made"
    left = sorted(path.name for path in folder.glob("newsroom-*"))
    assert left == sorted(before)[-KEPT:]
    server.run("erase_commenter", f"reader{GONE}@mail.example")
    for name in left:
        with ExitStack() as stack:
            machine = empty_machine(server, tmp_path / name.partition(".")[0], stack)
            ledger = tmp_path / "var" / "erasures.jsonl"
            said = machine.run("restore", str(folder / name), "--ledger", str(ledger))
            assert "Restored the newsroom of" in said
            judge(json.loads(machine.tell(TELL, "TOLD")), before[name], writers.sent)
            assert pictures(machine) == pictures(server)
            machine.start()
            stack.callback(machine.kill)
            assert machine.post(1, comment="After it was brought back.") == 303


@contextmanager
def slow_reader(server: Server) -> Iterator[None]:
    """SQLite: somebody reads all the while, so that what is written stays in the log beside the
    database's file: who copied that file alone would have nothing of it."""
    if server.environment["DATABASE_URL"]:
        yield
        return
    path = next(Path(server.environment["VAR_DIR"]).glob("*.sqlite3"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT COUNT(*) FROM comments_comment").fetchone()
        yield


def empty_machine(server: Server, folder: Path, stack: ExitStack) -> Server:
    """A machine that has nothing but the keys."""
    folder.mkdir()
    machine = Server(
        folder,
        stack.enter_context(own_database()),
        is_empty=True,
        BACKUP_KEYS=f"{base64.b64encode(os.urandom(32)).decode()},{server.environment['BACKUP_KEYS']}",
        **{name: server.environment[name] for name in keys.NAMES},
    )
    machine.address = server.address
    return machine


def pictures(server: Server) -> dict[str, bytes]:
    var = Path(server.environment["VAR_DIR"])
    found = {
        name: path.read_bytes()
        for kind in ("media", "originals")
        for name, path in files_under(var / kind)
    }
    assert found
    return found


def judge(told: dict, acknowledged: set[str], sent: set[str]) -> None:
    bodies = [body for body, _status, _name, _email in told["rows"]]
    assert told["whole"] == "ok"
    # Of who was forgotten since, what nobody had approved is gone, and the rest is nobody's.
    gone = {body for body in acknowledged if f"of reader {GONE}." in body and "http" in body}
    assert sorted(acknowledged - set(bodies)) == sorted(gone)
    assert len(bodies) == len(set(bodies))
    assert set(bodies) <= sent
    assert told["count"] == sum(status == "approved" for _body, status, *_who in told["rows"])
    assert {status for _body, status, *_who in told["rows"]} == {"approved", "pending"}
    assert told["images"] == 1
    by_reader: dict[int, list[int]] = {}
    for body, _status, name, email in told["rows"]:
        number, reader = map(int, BODY.match(body).groups())
        by_reader.setdefault(reader, []).append(number)
        person = (f"Reader {reader}", f"reader{reader}@mail.example")
        assert (name, email) == (NOBODY if reader == GONE else person)
    # One moment of all of it: who wrote the seventh had been answered to the sixth.
    for reader, numbers in by_reader.items():
        assert reader == GONE or sorted(numbers) == list(range(1, len(numbers) + 1))
