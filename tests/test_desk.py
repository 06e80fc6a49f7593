"""What the wiring adds to the desk: own account, log, edit link, the words of the sign-in page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import workflow
from articles.models import Story, Transition
from comments import moderation
from newsroom import audit
from newsroom.models import User
from tests.articles import desk
from tests.factories import make_comment, make_draft, make_story, make_user

pytestmark = pytest.mark.django_db

ACCOUNT, LOG = "/admin/account/", "/admin/log/"
PASSWORD = "a long enough secret"


@pytest.fixture
def edda():
    return make_user("edda", "Editor")


@pytest.fixture
def rosa():
    return make_user("rosa", "Reporter", email="rosa@example.com", password=PASSWORD)


def account(**changes) -> dict[str, str]:
    own = {"interface_language": "en", "first_name": "", "last_name": ""}
    return {**own, "email": "rosa@example.com", "current_password": "", **changes}


class TestAccount:
    def test_switches_the_language_of_the_desk_at_once(self, client, rosa):
        client.force_login(rosa)
        answer = client.post(ACCOUNT, account(interface_language="ar"), follow=True)
        assert '<html lang="ar" dir="rtl">' in answer.content.decode()
        rosa.refresh_from_db()
        assert rosa.interface_language == "ar"

    def test_changes_a_name_and_nothing_that_was_not_asked_for(self, client, rosa):
        client.force_login(rosa)
        client.post(ACCOUNT, account(first_name="Rosa", is_superuser="on", username="root"))
        rosa.refresh_from_db()
        assert (rosa.first_name, rosa.is_superuser, rosa.username) == ("Rosa", False, "rosa")

    def test_asks_for_the_password_before_another_address(self, client, rosa):
        client.force_login(rosa)
        page = client.post(ACCOUNT, account(email="new@example.com")).content.decode()
        assert "Enter your password" in page
        assert 'value="new@example.com"' in page
        given = account(email="new@example.com", current_password=PASSWORD)
        assert client.post(ACCOUNT, given).status_code == 302
        assert User.objects.get(pk=rosa.pk).email == "new@example.com"

    def test_is_open_to_staff_alone(self, client):
        client.force_login(make_user("otto"))
        assert client.get(ACCOUNT).status_code == 302
        assert client.delete(ACCOUNT).status_code in (302, 405)

    def test_knows_two_methods(self, client, rosa):
        client.force_login(rosa)
        assert client.put(ACCOUNT).status_code == 405

    def test_refuses_a_language_the_paper_does_not_have(self, client, rosa):
        client.force_login(rosa)
        assert client.post(ACCOUNT, account(interface_language="xx")).status_code == 200


class TestSignInPage:
    def test_speaks_the_language_asked_for_without_a_cookie(self, client):
        answer = client.get("/admin/login/?lang=en")
        assert '<html lang="en" dir="ltr">' in answer.content.decode()
        assert "?lang=ar" in answer.content.decode()
        assert '<html lang="ar"' in client.get("/admin/login/?lang=xx").content.decode()
        assert '<html lang="ar"' in client.get("/admin/login/").content.decode()


class TestEditLink:
    def url(self, story) -> str:
        return f"/admin/edit-link/{story.pk}/"

    def test_leads_who_may_write_into_the_desk(self, client, edda):
        story = make_story()
        client.force_login(edda)
        answer = client.get(self.url(story))
        assert answer.json()["url"] == f"/admin/articles/story/{story.pk}/change/"
        assert answer.json()["label"] == "Edit this story"
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize("who", ["", "otto", "rosa"])
    def test_is_refused_to_everybody_else(self, client, rosa, who):
        story = make_story()
        if who:
            client.force_login(rosa if who == "rosa" else make_user("otto"))
        answer = client.get(self.url(story))
        assert (answer.status_code, answer.content) == (403, b"")
        assert "no-store" in answer["Cache-Control"]

    def test_of_no_story_and_by_another_method(self, client, edda):
        client.force_login(edda)
        assert client.get("/admin/edit-link/999999/").status_code == 404
        assert client.post("/admin/edit-link/999999/").status_code == 405

    def test_leaves_the_public_page_the_same_for_everybody(self, client, edda):
        story = make_story()
        before = client.get(story.get_absolute_url())
        client.force_login(edda)
        after = client.get(story.get_absolute_url())
        assert before.content == after.content
        assert "Edit this story" not in after.content.decode()
        assert not after.cookies


class TestLog:
    def test_tells_moves_decisions_and_the_rest_newest_first(self, client):
        chief = make_user("chief", "Administrator", first_name="Chief")
        story = make_story(headline="The harbour")
        comment = make_comment(story, status="pending", email="rex@example.org")
        moderation.approve(comment, by=chief, note="From rex@example.org himself")
        client.force_login(chief)
        desk.save(client, story, kicker="New")
        page = client.get(LOG).content.decode()
        assert page.index("Changed kicker") < page.index("pending → approved")
        assert page.index("pending → approved") < page.index("<strong>Publish</strong>")
        assert f"/admin/articles/story/{story.pk}/change/" in page
        assert f"/admin/comments/comment/{comment.pk}/change/" in page
        assert "rex@example.org" not in page

    @pytest.mark.parametrize("group", ["Reporter", "Section editor", "Moderator"])
    def test_is_closed_to_everybody_else(self, client, group):
        client.force_login(make_user("otto", group))
        assert client.get(LOG).status_code == 403
        assert LOG not in client.get("/admin/").content.decode()

    def test_changes_nothing(self, client, edda):
        client.force_login(edda)
        assert client.post(LOG).status_code == 405

    def test_of_an_editor_tells_nothing_of_accounts_or_comments(self, client, edda):
        chief = make_user("chief", "Administrator")
        client.force_login(chief)
        client.post("/admin/auth/group/add/", {"name": "Secret group"})
        assert "Secret group" in client.get(LOG).content.decode()
        comment = make_comment(make_story(), status="pending")
        moderation.approve(comment, by=chief, note="Between us")
        client.force_login(edda)
        page = client.get(LOG).content.decode()
        assert "Secret group" not in page
        assert "Between us" not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "الامارات"}, 1),
            ({"q": "second source"}, 1),
            ({"q": "nothing such"}, 0),
            ({"kind": "stories"}, 4),
            ({"kind": "rest"}, 0),
            ({"until": "2001-01-01"}, 0),
            ({"since": "2001-01-01"}, 4),
            ({"since": "not a day"}, 4),
            ({"before": "not a place"}, 4),
        ],
    )
    def test_is_narrowed_by_words_kinds_and_days(self, client, edda, query, found):
        make_draft(language="ar", headline="الإمارات")
        story = workflow.submit(make_draft(), by=None)
        workflow.send_back(story, by=edda, note="Second SOURCE?")
        client.force_login(edda)
        assert client.get(LOG, query).content.decode().count("<li>\n  <span") == found

    def test_is_narrowed_by_person(self, client, edda, rosa):
        make_draft(by=rosa)
        make_draft(by=edda)
        client.force_login(edda)
        page = client.get(LOG, {"who": rosa.pk}).content.decode()
        assert page.count("<li>\n  <span") == 1

    def test_goes_on_where_a_page_ended_with_times_that_are_the_same(self, edda, monkeypatch):
        monkeypatch.setattr(audit, "PER_PAGE", 3)
        story = make_draft()
        Transition.objects.all().delete()
        now = timezone.now()
        for _ in range(8):
            Transition.objects.create(
                story=story, action="submit", from_status="draft", to_status="draft", at=now
            )
        seen, before = [], None
        while True:
            shown, before = audit.entries(
                edda, {}, audit._key(audit._written(before)) if before else None
            )
            seen += [entry.key for entry in shown]
            if before is None:
                break
        assert len(seen) == len(set(seen)) == 8

    def test_looks_on_behind_many_rows_without_the_word(self, edda, monkeypatch):
        monkeypatch.setattr(audit, "SEARCHED", 3)
        old = make_draft(headline="A needle")
        Transition.objects.update(at=timezone.now() - timedelta(days=1))
        for _ in range(4):
            make_draft(headline="Hay")
        shown, before = audit.entries(edda, {"q": "needle"}, None)
        assert shown == []
        shown, before = audit.entries(edda, {"q": "needle"}, before)
        assert [entry.name for entry in shown] == [old.headline]

    @pytest.mark.parametrize("number", [1, 3])
    def test_asks_the_database_the_same_for_any_number(
        self, client, number, django_assert_num_queries
    ):
        chief = make_user("chief", "Administrator")
        client.force_login(chief)
        for _ in range(number):
            comment = make_comment(make_story(), status="pending", body=f"Boat {_}")
            moderation.approve(comment, by=chief)
            desk.save(client, Story.objects.last(), kicker="New")
        client.get(LOG)
        with django_assert_num_queries(11):
            client.get(LOG)
