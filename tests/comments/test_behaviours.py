"""Behaviours of rules, readers' pages, the desk and mail that other files prove only in part."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone, translation

from articles.models import Story
from comments import moderation, notifications, posting, rules
from comments.models import Comment, Notice, Rule, Subscription
from newsroom.templatetags.rtl import digits
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import make_comment, make_story

pytestmark = pytest.mark.django_db
SCRIPT = 'Look <script>alert("x")</script><img src=x onerror=alert(1)> here.'


def add(entry: str, *, kind: str = "word", action: str = "hold") -> None:
    value, key = rules.settle(kind, entry)
    Rule.objects.create(kind=kind, action=action, value=value, key=key)


def post(story, body: str, **fields) -> Comment:
    words = {"name": "Rex", "email": "rex@mail.example", "body": body}
    return posting.post(story, **words | fields)


def screens(comment: Comment) -> set[str]:
    return {reason["screen"] for reason in comment.reasons}


@pytest.fixture(autouse=True)
def nobody_is_new(settings):
    settings.COMMENT_TRUST_AFTER = 0


class TestRules:
    @pytest.mark.parametrize(
        ("entry", "text"),
        [
            ("установка", "УСТАНОВКА окон"),
            ("احتيال", "هذا اِحتِيــال واضح"),
            ("إعلان", "اعلان مجاني"),
            ("straße", "STRASSE frei"),
        ],
    )
    def test_b067_another_case_or_form_of_a_word(self, story, entry, text):
        add(entry)
        assert screens(post(story, text)) == {"words"}

    def test_b068_b074_what_no_rule_finds_passes(self, story):
        add("casino"), add("lottery", action="spam")
        assert post(story, "I saw that boat leave.").status == "approved"

    @pytest.mark.parametrize(
        ("number", "status"), [(1, "approved"), (2, "pending"), (3, "pending")]
    )
    def test_b069_links_up_to_the_limit(self, story, number, status):
        body = " ".join(f"https://site{place}.example" for place in range(number))
        assert post(story, body).status == status

    def test_b071_a_disallowed_word_is_spam_not_held(self, story):
        add("casino", action="spam")
        assert post(story, "Casino tonight").status == "spam"

    def test_b072_a_word_that_tags_split(self, story):
        add("halfway", action="spam")
        assert post(story, "half<b>way</b> there").status == "spam"

    @pytest.mark.parametrize(
        ("text", "is_caught"),
        [
            *[
                (text, True)
                for text in ("Bad", "so bad.", "bad!", "bad bad bad", "123bad", "bad99")
            ],
            *[(text, False) for text in ("baddd", "abad", "badly", "b a d")],
        ],
    )
    def test_b075_whole_words_only(self, story, text, is_caught):
        add("bad")
        assert (screens(post(story, text)) == {"words"}) is is_caught

    @pytest.mark.parametrize("between", ["!", ".", "?", "¿", ":", ";", "،", "؟", " … ", "\n"])
    def test_b076_words_of_a_phrase_joined_by_anything(self, story, between):
        add("buy now")
        assert screens(post(story, f"Please buy{between}now")) == {"words"}

    def test_b064_a_member_is_known_by_the_account(self, story, otto, mona, settings):
        settings.COMMENT_TRUST_AFTER = 1
        first = post(story, "My first.", user=otto)
        moderation.approve(first, by=mona)
        otto.email = "new@example.org"
        otto.save()
        assert post(story, "My second.", user=otto).status == "approved"


class TestReadersPages:
    def page(self, client, story) -> str:
        return client.get(story.get_absolute_url()).content.decode()

    @pytest.mark.parametrize(
        "query", ["context=edit", "author_email=a@b.example", "email=a", "ip=1"]
    )
    def test_b097_b098_nobody_can_probe_an_address_through_the_api(self, client, story, query):
        make_comment(story, email="a@b.example")
        answer = client.get(f"/api/v1/stories/{story.pk}/comments/?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown-parameter")

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (1, "تعليق واحد"),
            (2, "تعليقان"),
            (3, "3 تعليقات"),
            (10, "10 تعليقات"),
            (11, "11 تعليقاً"),
            (99, "99 تعليقاً"),
            (100, "100 تعليق"),
            (101, "101 تعليق"),
            (103, "103 تعليقات"),
            (111, "111 تعليقاً"),
        ],
    )
    def test_b102_counts_have_the_six_forms_of_arabic(self, client, number, words):
        story = make_story(language="ar")
        make_comment(story)
        Story.objects.filter(pk=story.pk).update(comment_count=number)
        assert words in self.page(client, story)

    def test_b103_an_excerpt_is_cut_between_characters_and_has_no_markup(self, client, story, mona):
        make_comment(story, status="pending", body="<b>é👩‍👩‍👧</b> & كلمة " * 200)
        client.force_login(mona)
        page = client.get("/admin/comments/comment/").content.decode()
        excerpt = page.split('class="excerpt')[1].split("</td>")[0]
        assert "&lt;b&gt;" in excerpt
        assert "<b>é" not in excerpt
        assert "\ufffd" not in excerpt

    def test_b105_a_hostile_website_is_escaped_on_both_sides(self, client, story, mona):
        comment = make_comment(story, website='https://x.example/"><script>alert(1)</script>')
        client.force_login(mona)
        desk = client.get(f"/admin/comments/comment/{comment.pk}/change/").content.decode()
        for page in (self.page(client, story), desk):
            assert "<script>alert(1)" not in page
        refused = Client().post(
            f"{story.get_absolute_url()}comments/",
            GOOD | {"url": "javascript:alert(1)", "comment": "Mine."},
            headers=OWN_PAGE,
        )
        assert refused.status_code == 422

    @pytest.mark.parametrize("who", ["anonymous", "member", "moderator"])
    def test_b106_b107_b108_nobodys_script_is_shown(self, client, story, otto, mona, who):
        user = {"member": otto, "moderator": mona}.get(who)
        post(story, SCRIPT, user=user)
        Comment.objects.update(status="approved")
        moderation.recount(story)
        thread = self.page(client, story).split('id="comments"')[1]
        assert "<script>alert" not in thread
        assert not re.search(r"<img[^>]*onerror", thread)
        assert "&lt;script&gt;" in thread

    def test_b109_the_preview_shows_the_words_and_nothing_that_runs(self, client, story):
        add("look")
        answer = client.post(
            f"{story.get_absolute_url()}comments/",
            GOOD | {"comment": SCRIPT},
            headers=OWN_PAGE,
            follow=True,
        )
        page = answer.content.decode()
        assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in page
        assert "<script>alert" not in page
        assert Comment.objects.get().status == "pending"

    def test_b111_the_order_stays_in_the_address_before_the_anchor(self, client, story):
        answer = client.post(
            f"{story.get_absolute_url()}comments/?sort=newest", GOOD, headers=OWN_PAGE
        )
        assert answer["Location"].endswith(f"?sort=newest#comment-{Comment.objects.get().pk}")

    def test_b167_of_a_network_only_its_beginning_is_kept(self, story):
        assert post(story, "By IPv4.", ip="198.51.100.77").ip == "198.51.100.0"
        assert post(story, "By IPv6.", ip="2001:db8:aaaa:bbbb::1").ip == "2001:db8:aaaa::"

    def test_b171_the_only_cookie_is_set_by_posting_and_tells_nothing(self, story, settings):
        settings.IS_HTTPS = True
        client = Client()
        client.get(story.get_absolute_url())
        assert not client.cookies
        answer = client.post(
            f"{story.get_absolute_url()}comments/", GOOD, headers=OWN_PAGE, secure=True
        )
        [(name, cookie)] = answer.cookies.items()
        assert name == "newsroom_browser"
        assert cookie["httponly"]
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"
        assert GOOD["author"] not in cookie.value
        assert GOOD["email"] not in cookie.value


class TestDesk:
    def test_b101_each_tab_counts_its_own(self, client, story, mona):
        numbers = {"approved": 1, "pending": 2, "spam": 3, "trash": 4}
        for status, number in numbers.items():
            for _ in range(number):
                make_comment(story, status=status)
        client.force_login(mona)
        states = client.get("/admin/comments/comment/").context["states"]
        counted = {state["label"]: state["count"] for state in states}
        assert {counted[label] for label in counted} >= set(numbers.values())
        for code, label in Comment.Status.choices:
            assert counted[label] == numbers[code]

    def test_b141_b146_a_story_takes_its_comments_with_it(self, story, mona):
        make_comment(story)
        other = make_comment(make_story())
        moderation.trash(make_comment(story), by=mona)
        story.delete()
        assert list(Comment.objects.all()) == [other]


class TestMail:
    def test_b152_a_story_without_an_author_mails_as_any(self, story, settings):
        settings.EMAIL_URL = "smtp://localhost"
        assert not story.bylines.exists()
        comment = make_comment(story, email="asker@mail.example")
        Subscription.objects.create(
            comment=comment, replies=True, verdict=True, confirmed_at=timezone.now()
        )
        answer = make_comment(story, parent=comment)
        for kind, about in (("published", None), ("reply", answer)):
            Notice.objects.create(kind=kind, comment=comment, about=about, due_at=timezone.now())
        assert notifications.send_due() == (2, 0)
        assert [message.to for message in mail.outbox] == [["asker@mail.example"]] * 2


def test_digits_of_counts_follow_the_setting(settings):
    settings.DIGITS = "arab"
    with translation.override("ar"):
        assert digits("103") == "١٠٣"
