"""A PostgreSQL database and a Redis of the benchmark's own, where there are servers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

# Where they are found when the environment names none.
USUAL = {
    "DATABASE_URL": "postgres://postgres@127.0.0.1:5432/postgres",
    "CACHE_URL": "redis://127.0.0.1:6379/15",
}
NAME = f"newsroom_bench_{os.getpid()}"


@contextmanager
def servers() -> Iterator[tuple[dict[str, str], list[str]]]:
    """Give settings for PostgreSQL and Redis, and the names of what is not there. Of PostgreSQL a
    database of our own is used, which is gone afterwards; without it, there are no settings."""
    given = {name: os.environ.get(name) or usual for name, usual in USUAL.items()}
    missing = []
    if not _redis_answers(given["CACHE_URL"]):
        missing.append("Redis")
        given["CACHE_URL"] = ""
    connection = _connected(given["DATABASE_URL"])
    if connection is None:
        yield {}, ["PostgreSQL", *missing]
        return
    try:
        connection.execute(f"CREATE DATABASE {NAME}")
        own = urlsplit(given["DATABASE_URL"])._replace(path=f"/{NAME}").geturl()
        yield given | {"DATABASE_URL": own}, missing
    finally:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.close()


def _connected(url: str):
    try:
        import psycopg

        return psycopg.connect(url, autocommit=True, connect_timeout=3)
    except Exception as error:
        print(f"PostgreSQL: {str(error).splitlines()[0]}")
        return None


def _redis_answers(url: str) -> bool:
    try:
        import redis

        return redis.Redis.from_url(url, socket_connect_timeout=3).ping()
    except Exception as error:
        print(f"Redis: {error}")
        return False
