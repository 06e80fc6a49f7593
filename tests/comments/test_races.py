"""What must hold when two requests come at the same instant, with real threads and commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import Client

from articles.groups import make_groups
from articles.models import Story
from articles.site import make_defaults
from comments import moderation
from comments.models import Comment, Decision
from comments.moderation import AlreadyDecided
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import make_comment, make_story, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def floor():
    """What `migrate` makes and a flushed database lacks."""
    make_groups()
    make_defaults()
    caches["throttle"].clear()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; return results or what was raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def poster(story: Story, **fields: str) -> Callable[[], int]:
    address = f"{story.get_absolute_url()}comments/"
    return lambda: Client().post(address, GOOD | fields, headers=OWN_PAGE).status_code


class TestPosting:
    def test_b061_b051_twins_give_one_row(self):
        story = make_story()
        answers = at_once(*[poster(story)] * 4)
        assert sorted(answers) == [303, 409, 409, 409]
        assert Comment.objects.count() == 1

    def test_b054_flood_lets_one_through(self, settings):
        settings.COMMENT_FLOOD_SECONDS = 15
        story = make_story()
        answers = at_once(*[poster(story, comment=f"Text {number}") for number in range(4)])
        assert sorted(answers) == [303, 429, 429, 429]

    def test_every_approved_comment_is_counted(self):
        story = make_story()
        user = make_user("mona", "Moderator")

        def post(number: int) -> Callable[[], int]:
            client = Client()
            client.force_login(user)
            data = GOOD | {"comment": f"Text {number}"}
            address = f"{story.get_absolute_url()}comments/"
            return lambda: client.post(address, data, headers=OWN_PAGE).status_code

        assert at_once(*[post(number) for number in range(6)]) == [303] * 6
        story.refresh_from_db()
        assert story.comment_count == 6


class TestModeration:
    def test_b138_two_moderators_cannot_both_decide(self):
        story = make_story()
        mona, maha = make_user("mona", "Moderator"), make_user("maha", "Moderator")
        comment = make_comment(story, status="pending")
        first, second = (Comment.objects.get(pk=comment.pk) for _ in range(2))
        results = at_once(
            lambda: moderation.approve(first, by=mona), lambda: moderation.trash(second, by=maha)
        )
        assert sum(isinstance(result, AlreadyDecided) for result in results) == 1
        assert Decision.objects.count() == 1
        comment.refresh_from_db()
        story.refresh_from_db()
        assert story.comment_count == (comment.status == "approved")

    def test_counts_of_decisions_at_once(self):
        story = make_story()
        mona = make_user("mona", "Moderator")
        comments = [make_comment(story, status="pending") for _ in range(6)]
        at_once(*[lambda one=one: moderation.approve(one, by=mona) for one in comments])
        story.refresh_from_db()
        assert story.comment_count == 6
