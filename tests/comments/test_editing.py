"""A writer changes or deletes a comment within minutes (B168–B170)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from comments import editing, moderation, threads, trust
from comments.models import Comment, Decision, Lease, Policy
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(client, send, story) -> Comment:
    """A comment that was just sent from the browser of `client`; it is held."""
    send(story)
    return Comment.objects.get()


@pytest.fixture
def public(sent, mona) -> Comment:
    return moderation.approve(sent, by=mona)


def change(client, comment: Comment, text: str = "Another text.", headers=None):
    return client.post(
        f"/en/me/comments/{comment.pk}/edit/", {"comment": text}, headers=headers or OWN_PAGE
    )


def delete(client, comment: Comment):
    return client.post(f"/en/me/comments/{comment.pk}/delete/", headers=OWN_PAGE)


class TestEdit:
    def test_b168_writer_changes_the_text(self, client, public, story):
        page = client.get(f"/en/me/comments/{public.pk}/edit/")
        assert "I saw that boat leave.</textarea>" in page.content.decode()
        assert "no-store" in page["Cache-Control"]
        before = client.get(story.get_absolute_url())
        assert b"comment-edited" not in before.content
        answer = change(client, public)
        assert answer.status_code == 303
        assert answer["Location"] == threads.address(public)
        after = client.get(story.get_absolute_url())
        assert after["ETag"] != before["ETag"]
        assert "Another text." in after.content.decode()
        assert '<span class="comment-edited">edited</span>' in after.content.decode()
        assert "I saw that boat leave." not in after.content.decode()

    def test_a_database_too_busy_gives_the_words_back(self, client, public, monkeypatch):
        def busy(*args, **fields):
            raise OperationalError("database is locked")

        monkeypatch.setattr(moderation, "rewrite", busy)
        answer = change(client, public)
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert "Another text.</textarea>" in answer.content.decode()
        assert Comment.objects.get().body == "I saw that boat leave."

    def test_is_written_down(self, client, public, story, mona):
        story.refresh_from_db()
        stamp = story.comments_changed_at
        change(client, public)
        public.refresh_from_db()
        story.refresh_from_db()
        last = Decision.objects.first()
        assert (last.reason, last.by, last.from_status, last.to_status) == (
            "edited",
            None,
            "approved",
            "approved",
        )
        assert public.edited_at
        assert public.body_html == '<p dir="auto">Another text.</p>'
        assert story.comments_changed_at > stamp

    @pytest.mark.parametrize("verb", [change, delete])
    def test_b168_another_browser_is_refused(self, send, story, sent, verb):
        stranger = Client()
        for has_cookie in (False, True):
            assert verb(stranger, sent).status_code == 403
            page = stranger.get(f"/en/me/comments/{sent.pk}/edit/")
            assert page.status_code == 403
            assert sent.body not in page.content.decode()
            if not has_cookie:
                stranger.post(
                    f"{story.get_absolute_url()}comments/",
                    GOOD | {"comment": "Another's.", "email": "ann@example.org"},
                    headers=OWN_PAGE,
                )
                assert trust.COOKIE in stranger.cookies
        sent.refresh_from_db()
        assert (sent.body, sent.status) == ("I saw that boat leave.", "pending")

    def test_b169_cookie_is_worth_nothing_for_a_later_comment_of_the_same_number(
        self, client, sent, story
    ):
        Decision.objects.all()._raw_delete("default")
        number = sent.pk
        sent.delete()
        make_comment(story, pk=number, browser=trust.browser("another"))
        assert change(client, Comment.objects.get(pk=number)).status_code == 403

    @pytest.mark.parametrize("verb", [change, delete])
    def test_after_the_time_a_sentence_and_the_words(self, client, public, verb):
        with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
            answer = verb(client, public)
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "A comment can be changed for 15 minutes after it was sent." in page
        assert ("Another text.</textarea>" in page) is (verb is change)
        public.refresh_from_db()
        assert (public.status, public.edited_at) == ("approved", None)

    def test_foreign_page_changes_nothing(self, client, public):
        assert change(client, public, headers={"Origin": "https://x.example"}).status_code == 403
        public.refresh_from_db()
        assert public.edited_at is None

    @pytest.mark.parametrize("pk", [987654, 9999999999999999999])
    def test_no_such_comment_gives_the_words_back(self, client, pk):
        answer = change(client, Comment(pk=pk))
        assert answer.status_code == 404
        assert "Another text.</textarea>" in answer.content.decode()

    def test_what_an_account_wrote_wants_the_account_too(self, client, send, story, mona):
        client.force_login(mona)
        send(story)
        comment = Comment.objects.get()
        assert change(client, comment, "First change.").status_code == 303
        cookie = client.cookies[trust.COOKIE]
        client.logout()
        client.cookies[trust.COOKIE] = cookie
        assert change(client, comment).status_code == 403

    def test_nothing_changed_is_no_edit(self, client, public):
        assert change(client, public, f" {public.body}\r\n").status_code == 303
        public.refresh_from_db()
        assert public.edited_at is None


class TestScreensAgain:
    @pytest.mark.parametrize("text", ["", " \n", "x" * 5001])
    def test_wrong_text_keeps_the_words(self, client, public, text):
        answer = change(client, public, text)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
        assert f"\n{text}</textarea>" in answer.content.decode()

    def test_b170_links_hold_what_was_public(self, client, public, story):
        answer = change(client, public, "https://a.example https://b.example")
        public.refresh_from_db()
        assert public.status == "pending"
        assert [reason["screen"] for reason in public.reasons] == ["links"]
        assert answer["Location"].startswith("/en/me/comment/")
        story.refresh_from_db()
        assert story.comment_count == 0
        assert Decision.objects.first().to_status == "pending"

    def test_b170_premoderation_holds_again(self, client, public):
        Policy.objects.filter(language="en").update(premoderate=True)
        change(client, public)
        public.refresh_from_db()
        assert public.status == "pending"

    def test_b170_text_of_another_comment_is_a_duplicate(self, client, send, story, public):
        send(story, comment="Another text.")
        answer = change(client, public)
        assert answer.status_code == 409
        assert "Another text.</textarea>" in answer.content.decode()

    def test_b170_closed_meanwhile(self, client, public, story):
        type(story).objects.filter(pk=story.pk).update(comments_open=False)
        answer = change(client, public)
        assert answer.status_code == 403
        assert "Another text.</textarea>" in answer.content.decode()

    def test_flood_is_about_new_comments(self, client, send, story, settings):
        settings.COMMENT_FLOOD_SECONDS = 15
        send(story)
        assert change(client, Comment.objects.get()).status_code == 303

    @pytest.mark.parametrize("status", ["pending", "spam"])
    def test_held_stays_held(self, client, sent, mona, status):
        make_comment(sent.story, email="rex@example.org", browser=sent.browser)
        Comment.objects.filter(pk=sent.pk).update(
            status=status, reasons=[{"screen": "words", "detail": "boat", "span": [11, 15]}]
        )
        answer = change(client, sent)
        sent.refresh_from_db()
        assert answer["Location"].startswith("/en/me/comment/")
        assert (sent.status, sent.body) == (status, "Another text.")
        assert sent.reasons == [{"screen": "words", "detail": "boat"}]

    def test_reply_stays_where_it_stands_though_its_parent_is_gone(self, client, send, story, mona):
        parent = make_comment(story)
        send(story, comment_parent=parent.pk)
        reply = moderation.approve(Comment.objects.latest("pk"), by=mona)
        moderation.trash(parent, by=mona)
        assert change(client, reply).status_code == 303
        reply.refresh_from_db()
        assert (reply.body, reply.parent) == ("Another text.", parent)

    def test_moderator_at_work_is_not_overtaken(self, client, sent, mona):
        Lease.objects.create(comment=sent, by=mona, until=timezone.now() + timedelta(minutes=1))
        answer = change(client, sent)
        assert answer.status_code == 409
        assert "Another text.</textarea>" in answer.content.decode()
        sent.refresh_from_db()
        assert sent.body == "I saw that boat leave."

    def test_moderator_decides_on_the_text_that_was_on_the_page(self, client, sent, mona):
        desk = Client()
        desk.force_login(mona)
        address = f"/admin/comments/comment/{sent.pk}/decide/"
        for number in range(2):
            queue = desk.get("/admin/comments/comment/?status__exact=pending").content.decode()
            seen = re.search(rf'name="seen-{sent.pk}" value="([^"]+)"', queue).group(1)
            change(client, sent, f"Another text, {number}.")
            answer = desk.post(
                address, {"decision": "approve", f"seen-{sent.pk}": seen}, follow=True
            )
            assert "Its writer changed the text meanwhile." in answer.content.decode()
            sent.refresh_from_db()
            assert sent.status == "pending"
        desk.post(address, {"decision": "approve", f"seen-{sent.pk}": sent.as_seen})
        sent.refresh_from_db()
        assert sent.status == "approved"

    def test_decided_in_the_same_moment(self, sent, mona):
        moderation.approve(Comment.objects.get(pk=sent.pk), by=mona)
        with pytest.raises(editing.CommentRefused) as refused:
            editing.edit(sent, body="Another text.", browser=sent.browser)
        assert refused.value.status == 409
        sent.refresh_from_db()
        assert (sent.body, sent.status) == ("I saw that boat leave.", "approved")


class TestDelete:
    def test_asked_first_then_gone(self, client, public, story):
        question = client.get(f"/en/me/comments/{public.pk}/delete/")
        assert question.status_code == 200
        assert Comment.objects.get().status == "approved"
        answer = delete(client, public)
        assert (answer.status_code, answer["Location"]) == (303, "/en/me/comments/?deleted")
        assert "Your comment was deleted." in client.get(answer["Location"]).content.decode()
        page = client.get(story.get_absolute_url()).content.decode()
        assert "I saw that boat leave." not in page
        last = Decision.objects.first()
        assert (last.reason, last.to_status, last.by) == ("withdrawn", "trash", None)

    def test_answers_stay_under_an_empty_place(self, client, public, story):
        make_comment(story, parent=public, body="The answer.")
        delete(client, public)
        page = client.get(story.get_absolute_url()).content.decode()
        assert "This comment is not shown." in page
        assert "The answer." in page

    @pytest.mark.parametrize("verb", [moderation.restore, moderation.approve, moderation.hold])
    def test_stays_deleted_whatever_a_moderator_does(self, client, public, mona, verb):
        delete(client, public)
        public.refresh_from_db()
        with pytest.raises(moderation.ModerationError):
            verb(public, by=mona)

    def test_second_time_is_refused(self, client, public):
        delete(client, public)
        assert delete(client, public).status_code == 403

    def test_spam_that_is_deleted_still_counts_as_rejected(self, client, sent):
        moderation.mark_spam(sent, by=None)
        delete(client, sent)
        assert trust.rejections(sent.browser, sent.email_index) == (1, 1)


class TestOwnComments:
    def test_list_names_what_can_be_changed(self, client, public):
        rows = client.get("/en/me/comments/list.json").json()["comments"]
        assert [row["id"] for row in rows] == [public.pk]
        assert rows[0]["links"][0] == {
            "href": f"/en/me/comments/{public.pk}/edit/",
            "label": "Edit",
        }
        page = client.get("/en/me/comments/").content.decode()
        assert f"/en/me/comments/{public.pk}/delete/" in page

    @pytest.mark.parametrize("status", ["pending", "spam"])
    def test_page_says_what_readers_do_not_see_yet(self, client, public, status):
        """Spam looks as what waits does: nobody learns from here what was found."""
        waits = "Your comment is awaiting moderation"
        assert waits not in client.get("/en/me/comments/").content.decode()
        Comment.objects.filter(pk=public.pk).update(status=status)
        assert waits in client.get("/en/me/comments/").content.decode()

    def test_is_empty_for_strangers_and_later(self, client, public):
        assert Client().get("/en/me/comments/list.json").json() == {"comments": []}
        assert client.get("/ar/me/comments/list.json").json() == {"comments": []}
        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            answer = client.get("/en/me/comments/list.json")
        assert answer.json() == {"comments": []}
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies

    def test_costs_the_same_with_1_and_with_3(
        self, client, send, story, public, django_assert_num_queries
    ):
        with django_assert_num_queries(2):
            client.get("/en/me/comments/list.json")
        for number in range(2):
            send(story, comment=f"Comment {number}")
        with django_assert_num_queries(2):
            client.get("/en/me/comments/list.json")

    def test_preview_of_a_held_comment_leads_there(self, client, send, story):
        address = send(story)["Location"]
        edit = f"/en/me/comments/{Comment.objects.get().pk}/edit/"
        assert edit in client.get(address).content.decode()
        assert edit not in Client().get(address).content.decode()

    def test_public_page_is_the_same_for_its_writer(self, client, public, story):
        mine = client.get(story.get_absolute_url())
        assert mine.content == Client().get(story.get_absolute_url()).content
        assert 'data-own-minutes="15"' in mine.content.decode()

    def test_can_be_switched_off(self, client, public, story, settings):
        settings.COMMENT_EDIT_MINUTES = 0
        assert change(client, public).status_code == 403
        assert "/me/comments/" not in client.get(story.get_absolute_url()).content.decode()
