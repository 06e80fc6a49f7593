"""What a story's page asks while somebody writes: autosave, presence, token, and a conflict."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import locking, workflow
from articles.forms import StoryForm
from articles.models import Presence, Story
from tests.articles import desk
from tests.factories import content, make_draft, make_story, make_user, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor", first_name="Edda"))
    return client


def url(name, *args):
    return reverse(f"admin:articles_story_{name}", args=args)


def autosave(client, story, *, version=None, **changes):
    data = desk.typed(desk.form_of(story), **changes)
    return client.post(url("autosave", story.pk), data | {"version": version or story.version})


class TestAutosave:
    def test_keeps_the_words_and_counts_the_version(self, edda):
        story = make_draft()
        answer = autosave(edda, story, headline="Written").json()
        story.refresh_from_db()
        assert answer["version"] == story.version == 2
        assert (story.headline, workflow.head(story).is_autosave) == ("Written", True)

    def test_of_a_live_story_leaves_it_as_it_was(self, edda):
        story = make_story()
        assert autosave(edda, story, headline="Not yet").json()["is_edited"]
        story.refresh_from_db()
        assert story.headline == "The harbour wakes"
        assert workflow.head(story).content["headline"] == "Not yet"

    def test_a_stretch_of_one_person_is_one_revision(self, edda):
        story = make_draft()
        for word in ("One", "One two", "One two three"):
            autosave(edda, story, headline=word)
            story.refresh_from_db()
        assert [row.content["headline"] for row in story.revisions.all()] == [
            "One two three",
            "The harbour wakes",
        ]

    def test_a_later_stretch_is_another_revision(self, edda):
        story = make_draft()
        autosave(edda, story, headline="One")
        story.refresh_from_db()
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            autosave(edda, story, headline="Two")
        assert story.revisions.count() == 3

    def test_a_press_of_save_makes_it_a_save_like_any_other(self, edda):
        story = make_draft()
        autosave(edda, story, headline="One")
        desk.save(edda, story, headline="One")
        assert not workflow.head(story).is_autosave
        assert story.revisions.count() == 2

    @pytest.mark.parametrize("fix", ["name", "publish_at", "by another"])
    def test_does_not_write_over_what_is_kept(self, edda, fix):
        story = make_story()
        autosave(edda, story, headline="One")
        story.refresh_from_db()
        head = workflow.head(story)
        if fix == "by another":
            head.created_by = make_user("otto", "Editor")
        else:
            setattr(head, fix, "Before the vote" if fix == "name" else timezone.now())
        head.save()
        autosave(edda, story, headline="Two")
        head.refresh_from_db()
        assert head.content["headline"] == "One"
        assert story.revisions.count() == 3

    def test_on_an_older_version_is_refused_and_names_who_saved(self, edda):
        story = make_draft()
        workflow.save_draft(story, content(headline="Theirs"), by=make_user("otto", "Editor"))
        answer = autosave(edda, story, headline="Mine", version=1)
        assert answer.status_code == 409
        assert answer.json()["by"] == "otto"
        assert workflow.head(story).content["headline"] == "Theirs"

    def test_of_what_cannot_be_saved_says_why(self, edda):
        story = make_draft()
        answer = autosave(edda, story, headline="")
        assert answer.status_code == 422
        assert "headline" in answer.json()["message"]
        assert story.revisions.count() == 1

    def test_without_a_version_is_refused(self, edda):
        story = make_draft()
        data = desk.typed(desk.form_of(story), headline="Blind")
        assert edda.post(url("autosave", story.pk), data | {"version": ""}).status_code == 409

    def test_by_get_is_none(self, edda):
        assert edda.get(url("autosave", make_draft().pk)).status_code == 405
        assert edda.get(url("autosave_new")).status_code == 405

    def test_by_who_may_not_write_is_refused(self, client):
        story = make_draft(by=make_user("edda", "Editor"))
        client.force_login(make_user("rosa", "Reporter"))
        assert autosave(client, story, headline="Mine").status_code == 403
        assert workflow.head(story).content["headline"] == "The harbour wakes"

    def test_without_a_session_is_refused(self, client):
        assert autosave(client, make_draft(), headline="Mine").status_code == 403

    def test_asks_as_often_of_a_long_text_as_of_a_short_one(self, edda):
        counts = []
        for words in (50, 300, 3000):  # the first fills the caches of the process
            story = make_draft()
            text = "".join(f"<p>{'word ' * 50}</p>" for _ in range(words // 50))
            for save in (autosave, desk.save):
                story.refresh_from_db()
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    save(edda, story, body_html=text + save.__name__)
                counts.append(len(queries))
        assert counts[2:4] == counts[4:]


class TestAutosaveOfANewStory:
    def test_makes_one_draft_however_often_it_comes(self, edda):
        data = desk.typed(StoryForm(language="en"), headline="New", section=world().pk)
        first = edda.post(f"{url('autosave_new')}?language=en", data).json()
        again = edda.post(f"{url('autosave_new')}?language=en", data | {"version": 1}).json()
        assert first["pk"] == again["pk"] == Story.objects.get().pk
        assert first["change"] == url("change", first["pk"])

    def test_waits_for_what_a_story_needs(self, edda):
        data = desk.typed(StoryForm(language="en"), headline="New")
        answer = edda.post(f"{url('autosave_new')}?language=en", data)
        assert (answer.status_code, Story.objects.count()) == (422, 0)

    def test_then_saved_by_its_button_is_still_one(self, edda):
        data = desk.typed(StoryForm(language="en"), headline="New", section=world().pk)
        edda.post(f"{url('autosave_new')}?language=en", data)
        edda.post(f"{url('add')}?language=en", data | {"headline": "Newer"})
        assert Story.objects.get().headline == "Newer"


class TestPresence:
    def test_tells_of_the_others_and_of_the_version(self, edda):
        story = make_draft()
        locking.seen(story, make_user("otto", "Editor", first_name="Otto"))
        answer = edda.post(url("presence", story.pk)).json()
        assert (answer["others"], answer["version"]) == (["Otto"], 1)

    def test_is_over_when_the_page_is_left_or_silent(self, edda):
        story = make_draft()
        edda.post(url("presence", story.pk))
        edda.post(url("presence", story.pk))
        assert Presence.objects.count() == 1
        edda.post(url("presence", story.pk), {"leave": "1"})
        assert Presence.objects.count() == 0
        locking.seen(story, make_user("otto", "Editor"))
        with time_machine.travel(timezone.now() + timedelta(seconds=46)):
            assert locking.others(story, make_user("mona", "Moderator")) == []
            assert locking.forget_absent() == 1

    def test_who_only_reads_is_told_and_not_noted(self, client):
        rosa = make_user("rosa", "Reporter")
        story = make_story(by=rosa)
        client.force_login(rosa)
        assert client.post(url("presence", story.pk)).json()["writing"] == ""
        locking.seen(story, make_user("otto", "Editor", first_name="Otto"))
        locking.seen(story, make_user("edda", "Editor", first_name="Edda"))
        answer = client.post(url("presence", story.pk)).json()
        assert answer["writing"] == "\u2068Otto\u2069, \u2068Edda\u2069 are writing now"
        assert answer["writing"] in client.get(url("change", story.pk)).content.decode()
        assert client.get(url("presence", story.pk)).status_code == 405
        assert Presence.objects.count() == 2

    def test_of_who_may_not_read_is_refused(self, client):
        story = make_draft(by=make_user("edda", "Editor"))
        client.force_login(make_user("rosa", "Reporter"))
        assert client.post(url("presence", story.pk)).status_code == 403
        client.logout()
        assert client.post(url("presence", story.pk)).status_code == 403

    def test_stands_in_the_list_for_the_same_number_of_queries(self, edda):
        edda.get(url("changelist"))
        counts = []
        for number in range(3):
            story = make_draft()
            for name in ("rex", "otto"):
                locking.seen(story, make_user(f"{name}{number}", "Editor", first_name=name))
            with CaptureQueriesContext(connection) as queries:
                page = edda.get(url("changelist")).content.decode()
            counts.append(len(queries))
        assert page.count("are writing now") == 3
        assert counts[0] == counts[2]

    def test_of_oneself_or_of_long_ago_is_not_in_the_list(self, edda):
        story = make_draft()
        edda.post(url("presence", story.pk))
        with time_machine.travel(timezone.now() - timedelta(minutes=1)):
            locking.seen(story, make_user("otto", "Editor"))
        assert "writing now" not in edda.get(url("changelist")).content.decode()


class TestProgress:
    """What a save may change beside the text."""

    def of(self, client, story) -> str:
        answer = client.get(url("progress", story.pk))
        assert "no-store" in answer["Cache-Control"]
        return answer.content.decode()

    def test_an_edit_that_voids_an_approval_brings_back_its_moves(self, edda):
        story = workflow.approve(workflow.submit(make_draft(), by=None), by=None)
        assert 'value="approve"' not in self.of(edda, story)
        answer = autosave(edda, story, headline="Other").json()
        assert (answer["voided"], answer["state"]) == (True, "in_review")
        assert answer["progress"] == url("progress", story.pk)
        page = self.of(edda, story)
        assert 'data-state-line="in_review"' in page
        assert 'value="approve"' in page
        assert "Approval voided by an edit" in page
        assert "<html" not in page

    def test_an_edit_of_a_live_story_marks_it(self, edda):
        story = make_story()
        assert "data-edited" not in self.of(edda, story)
        assert autosave(edda, story, headline="Other").json()["state"] == "published"
        assert "unpublished edits" in self.of(edda, story)

    def test_shows_nobody_a_move_that_is_not_theirs(self, client):
        rosa = make_user("rosa", "Reporter")
        client.force_login(rosa)
        page = self.of(client, make_draft(by=rosa))
        assert 'value="submit"' in page
        assert 'value="publish"' not in page

    def test_outsiders_and_missing(self, client, edda):
        story = make_draft(by=make_user("otto", "Editor"))
        assert edda.get(url("progress", 999)).status_code == 404
        client.force_login(make_user("rosa", "Reporter"))
        assert client.get(url("progress", story.pk)).status_code == 403
        client.logout()
        assert client.get(url("progress", story.pk)).status_code == 302


class TestToken:
    def test_is_the_one_of_the_session_and_says_whose_it_is(self, edda):
        answer = edda.get(url("token_new"))
        assert len(answer.json()["token"]) == 64
        assert answer.json()["name"] == "Edda"
        assert f'data-user="{answer.json()["user"]}"' in edda.get(url("add")).content.decode()
        assert "no-store" in answer["Cache-Control"]

    def test_is_given_to_nobody_without_a_session(self, client):
        assert client.get(url("token_new")).status_code == 302
