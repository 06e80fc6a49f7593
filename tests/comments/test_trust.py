"""Who is "previously approved": by proof and never by typing (B062–B065 as we decided them)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from comments import moderation, trust
from comments.models import Comment, VerifiedAddress
from newsroom.lib.mail import MailFailed
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import make_comment, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def post_box(settings):
    """Mail is configured, and kept in `mail.outbox`."""
    settings.EMAIL_URL = "smtp://localhost"
    return mail


def post(client: Client, story, **fields) -> Comment:
    before = set(Comment.objects.values_list("pk", flat=True))
    answer = client.post(f"{story.get_absolute_url()}comments/", GOOD | fields, headers=OWN_PAGE)
    assert answer.status_code == 303
    return Comment.objects.exclude(pk__in=before).get()


class TestBrowser:
    def test_token_is_given_in_the_answer_to_a_post_only(self, client, send, story):
        assert not client.get(story.get_absolute_url()).cookies
        refused = send(story, email="x")
        assert not refused.cookies
        cookie = send(story).cookies[trust.COOKIE]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert not client.get(story.get_absolute_url()).cookies

    def test_token_is_not_what_is_stored(self, client, send, story):
        cookie = send(story).cookies[trust.COOKIE]
        token = cookie.value.split(":")[0]
        stored = Comment.objects.get().browser
        assert stored == trust.browser(token) != token

    def test_browser_whose_comment_was_approved(self, client, story, mona):
        moderation.approve(post(client, story), by=mona)
        assert post(client, story, comment="Again").status == "approved"

    def test_browser_whose_comment_still_waits(self, client, story):
        post(client, story)
        assert post(client, story, comment="Again").status == "pending"

    def test_known_browser_with_another_address(self, client, story, mona):
        moderation.approve(post(client, story), by=mona)
        other = post(client, story, comment="Again", email="victim@example.org")
        assert other.status == "pending"

    def test_typed_name_and_address_prove_nothing(self, client, story, mona):
        moderation.approve(post(client, story), by=mona)
        assert post(Client(), story, comment="I am Rex, believe me").status == "pending"

    @pytest.mark.parametrize("value", ["x", "a" * 32, "token:1abcde:forged", ""])
    def test_forged_token(self, client, story, mona, value):
        moderation.approve(post(client, story), by=mona)
        forger = Client()
        forger.cookies[trust.COOKIE] = value
        assert post(forger, story, comment="Again").status == "pending"

    def test_approved_comment_that_became_spam_counts_no_more(self, client, story, mona):
        comment = moderation.approve(post(client, story), by=mona)
        moderation.mark_spam(comment, by=mona)
        assert post(client, story, comment="Again").status == "pending"


class TestHeldPreview:
    def test_b093_author_alone_sees_it(self, client, send, story):
        answer = send(story, comment="Bait <b>text</b> https://a.example/x")
        preview = client.get(answer["Location"])
        page = preview.content.decode()
        assert preview.status_code == 200
        assert "Bait &lt;b&gt;text" in page
        assert 'href="https://a.example/x"' not in page
        assert preview["Cache-Control"] == "private, no-store"
        assert "noindex" in preview["X-Robots-Tag"]
        assert "Bait" not in Client().get(story.get_absolute_url()).content.decode()

    def test_b094_changed_or_stale_link(self, client, send, story):
        address = send(story, comment="Bait text")["Location"]
        assert "Bait text" in client.get(address).content.decode()
        other = make_comment(story, status="pending", body="Bait too")
        for wrong in (address[:-3] + "x/", f"/en/me/comment/{other.pk}/"):
            answer = client.get(wrong)
            assert (answer.status_code, "Bait" in answer.content.decode()) == (404, False)
        assert client.get(address.replace("/en/", "/fr/")).status_code == 404
        with time_machine.travel(Comment.objects.first().created_at + timedelta(minutes=11)):
            answer = client.get(address)
            assert (answer.status_code, "Bait" in answer.content.decode()) == (404, False)

    def test_approved_meanwhile(self, client, send, story, mona):
        address = send(story)["Location"]
        comment = moderation.approve(Comment.objects.get(), by=mona)
        assert client.get(address)["Location"].endswith(f"#comment-{comment.pk}")

    def test_spam_and_trash_look_the_same(self, client, send, story, mona):
        address = send(story)["Location"]
        before = client.get(address).content
        comment = moderation.mark_spam(Comment.objects.get(), by=mona)
        assert client.get(address).content == before
        moderation.trash(comment, by=mona)
        assert client.get(address).content == before


class TestMailedLink:
    def link(self) -> str:
        return re.search(r"https?://\S+/me/confirm/\S+", mail.outbox[-1].body).group()

    def ask(self, client: Client, story, **fields) -> Comment:
        """Post, then press the button of the preview."""
        data = GOOD | fields
        answer = client.post(f"{story.get_absolute_url()}comments/", data, headers=OWN_PAGE)
        assert client.post(answer["Location"], headers=OWN_PAGE).status_code == 303
        return Comment.objects.latest("pk")

    def test_not_offered_without_mail(self, client, send, story):
        address = send(story)["Location"]
        assert "<form method" not in client.get(address).content.decode()
        client.post(address, headers=OWN_PAGE)
        assert mail.outbox == []

    def test_goes_to_the_address_of_the_comment_alone(self, client, story, post_box):
        comment = self.ask(client, story, comment="Buy my pills", author="Pill seller")
        (message,) = mail.outbox
        assert message.recipients() == ["rex@example.org"]
        assert "rex@example.org" not in message.body + message.subject
        assert "pill" not in (message.body + message.subject).lower()
        assert story.headline in message.body
        assert str(comment.pk) not in message.subject

    def test_opening_proves_nothing_the_button_does(self, client, story, post_box):
        comment = self.ask(client, story)
        scanner = Client()
        page = scanner.get(self.link())
        assert page.status_code == 200
        assert not page.cookies
        assert not VerifiedAddress.objects.exists()
        answer = client.post(self.link(), headers=OWN_PAGE)
        assert answer.status_code == 200
        proof = VerifiedAddress.objects.get()
        assert (proof.browser, proof.email_index) == (comment.browser, comment.email_index)
        client.post(self.link(), headers=OWN_PAGE)
        assert VerifiedAddress.objects.count() == 1

    def test_publishes_what_waited_when_the_address_is_known(self, client, story, mona, post_box):
        moderation.approve(post(Client(), story), by=mona)
        comment = self.ask(client, story, comment="From my new telephone")
        assert comment.status == "pending"
        assert "is published" in client.post(self.link(), headers=OWN_PAGE).content.decode()
        comment.refresh_from_db()
        assert (comment.status, comment.decisions.get().by) == ("approved", None)
        assert post(client, story, comment="And again").status == "approved"

    def test_new_address_stays_held(self, client, story, post_box):
        comment = self.ask(client, story)
        client.post(self.link(), headers=OWN_PAGE)
        comment.refresh_from_db()
        assert comment.status == "pending"
        assert post(client, story, comment="Again").status == "pending"

    def test_what_was_held_for_more_stays_held(self, client, story, mona, post_box):
        moderation.approve(post(Client(), story), by=mona)
        comment = self.ask(client, story, comment="https://a.example https://b.example")
        client.post(self.link(), headers=OWN_PAGE)
        comment.refresh_from_db()
        assert comment.status == "pending"

    def test_owner_who_presses_vouches_for_their_own_browser_only(
        self, client, story, mona, post_box
    ):
        """Somebody types a victim's address; the victim presses the button out of courtesy."""
        victim, attacker = Client(), client
        moderation.approve(post(Client(), story), by=mona)
        comment = self.ask(attacker, story, comment="Words put into a mouth")
        victim.post(self.link(), headers=OWN_PAGE)
        comment.refresh_from_db()
        assert comment.status == "pending"
        assert post(attacker, story, comment="More of them").status == "pending"

    def test_one_mail_an_hour_to_an_address(self, client, story, post_box):
        self.ask(client, story)
        answer = Client().post(
            f"{story.get_absolute_url()}comments/",
            GOOD | {"comment": "Two"},
            headers=OWN_PAGE,
            REMOTE_ADDR="203.0.113.9",
        )
        again = Client().post(answer["Location"], headers=OWN_PAGE, REMOTE_ADDR="203.0.113.9")
        assert again.status_code == 429
        assert 0 < int(again["Retry-After"]) <= 3600
        assert len(mail.outbox) == 1

    def test_one_mail_a_minute_from_a_sender(self, client, story, post_box):
        self.ask(client, story)
        other = client.post(
            f"{story.get_absolute_url()}comments/",
            GOOD | {"email": "else@example.org"},
            headers=OWN_PAGE,
        )
        assert client.post(other["Location"], headers=OWN_PAGE).status_code == 429

    def test_no_mail_for_the_trapped(self, client, story, post_box):
        self.ask(client, story, website_confirm="x")
        assert mail.outbox == []

    def test_failure_is_said_and_may_be_tried_again(
        self, client, send, story, post_box, monkeypatch
    ):
        address = send(story)["Location"]

        def fail(*args):
            raise MailFailed("SMTPServerDisconnected")

        with monkeypatch.context() as broken:
            broken.setattr(trust.mail, "send", fail)
            assert client.post(address, headers=OWN_PAGE).status_code == 503
        assert mail.outbox == []

    @pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
    def test_other_sites_cannot_press_the_buttons(self, client, story, post_box, headers):
        preview = client.post(f"{story.get_absolute_url()}comments/", GOOD, headers=OWN_PAGE)
        assert client.post(preview["Location"], headers=headers).status_code == 403
        client.post(preview["Location"], headers=OWN_PAGE)
        assert client.post(self.link(), headers=headers).status_code == 403
        assert not VerifiedAddress.objects.exists()

    def test_stale_or_forged_link(self, client, story, post_box):
        comment = self.ask(client, story)
        forged = self.link()[:-4] + "abc/"
        with time_machine.travel(comment.created_at + timedelta(hours=25)):
            assert client.post(self.link(), headers=OWN_PAGE).status_code == 404
        assert client.post(forged, headers=OWN_PAGE).status_code == 404
        assert client.get(self.link().replace("/en/", "/ar/")).status_code == 404
        assert not VerifiedAddress.objects.exists()

    def test_mail_speaks_the_language_of_the_story(self, client, post_box, db):
        story = make_story(language="ar", headline="الميناء يصحو & ينام", slug="x")
        self.ask(client, story)
        (message,) = mail.outbox
        assert "الميناء يصحو & ينام" in message.body
        assert "/ar/me/confirm/" in message.body
