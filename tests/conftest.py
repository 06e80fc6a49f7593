"""What every test stands on: its own files, empty caches, and Chromium where there is one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import caches
from django.utils import translation

from newsroom.lib import share_pictures

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the Chromium of this machine: `CHROMIUM`, or the first known name on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser journeys, each by its name, where no browser is; in CI let them fail. They come
    first, since a long one that began last would keep one core waiting for another."""
    items.sort(key=lambda item: "chromium" not in getattr(item, "fixturenames", ()))
    if find_chromium() or os.environ.get("CI") == "true":
        return
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


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
    number = int(worker_id.removeprefix("gw") or 0) if worker_id != "master" else 0
    for config in caches.settings.values():
        if "redis" in config["BACKEND"]:
            config["LOCATION"] = f"{config['LOCATION'].rsplit('/', 1)[0]}/{number}"


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


@pytest.fixture(autouse=True)
def speaks_english() -> Iterator[None]:
    """Let verbs called by a test explain themselves in English; a request has its own language."""
    with translation.override("en"):
        yield
