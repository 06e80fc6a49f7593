"""A replica is read for public pages only, once it knows what was answered, and costs no page."""

import os
import shutil
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from django.db import OperationalError
from django.http import HttpResponse

from articles.models import Story
from newsroom.lib import replica
from newsroom.lib.caching import public_page
from newsroom.lib.replica import FilePosition, RedisPosition, Replica, Router
from tests.servers import Server


class TestPosition:
    @pytest.fixture(params=["file", "redis"])
    def two(self, request, tmp_path, settings):
        if request.param == "file":
            return FilePosition(tmp_path / "position"), FilePosition(tmp_path / "position")
        if not settings.CACHE_URL:
            pytest.skip("no Redis: CACHE_URL is not set")
        RedisPosition(settings.CACHE_URL)._redis.delete(replica.KEY)
        return RedisPosition(settings.CACHE_URL), RedisPosition(settings.CACHE_URL)

    def test_what_one_writes_another_reads_and_it_never_falls(self, two):
        one, other = two
        assert other.read() == 0
        one.raise_to(7_000_000_000_000)
        other.raise_to(6_999_999_999_999)
        assert one.read() == other.read() == 7_000_000_000_000

    def test_without_redis_nobody_knows_and_it_is_told_later(self, settings):
        if not settings.CACHE_URL:
            pytest.skip("no Redis: CACHE_URL is not set")
        one, other = RedisPosition(settings.CACHE_URL), RedisPosition(settings.CACHE_URL)
        one._redis.delete(replica.KEY)
        answering, one._redis = one._redis, RedisPosition("redis://127.0.0.1:1/0")._redis
        one.raise_to(9)
        assert one.read() is None
        one._redis = answering
        assert one.read() == other.read() == 9


@pytest.fixture
def level(tmp_path, monkeypatch):
    """A replica that says it has replayed up to `level.replayed`."""
    one = Replica(FilePosition(tmp_path / "position"))
    one.replayed, one.asked = 0, 0

    def ask() -> int:
        one.asked += 1
        return one.replayed

    monkeypatch.setattr(one, "_ask", ask)
    monkeypatch.setattr(replica, "used", one)
    return one


class TestLevel:
    def test_it_is_read_only_once_it_knows_all_that_was_answered(self, level):
        level.position.raise_to(10)
        level.replayed = 9
        assert not level.is_level()
        level.replayed = 10
        assert level.is_level()

    def test_what_it_knew_it_knows(self, level):
        level.position.raise_to(10)
        level.replayed = 12
        for _ in range(3):
            assert level.is_level()
        assert level.asked == 1

    def test_after_a_failure_it_rests(self, level, monkeypatch):
        monkeypatch.setattr(replica, "monotonic", lambda: 100.0)
        level.rest(OperationalError())
        assert not level.is_level()
        monkeypatch.setattr(replica, "monotonic", lambda: 100.0 + replica.REST)
        assert level.is_level()


class TestReading:
    def ask(self, rf, method="GET"):
        where = []

        def view(request):
            where.append(Router().db_for_read(Story))
            return HttpResponse("page")

        public_page(view)(rf.generic(method, "/"))
        return where

    def test_public_pages_read_it(self, rf, level):
        assert self.ask(rf) == ["replica"]

    def test_not_while_it_lags(self, rf, level):
        level.position.raise_to(10)
        assert self.ask(rf) == ["default"]

    def test_nor_what_is_sent(self, rf, level):
        assert self.ask(rf, "POST") == ["default"]

    def test_nor_anything_else(self, level):
        assert Router().db_for_read(Story) == "default"
        assert Router().db_for_write(Story) == "default"

    def test_where_it_fails_the_primary_answers(self, rf, level):
        tried = []

        def view(request):
            tried.append(Router().db_for_read(Story))
            if tried == ["replica"]:
                raise OperationalError
            return HttpResponse("page")

        assert public_page(view)(rf.get("/")).content == b"page"
        assert tried == ["replica", "default"]
        assert not level.is_level()


def program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or ""


class Pair:
    """A PostgreSQL and its streaming replica."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.as_postgres:
            shutil.chown(folder, "postgres")
        self.run("initdb", "-D", f"{folder}/primary", "-U", "newsroom", "--auth", "trust")
        self.primary = self.start("primary", "-c wal_level=replica -c fsync=off")
        self.run(
            *("pg_basebackup", "-D", f"{folder}/replica", "-h", "127.0.0.1", "-U", "newsroom"),
            *("-p", str(urlsplit(self.primary).port), "-R", "-X", "stream"),
        )
        self.replica = self.start("replica", "")

    def run(self, name: str, *arguments: str) -> None:
        command = [*self.as_postgres, program(name), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)

    def start(self, name: str, options: str) -> str:
        port = Server.free_port()
        options = f"-p {port} -h 127.0.0.1 -k {self.folder} {options}"
        log = f"{self.folder}/{name}.log"
        data = f"{self.folder}/{name}"
        self.run("pg_ctl", "start", "-w", "-s", "-D", data, "-l", log, "-o", options)
        return f"postgres://newsroom@127.0.0.1:{port}/postgres"

    def stop(self, name: str) -> None:
        self.run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", f"{self.folder}/{name}")

    def tell(self, statement: str) -> object:
        with psycopg.connect(self.replica, autocommit=True) as connection:
            return connection.execute(statement).fetchone()[0]


@pytest.fixture
def pair():
    if not program("pg_basebackup"):
        pytest.skip("no PostgreSQL server on this machine")
    with TemporaryDirectory(prefix="pair-") as folder:
        made = Pair(Path(folder))
        yield made
        for name in ("replica", "primary"):
            if (made.folder / name / "postmaster.pid").exists():
                made.stop(name)


CHANGE = """
from articles.models import Story, SectionTranslation
SectionTranslation.objects.update(name="{name}")
print("DONE")
"""
READS = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'"


@pytest.mark.slow
def test_a_streaming_replica_lags_comes_back_and_dies(pair, tmp_path):
    server = Server(tmp_path, pair.primary, REPLICA_URL=pair.replica, PAGE_STORE_SECONDS="0")

    def page() -> str:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", quote(urlsplit(server.address).path, safe="/%"))
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()

    server.start()
    try:
        pair.tell("SELECT pg_wal_replay_pause()::text")
        server.tell(CHANGE.format(name="lagging"), "DONE")
        assert "lagging" in page()
        pair.tell("SELECT pg_wal_replay_resume()::text")
        server.tell(CHANGE.format(name="level"), "DONE")
        before = pair.tell(READS)
        for _ in range(40):
            assert "level" in page()
        # Statistics arrive a little later than the reads.
        until = time.monotonic() + 60
        while pair.tell(READS) <= before + 40:
            assert time.monotonic() < until
            time.sleep(0.5)
        pair.stop("replica")
        for _ in range(5):
            assert "level" in page()
    finally:
        server.kill()
