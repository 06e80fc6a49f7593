"""The cast of the comment tests, and what they stand on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from articles.models import Story
from newsroom.models import User
from tests.factories import make_story, make_user

# What a browser says when our own page posts its form.
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
GOOD = {
    "comment": "I saw that boat leave.",
    "author": "Rex Reader",
    "email": "rex@example.org",
    "url": "",
    "comment_parent": "",
    "website_confirm": "",
}

Send = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def no_flood(settings: Any) -> None:
    """Readers may post as fast as tests do; the tests of the flood screen say otherwise."""
    settings.COMMENT_FLOOD_SECONDS = 0


@pytest.fixture
def story(db: None) -> Story:
    return make_story()


@pytest.fixture
def mona(db: None) -> User:
    """The moderator."""
    own = {"first_name": "Mona", "email": "mona@example.com", "interface_language": "en"}
    return make_user("mona", "Moderator", **own)


@pytest.fixture
def rosa(db: None) -> User:
    """A reporter: in the newsroom, but no moderator."""
    return make_user("rosa", "Reporter", first_name="Rosa", email="rosa@example.com")


@pytest.fixture
def otto(db: None) -> User:
    """An outsider with an account."""
    return make_user("otto", email="otto@example.org")


@pytest.fixture
def send(client: Client) -> Send:
    """Post the form under a story: a good one, but for the named fields (None leaves one out)."""

    def post(story: Story, *, headers: dict | None = None, **fields: Any) -> HttpResponse:
        data = {key: value for key, value in (GOOD | fields).items() if value is not None}
        return client.post(
            f"{story.get_absolute_url()}comments/", data, headers=headers or OWN_PAGE
        )

    return post
