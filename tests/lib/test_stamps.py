"""Stamps: a committed write that readers see renews them, and nothing else does."""

import os
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from articles.models import Author, Presence
from newsroom.lib import stamps
from newsroom.lib.stamps import ANY_STORY, SITE, FileStamps, RedisStamps, concerning, stamp_of
from tests.factories import make_story, make_user


def test_what_one_process_renews_another_sees(tmp_path):
    one, other = FileStamps(tmp_path / "stamps"), FileStamps(tmp_path / "stamps")
    before = other.copy()
    one.renew([SITE, 7])
    changed = [at for at in range(stamps.COUNT) if other.read()[at] != before[at]]
    assert changed == [SITE, 7]


def test_nobody_else_may_read_the_file(tmp_path):
    FileStamps(tmp_path / "stamps")
    assert (tmp_path / "stamps").stat().st_mode & 0o777 == 0o600


def test_two_processes_that_begin_at_once_share_one_table(tmp_path, monkeypatch):
    """The other one begins between our looking for the file and our making it."""
    others, path, exists, opened = [], tmp_path / "stamps", Path.exists, os.open

    def first_the_other() -> None:
        monkeypatch.setattr(Path, "exists", exists)
        monkeypatch.setattr(os, "open", opened)
        others.append(FileStamps(path))

    def there(*args, **kwargs):
        found = exists(*args, **kwargs)
        first_the_other()
        return found

    def opening(*args, **kwargs):
        first_the_other()
        return opened(*args, **kwargs)

    monkeypatch.setattr(Path, "exists", there)
    monkeypatch.setattr(os, "open", opening)
    one = FileStamps(path)
    before = others[0].copy()
    one.renew([7])
    assert others[0].read()[7] != before[7]


@pytest.mark.parametrize("size", [0, 100])
def test_a_file_cut_short_is_made_whole(tmp_path, size):
    (tmp_path / "stamps").write_bytes(b"x" * size)
    one, other = FileStamps(tmp_path / "stamps"), FileStamps(tmp_path / "stamps")
    before = other.copy()
    one.renew([stamps.COUNT - 1])
    assert other.read()[stamps.COUNT - 1] != before[stamps.COUNT - 1]


@pytest.mark.parametrize("spoil", [os.remove, lambda path: os.truncate(path, 0)])
def test_a_file_taken_away_while_it_is_used_is_shared_anew(tmp_path, spoil):
    one, before = FileStamps(tmp_path / "stamps"), FileStamps(tmp_path / "stamps").copy()
    spoil(tmp_path / "stamps")
    other = FileStamps(tmp_path / "stamps")
    assert list(one.read()) != list(before)
    other.renew([7])
    assert one.read()[7] == other.read()[7]


def test_where_no_file_can_be_nobody_trusts_a_page(tmp_path, caplog):
    (tmp_path / "var").mkdir()
    one = FileStamps(tmp_path / "var" / "stamps")
    (tmp_path / "var" / "stamps").unlink()
    (tmp_path / "var").rmdir()
    assert one.read() is one.copy() is None
    one.renew([7])
    assert "stamps cannot be told" in caplog.text


def test_a_story_never_has_a_stamp_of_more_than_itself():
    assert {stamp_of(pk) for pk in range(3000)} == set(range(2, stamps.COUNT))


class Renewed:
    """A table that remembers what was renewed."""

    def __init__(self) -> None:
        self.stamps: list[int] = []

    def renew(self, stamps) -> None:
        self.stamps += sorted(stamps)


@pytest.fixture
def renewed(watched):
    return watched(Renewed()).stamps


@pytest.mark.django_db(transaction=True)
class TestWatching:
    def test_a_write_renews_the_site_s_stamp(self, renewed):
        Author.objects.create()
        assert renewed == [SITE]

    def test_writes_in_bulk_and_without_a_model_do_too(self, renewed):
        Author.objects.bulk_create([Author(), Author()])
        Author.objects.update(user=None)
        Author.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM articles_byline")
        assert set(renewed) == {SITE}
        assert len(renewed) >= 4

    def test_reading_renews_nothing(self, renewed):
        list(Author.objects.all())
        assert renewed == []

    def test_nor_does_what_readers_never_see(self, renewed):
        story, user = make_story(), make_user("edda", "Editor")
        renewed.clear()
        Presence.objects.create(story=story, user=user, seen_at=story.created_at)
        assert renewed == []

    def test_only_what_was_committed_counts_and_only_then(self, renewed):
        with transaction.atomic():
            Author.objects.create()
            assert renewed == []
        assert renewed == [SITE]

    def test_what_was_rolled_back_does_not(self, renewed):
        with pytest.raises(RuntimeError), transaction.atomic():
            Author.objects.create()
            raise RuntimeError
        assert renewed == []

    def test_a_thousand_rows_of_one_transaction_renew_it_once(self, renewed):
        with transaction.atomic():
            for _ in range(1000):
                Author.objects.create()
        assert renewed == [SITE]

    def test_a_write_after_a_savepoint_that_failed_is_not_forgotten(self, renewed):
        with transaction.atomic():
            with pytest.raises(RuntimeError), transaction.atomic():
                Author.objects.create()
                raise RuntimeError
            Author.objects.create()
        assert renewed == [SITE]

    @pytest.mark.parametrize(
        "statement",
        [
            "update articles_byline set position = 1",
            "/* by hand */ UPDATE articles_byline SET position = 1",
            "-- by hand\nUPDATE articles_byline SET position = 1",
            "WITH a AS (SELECT 1) UPDATE articles_byline SET position = 1",
            "WITH a AS (SELECT 1) DELETE FROM articles_byline",
            "SELECT 1; UPDATE articles_byline SET position = 1",
            "UPDATE {schema}.articles_byline SET position = 1",
            'UPDATE "{schema}"."articles_byline" SET position = 1',
            "DELETE FROM {schema}.articles_byline",
        ],
    )
    def test_however_it_is_worded_by_hand(self, renewed, statement):
        is_sqlite = connection.vendor == "sqlite"
        if is_sqlite and ";" in statement:
            pytest.skip("SQLite takes one statement at a time")
        with connection.cursor() as cursor:
            cursor.execute(statement.format(schema="main" if is_sqlite else "public"))
        assert renewed == [SITE]

    def test_in_words_of_one_database_alone(self, renewed):
        statements = {
            "sqlite": ["UPDATE OR REPLACE articles_byline SET position = 1"],
            "postgresql": [
                "UPDATE ONLY articles_byline SET position = 1",
                "DELETE FROM ONLY articles_byline",
                "TRUNCATE articles_byline",
                "DO $$ BEGIN UPDATE articles_byline SET position = 1; END $$",
                "MERGE INTO articles_byline USING articles_author ON false WHEN MATCHED THEN "
                "DO NOTHING",
                composed("UPDATE articles_byline SET position = 1"),
            ],
        }
        with connection.cursor() as cursor:
            for statement in statements[connection.vendor]:
                renewed.clear()
                cursor.execute(statement)
                assert renewed == [SITE], statement

    def test_though_what_else_waited_for_the_commit_fails(self, renewed):
        def fail() -> None:
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="full"), transaction.atomic():
            transaction.on_commit(fail)
            Author.objects.create()
        assert renewed == [SITE]

    def test_though_it_was_said_in_a_savepoint_first(self, renewed):
        with transaction.atomic():
            with transaction.atomic():
                Author.objects.create()
            Author.objects.create()
        assert set(renewed) == {SITE}

    def test_though_the_connection_was_opened_under_another_wrapper(self, renewed):
        connection.execute_wrappers.clear()
        connection.close()
        with connection.execute_wrapper(lambda execute, *told: execute(*told)):
            connection.ensure_connection()
        Author.objects.create()
        assert renewed == [SITE]

    def test_a_write_that_concerns_stories_renews_theirs_alone(self, renewed):
        with concerning(12), transaction.atomic():
            Author.objects.create()
        assert renewed == [ANY_STORY, stamp_of(12)]

    def test_one_that_readers_see_nothing_of_renews_none(self, renewed):
        with concerning():
            Author.objects.create()
        assert renewed == []
        Author.objects.create()
        assert renewed == [SITE]


def composed(statement: str):
    """A statement as psycopg puts it together."""
    from psycopg import sql

    return sql.SQL(statement)


class SlowRedis:
    """A Redis that one thread is just telling something when the second one comes, which then gets
    no further before the first is done."""

    def __init__(self, second: threading.Thread) -> None:
        self.second, self.told = second, []
        self.came, self.is_done = threading.Event(), threading.Event()

    def pipeline(self, transaction: bool):
        if threading.current_thread() is self.second:
            self.came.set()
            self.is_done.wait(timeout=5)
        return SlowPipeline(self)


class SlowPipeline:
    def __init__(self, redis: SlowRedis) -> None:
        self.redis, self.sent = redis, []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def setrange(self, key, place, value):
        self.sent.append(place // stamps.WIDTH)

    def execute(self):
        self.redis.told.append(self.sent)
        if threading.current_thread() is not self.redis.second:
            self.redis.second.start()
            self.redis.came.wait(timeout=0.2)


def test_a_stamp_renewed_twice_at_once_is_told_twice():
    """What was sent before the second change was committed says nothing of it."""
    pytest.importorskip("redis")
    table = RedisStamps("redis://127.0.0.1:1/0")
    second = threading.Thread(target=table.renew, args=[[5]])
    table._redis = redis = SlowRedis(second)
    table.renew([5])
    redis.is_done.set()
    second.join()
    assert redis.told == [[5], [5]]


def test_a_full_redis_forgets_what_it_cannot_be_told():
    redis = pytest.importorskip("redis")
    table, forgotten = RedisStamps("redis://127.0.0.1:1/0"), []

    class Full(SlowRedis):
        delete = forgotten.append

    class FullPipeline(SlowPipeline):
        def execute(self):
            raise redis.ResponseError("OOM command not allowed when used memory > 'maxmemory'")

    table._redis = full = Full(threading.current_thread())
    full.is_done.set()
    full.pipeline = lambda transaction: FullPipeline(full)
    table.renew([5])
    assert forgotten == [stamps.KEY]
    assert table._owed == set()


class TestRedis:
    @pytest.fixture
    def url(self, settings):
        if not settings.CACHE_URL:
            pytest.skip("no Redis: CACHE_URL is not set")
        return settings.CACHE_URL

    def test_what_one_machine_renews_another_sees(self, url):
        one, other = RedisStamps(url), RedisStamps(url)
        before = bytes(other.copy())
        one.renew([SITE, 7])
        after = other.read()
        changed = [
            at for at, stamp in enumerate(memoryview(before).cast("I")) if after[at] != stamp
        ]
        assert changed == [SITE, 7]

    def test_without_redis_nobody_knows_and_what_could_not_be_told_is_told_later(
        self, url, monkeypatch
    ):
        one, other = RedisStamps(url), RedisStamps(url)
        before = bytes(other.copy())
        answering = one._redis
        one._redis = RedisStamps("redis://127.0.0.1:1/0")._redis
        one.renew([5])
        assert one.read() is None
        one._redis = answering
        assert one.read() is None  # It rests, so that pages do not wait for a dead Redis.
        monkeypatch.setattr(stamps, "monotonic", lambda: 10**9)
        assert one.read()[5] != memoryview(before).cast("I")[5]
        assert other.read()[5] == one.read()[5]
