"""Two real workers: what they count adds up, also when they die, and names nobody."""

import http.client
import os
import re
import shutil
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsroom import slots
from tests import leaks
from tests.servers import Server, own_database

PLANTED = "Canary.Planted+Tag@Mail.Example.org"
READER = "198.51.100.77"


def own_folder(server: Server) -> Path:
    """Return the folder in which this server's workers count: its master holds it open."""
    fds = Path(f"/proc/{server.process.pid}/fd").iterdir()
    return next(path for fd in fds if slots.PREFIX in (path := fd.readlink()).name)


def get(server: Server, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def counted(server: Server, sample: str) -> float:
    status, text = get(server, "/metrics")
    assert status == 200
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text.decode(), re.MULTILINE)
    return float(found[1]) if found else 0


def workers(server: Server) -> set[int]:
    path = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return {int(pid) for pid in path.read_text().split()}


def wait_for(true) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


READY = 'newsroom_http_requests_total{method="GET",status="2xx",view="healthz"}'


def ask(server: Server, number: int) -> None:
    for _ in range(number):
        assert get(server, "/healthz")[0] == 200


def started(server: Server) -> Iterator[Server]:
    server.start()
    folder = own_folder(server)
    yield server
    server.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Server]:
    """A server with two workers whose database has no tables yet, which counting does not need."""
    running = Server(tmp_path, "", is_empty=True, WEB_WORKERS="2")
    yield from started(running)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with own_database() as database:
        running = Server(tmp_path, database, WEB_WORKERS="2", LOG_LEVEL="INFO")
        yield from started(running)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc on this machine")
def test_what_two_workers_count_adds_up_whatever_becomes_of_them(bare):
    server = bare
    folder = own_folder(server)
    names = [f"{kind}_{slot}.db" for kind in ("counter", "histogram") for slot in (0, 1)]
    wait_for(lambda: ask(server, 5) or sorted(file.name for file in folder.iterdir()) == names)
    begun = counted(server, READY)
    ask(server, 100)
    assert [counted(server, READY) for _ in range(8)] == [begun + 100] * 8

    old = workers(server)
    assert len(old) == 2
    os.kill(min(old), signal.SIGKILL)
    wait_for(lambda: len(workers(server) - old) == 1)
    ask(server, 50)
    assert [counted(server, READY) for _ in range(4)] == [begun + 150] * 4
    assert sorted(file.name for file in folder.iterdir()) == names

    # While reloading the new stand beside the old, which finish what they began.
    old = workers(server)
    os.kill(server.process.pid, signal.SIGHUP)
    wait_for(lambda: len(workers(server)) == 2 and not workers(server) & old)
    ask(server, 50)
    assert [counted(server, READY) for _ in range(4)] == [begun + 200] * 4
    assert len(list(folder.iterdir())) <= 8

    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=30) == 0
    assert not folder.exists()


@pytest.mark.slow
def test_neither_its_numbers_nor_its_log_name_a_reader(server):
    answers = Counter(
        server.post(76, comment=f"Number {number}.", author="رِيما Reader", email=PLANTED)
        for number in range(10)
    )
    assert answers == {303: 10}
    assert counted(server, 'newsroom_comments_received_total{verdict="approved"}') == 10
    assert counted(server, "newsroom_database_up") == 1
    get(server, f"/en/search/?q={PLANTED}", Referer=f"https://x/{PLANTED}", Cookie=f"a={PLANTED}")
    get(server, f"/{PLANTED}", **{"User-Agent": PLANTED, "X-Forwarded-For": READER})
    for line in (
        f"GET /{PLANTED} HTTP/9\r\n\r\n",
        f"{PLANTED}\r\n\r\n",
        f"GET / {PLANTED}: \r\n\r\n",
    ):
        with closing(socket.create_connection(("127.0.0.1", server.port))) as raw:
            raw.sendall(line.encode())
            raw.recv(1000)
    status, numbers = get(server, "/metrics")
    assert status == 200
    log = server.log.read_bytes()
    assert log.count(b'"message": "request"') > 12
    for told in (numbers, log):
        assert leaks.found(PLANTED, told) == []
        assert READER.encode() not in told
        assert "رِيما".encode() not in told
