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
