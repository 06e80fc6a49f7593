"""What the writer of a held comment reads of why it waits (N8): own things only."""

import pytest

from comments import reasons, rules, screening
from comments.models import Comment, Rule, StoryPolicy
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db


def add(entry: str, *, kind: str = "word", action: str = "hold") -> None:
    value, key = rules.settle(kind, entry)
    Rule.objects.create(kind=kind, action=action, value=value, key=key)


@pytest.fixture
def preview(client, send, story):
    """Post a comment and return what its writer then reads of it."""

    def post(**fields) -> str:
        answer = send(story, **fields)
        assert answer.status_code == 303
        page = client.get(answer["Location"]).content.decode()
        return page.split('class="held-why"')[1].split("</section>")[0]

    return post


def test_n8_first_comment(preview):
    assert str(reasons.HELD["first"]) in preview()


def test_n8_links_and_a_word_without_the_word(preview):
    add("boat")
    told = preview(comment="A boat: https://a.example https://b.example")
    assert "It holds several links." in told
    assert "It holds a word that moderators look at." in told
    assert "boat" not in told


def test_n8_a_story_that_is_looked_at(preview, story):
    StoryPolicy.objects.create(story=story, premoderate=True)
    assert "All comments on this story" in preview()


def test_n8_an_imitated_name_is_not_repeated(preview):
    make_user("laila", "Editor", first_name="Laila", last_name="Haddad")
    told = preview(author="Lаila Hаddad")
    assert "somebody in the newsroom" in told
    assert "Haddad" not in told


@pytest.mark.parametrize(
    ("kind", "entry"),
    [("address", "rex@example.org"), ("domain", "example.org"), ("network", "127.0.0.0/8")],
)
def test_n8_rules_on_people_say_nothing(preview, settings, kind, entry):
    settings.COMMENT_TRUST_AFTER = 0
    add(entry, kind=kind)
    assert f"<li>{reasons.ORDINARY}</li>" in preview()


def test_n8_what_became_of_an_address_is_nobody_elses_business(preview, story, settings):
    """Whoever types an address must not learn that its owner was rejected."""
    settings.COMMENT_TRUST_AFTER = 0
    for number in range(3):
        make_comment(story, email="rex@example.org", status="spam", body=f"Old {number}")
    assert Comment.objects.filter(status="spam").count() == 3
    assert f"<ul><li>{reasons.ORDINARY}</li></ul>" in preview()


def test_b045_spam_reads_like_what_waits(preview):
    add("casino", action="spam")
    assert preview(comment="One") == preview(comment="casino") == preview(website_confirm="x")


def test_every_screen_that_holds_has_words_for_moderators_and_none_is_unknown():
    silent = {"trap", "address", "domain", "network", "agent", "rejections", "allowed"}
    assert set(screening.LABELS) == set(reasons.HELD) | silent
