"""Which stories take comments, and what a request must be to be looked at (B001–B022)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import workflow
from articles.models import Story
from comments import posting
from comments.models import Comment
from comments.posting import CommentRefused
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import make_draft, make_story

pytestmark = pytest.mark.django_db
WORDS = {"name": "Rex", "email": "rex@example.org", "body": "Bait words"}


def nothing_stored() -> bool:
    return not Comment.objects.exists()


def address(pk: int, language: str = "en") -> str:
    return reverse("comments:post", args=[language, "world", pk, "any-slug"])


def post_to(client, pk, **fields):
    return client.post(address(pk), GOOD | {"comment": "Bait words"} | fields, headers=OWN_PAGE)


class TestStory:
    @pytest.mark.parametrize("pk", [987654321, 10**30])
    def test_b001_story_that_does_not_exist(self, client, db, pk):
        answer = post_to(client, pk)
        assert answer.status_code == 404
        assert "Bait words" in answer.content.decode()
        assert nothing_stored()

    def test_b001_story_of_another_language(self, client, story):
        assert client.post(address(story.pk, "fr"), GOOD, headers=OWN_PAGE).status_code == 404
        assert nothing_stored()

    def test_b002_closed_story_keeps_the_words_in_a_read_only_box(self, send):
        story = make_story(comments_open=False)
        answer = send(story, comment="Bait words")
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "Comments are closed" in page
        assert "readonly>\nBait words</textarea>" in page
        assert 'id="commentform"' not in page
        assert nothing_stored()

    def test_b002_closed_is_said_before_anything_that_could_be_corrected(self, send):
        answer = send(make_story(comments_open=False), email="not an address")
        assert answer.status_code == 403
        assert "valid email" not in answer.content.decode()

    def test_b003_withdrawn_story(self, client, story):
        workflow.withdraw(story, by=None, notice="Gone.")
        assert post_to(client, story.pk).status_code == 404
        assert nothing_stored()

    def test_b004_draft_is_missing_like_what_never_was(self, client, db):
        draft = make_draft(headline="Secret plans")
        answer, missing = post_to(client, draft.pk), post_to(client, draft.pk + 1)
        assert answer.status_code == missing.status_code == 404
        assert "Secret" not in answer.content.decode()
        own, other = (f"/{pk}/any-slug/" for pk in (draft.pk, draft.pk + 1))
        assert answer.content.decode().replace(own, "") == missing.content.decode().replace(
            other, ""
        )
        assert nothing_stored()

    def test_b006_scheduled_story(self, client, db):
        story = make_story(at=timezone.now() + timedelta(days=1))
        assert post_to(client, story.pk).status_code == 404
        assert nothing_stored()

    @pytest.mark.parametrize("who", ["nobody", "rosa"])
    def test_b009_b010_story_in_review(self, client, rosa, who):
        story = workflow.submit(make_draft(), by=None)
        if who == "rosa":
            client.force_login(rosa)
        assert post_to(client, story.pk).status_code == 404
        assert nothing_stored()

    def test_b011_missing_wins_over_closed(self, client, db):
        draft = make_draft(comments_open=False)
        answer = post_to(client, draft.pk)
        assert answer.status_code == 404
        assert "closed" not in answer.content.decode()

    def test_b003_ended_story(self, client, story):
        Story.objects.filter(pk=story.pk).update(unpublish_at=timezone.now())
        assert post_to(client, story.pk).status_code == 404

    def test_static_page_takes_none(self, client, db):
        assert post_to(client, make_story(kind="page").pk).status_code == 404


class TestVerb:
    """The verb refuses by itself what the form would not have let through."""

    @pytest.mark.parametrize(
        ("make", "code", "status"),
        [
            (make_draft, "missing", 404),
            (lambda: make_story(comments_open=False), "closed", 403),
            (lambda: make_story(at=timezone.now() + timedelta(days=1)), "missing", 404),
        ],
    )
    def test_b001_b002_b006_story(self, make, code, status):
        with pytest.raises(CommentRefused) as refused:
            posting.post(make(), **WORDS)
        assert (refused.value.code, refused.value.status) == (code, status)
        assert nothing_stored()


class TestOpen:
    def test_b013_open_closed_and_missing(self, db):
        assert make_story().comments_are_open
        assert not make_story(comments_open=False).comments_are_open
        assert Story.objects.filter(pk=987654321).first() is None

    @pytest.mark.parametrize(("minutes", "is_open"), [(-1, False), (1, True)])
    def test_b014_closing_date(self, send, story, minutes, is_open):
        closing = timezone.now() + timedelta(minutes=minutes)
        Story.objects.filter(pk=story.pk).update(comments_close_at=closing)
        assert send(story).status_code == (303 if is_open else 403)

    def test_b015_draft_without_dates_is_not_old(self, db):
        assert make_draft().comments_are_open

    def test_b021_closing_is_an_explicit_error(self, db):
        with pytest.raises(CommentRefused, match="closed"):
            posting.require_open(make_story(comments_open=False))


class TestRequest:
    @pytest.mark.parametrize(
        "parent", ["x", "1.5", "-1", "١", "1" * 40, "<script>alert(1)</script>"]
    )
    def test_b018_b019_malformed_number(self, send, story, parent):
        """Our form carries no object and no model; the parent is the number it does carry."""
        answer = send(story, comment="Bait words", comment_parent=parent)
        assert answer.status_code == 400
        assert "Bait words" in answer.content.decode()
        assert "<script>alert" not in answer.content.decode()
        assert nothing_stored()

    @pytest.mark.parametrize("kind", ["application/json", "text/plain"])
    def test_b018_not_a_form(self, client, story, kind):
        answer = client.post(
            address(story.pk), '{"comment": "x"}', content_type=kind, headers=OWN_PAGE
        )
        assert answer.status_code == 400
        assert nothing_stored()

    def test_b018_broken_multipart(self, client, story):
        kind = "multipart/form-data; boundary="
        answer = client.post(address(story.pk), b"x", content_type=kind, headers=OWN_PAGE)
        assert answer.status_code == 400
        assert nothing_stored()

    def test_b018_zero_is_no_parent_as_wordpress_sends(self, send, story):
        assert send(story, comment_parent="0").status_code == 303
        assert Comment.objects.get().parent is None

    @pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch", "options"])
    def test_b020_other_methods(self, client, story, method):
        answer = getattr(client, method)(address(story.pk))
        assert answer.status_code == 405
        assert answer["Allow"] == "POST"
        assert nothing_stored()

    def test_who_opens_the_address_of_the_form_is_shown_the_way_to_the_story(self, client, story):
        page = client.get(address(story.pk)).content.decode()
        assert f'href="{address(story.pk).removesuffix("comments/")}#respond"' in page

    def test_b016_b017_nothing_in_the_form_names_a_story(self, client, send, story):
        """There is no hidden id to change: the address alone says which story is meant."""
        other = make_story(headline="Another")
        send(story, comment_post_ID=other.pk, object_pk=other.pk)
        assert Comment.objects.get().story == story

    def test_b046_b047_b050_form_carries_no_time_and_no_token(self, client, story):
        page = client.get(story.get_absolute_url()).content.decode()
        form = page.split('id="commentform"')[1].split("</form>")[0]
        assert "csrf" not in form
        assert "timestamp" not in form


class TestOrigin:
    """B049, by the guard that stands in for a token."""

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Sec-Fetch-Site": "same-origin"}, 303),
            ({"Sec-Fetch-Site": "none"}, 303),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "{site}"}, 403),
            ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
            ({"Origin": "{site}"}, 303),
            ({"Origin": "null"}, 403),
            ({"Origin": ""}, 403),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "{site}.evil.example"}, 403),
            ({"Origin": "http://[broken"}, 403),
            ({"User-Agent": "Old browser"}, 303),
        ],
    )
    def test_b049_who_may_post_from_where(self, send, settings, story, headers, status):
        headers = {
            name: value.format(site=settings.SITE_URL) if "{" in value else value
            for name, value in headers.items()
        }
        answer = send(story, comment="Bait words", headers=headers)
        assert answer.status_code == status
        assert Comment.objects.exists() == (status == 303)
        if status == 403:
            assert "Bait words" in answer.content.decode()

    def test_b049_session_is_not_believed_without_a_word_on_the_origin(
        self, client, send, story, mona
    ):
        client.force_login(mona)
        send(story, headers={"User-Agent": "Old browser"})
        comment = Comment.objects.get()
        assert (comment.user, comment.name, comment.status) == (None, "Rex Reader", "pending")

    def test_b048_refusal_tells_no_secrets(self, send, story):
        answer = send(story, comment_parent="x")
        for word in ("Traceback", "settings", "SECRET_KEY", "django"):
            assert word not in answer.content.decode()

    def test_default_port_is_the_same_place(self, send, settings, story):
        settings.SITE_URL = "https://news.example"
        assert send(story, headers={"Origin": "https://news.example:443"}).status_code == 303


def test_a_user_agent_with_a_nul_is_stored_without_it(story):
    comment = posting.post(
        story, name="Rima", email="rima@example.org", body="Yes.", user_agent="Mozilla\x00/5.0"
    )
    comment.refresh_from_db()
    assert comment.user_agent == "Mozilla/5.0"
