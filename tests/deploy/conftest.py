"""One newsroom, and servers before it, for all tests of deploy/."""

from collections.abc import Iterator

import pytest

from tests.deploy.running import Nginx, Site, tool


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A newsroom with one story, served by gunicorn."""
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        site.run("manage.py", "migrate", "--verbosity", "0")
        site.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        site.story, site.picture = site.run("-m", "tests.deploy.begin").split()
        site.start()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="session")
def nginx(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx with our files before it."""
    binary = tool("nginx")
    nginx = Nginx(binary, tmp_path_factory.mktemp("nginx"), site)
    nginx.start()
    try:
        yield nginx
    finally:
        nginx.stop()
