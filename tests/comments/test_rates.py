"""How many comments are taken of whom and where (D3, D8, B056–B058), across threads."""

import pytest
import time_machine
from django.test import Client

from comments import posting
from comments.models import Comment
from comments.posting import CommentRefused
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.comments.test_races import at_once
from tests.factories import make_story


@pytest.fixture(autouse=True)
def rates(settings):
    settings.COMMENT_RATES = {"client": (2, 60)}
    settings.TRUSTED_PROXIES = ["127.0.0.1"]


def send_from(client: str, story, text: str, **fields):
    """Post through the proxy on this machine, on behalf of a client."""
    data = GOOD | {"comment": text, "email": f"{client[-1]}{len(text)}@example.org"} | fields
    headers = OWN_PAGE | {"X-Forwarded-For": client}
    return Client().post(f"{story.get_absolute_url()}comments/", data, headers=headers)


@pytest.mark.django_db
class TestRates:
    def statuses(self, story, client: str, number: int) -> list[int]:
        texts = [f"{client} {'x' * at}" for at in range(number)]
        return [send_from(client, story, text).status_code for text in texts]

    def test_d8_b056_third_of_a_client_is_refused_and_others_are_not(self, story):
        assert self.statuses(story, "203.0.113.7", 3) == [303, 303, 429]
        assert self.statuses(story, "203.0.113.8", 2) == [303, 303]

    def test_d8_words_are_kept_and_the_time_is_told(self, story):
        self.statuses(story, "203.0.113.7", 2)
        answer = send_from("203.0.113.7", story, "Bait words")
        page = answer.content.decode()
        assert answer.status_code == 429
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert "Bait words</textarea>" in page
        assert "Many comments came from you" in page

    def test_d3_what_a_client_says_of_itself_is_not_believed(self, story, settings):
        settings.TRUSTED_PROXIES = []
        clients = ["203.0.113.7", "203.0.113.8", "203.0.113.9"]
        answers = [send_from(client, story, f"By {client}").status_code for client in clients]
        assert answers == [303, 303, 429]

    def test_an_ipv6_household_is_one_client(self, story):
        clients = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::3"]
        answers = [send_from(client, story, f"By {client}").status_code for client in clients]
        assert answers == [303, 303, 429, 303]

    def test_d8_one_address_from_many_clients(self, story, settings):
        settings.COMMENT_RATES = {"address": (1, 60)}
        same = {"email": "rex@example.org"}
        first, second = (send_from(f"203.0.113.{n}", story, f"{n}", **same) for n in (1, 2))
        assert (first.status_code, second.status_code) == (303, 429)

    def test_d8_one_story_and_not_the_next(self, story, settings):
        settings.COMMENT_RATES = {"story": (1, 60)}
        answers = [send_from(f"203.0.113.{n}", story, f"Text {n}") for n in (1, 2)]
        assert [answer.status_code for answer in answers] == [303, 429]
        assert "Very many comments" in answers[1].content.decode()
        other = make_story(headline="Another")
        assert send_from("203.0.113.3", other, "Text").status_code == 303

    def test_b055_moderators_are_not_counted(self, story, mona):
        for number in range(4):
            typed = {"name": "", "email": "", "body": f"Text {number}"}
            posting.post(story, user=mona, ip="203.0.113.7", **typed)
        assert Comment.objects.count() == 4

    def test_what_was_refused_or_failed_does_not_count(self, story, monkeypatch):
        def fail(*args):
            raise RuntimeError("the disk is full")

        data = {"name": "A", "email": "a@example.org", "ip": "203.0.113.7"}
        with monkeypatch.context() as broken:
            broken.setattr(posting.threads, "plant", fail)
            for number in range(3):
                with pytest.raises(RuntimeError):
                    posting.post(story, body=f"Lost {number}", **data)
        for _ in range(3):
            with pytest.raises(CommentRefused):
                posting.post(story, body="Reply", parent_id=987654, **data)
        posting.post(story, body="one", **data)
        posting.post(story, body="two", **data)
        with pytest.raises(CommentRefused, match="Many"):
            posting.post(story, body="three", **data)

    def test_the_next_window_begins_anew(self, settings):
        here = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        settings.CACHES = {**settings.CACHES, "throttle": here}
        with time_machine.travel("2030-05-03 10:00:05", tick=False) as clock:
            story = make_story(headline="Of that day")
            data = {"name": "A", "email": "a@example.org", "ip": "203.0.113.7"}
            posting.post(story, body="one", **data)
            posting.post(story, body="two", **data)
            with pytest.raises(CommentRefused) as refused:
                posting.post(story, body="three", **data)
            assert refused.value.retry_after == 55
            clock.shift(56)
            posting.post(story, body="three", **data)

    def test_none_is_no_limit(self, story, settings):
        settings.COMMENT_RATES = {}
        assert self.statuses(story, "203.0.113.7", 4) == [303] * 4


@pytest.mark.django_db(transaction=True)
def test_d8_at_the_same_instant_exactly_as_many_as_allowed(settings):
    settings.COMMENT_RATES = {"client": (3, 3600), "story": (100, 3600)}
    story = make_story()
    calls = [
        lambda number=number: send_from("203.0.113.7", story, "x" * (number + 1)).status_code
        for number in range(10)
    ]
    assert sorted(at_once(*calls)) == [303] * 3 + [429] * 7
    assert Comment.objects.count() == 3
