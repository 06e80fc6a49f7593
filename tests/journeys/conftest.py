"""A real Chromium on the live server."""

import os

import pytest
from django.test import Client

from tests.chromium import CHROMIUM_FLAGS

# Playwright's own event loop runs in this thread; the tests' database calls are synchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser(chromium):
    """One Chromium for all journeys."""
    from playwright.sync_api import expect, sync_playwright

    # Machines are noisy; what is waited for comes in milliseconds where nothing is wrong.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def site(live_server, settings):
    """The live server's address, which is also the site's own: its forms post to it."""
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    settings.COMMENT_FLOOD_SECONDS = 0
    return live_server.url


@pytest.fixture
def open_page(browser, site):
    """Return a function that opens a fresh browser context: another person, another telephone.

    What the page logs as an error, a refused script or a missing file, fails the test.
    """
    contexts, complaints = [], []

    def open_page(**options):
        options = {"locale": "ar", "viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A refusal, and a request that a test itself cut off, are no fault of the page.
    expected = ("the server responded with a status of 4", "net::ERR_FAILED")
    assert [text for text in complaints if not any(one in text for one in expected)] == []


@pytest.fixture
def sign_in(open_page, site, settings):
    """Return a function that opens a browser in which a member of the cast is signed in already.

    Their password is set: how one signs in by it is a journey of its own, in `test_people.py`.
    """

    def sign_in(user, **options):
        user.set_password("a long enough secret")
        user.save()
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        page = open_page(**options)
        page.context.add_cookies([{"name": session.key, "value": session.value, "url": site}])
        return page

    return sign_in
