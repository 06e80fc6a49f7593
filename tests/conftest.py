"""What every test stands on: its own files, empty caches, and Chromium where there is one."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase
from django.utils import translation

from newsroom import pages
from newsroom.lib import share_pictures, stamps
from tests import pristine
from tests.chromium import find_chromium


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser journeys, each by its name, where no browser is; in CI let them fail. They come
    first, since a long one that began last would keep one core waiting for another."""
    items.sort(key=lambda item: "chromium" not in getattr(item, "fixturenames", ()))
    if find_chromium() or os.environ.get("CI") == "true":
        return
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not among what stays until the end: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """After a test that really commits, put back what `migrate` made instead of emptying tables."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        restore = pristine.keep()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: restore())
        yield


@pytest.fixture(scope="session")
def made_once(
    django_db_setup: None, django_db_blocker: object
) -> Callable[[], AbstractContextManager]:
    """A context in which a module or a class makes the rows that all its tests look at: what a test
    changes is undone after it, and the rows themselves when the context ends."""

    @contextmanager
    def undone() -> Iterator[None]:
        with django_db_blocker.unblock(), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return undone


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to drive."""
    path = find_chromium()
    if path is None:
        pytest.fail("No Chromium found: install it, or name it in CHROMIUM.")
    return path


@pytest.fixture(scope="session")
def sets_arabic() -> None:
    """Skip what draws pictures of shared links where no libfribidi is; in CI let it fail."""
    if not share_pictures.is_possible() and os.environ.get("CI") != "true":
        pytest.skip("no libfribidi on this machine")


@pytest.fixture(scope="session", autouse=True)
def own_redis_database(worker_id: str) -> None:
    """Give each worker a Redis database of its own, since clearing a cache empties the whole."""
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw"))
    for config in caches.settings.values():
        if "redis" in config["BACKEND"]:
            address = urlsplit(config["LOCATION"])
            first = int(address.path.strip("/") or 0)
            config["LOCATION"] = address._replace(path=f"/{first + number}").geturl()


@pytest.fixture(autouse=True)
def own_files(settings: object, tmp_path: Path) -> None:
    """Keep what a test uploads and renders in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    originals = settings.STORAGES["originals"] | {
        "OPTIONS": {"location": tmp_path / "originals", "base_url": None}
    }
    settings.STORAGES = settings.STORAGES | {"originals": originals}


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    """Start with nothing kept. A cache table is rolled back with the test's transaction."""
    for alias, config in caches.settings.items():
        if "DatabaseCache" not in config["BACKEND"]:
            caches[alias].clear()
    yield


@pytest.fixture
def watched() -> Iterator[Callable[[stamps.Stamps], stamps.Stamps]]:
    """Return a function that lets a table of stamps hear of every write that readers see."""

    def watch(table: stamps.Stamps) -> stamps.Stamps:
        stamps.watch(table, pages.SHOWN.__contains__)
        return table

    before = list(connection.execute_wrappers)
    yield watch
    connection.execute_wrappers[:] = before
    connection_created.disconnect(dispatch_uid="newsroom.stamps")


@pytest.fixture(autouse=True)
def speaks_english() -> Iterator[None]:
    """Let verbs called by a test explain themselves in English; a request has its own language."""
    with translation.override("en"):
        yield
