"""What was answered is stored, whatever dies: a real server with several processes, its own
database, and no mercy."""

import http.client
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from tests import servers

pytestmark = pytest.mark.slow

CLIENTS, POSTS = 10, 500
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


class Server(servers.Server):
    def stored(self) -> dict[str, Any]:
        return json.loads(self.tell(TELL, "TOLD"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with servers.own_database() as database:
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
