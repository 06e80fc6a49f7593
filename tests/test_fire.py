"""The page store under fire: readers at four processes, while four others change what they read."""

import http.client
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import closing
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings

from tests.servers import Server, own_database

pytestmark = pytest.mark.slow
SECONDS, READERS = 30, 16
KINDS = ("edit", "breaking", "approve", "erase")
MARK = re.compile(r"fire-(\w+)-(\d+)-")


class Fire:
    """What was changed so far, and what somebody saw who must have seen more."""

    def __init__(self, server: Server) -> None:
        self.server, self.done = server, dict.fromkeys(KINDS, 0)
        self.read, self.wrong, self.is_over = 0, [], False

    def change(self, kind: str) -> None:
        code = f"from tests.changing import main; main({kind!r})"
        with subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", code],
            cwd=settings.BASE_DIR,
            env=self.server.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            while not self.is_over and (line := process.stdout.readline()):
                self.done[kind] = int(line)
                time.sleep(0.05)
                process.stdin.write("\n")
                process.stdin.flush()
            process.stdin.close()

    def look(self, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        with closing(connection):
            while not self.is_over:
                expected = dict(self.done)
                connection.request("GET", path)
                answer = connection.getresponse()
                seen = MARK.findall(answer.read().decode())
                self.read += 1
                if answer.status != 200:
                    self.wrong.append(f"{path}: {answer.status}")
                self.judge(path, expected, seen)

    def judge(self, path: str, expected: dict[str, int], seen: list[tuple[str, str]]) -> None:
        newest = {kind: max(int(n) for k, n in seen if k == kind) for kind, _ in seen}
        wanted = ["edit", "breaking"] if path == "/ar/" else ["edit", "breaking", "approve"]
        for kind in wanted:
            if newest.get(kind, 0) < expected[kind]:
                self.wrong.append(f"{path}: {kind} {newest.get(kind)} after {expected[kind]}")
        if any(kind == "erase" and int(n) <= expected["erase"] for kind, n in seen):
            self.wrong.append(f"{path}: a name that was erased")


@pytest.fixture
def server(tmp_path):
    with own_database() as database:
        redis = os.environ.get("CACHE_URL", "")
        running = Server(tmp_path, database, WEB_WORKERS="4", CACHE_URL=redis)
        running.start()
        yield running
        running.kill()


def test_no_reader_sees_a_state_older_than_the_last_change(server):
    fire = Fire(server)
    story = quote(urlsplit(server.address).path, safe="/%")
    threads = [threading.Thread(target=fire.change, args=[kind]) for kind in KINDS]
    threads += [
        threading.Thread(target=fire.look, args=[story if number % 2 else "/ar/"])
        for number in range(READERS)
    ]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    fire.is_over = True
    for thread in threads:
        thread.join(timeout=60)
    assert fire.wrong[:20] == []
    assert min(fire.done.values()) > 5
    assert fire.read > 100
