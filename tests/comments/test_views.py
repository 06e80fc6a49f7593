"""The answers to a posted form, and the form's own markup."""

import re

import pytest
from django.test import Client

from comments import moderation
from comments.models import Comment
from tests.comments.conftest import GOOD
from tests.factories import make_author, make_comment, make_story

pytestmark = pytest.mark.django_db


def form_of(page: str) -> str:
    return page.split('id="respond"')[1].split("</form>")[0]


class TestNoComments:
    def test_the_first_is_invited_where_comments_are_taken(self, client, story):
        assert "comments-none" in client.get(story.get_absolute_url()).content.decode()

    def test_nobody_is_where_there_are_some_or_none_are_taken(self, client, story):
        make_comment(story)
        moderation.recount(story)
        for closed in (story, make_story(comments_open=False)):
            assert "comments-none" not in client.get(closed.get_absolute_url()).content.decode()


class TestAnswers:
    def test_published_at_once(self, client, send, story, mona):
        client.force_login(mona)
        answer = send(story)
        comment = Comment.objects.get()
        assert answer.status_code == 303
        assert answer["Location"] == f"{story.get_absolute_url()}#comment-{comment.pk}"
        story.refresh_from_db()
        assert story.comment_count == 1

    def test_held(self, send, story):
        answer = send(story)
        assert answer.status_code == 303
        assert answer["Location"].startswith("/en/me/comment/")
        story.refresh_from_db()
        assert story.comment_count == 0

    @pytest.mark.parametrize(
        ("fields", "status"),
        [({"email": "x"}, 422), ({"comment_parent": "987"}, 403), ({"comment": ""}, 422)],
    )
    def test_no_answer_to_a_post_is_kept(self, send, story, fields, status):
        answer = send(story, **fields)
        assert answer.status_code == status
        assert "no-store" in answer["Cache-Control"]

    def test_wrong_slug_posts_all_the_same(self, client, story):
        address = f"/en/elsewhere/{story.pk}/another-slug/comments/"
        answer = client.post(address, GOOD, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303

    def test_b110_next_is_ignored(self, send, story):
        answer = send(story, next="https://evil.example/", redirect_to="https://evil.example/")
        assert answer["Location"].startswith("/en/me/")


class TestRefusal:
    def test_every_word_comes_back(self, send, story):
        fields = {
            "comment": "Long «words» of mine",
            "author": "ريم & Co",
            "email": "not an address",
            "url": "my.example/<x>",
        }
        page = send(story, **fields).content.decode()
        form = form_of(page)
        assert "Long «words» of mine</textarea>" in form
        assert 'value="ريم &amp; Co"' in form
        assert 'value="not an address"' in form
        assert 'value="my.example/&lt;x&gt;"' in form

    def test_summary_is_announced_focused_and_linked(self, send, story):
        page = send(story, email="", author="").content.decode()
        summary = re.search(r'<div class="form-errors".*?</div>', page, re.DOTALL).group()
        assert 'role="alert"' in summary
        assert 'tabindex="-1" autofocus' in summary
        assert '<a href="#author">' in summary
        assert '<a href="#email">' in summary
        assert '<a href="#comment">' not in summary

    def test_wrong_field_is_marked_and_described(self, send, story):
        form = form_of(send(story, email="x").content.decode())
        email = re.search(r"<input id=\"email\"[^>]*>", form).group()
        assert 'aria-invalid="true"' in email
        assert 'aria-describedby="email-error email-notes"' in email
        assert 'id="email-error"' in form
        assert form.count("aria-invalid") == 1

    def test_nobody_else_sees_the_refused_words(self, client, send, story):
        send(story, comment="Bait words", email="x")
        assert "Bait words" not in client.get(story.get_absolute_url()).content.decode()


class TestForm:
    def test_order_names_and_labels(self, client, story):
        form = form_of(client.get(story.get_absolute_url()).content.decode())
        names = re.findall(r' name="([a-z_]+)"', form)
        assert names == "comment author email url comment_parent website_confirm".split()
        for name in names[:4]:
            assert f'<label for="{name}">' in form
            assert f'id="{name}"' in form
        assert 'aria-describedby="email-notes"' in form
        assert "Your email address will not be published." in form

    def test_same_bytes_for_everybody(self, client, story, mona):
        make_comment(story)
        first = client.get(story.get_absolute_url()).content
        client.force_login(mona)
        client.cookies["newsroom_browser"] = "x"
        assert client.get(story.get_absolute_url()).content == first

    def test_closed_story_shows_its_comments_and_no_form(self, client):
        story = make_story(comments_open=False)
        comment = make_comment(story)
        page = client.get(story.get_absolute_url()).content.decode()
        assert f'id="comment-{comment.pk}"' in page
        assert "Comments are closed." in page
        assert "replytocom" not in page
        assert "<form id=" not in page


class TestComments:
    def test_b091_only_what_is_approved_is_shown(self, story):
        for status in ("pending", "spam", "trash"):
            make_comment(story, status=status, name=f"Bait {status}", body=f"Bait {status}")
        page = Client().get(story.get_absolute_url()).content.decode()
        assert "Bait" not in page

    def test_b083_badges(self, client, mona, rosa):
        line = {"author": make_author(user=rosa).pk, "name": "", "role": "writer"}
        story = make_story(bylines=[line])
        make_comment(story, user=rosa, name="Rosa")
        make_comment(story, user=mona, name="Mona")
        make_comment(story, name="Rex")
        page = client.get(story.get_absolute_url()).content.decode()
        badges = re.findall(
            r"<bdi>(\w+)</bdi></b>\s*(?:<span class=\"badge\">([^<]+)</span>)?", page
        )
        assert badges == [("Rosa", "Author"), ("Mona", "Editorial staff"), ("Rex", "")]

    def test_b104_website_is_a_link_that_vouches_for_nothing(self, client, story):
        make_comment(story, website='https://a.example/?"><script>')
        page = client.get(story.get_absolute_url()).content.decode()
        assert (
            'href="https://a.example/?&quot;&gt;&lt;script&gt;" rel="ugc external nofollow' in page
        )

    def test_direction_and_names(self, client, story):
        make_comment(story, name="ريم", body="نص عربي\n\nEnglish text")
        page = client.get(story.get_absolute_url()).content.decode()
        assert "<bdi>ريم</bdi>" in page
        assert '<div class="comment-content" dir="auto"><p dir="auto">نص' in page
        assert '<p dir="auto">English' in page

    @pytest.mark.parametrize(("name", "initial"), [("rex", "R"), ("«ريم»", "ر"), ("7", "7")])
    def test_disc_shows_the_first_letter(self, client, story, name, initial):
        make_comment(story, name=name)
        page = client.get(story.get_absolute_url()).content.decode()
        assert re.search(rf'<span class="disc disc-\d" aria-hidden="true">{initial}</span>', page)

    def test_b100_count_on_the_page_follows(self, client, story, mona):
        comments = [make_comment(story) for _ in range(2)]
        assert "2 comments" in client.get(story.get_absolute_url()).content.decode()
        moderation.trash(comments[0], by=mona)
        assert "1 comment<" in client.get(story.get_absolute_url()).content.decode()

    def test_imported_comment_keeps_its_old_anchor(self, client, story):
        make_comment(story, legacy_source="https://old.example", legacy_id=777)
        assert '<a id="comment-777"></a>' in client.get(story.get_absolute_url()).content.decode()
