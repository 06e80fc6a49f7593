"""What a person asked for by letter, at the desk: a copy, and to be forgotten."""

import json

import pytest
from django.contrib.auth.models import Permission

from comments.models import Comment, Erasure, Note, Reveal
from newsroom.lib.privacy import blind_index
from tests import leaks
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "Canary.Planted+Tag@Mail.Example.org"


@pytest.fixture
def dana():
    """The data protection officer: may erase and look, and does not moderate."""
    user = make_user("dana", "Reporter", email="dana@example.com")
    rights = ["erase_commenter", "reveal_address", "view_comment", "view_decision"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


@pytest.fixture
def comments(story):
    return {
        status: make_comment(story, email=ADDRESS, name="Omar", status=status)
        for status in ("approved", "pending", "spam", "trash")
    }


@pytest.fixture
def page(comments):
    return f"/admin/comments/comment/{comments['approved'].pk}/person/"


class TestRights:
    def test_moderators_without_the_right_are_refused(self, client, mona, page):
        client.force_login(mona)
        assert client.get(page).status_code == 403
        assert client.post(page, {"do": "erase", "sure": "yes"}).status_code == 403
        assert Comment.objects.count() == 4

    def test_the_comment_leads_there_only_with_the_right(self, client, mona, dana, page, comments):
        own = f"/admin/comments/comment/{comments['approved'].pk}/change/"
        for user, leads in ((mona, False), (dana, True)):
            client.force_login(user)
            assert (page in client.get(own).content.decode()) is leads

    def test_a_copy_asks_for_the_right_to_look_as_well(self, client, dana, page):
        reveal = Permission.objects.get(codename="reveal_address")
        dana.user_permissions.remove(reveal)
        client.force_login(dana)
        assert 'value="copy"' not in client.get(page).content.decode()
        assert client.post(page, {"do": "copy", "reason": "A letter came."}).status_code == 403

    def test_a_comment_that_is_not_there(self, client, dana):
        client.force_login(dana)
        assert client.get("/admin/comments/comment/999999/person/").status_code == 404


class TestLooking:
    def test_it_counts_every_state_and_shows_no_address(self, client, dana, page, comments, mona):
        Note.objects.create(email_index=comments["approved"].email_index, text="Kind.", by=mona)
        client.force_login(dana)
        answer = client.get(page)
        text = answer.content.decode()
        for words in ("Approved 1", "Pending 1", "Spam 1", "Trash 1", "Notes of moderators: 1"):
            assert words.lower() in text.lower()
        assert leaks.found(ADDRESS, leaks.of_response(answer)) == []
        assert "no-store" in answer["Cache-Control"]

    def test_looking_changes_nothing(self, client, dana, page):
        client.force_login(dana)
        client.get(page)
        client.post(page, {"do": "something"})
        assert Comment.objects.filter(email_index=blind_index(ADDRESS)).count() == 4
        assert not Reveal.objects.exists()


class TestCopy:
    def test_it_is_whole_private_and_on_the_record(self, client, dana, page):
        client.force_login(dana)
        answer = client.post(page, {"do": "copy", "reason": "Asked by letter."})
        data = json.loads(answer.content)
        assert {row["state"] for row in data["comments"]} == {
            "approved",
            "pending",
            "spam",
            "trash",
        }
        assert data["comments"][0]["email"] == ADDRESS
        assert "no-store" in answer["Cache-Control"]
        assert "attachment" in answer["Content-Disposition"]
        look = Reveal.objects.get()
        assert (look.by, look.reason) == (dana, "Asked by letter.")

    @pytest.mark.parametrize("reason", ["", "  ", "short"])
    def test_without_a_reason_there_is_none(self, client, dana, page, reason):
        client.force_login(dana)
        answer = client.post(page, {"do": "copy", "reason": reason})
        assert answer.status_code == 422
        assert leaks.found(ADDRESS, leaks.of_response(answer)) == []
        assert not Reveal.objects.exists()

    def test_a_lost_key_gives_the_rest(self, client, dana, page, settings):
        settings.EMAIL_ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
        client.force_login(dana)
        answer = client.post(page, {"do": "copy", "reason": "Asked by letter."})
        assert len(json.loads(answer.content)["comments"]) == 4
        assert Reveal.objects.get().reason == "Asked by letter."

    def test_a_copy_without_an_address_stands_in_the_log_too(self, client, dana, page):
        Comment.objects.update(email="")
        client.force_login(dana)
        answer = client.post(page, {"do": "copy", "reason": "Asked by letter."})
        assert answer.status_code == 200
        assert Reveal.objects.get().by == dana


class TestForgetting:
    def test_it_reaches_every_state_and_says_what_became_of_them(self, client, dana, page):
        client.force_login(dana)
        answer = client.post(page, {"do": "erase", "sure": "yes"})
        text = answer.content.decode()
        assert "1 published comment stays" in text
        assert "3 comments were deleted" in text
        assert not Comment.objects.filter(email_index=blind_index(ADDRESS)).exists()
        erasure = Erasure.objects.get()
        assert (erasure.by, erasure.via, erasure.comment_count) == (dana, "desk", 4)

    def test_not_without_the_box(self, client, dana, page):
        client.force_login(dana)
        assert client.post(page, {"do": "erase"}).status_code == 422
        assert Comment.objects.filter(email_index=blind_index(ADDRESS)).count() == 4

    def test_twice_is_once(self, client, dana, page):
        client.force_login(dana)
        client.post(page, {"do": "erase", "sure": "yes"})
        again = client.post(page, {"do": "erase", "sure": "yes"})
        assert again.status_code == 422
        assert "nobody’s any more" in again.content.decode()
        assert Erasure.objects.count() == 1

    def test_the_log_tells_it_without_the_person(self, client, dana, page, django_user_model):
        client.force_login(dana)
        client.post(page, {"do": "erase", "sure": "yes"})
        client.force_login(
            django_user_model.objects.create_superuser(
                "root", password="x", interface_language="en"
            )
        )
        answer = client.get("/admin/log/")
        assert "Forgot a commenter" in answer.content.decode()
        assert leaks.found(ADDRESS, leaks.of_response(answer)) == []
