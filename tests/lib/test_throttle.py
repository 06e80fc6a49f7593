"""Claims on a key that hold until their time."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from newsroom.lib import throttle
from newsroom.lib.throttle import claim, release


@pytest.fixture(autouse=True)
def own_cache(settings):
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {**settings.CACHES, "throttle": {"BACKEND": backend, "LOCATION": "claims"}}


def test_second_claim_is_told_how_long_to_wait():
    with time_machine.travel("2024-05-03 10:00", tick=False) as traveller:
        assert claim("second", 15) == 0
        assert claim("second", 15) == 15
        assert claim("another", 15) == 0
        traveller.shift(timedelta(seconds=10.5))
        assert claim("second", 15) == 5
        traveller.shift(timedelta(seconds=5))
        assert claim("second", 15) == 0


def test_released_key_is_free():
    assert claim("released", 15) == 0
    release("released")
    assert claim("released", 15) == 0


def test_no_seconds_is_no_limit():
    assert claim("free", 0) == claim("free", 0) == 0


def test_without_redis_only_what_is_optional_goes_on(monkeypatch, caplog):
    class Away:
        def add(self, *args: object, **kwargs: object) -> None:
            raise throttle.RedisError("connection refused")

        delete = add

    monkeypatch.setattr(throttle, "caches", {"throttle": Away()})
    assert claim("comment", 15, is_optional=True) == 0
    assert claim("mail", 60) == 60
    release("mail")
    assert throttle.count(throttle.window("seen", 60), 0) == 0
    assert "connection refused" in caplog.text


@pytest.mark.django_db
def test_the_table_forgets_what_is_over(settings):
    backend = "newsroom.lib.throttle.ThrottleDatabaseCache"
    table = {"BACKEND": backend, "LOCATION": settings.THROTTLE_TABLE, "OPTIONS": {"MAX_ENTRIES": 1}}
    settings.CACHES = {**settings.CACHES, "throttle": table}
    with time_machine.travel("2024-05-03 10:00", tick=False) as traveller:
        for key in ("one", "two", "three"):
            claim(key, 15)
        traveller.shift(timedelta(seconds=10))
        claim("still-there", 15)
        traveller.shift(timedelta(seconds=10))
        claim("new", 15)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT cache_key FROM {settings.THROTTLE_TABLE}")
            kept = {key.rsplit(":", 1)[-1] for (key,) in cursor.fetchall()}
    assert kept == {"still-there", "new"}


@pytest.mark.django_db
class TestCounting:
    @pytest.fixture(autouse=True, params=["process", "table"])
    def cache(self, request, settings, own_cache):
        backend = "newsroom.lib.throttle.ThrottleDatabaseCache"
        if request.param == "table":
            table = {"BACKEND": backend, "LOCATION": settings.THROTTLE_TABLE}
            settings.CACHES = {**settings.CACHES, "throttle": table}

    def test_more_than_the_limit_is_told_how_long(self):
        counter = throttle.window("many", 60)
        assert [throttle.count(counter, 2) for _ in range(2)] == [0, 0]
        assert 1 <= throttle.count(counter, 2) <= 60

    def test_what_is_taken_back_did_not_happen(self):
        counter = throttle.window("returned", 60)
        throttle.count(counter, 1)
        throttle.uncount(counter)
        assert throttle.count(counter, 1) == 0

    def test_counters_do_not_touch_each_other(self):
        throttle.count(throttle.window("one", 60), 1)
        assert throttle.count(throttle.window("two", 60), 1) == 0

    def test_a_window_that_is_over_counts_nothing(self):
        assert throttle.count(throttle.Window("seen", 1.0), 1) == 0

    def test_all_machines_count_in_the_same_window(self):
        with time_machine.travel("2030-01-01 10:00:05", tick=False):
            first = throttle.window("seen", 60)
        with time_machine.travel("2030-01-01 10:00:59", tick=False):
            assert throttle.window("seen", 60) == first
        with time_machine.travel("2030-01-01 10:01:00", tick=False):
            assert throttle.window("seen", 60) != first
