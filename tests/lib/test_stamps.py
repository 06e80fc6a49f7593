"""Stamps: a committed write that readers see renews them, and nothing else does."""

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
