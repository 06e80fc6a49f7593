"""Mail to readers (B148–B156): asked for, proved first, ended by one press, true when it goes."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from articles import workflow
from comments import moderation, notifications, privacy
from comments.models import Comment, Digest, MailStop, Notice, Subscription
from newsroom.lib.mail import MailFailed
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import make_comment, make_story

pytestmark = pytest.mark.django_db
BOTH = {"notify_replies": "1", "notify_verdict": "1"}


@pytest.fixture(autouse=True)
def post_box(settings):
    """Mail is configured, and kept in `mail.outbox`."""
    settings.EMAIL_URL = "smtp://localhost"
    settings.CONTACT_EMAIL = "readers@paper.example"


def post(client: Client, story, **fields) -> Comment:
    before = set(Comment.objects.values_list("pk", flat=True))
    answer = client.post(f"{story.get_absolute_url()}comments/", GOOD | fields, headers=OWN_PAGE)
    assert answer.status_code == 303
    return Comment.objects.exclude(pk__in=before).get()


def send(minutes: int = 11) -> list:
    """Let time pass, send what is due, and return the new mails."""
    mail.outbox.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        notifications.send_due()
    return list(mail.outbox)


def link_in(message, part: str) -> str:
    found = re.search(rf"https?://[^/\s]+(/\w+/me/{part}/\S+)", message.body)
    return found.group(1)


def asking(story, *, replies=True, verdict=True, **fields) -> Comment:
    """A comment whose writer asked for mail and proved the address."""
    comment = make_comment(story, **{"email": "asker@mail.example", "name": "Asker"} | fields)
    Subscription.objects.create(
        comment=comment, replies=replies, verdict=verdict, confirmed_at=timezone.now()
    )
    return comment


class TestProof:
    def test_nothing_goes_out_before_the_address_is_proved(self, client, story, mona):
        comment = post(client, story, **BOTH)
        first = send(0)
        assert [message.to for message in first] == [["rex@example.org"]]
        moderation.approve(comment, by=mona)
        assert send() == []

    def test_the_mailed_link_turns_it_on_by_its_button_only(self, client, story, mona):
        comment = post(client, story, **BOTH)
        link = link_in(send(0)[0], "confirm")
        client.get(link)
        assert Subscription.objects.get().confirmed_at is None
        client.post(link, headers=OWN_PAGE)
        confirmed = Subscription.objects.get().confirmed_at
        assert confirmed
        client.post(link, headers=OWN_PAGE)
        assert Subscription.objects.get().confirmed_at == confirmed
        moderation.approve(comment, by=mona)
        assert [message.subject for message in send()] == ["Your comment is published"]

    def test_a_browser_in_which_it_was_proved_is_not_asked_again(self, client, story):
        post(client, story, **BOTH)
        client.post(link_in(send(0)[0], "confirm"), headers=OWN_PAGE)
        post(client, story, comment="Another", **BOTH)
        assert send(120) == []
        assert Subscription.objects.filter(confirmed_at=None).count() == 0

    def test_an_address_is_asked_once_an_hour_whoever_types_it(self, story):
        for number in range(3):
            post(Client(), story, comment=f"Number {number}", **BOTH)
        assert len(send(0)) == 1
        assert len(send(59)) == 0
        assert len(send(61)) == 1

    def test_spam_makes_us_write_to_nobody(self, client, story):
        post(client, story, website_confirm="trap", **BOTH)
        assert send() == []

    def test_nobody_who_did_not_ask_is_written_to(self, client, story, mona):
        comment = post(client, story)
        moderation.approve(comment, by=mona)
        assert send() == []
        assert not Notice.objects.exists()

    def test_without_mail_nothing_is_offered(self, client, story, settings):
        page = client.get(story.get_absolute_url()).content.decode()
        assert 'name="notify_replies"' in page
        settings.EMAIL_URL = ""
        assert 'name="notify_replies"' not in client.get(story.get_absolute_url()).content.decode()
        post(client, story, **BOTH)
        assert not Subscription.objects.exists()

    def test_a_refused_form_keeps_what_was_ticked(self, send, client, story):
        answer = client.post(
            f"{story.get_absolute_url()}comments/",
            GOOD | {"comment": "", "notify_replies": "1"},
            headers=OWN_PAGE,
        )
        page = answer.content.decode()
        assert re.search(r'name="notify_replies"[^>]* checked', page)
        assert not re.search(r'name="notify_verdict"[^>]* checked', page)


class TestReplies:
    def test_b150_a_reply_is_told_once_published_with_links(self, story, mona):
        parent = asking(story)
        answer = make_comment(
            story, status="pending", parent=parent, name="Lina", email="lina@mail.example"
        )
        assert send() == []
        moderation.approve(answer, by=mona)
        (message,) = send()
        assert message.to == ["asker@mail.example"]
        assert f"#comment-{answer.pk}" in message.body
        assert f"#comment-{parent.pk}" in message.body
        assert "lina@mail.example" not in str(message.message())
        assert send() == []

    def test_b155_not_of_my_own_reply(self, story, mona):
        parent = asking(story)
        own = make_comment(story, status="pending", parent=parent, email="ASKER@mail.example")
        moderation.approve(own, by=mona)
        assert send() == []

    def test_a_reply_taken_away_meanwhile_is_not_told(self, story, mona):
        answer = make_comment(
            story, status="pending", parent=asking(story), email="lina@mail.example"
        )
        moderation.approve(answer, by=mona)
        moderation.trash(answer, by=mona)
        assert send() == []
        assert not Notice.objects.exists()

    def test_b151_a_name_with_line_ends_makes_no_header(self, story, mona):
        answer = make_comment(
            story,
            status="pending",
            parent=asking(story),
            name="Lina\nBcc: x@y.example",
            email="lina@mail.example",
        )
        moderation.approve(answer, by=mona)
        (message,) = send()
        assert message.recipients() == ["asker@mail.example"]
        assert "\n" not in message.subject

    def test_in_arabic_it_stands_right_to_left_with_names_apart(self, mona):
        story = make_story(language="ar", headline="الميناء يصحو باكراً")
        answer = make_comment(
            story, status="pending", parent=asking(story), name="Lina", email="l@mail.example"
        )
        moderation.approve(answer, by=mona)
        (message,) = send()
        (page, kind) = message.alternatives[0]
        assert (kind, 'lang="ar" dir="rtl"' in page) == ("text/html", True)
        assert "<bdi>Lina</bdi>" in page
        assert "\u2068Lina\u2069" in message.subject


class TestVerdicts:
    def test_a_rejection_gives_its_reason_and_how_to_object(self, story, mona):
        comment = asking(story, status="pending")
        moderation.trash(comment, by=mona, reason="insult", note="He is a known troll")
        (message,) = send()
        assert "It insults or attacks people." in message.body
        assert "readers@paper.example" in message.body
        assert "troll" not in str(message.message())
        assert "Mona" not in str(message.message())

    def test_b149_spam_is_told_nothing(self, story, mona):
        moderation.mark_spam(asking(story, status="pending"), by=mona)
        assert send() == []

    def test_within_the_time_of_undo_nothing_goes_out(self, story, mona):
        comment = asking(story, status="pending")
        moderation.approve(comment, by=mona)
        assert send(9) == []
        moderation.hold(comment, by=mona)
        assert send(11) == []


class TestEnding:
    @pytest.fixture
    def told(self, story, mona):
        comment = asking(story, status="pending")
        moderation.approve(comment, by=mona)
        return send()[0]

    def test_one_click_of_a_mail_client(self, told, client):
        """RFC 8058: a POST without page, cookie or origin."""
        headers = told.extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = re.fullmatch(r"<https?://[^/]+(/.+)>", headers["List-Unsubscribe"]).group(1)
        answer = Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert Subscription.objects.get().ended_at

    def test_opening_the_page_ends_nothing(self, told, client):
        assert client.get(link_in(told, "mail")).status_code == 200
        assert Subscription.objects.get().ended_at is None

    def test_b155_ending_twice(self, told, client):
        for _ in range(2):
            assert client.post(link_in(told, "mail")).status_code == 200

    @pytest.mark.parametrize(
        "change", [lambda link: link[:-2] + "x/", lambda link: link[:-9] + "/"]
    )
    def test_b156_an_altered_link_has_no_effect(self, told, client, change):
        assert client.post(change(link_in(told, "mail"))).status_code == 404
        assert Subscription.objects.get().ended_at is None

    def test_everything_to_the_address_is_ended(self, told, client, story, mona):
        other = asking(story, body="Another one", status="pending")
        client.post(link_in(told, "mail"), {"everything": "1"})
        assert MailStop.objects.count() == 1
        moderation.approve(other, by=mona)
        assert send() == []

    def test_of_a_story_that_was_withdrawn_nothing_is_mailed(self, story, mona):
        asked = asking(story)
        moderation.approve(asking(story, body="Another", status="pending"), by=mona)
        answer = make_comment(story, parent=asked, status="pending", email="o@mail.example")
        moderation.approve(answer, by=mona)
        assert Notice.objects.count() == 2
        workflow.withdraw(story, by=None, notice="Gone.")
        assert send() == []

    def test_asking_again_and_proving_it_lifts_the_stop(self, client, story):
        MailStop.objects.create(email_index=privacy.index_of("rex@example.org"))
        post(client, story, **BOTH)
        client.post(link_in(send(0)[0], "confirm"), headers=OWN_PAGE)
        assert not MailStop.objects.exists()


class TestSending:
    @pytest.fixture
    def due(self, story, mona):
        moderation.approve(asking(story, status="pending"), by=mona)

    def test_a_failure_is_tried_again_later_and_not_for_ever(self, due, monkeypatch):
        def fail(*args, **kwargs):
            raise MailFailed("no server")

        monkeypatch.setattr(notifications.mail, "send", fail)
        at, tries = timezone.now() + timedelta(minutes=11), 0
        for _ in range(20):
            with time_machine.travel(at, tick=False):
                _sent, failed = notifications.send_due()
                assert notifications.send_due() == (0, 0)
            tries, at = tries + failed, at + timedelta(days=2)
        assert tries == notifications.MOST_TRIES

    def test_two_machines_send_it_once(self, due):
        notice = Notice.objects.get()
        assert notifications._claim(notice)
        assert not notifications._claim(notice)

    def test_tick_sends(self, due, capsys):
        mail.outbox.clear()
        with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
            call_command("tick")
        assert "Mailed: 1. Not mailed yet: 0." in capsys.readouterr().out
        assert len(mail.outbox) == 1

    def test_who_was_forgotten_is_not_written_to(self, due, story):
        privacy.erase(privacy.index_of("asker@mail.example"), via="desk")
        assert send() == []


class TestDigest:
    @pytest.fixture
    def reader_of_digests(self, mona):
        Digest.objects.create(user=mona, every="hour")
        return mona

    def digest(self, minutes: int = 0) -> list:
        mail.outbox.clear()
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            notifications.send_digests()
        return list(mail.outbox)

    def test_how_many_and_where_and_nothing_of_the_writers(self, story, reader_of_digests):
        make_comment(
            story, status="pending", name="Canary", email="canary@mail.example", body="Secret"
        )
        (message,) = self.digest()
        assert message.to == ["mona@example.com"]
        assert story.headline in message.body
        assert "/admin/comments/comment/" in message.body
        for private in ("Canary", "canary@", "Secret"):
            assert private not in str(message.message())

    def test_once_an_hour_and_only_where_something_waits(self, story, reader_of_digests):
        assert self.digest() == []
        make_comment(story, status="pending")
        assert len(self.digest(61)) == 1
        assert len(self.digest(100)) == 0
        assert len(self.digest(122)) == 1

    def test_who_may_not_moderate_any_more_gets_none(self, story, reader_of_digests):
        make_comment(story, status="pending")
        reader_of_digests.groups.clear()
        assert self.digest() == []

    def test_it_is_set_on_ones_own_account(self, client, mona):
        client.force_login(mona)
        data = {"interface_language": "en", "first_name": "Mona", "email": mona.email}
        client.post("/admin/account/", data | {"digest": "day"})
        assert Digest.objects.get().every == "day"
        assert "selected>every day" in client.get("/admin/account/").content.decode()
        client.post("/admin/account/", data | {"digest": ""})
        assert not Digest.objects.exists()

    def test_a_reporter_is_not_asked(self, client, rosa):
        client.force_login(rosa)
        assert 'name="digest"' not in client.get("/admin/account/").content.decode()
