"""What the moderators' rules do to a comment: hold, spam, let through; what is kept of it (N8)."""

import json

import pytest

from comments import editing, moderation, posting, rules
from comments.models import Comment, Rule, VerifiedAddress
from newsroom.lib.privacy import blind_index
from tests.factories import make_story

pytestmark = pytest.mark.django_db
ADDRESS = "rex@mail.example"


def add(entry: str, *, kind: str = "word", action: str = "hold") -> Rule:
    value, key = rules.settle(kind, entry)
    return Rule.objects.create(kind=kind, action=action, value=value, key=key)


def post(story, **fields) -> Comment:
    words = {"name": "Rex", "email": ADDRESS, "body": "I saw that boat leave."}
    return posting.post(story, **{"browser": "b" * 64, "ip": "192.0.2.7", **words, **fields})


def known(browser: str = "b" * 64) -> None:
    """Let the address be proved in the browser."""
    VerifiedAddress.objects.create(browser=browser, email_index=blind_index(ADDRESS))


def screens_of(comment: Comment) -> list[str]:
    return [reason["screen"] for reason in comment.reasons]


class TestReasons:
    def test_n8_rule_kind_and_place_are_kept(self, story):
        rule = add("boat")
        assert post(story).reasons[0] == {
            "screen": "words",
            "detail": "boat",
            "rule": rule.pk,
            "kind": "word",
            "field": "body",
            "span": [11, 15],
        }

    def test_n8_threshold_of_links(self, story):
        comment = post(story, body="https://a.example https://b.example www.c.example")
        reason = {"screen": "links", "detail": "3", "threshold": 2}
        assert reason in comment.reasons

    @pytest.mark.parametrize(
        ("kind", "entry"),
        [
            ("name", "rex"),
            ("address", ADDRESS),
            ("domain", "mail.example"),
            ("network", "192.0.2.0/24"),
            ("link", "boats.example"),
            ("agent", "Test Browser"),
        ],
    )
    @pytest.mark.parametrize(("action", "status"), [("hold", "pending"), ("spam", "spam")])
    def test_b7_each_kind_says_which(self, story, kind, entry, action, status):
        rule = add(entry, kind=kind, action=action)
        comment = post(story, body="See boats.example.", user_agent="Mozilla/5.0 test-browser/9")
        found = next(reason for reason in comment.reasons if reason.get("rule"))
        assert (comment.status, found["screen"], found["rule"]) == (status, kind, rule.pk)

    def test_b7_a_program_lets_nothing_through(self, client, mona):
        client.force_login(mona)
        data = {"kind": "agent", "value": "curl", "action": "allow", "is_active": "on"}
        answer = client.post("/admin/comments/rule/add/", data)
        assert "lets nothing through" in answer.content.decode()
        many = {"kind": "agent", "action": "allow", "entries": "curl\nwget"}
        answer = client.post("/admin/comments/rule/many/", many)
        assert "lets nothing through" in answer.content.decode()
        assert not Rule.objects.exists()

    def test_b7_the_words_of_a_program_stand_side_by_side(self, story):
        add("python requests", kind="agent")
        for agent, is_held in (("Python-Requests/2.32", True), ("requests for python", False)):
            comment = post(story, body=f"By {agent}", user_agent=agent)
            assert ("agent" in screens_of(comment)) is is_held

    def test_an_address_is_never_kept_in_a_reason(self, story):
        add(ADDRESS, kind="address")
        add("rex")
        assert ADDRESS not in json.dumps(post(story).reasons, ensure_ascii=False)

    def test_several_rules_are_all_told(self, story):
        add("boat"), add("leave")
        assert [reason.get("detail") for reason in post(story).reasons] == ["boat", "leave", None]

    def test_a_hundred_rules_are_told_in_part(self, story):
        Rule.objects.bulk_create(
            Rule(action="hold", value=f"w{number}x", key=f"w{number}x") for number in range(100)
        )
        comment = post(story, body=" ".join(f"w{number}x" for number in range(100)))
        assert len(comment.reasons) == 20


class TestLettingThrough:
    def test_a_network_lets_everything_through(self, story):
        rule = add("192.0.2.0/24", kind="network", action="allow")
        add("boat")
        comment = post(story)
        assert (comment.status, screens_of(comment)) == ("approved", ["allowed"])
        assert comment.reasons[0]["rule"] == rule.pk

    @pytest.mark.parametrize(("kind", "entry"), [("address", ADDRESS), ("domain", "mail.example")])
    def test_n4_an_address_counts_once_it_is_proved(self, story, kind, entry):
        add(entry, kind=kind, action="allow")
        assert screens_of(post(story)) == ["first"]
        known("c" * 64)
        assert post(story, body="Typed elsewhere").status == "pending"
        known()
        assert post(story, body="Mine").status == "approved"

    def test_an_address_of_an_account_is_proved(self, story, otto):
        add("otto@example.org", kind="address", action="allow")
        assert post(story, user=otto).status == "approved"

    def test_a_name_lets_the_name_through_and_no_more(self, story):
        add("rex"), add("rex", kind="name", action="allow")
        assert screens_of(post(story, email="else@mail.example")) == ["first"]

    def test_a_phrase_lets_through_what_stands_in_it(self, story):
        add("boat"), add("that boat", action="allow")
        assert screens_of(post(story)) == ["first"]
        assert screens_of(post(story, body="A boat.")) == ["words", "first"]

    def test_links_to_an_allowed_site_do_not_count(self, story):
        add("good.example", kind="link", action="allow")
        body = "https://good.example/1 https://www.good.example/2 https://else.example"
        assert screens_of(post(story, body=body)) == ["first"]
        assert "links" in screens_of(post(story, body=f"{body} https://good.example@evil.example"))

    def test_neither_trap_nor_spam_nor_refusals(self, story):
        add("192.0.2.0/24", kind="network", action="allow")
        assert post(story, trap="x").status == "spam"
        add("boat", action="spam")
        assert post(story, body="My boat").status == "spam"
        with pytest.raises(posting.CommentRefused):
            post(story, body="My boat")
        with pytest.raises(posting.CommentRefused):
            post(make_story(comments_open=False))

    def test_moderators_are_held_by_nothing(self, story, mona):
        add("boat", action="spam")
        assert post(story, user=mona).status == "approved"


class TestStamp:
    """A change of the rules is seen by the next comment, in whatever process it was made."""

    def found(self) -> list[str]:
        typed = posting.Submission(make_story(), "Rex", ADDRESS, "That boat.", "", "")
        return [match.entry.value for match in rules.current().find(typed)]

    def test_every_way_of_changing_them_is_noticed(self):
        rule = add("boat")
        assert self.found() == ["boat"]
        Rule.objects.update(is_active=False)
        assert self.found() == []
        rule.is_active = True
        rule.save()
        assert self.found() == ["boat"]
        rule.delete()
        assert self.found() == []
        Rule.objects.bulk_create([Rule(action="hold", value="boat", key="boat")])
        assert self.found() == ["boat"]
        Rule.objects.all().delete()
        assert self.found() == []

    def test_rules_are_read_once_a_change(self, django_assert_num_queries):
        add("boat")
        with django_assert_num_queries(2):
            rules.current()
        with django_assert_num_queries(1):
            rules.current()

    @pytest.mark.parametrize("number", [1, 3])
    def test_b10_queries_of_a_comment_do_not_grow_with_the_rules(
        self, story, number, django_assert_max_num_queries
    ):
        for at in range(number):
            add(f"boat{at}")
        with django_assert_max_num_queries(24):
            post(story, body="boat0 boat1 boat2 https://a.example https://b.example")


class TestProvedAfterwards:
    """A comment waits, and its writer proves an address that a rule lets through."""

    @pytest.fixture
    def waiting(self, story):
        add(ADDRESS, kind="address", action="allow")
        add("boat")
        comment = post(story)
        assert comment.status == "pending"
        return comment

    def test_it_is_published(self, waiting):
        known()
        assert editing.release_proved(waiting, "b" * 64).status == "approved"

    def test_not_in_another_browser(self, waiting):
        known("c" * 64)
        assert editing.release_proved(waiting, "c" * 64).status == "pending"

    def test_not_what_a_moderator_put_back(self, waiting, mona):
        moderation.approve(waiting, by=mona)
        moderation.hold(waiting, by=mona)
        known()
        assert editing.release_proved(waiting, "b" * 64).status == "pending"

    def test_not_what_became_spam_by_a_rule(self, waiting):
        add("leave", action="spam")
        known()
        assert editing.release_proved(waiting, "b" * 64).status == "pending"

    def test_not_without_the_rule(self, waiting):
        Rule.objects.filter(kind="address").delete()
        known()
        assert editing.release_proved(waiting, "b" * 64).status == "pending"
