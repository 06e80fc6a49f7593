"""The strip of breaking news: over every page of its language, and over by the clock."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from articles import workflow
from articles.models import Breaking
from tests.factories import content, make_draft, make_story, make_user

pytestmark = pytest.mark.django_db

ADMIN = "/admin/articles/breaking/"


def make_line(text="Harbour closed", *, language="en", hours=2.0, story=None) -> Breaking:
    until = timezone.now() + timedelta(hours=hours)
    return Breaking.objects.create(text=text, language=language, until=until, story=story)


def page(client, address="/en/") -> str:
    return client.get(address).content.decode()


class TestReaders:
    def test_see_it_over_every_page_of_its_language(self, client):
        story = make_story(topics=["Sea"])
        make_line()
        for address in (
            "/en/",
            "/en/world/",
            story.get_absolute_url(),
            "/en/topics/sea/",
            "/en/search/?q=sea",
            "/en/nothing/here/",
        ):
            assert "Harbour closed" in page(client, address), address
        assert "Harbour closed" not in page(client, "/ar/")

    def test_lose_it_when_its_time_is_over(self, client):
        row = make_line()
        with time_machine.travel(row.until + timedelta(seconds=1)):
            assert "breaking" not in page(client)

    def test_read_three_lines_at_most_the_newest_first(self, client):
        for number in range(4):
            make_line(f"Line {number}")
        lines = client.get("/en/").context["site"].breaking
        assert [line["text"] for line in lines] == ["Line 3", "Line 2", "Line 1"]

    def test_get_to_the_story_while_it_is_public(self, client):
        story = make_story()
        make_line(story=story)
        link = f'<a href="{story.get_absolute_url()}">Harbour closed</a>'
        assert link in page(client)
        workflow.withdraw(story, by=None, notice="Taken back.")
        assert "Harbour closed" in page(client)
        assert link not in page(client)

    def test_follow_the_story_to_its_new_address(self, client):
        story = make_story(slug="old")
        make_line(story=story)
        story = workflow.save_draft(story, content(slug="new"), by=None)
        story = workflow.publish(story, by=None)
        assert f'href="{story.get_absolute_url()}">Harbour closed' in page(client)

    def test_get_there_from_its_time_to_its_end(self, client):
        at = timezone.now() + timedelta(minutes=10)
        story = make_story(at=at)
        make_line(story=story)
        workflow.unpublish(story, by=None, at=at + timedelta(minutes=10))
        link = f'href="{story.get_absolute_url()}">Harbour closed'
        assert link not in page(client)
        with time_machine.travel(at + timedelta(minutes=1)):
            assert link in page(client)
        with time_machine.travel(at + timedelta(minutes=11)):
            assert link not in page(client)

    def test_what_is_written_is_no_markup(self, client):
        make_line("<b>Storm</b>")
        assert "&lt;b&gt;Storm&lt;/b&gt;" in page(client)

    @pytest.mark.parametrize("lines", [1, 3])
    def test_it_costs_no_query(self, client, django_assert_num_queries, lines):
        story = make_story()
        for _number in range(lines):
            make_line(story=story)
        with django_assert_num_queries(5):
            client.get("/en/")

    def test_a_deleted_line_is_gone(self, client):
        make_line().delete()
        assert "Harbour closed" not in page(client)


class TestDesk:
    @pytest.fixture
    def edda(self, client):
        client.force_login(make_user("edda", "Editor"))
        return client

    def typed(self, **fields):
        until = timezone.now() + timedelta(hours=1)
        return {
            "language": "en",
            "text": "Harbour closed",
            "story": "",
            "until": until.strftime("%Y-%m-%dT%H:%M"),
            **fields,
        }

    def test_it_is_written_and_names_its_zone_and_writer(self, edda):
        form = page(edda, f"{ADMIN}add/")
        assert "UTC" in form
        assert (timezone.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H") in form
        edda.post(f"{ADMIN}add/", self.typed())
        row = Breaking.objects.get()
        assert (row.text, row.created_by.username) == ("Harbour closed", "edda")
        assert "Harbour closed" in page(edda)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"text": "x" * 161}, "at most 160 characters"),
            ({"text": "\u202e\u202e"}, "no words"),
            ({"until": ""}, "This field is required"),
            ({"until": "2001-01-01T08:00"}, "This time is past"),
        ],
    )
    def test_what_is_wrong_gets_a_sentence(self, edda, fields, sentence):
        answer = edda.post(f"{ADMIN}add/", self.typed(**fields)).content.decode()
        assert sentence in answer
        assert not Breaking.objects.exists()

    def test_a_story_of_another_language_or_a_draft_is_refused(self, edda):
        for story, sentence in (
            (make_story(language="ar"), "another language"),
            (make_draft(), "Only a published story"),
        ):
            answer = edda.post(f"{ADMIN}add/", self.typed(story=story.pk)).content.decode()
            assert sentence in answer
        assert not Breaking.objects.exists()

    def test_end_now_takes_it_down_and_is_logged(self, edda):
        row = make_line()
        assert f"{ADMIN}{row.pk}/end/" in page(edda, ADMIN)
        edda.post(f"{ADMIN}{row.pk}/end/")
        assert "Harbour closed" not in page(edda)
        assert LogEntry.objects.filter(object_id=row.pk).exists()
        assert edda.post(f"{ADMIN}{row.pk}/end/").status_code == 302
        assert edda.get(f"{ADMIN}{row.pk}/end/").status_code == 405
        assert edda.post(f"{ADMIN}0/end/").status_code == 404

    @pytest.mark.parametrize("group", ["Reporter", "Section editor", "Moderator"])
    def test_outsiders_do_not_reach_it(self, client, group):
        client.force_login(make_user("otto", group))
        row = make_line()
        assert client.get(ADMIN).status_code == 403
        assert client.post(f"{ADMIN}{row.pk}/end/").status_code == 403
        assert client.post(f"{ADMIN}add/", self.typed()).status_code == 403

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_same_questions_for_any_number(self, edda, number, django_assert_num_queries):
        for _number in range(number):
            make_line()
        edda.get(ADMIN)
        with django_assert_num_queries(7):
            edda.get(ADMIN)
