"""The screens: duplicates and floods (B051–B061), trap, words, links, first comments."""

import pytest
import time_machine
from django.test import Client

from comments import moderation, posting, rules, screening
from comments.models import Comment, Rule
from comments.posting import CommentRefused
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import make_author, make_comment, make_story

pytestmark = pytest.mark.django_db


def post(story, **fields) -> Comment:
    words = {"name": "Rex", "email": "rex@example.org", "body": "I saw that boat leave."}
    return posting.post(story, **words | fields)


def screens_of(comment: Comment) -> list[str]:
    return [reason["screen"] for reason in comment.reasons]


class TestDuplicate:
    def test_b051_b053_same_again(self, send, story):
        assert send(story).status_code == 303
        answer = send(story)
        assert answer.status_code == 409
        assert "Duplicate comment detected" in answer.content.decode()
        assert GOOD["comment"] in answer.content.decode().split("<textarea")[1]
        assert Comment.objects.count() == 1

    def test_b051_spelling_variants_are_the_same(self, story):
        post(story, body="إلى  المَدرسةِ")
        with pytest.raises(CommentRefused):
            post(story, body="الى المدرسة", name="REX", email="Rex@Example.org")

    @pytest.mark.parametrize(
        "other", [{"email": "bob@example.org"}, {"name": "Bob"}, {"body": "Another text."}]
    )
    def test_b052_other_person_or_text(self, story, other):
        post(story)
        post(story, **other)
        assert Comment.objects.count() == 2

    def test_other_story_or_place(self, story):
        parent = make_comment(story, name="Ann", email="ann@example.org")
        post(story)
        post(story, parent_id=parent.pk)
        post(make_story(headline="Another"))
        assert Comment.objects.count() == 4

    def test_what_lies_in_the_trash_may_be_said_again(self, story, mona):
        moderation.trash(post(story), by=mona)
        post(story)
        assert Comment.objects.count() == 2

    def test_restoring_beside_a_twin_says_so(self, story, mona):
        first = moderation.trash(post(story), by=mona)
        post(story)
        with pytest.raises(moderation.ModerationError, match="stands there already"):
            moderation.restore(first, by=mona)
        first.refresh_from_db()
        assert first.status == "trash"


class TestFlood:
    @pytest.fixture(autouse=True)
    def flood(self, no_flood, settings):
        settings.COMMENT_FLOOD_SECONDS = 15

    def test_b054_another_comment_within_seconds(self, send, story):
        assert send(story).status_code == 303
        answer = send(story, comment="And another thing")
        assert answer.status_code == 429
        assert 1 <= int(answer["Retry-After"]) <= 15
        assert "And another thing" in answer.content.decode()
        assert Comment.objects.count() == 1

    def test_b055_moderators_may(self, client, send, story, mona):
        client.force_login(mona)
        assert [send(story, comment=text).status_code for text in "abc"] == [303] * 3

    def test_b056_others_may_and_after_a_while_the_first_again(self, story, settings):
        # A store whose clock the test can move; Redis has its own.
        here = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        settings.CACHES = {**settings.CACHES, "throttle": here}
        with time_machine.travel("2030-05-03 10:00", tick=False) as clock:
            story = make_story(headline="Of that day")
            post(story, ip="203.0.113.7", body="one")
            with pytest.raises(CommentRefused) as refused:
                post(story, ip="203.0.113.7", body="two", email="else@example.org")
            assert (refused.value.status, refused.value.retry_after) == (429, 15)
            post(story, ip="203.0.113.8", body="two", email="other@example.org")
            clock.shift(16)
            post(story, ip="203.0.113.7", body="two")

    def test_b056_same_person_from_another_address(self, story):
        post(story, ip="203.0.113.7")
        with pytest.raises(CommentRefused):
            post(story, ip="198.51.100.7", body="two")

    def test_b057_neighbours_of_a_network_are_counted_apart(self, story):
        """A /24 is a whole mobile carrier: whole addresses count, by keyed hash."""
        post(story, ip="203.0.113.7")
        post(story, ip="203.0.113.8", email="neighbour@example.org")
        assert set(Comment.objects.values_list("ip", flat=True)) == {"203.0.113.0"}

    def test_refused_comment_leaves_no_claim(self, send, story):
        assert send(story, comment_parent="987654").status_code == 403
        assert send(story).status_code == 303

    def test_claim_is_given_back_when_nothing_was_saved(self, story, monkeypatch):
        def fail(*args):
            raise RuntimeError("the disk is full")

        with monkeypatch.context() as broken:
            broken.setattr(posting.threads, "plant", fail)
            with pytest.raises(RuntimeError):
                post(story, ip="203.0.113.7")
        post(story, ip="203.0.113.7")

    def test_half_a_claim_is_given_back(self, story):
        post(story, ip="203.0.113.7")
        with pytest.raises(CommentRefused):
            post(story, ip="198.51.100.7", body="two")
        post(story, ip="198.51.100.7", body="three", email="else@example.org")


class TestTrap:
    def test_b045_trap_is_spam_answered_as_held(self, client, send, story):
        held = send(story)
        trapped = send(story, website_confirm="x", comment="Buy")
        assert trapped.status_code == held.status_code == 303
        assert trapped["Location"].rsplit("/", 2)[0] == held["Location"].rsplit("/", 2)[0]
        comment = Comment.objects.get(body="Buy")
        assert (comment.status, screens_of(comment)[0]) == ("spam", "trap")
        page = client.get(trapped["Location"]).content.decode()
        assert "awaiting moderation" in page
        assert "spam" not in page.lower()


class TestTrusted:
    def test_moderator_is_published_at_once(self, client, send, story, mona):
        client.force_login(mona)
        send(story, comment="https://a.example https://b.example")
        assert Comment.objects.get().status == "approved"

    def test_author_of_the_story_is_published_at_once(self, rosa):
        line = {"author": make_author(user=rosa).pk, "name": "", "role": "writer"}
        story = make_story(bylines=[line])
        assert post(make_story(headline="Not hers"), user=rosa).status == "pending"
        assert post(story, user=rosa).status == "approved"

    def test_first_comment_is_held(self, story):
        comment = post(story)
        assert (comment.status, screens_of(comment)) == ("pending", ["first"])

    def test_member_with_an_approved_comment(self, story, otto, mona):
        moderation.approve(post(story, user=otto), by=mona)
        assert post(story, user=otto, body="Again").status == "approved"


class TestLinks:
    @pytest.mark.parametrize(
        ("body", "held"),
        [
            ("https://a.example", False),
            ("https://a.example and http://b.example", True),
            ("www.a.example www.b.example", True),
            ("no link. none.", False),
        ],
    )
    def test_two_or_more_are_held(self, story, body, held):
        assert ("links" in screens_of(post(story, body=body))) == held


class TestWords:
    def hold(self, *words: str, action: str = "hold") -> None:
        for word in words:
            value, key = rules.settle("word", word)
            Rule.objects.create(action=action, value=value, key=key)

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": "Casino Royale"},
            {"website": "https://casino.example"},
            {"body": "see https://x.example/casino/now"},
            {"email": "casino@example.org"},
        ],
    )
    def test_every_field_is_read(self, story, fields):
        self.hold("poker", "casino")
        comment = post(story, **fields)
        reason = comment.reasons[0]
        assert (reason["screen"], reason["detail"], reason["kind"]) == ("words", "casino", "word")
        assert reason["rule"] == Rule.objects.get(key="casino").pk

    def test_spam_rule_wins_over_a_holding_one(self, story):
        self.hold("boat")
        self.hold("leave", action="spam")
        assert post(story).status == "spam"

    def test_inactive_rule(self, story):
        rule = Rule.objects.create(action="spam", value="boat", key="boat", is_active=False)
        assert post(story).status == "pending"
        rule.is_active = True
        rule.save()
        assert post(story, body="That boat.").status == "spam"

    def test_trusted_reader_is_held_by_words_too(self, story, otto, mona):
        moderation.approve(post(story, user=otto), by=mona)
        self.hold("boat")
        assert post(story, user=otto, body="That boat.").status == "pending"


def test_order_is_policy():
    names = [screen.__name__ for screen in screening.SCREENS]
    refusing = "closed too_long own_address trap parent duplicate flood rates"
    holding = "by_rules links premoderation imitation recent_rejections first_comment"
    assert names == f"{refusing} {holding}".split()


def test_b060_repeating_oneself_on_another_story_is_held_like_anything_new(story):
    assert post(story).status == post(make_story(headline="Another")).status == "pending"


def test_two_browsers_of_one_machine_do_not_share_trust(story, mona):
    first, second = Client(), Client()
    address = f"{story.get_absolute_url()}comments/"
    first.post(address, GOOD, headers=OWN_PAGE)
    moderation.approve(Comment.objects.get(), by=mona)
    second.post(address, GOOD | {"comment": "Typed by somebody else"}, headers=OWN_PAGE)
    first.post(address, GOOD | {"comment": "Typed by myself"}, headers=OWN_PAGE)
    statuses = dict(Comment.objects.values_list("body", "status"))
    assert statuses["Typed by somebody else"] == "pending"
    assert statuses["Typed by myself"] == "approved"
