"""The moves of a story: what each does, who may, what is refused, what is logged."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from articles import workflow
from articles.models import Revision, Story
from articles.templatetags.desk import remark
from articles.workflow import StaleStory, WorkflowError
from tests.factories import (
    content,
    make_author,
    make_draft,
    make_image,
    make_section,
    make_story,
    make_user,
    world,
)

pytestmark = pytest.mark.django_db

Status = Story.Status


@pytest.fixture
def edda():
    return make_user("edda", "Editor")


@pytest.fixture
def rosa():
    return make_user("rosa", "Reporter")


@pytest.fixture
def mona():
    return make_user("mona", "Moderator")


def moves(story):
    return list(story.transitions.order_by("id").values_list("action", "from_status", "to_status"))


class TestTheWholeWay:
    def test_a_story_goes_from_draft_to_withdrawn(self, rosa, edda):
        story = make_draft(by=rosa)
        story = workflow.submit(story, by=rosa)
        story = workflow.approve(story, by=edda)
        story = workflow.publish(story, by=edda)
        assert story.is_public
        story = workflow.withdraw(story, by=edda, notice="It was not true.")
        assert not story.is_public
        assert story.withdrawn_notice == "It was not true."
        assert moves(story) == [
            ("create", "", "draft"),
            ("submit", "draft", "in_review"),
            ("approve", "in_review", "approved"),
            ("publish", "approved", "published"),
            ("withdraw", "published", "withdrawn"),
        ]

    def test_the_log_says_who_and_when_and_why(self, rosa, edda):
        story = workflow.submit(make_draft(by=rosa), by=rosa)
        workflow.send_back(story, by=edda, note="Who says so?")
        last = story.transitions.first()
        assert (last.by, last.note) == (edda, "Who says so?")
        assert timezone.now() - last.at < timedelta(minutes=1)


class TestRefusedMoves:
    @pytest.mark.parametrize(
        ("status", "action"),
        [
            (Status.IN_REVIEW, "submit"),
            (Status.PUBLISHED, "submit"),
            (Status.DRAFT, "approve"),
            (Status.APPROVED, "approve"),
            (Status.DRAFT, "withdraw"),
            (Status.DRAFT, "unpublish"),
            (Status.WITHDRAWN, "withdraw"),
        ],
    )
    def test_a_move_that_does_not_exist_says_so(self, edda, status, action):
        story = make_draft()
        Story.objects.filter(pk=story.pk).update(status=status, published_at=timezone.now())
        extra = {"notice": "Gone."} if action == "withdraw" else {}
        with pytest.raises(WorkflowError, match="not possible while"):
            getattr(workflow, action)(story, by=edda, **extra)
        assert Story.objects.get().status == status
        assert story.transitions.count() == 1

    @pytest.mark.parametrize("action", ["publish", "approve", "submit"])
    def test_a_moderator_moves_no_story(self, mona, action):
        story = make_draft()
        if action == "approve":
            story = workflow.submit(story, by=None)
        with pytest.raises(WorkflowError, match="may not"):
            getattr(workflow, action)(story, by=mona)

    def test_a_reporter_does_not_publish(self, rosa):
        with pytest.raises(WorkflowError, match="may not"):
            workflow.publish(make_draft(by=rosa), by=rosa)

    def test_a_reporter_does_not_submit_the_draft_of_another(self, rosa):
        with pytest.raises(WorkflowError, match="may not"):
            workflow.submit(make_draft(by=make_user("otto", "Reporter")), by=rosa)

    def test_a_reporter_does_not_write_in_a_story_under_review(self, rosa):
        story = workflow.submit(make_draft(by=rosa), by=rosa)
        with pytest.raises(WorkflowError, match="may not"):
            workflow.save_draft(story, content(headline="Another"), by=rosa)

    def test_sending_back_needs_a_note(self, edda):
        story = workflow.submit(make_draft(), by=edda)
        with pytest.raises(WorkflowError, match="note"):
            workflow.send_back(story, by=edda, note="  ")

    def test_withdrawing_needs_a_notice(self, edda):
        with pytest.raises(WorkflowError, match="notice"):
            workflow.withdraw(make_story(), by=edda, notice="")

    def test_an_outsider_writes_nothing(self):
        with pytest.raises(WorkflowError, match="may not write"):
            make_draft(by=make_user("otto"))


class TestWhatReadersNeed:
    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"headline": ""}, "no headline"),
            ({"body_html": ""}, "no text"),
            ({"body_html": "<script>x</script>"}, "no text"),
            ({"headline": "!!!", "slug": ""}, "slug"),
        ],
    )
    def test_publishing_refuses_what_is_incomplete(self, edda, fields, sentence):
        with pytest.raises(WorkflowError, match=sentence):
            workflow.publish(make_draft(**fields), by=edda)

    def test_the_section_must_have_a_name_in_the_language(self, edda):
        section = make_section({"ar": ("ثقافة", "ثقافة")})
        with pytest.raises(WorkflowError, match="no name in the language"):
            workflow.publish(make_draft(section=section.pk), by=edda)

    def test_the_picture_must_be_described(self, edda):
        image = make_image(alt="")
        with pytest.raises(WorkflowError, match="alternative text"):
            workflow.publish(make_draft(picture=image.pk), by=edda)


class TestSchedule:
    def test_a_story_becomes_public_by_the_clock_alone(self, edda):
        tomorrow = timezone.now() + timedelta(days=1)
        story = workflow.publish(make_draft(), by=edda, at=tomorrow)
        assert story.is_scheduled
        assert not Story.objects.published().exists()
        with time_machine.travel(tomorrow + timedelta(seconds=1), tick=False):
            assert Story.objects.published().get() == story
            assert Story.objects.get().is_public

    def test_a_scheduled_story_can_be_published_at_once(self, edda):
        story = workflow.publish(make_draft(), by=edda, at=timezone.now() + timedelta(days=1))
        assert workflow.publish(story, by=edda).is_public

    def test_a_scheduled_story_taken_back_is_published_now_not_at_its_old_time(self, edda):
        story = workflow.publish(make_draft(), by=edda, at=timezone.now() + timedelta(days=1))
        story = workflow.publish(workflow.unpublish(story, by=edda), by=edda)
        assert story.is_public

    @pytest.mark.parametrize("leave", ["unpublish", "withdraw"])
    def test_a_time_that_never_came_dates_no_later_publication(self, edda, leave):
        story = workflow.publish(make_draft(), by=edda, at=timezone.now() + timedelta(days=1))
        words = {"notice": "Not yet."} if leave == "withdraw" else {}
        story = getattr(workflow, leave)(story, by=edda, **words)
        with time_machine.travel(timezone.now() + timedelta(days=3)):
            story = workflow.publish(story, by=edda)
            assert timezone.now() - story.published_at < timedelta(minutes=1)
            assert story.updated_at is None

    def test_a_public_story_is_not_put_off(self, edda):
        with pytest.raises(WorkflowError, match="public already"):
            workflow.publish(make_story(), by=edda, at=timezone.now() + timedelta(days=1))

    def test_b193_a_draft_saved_after_scheduling_waits(self, edda):
        tomorrow = timezone.now() + timedelta(days=1)
        story = workflow.publish(make_draft(headline="A"), by=edda, at=tomorrow)
        workflow.save_draft(story, content(headline="B"), by=edda)
        with time_machine.travel(tomorrow + timedelta(seconds=1)):
            assert Story.objects.published().get().headline == "A"

    def test_a_story_ends_by_the_clock(self, edda):
        story = make_story()
        end = timezone.now() + timedelta(hours=2)
        workflow.unpublish(story, by=edda, at=end)
        assert Story.objects.published().exists()
        with time_machine.travel(end + timedelta(seconds=1)):
            assert not Story.objects.published().exists()
            assert not Story.objects.get().is_public

    def test_an_ended_story_can_be_published_again(self, edda):
        story = make_story()
        end = timezone.now() + timedelta(hours=2)
        workflow.unpublish(story, by=edda, at=end)
        with time_machine.travel(end + timedelta(hours=1)):
            story = workflow.publish(story, by=edda)
            assert story.is_public
            assert story.unpublish_at is None

    def test_an_end_before_the_beginning_is_refused(self, edda):
        story = workflow.publish(make_draft(), by=edda, at=timezone.now() + timedelta(days=2))
        with pytest.raises(WorkflowError, match="only end after"):
            workflow.unpublish(story, by=edda, at=timezone.now() + timedelta(days=1))

    def test_unpublishing_now_makes_a_draft_with_its_newest_words(self, edda):
        story = make_story()
        workflow.save_draft(story, content(headline="Newer"), by=edda)
        story = workflow.unpublish(story, by=edda)
        assert (story.status, story.headline) == (Status.DRAFT, "Newer")


class TestEditsOfAPublishedStory:
    def test_an_edit_waits_in_a_revision(self, edda):
        story = make_story(topics=["Ports"], bylines=[{"name": "A guest", "role": "writer"}])
        before = Story.objects.values().get()
        workflow.save_draft(
            story,
            content(headline="New words", topics=["Ships"], body_html="<p>New.</p>", bylines=[]),
            by=edda,
        )
        after = Story.objects.values().get()
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"version", "changed_at", "changed_by_id", "has_edits"}
        assert [str(topic) for topic in story.topics.all()] == ["Ports"]
        assert [str(line) for line in story.bylines.all()] == ["A guest"]
        assert Story.objects.get().has_edits

    def test_publishing_brings_the_edit_and_keeps_the_date(self, edda):
        story = make_story()
        workflow.save_draft(story, content(headline="New words", topics=["Ships"]), by=edda)
        published = workflow.publish(story, by=edda)
        assert published.headline == "New words"
        assert published.published_at == story.published_at
        assert published.updated_at > story.published_at
        assert [str(topic) for topic in published.topics.all()] == ["Ships"]
        assert not published.has_edits

    def test_publishing_without_an_edit_is_no_update(self, edda):
        assert workflow.publish(make_story(), by=edda).updated_at is None

    def test_restore_brings_an_older_revision_back_as_the_newest(self, edda):
        story = make_draft(headline="First")
        first = workflow.head(story)
        workflow.save_draft(story, content(headline="Second"), by=edda)
        story = workflow.restore(story, first, by=edda)
        assert story.headline == "First"
        assert story.revisions.count() == 3
        newest = workflow.head(story)
        assert newest.detail == f"restored {first.saved_at.isoformat()}"
        assert "Restored from" in remark(newest)

    def test_a_revision_of_another_story_is_refused(self, edda):
        with pytest.raises(WorkflowError, match="another story"):
            workflow.restore(make_draft(), workflow.head(make_draft()), by=edda)

    def test_saving_the_same_content_adds_nothing(self, edda):
        story = make_draft()
        workflow.save_draft(story, content(), by=edda)
        assert story.revisions.count() == 1


class TestWhatWasDeletedMeanwhile:
    """An old revision may name what is gone: a picture, an author, a section."""

    @pytest.fixture
    def revision(self):
        author, image, section = make_author(), make_image(), make_section({"en": ("Sea", "sea")})
        line = {"author": author.pk, "name": "", "role": "writer"}
        story = make_draft(bylines=[line], picture=image.pk, section=section.pk)
        revision = workflow.head(story)
        workflow.save_draft(story, content(), by=None)
        for gone in (author, image, section):
            gone.delete()
        return revision

    def test_it_is_restored_without_them(self, edda, revision):
        story = workflow.restore(revision.story, revision, by=edda)
        connection.check_constraints()
        assert (story.picture_id, story.bylines.count()) == (None, 0)
        assert story.section_id == world().pk

    def test_it_is_not_published_without_its_section(self, edda, revision):
        Revision.objects.exclude(pk=revision.pk).delete()
        with pytest.raises(WorkflowError, match="section has no name"):
            workflow.publish(revision.story, by=edda)

    def test_it_is_published_without_an_author(self, edda, revision):
        Revision.objects.exclude(pk=revision.pk).delete()
        revision.content |= {"picture": None, "section": world().pk}
        revision.save()
        story = workflow.publish(revision.story, by=edda)
        connection.check_constraints()
        assert story.is_public

    def test_a_story_goes_back_to_its_draft_without_them(self, edda, revision):
        story = workflow.publish(revision.story, by=edda)
        revision.pk = None
        revision.save()
        story = workflow.unpublish(story, by=edda)
        connection.check_constraints()
        assert story.status == Status.DRAFT


class TestTwoWriters:
    def test_a_save_begun_on_an_older_version_is_refused(self, edda):
        story = make_draft()
        workflow.save_draft(story, content(headline="Mine"), by=edda, version=story.version)
        with pytest.raises(StaleStory, match="Somebody else"):
            workflow.save_draft(story, content(headline="Yours"), by=edda, version=story.version)
        assert Story.objects.get().headline == "Mine"


class TestContent:
    def test_text_is_cleaned_on_the_way_in(self):
        story = make_draft(
            headline="  A\u202e title ", body_html='<p onclick="x()">Yes<script>no</script></p>'
        )
        assert story.headline == "A title"
        assert story.body_html == "<p>Yes</p>"

    def test_a_slug_is_made_from_an_arabic_headline(self):
        assert make_draft(headline="الميناء يصحو باكراً").slug == "الميناء-يصحو-باكرا"

    def test_topics_that_differ_in_hamza_only_are_one(self):
        first = make_draft(language="ar", topics=["الإقتصاد"])
        second = make_draft(language="ar", topics=["الاقتصاد"])
        assert list(first.topics.all()) == list(second.topics.all())

    @pytest.mark.parametrize("name", [".", "/", "؟!", "x" * 80, "ﷺ" * 80, "ab " * 26])
    def test_every_topic_has_an_address(self, client, name):
        for topic in (name, f"{name[:79]}+"):
            story = make_story(topics=[topic])
            row = story.topics.get().translations.get()
            assert len(row.slug) <= 80
            assert client.get(story.get_absolute_url()).status_code == 200
            assert story.headline in client.get(row.get_absolute_url()).content.decode()

    def test_names_without_a_visible_letter_are_no_topics(self):
        assert not make_draft(topics=["ـ", "\u200c", " "]).topics.exists()

    def test_lines_lose_what_would_break_a_feed_or_a_database(self):
        line = {"author": None, "name": "Gu\x01est", "role": "writer"}
        blank = {"author": None, "name": "\x01", "role": "writer"}
        story = make_draft(
            headline="Be\x1bll\x00", topics=["Po\x00rts"], bylines=[line, blank], kicker="\u2067a"
        )
        assert (story.headline, story.kicker) == ("Bell", "a")
        assert [row.name for row in story.bylines.all()] == ["Guest"]
        assert story.topics.get().translations.get().name == "Ports"

    def test_a_draft_without_a_slug_has_an_address(self):
        assert make_draft(headline="!!!").get_absolute_url().endswith("/-/")

    def test_unknown_content_is_an_error(self):
        with pytest.raises(ValueError, match="colour"):
            make_draft(colour="red")


class TestWhoMayDoWhat:
    def test_buttons_follow_the_state_and_the_person(self, rosa, edda, mona):
        story = make_draft(by=rosa)
        assert workflow.allowed_actions(story, rosa) == ["submit"]
        assert workflow.allowed_actions(story, edda) == ["submit", "publish"]
        assert workflow.allowed_actions(story, mona) == []
        story = workflow.submit(story, by=rosa)
        assert workflow.allowed_actions(story, rosa) == []
        assert workflow.allowed_actions(story, edda) == ["send_back", "approve", "publish"]
        story = workflow.publish(story, by=edda)
        assert workflow.allowed_actions(story, edda) == ["publish", "unpublish", "withdraw"]
