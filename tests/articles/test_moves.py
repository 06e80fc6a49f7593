"""Timed edits, corrections, names of revisions, share links: verbs and screens."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from articles import workflow
from articles.models import Correction, Pin, Presence, Revision, Story
from articles.workflow import StaleStory, WorkflowError
from tests.articles import desk
from tests.factories import content, make_draft, make_section, make_story, make_user, world

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def edda():
    return make_user("edda", "Editor", first_name="Edda")


@pytest.fixture
def desk_of_edda(client, edda):
    client.force_login(edda)
    return client


def url(name, *args):
    return reverse(f"admin:articles_story_{name}", args=args)


def edited(story, headline, by=None):
    return workflow.save_draft(story, content(headline=headline), by=by)


def tick():
    out = StringIO()
    call_command("tick", stdout=out)
    return out.getvalue()


def actions(story):
    return list(story.transitions.order_by("id").values_list("action", flat=True))


class TestVersion:
    """Every verb refuses what was begun on an older version."""

    @pytest.mark.parametrize(
        ("name", "extra"),
        [
            ("publish", {}),
            ("publish_edits_at", {"at": timezone.now() + HOUR}),
            ("unpublish", {}),
            ("cancel_unpublish_at", {}),
            ("withdraw", {"notice": "Gone."}),
            ("correct", {"grade": "correction", "text": "It was Tuesday."}),
        ],
    )
    def test_an_old_one_is_refused(self, edda, name, extra):
        story = make_story()
        edited(story, "Meanwhile")
        with pytest.raises(StaleStory):
            getattr(workflow, name)(story, by=edda, version=story.version, **extra)
        story.refresh_from_db()
        assert (story.status, story.unpublish_at, story.corrected_at) == ("published", None, None)


class TestApprovalVoided:
    def test_by_a_later_edit_b204(self, edda):
        story = workflow.approve(workflow.submit(make_draft(), by=None), by=edda)
        story = edited(story, "Another", by=edda)
        assert story.status == "in_review"
        assert actions(story)[-1] == "void"

    def test_by_the_page_that_saves_itself(self, edda):
        story = workflow.approve(workflow.submit(make_draft(), by=None), by=edda)
        story = workflow.save_draft(story, content(headline="X"), by=edda, autosave=True)
        assert story.status == "in_review"

    def test_not_where_the_setting_says_so(self, edda, settings):
        settings.EDIT_VOIDS_APPROVAL = False
        story = workflow.approve(workflow.submit(make_draft(), by=None), by=edda)
        assert edited(story, "Another", by=edda).status == "approved"

    def test_not_by_a_save_that_changes_nothing(self, edda):
        story = workflow.approve(workflow.submit(make_draft(), by=None), by=edda)
        assert workflow.save_draft(story, content(), by=edda).status == "approved"

    def test_the_page_that_saved_itself_says_so_once(self, desk_of_edda):
        story = workflow.approve(workflow.submit(make_draft(), by=None), by=None)
        for kicker, voided in (("One", True), ("Two", False)):
            story.refresh_from_db()
            typed = desk.typed(desk.form_of(story), kicker=kicker)
            answer = desk_of_edda.post(url("autosave", story.pk), typed).json()
            assert answer["voided"] is voided

    def test_the_desk_says_so(self, desk_of_edda):
        story = workflow.approve(workflow.submit(make_draft(), by=None), by=None)
        answer = desk.save(desk_of_edda, story, headline="Another")
        assert "it is in review again" in desk.messages(answer)


class TestTimedEdits:
    def test_a_later_draft_stays_a_draft_b193(self, edda):
        story = make_story()
        edited(story, "First edit")
        workflow.publish_edits_at(story, by=edda, at=timezone.now() + HOUR)
        edited(story, "Second edit")
        with time_machine.travel(timezone.now() + 2 * HOUR):
            assert "Published edits: 1." in tick()
            story.refresh_from_db()
            assert story.headline == "First edit"
            assert story.updated_at is not None
            assert workflow.head(story).content["headline"] == "Second edit"
            assert story.has_edits

    def test_stay_hidden_until_their_time_b192(self, edda):
        story = make_story()
        edited(story, "Edit")
        workflow.publish_edits_at(story, by=edda, at=timezone.now() + HOUR)
        assert "Published edits: 0." in tick()
        story.refresh_from_db()
        assert story.headline == "The harbour wakes"

    def test_run_twice_publish_once_b197(self, edda):
        story = make_story()
        edited(story, "Edit")
        workflow.publish_edits_at(story, by=edda, at=timezone.now() + HOUR)
        with time_machine.travel(timezone.now() + 2 * HOUR):
            tick()
            tick()
        assert actions(story).count("publish") == 2  # the first publication, and the edit

    def test_set_by_somebody_who_lost_the_right_are_published_all_the_same_b194(self, edda):
        story = make_story()
        edited(story, "Edit")
        workflow.publish_edits_at(story, by=edda, at=timezone.now() + HOUR)
        edda.groups.clear()
        with time_machine.travel(timezone.now() + 2 * HOUR):
            tick()
        assert Story.objects.get().headline == "Edit"
        assert story.transitions.first().by == edda

    def test_cancelled_are_not_published_b199(self, edda):
        story = make_story()
        edited(story, "Edit")
        workflow.publish_edits_at(story, by=edda, at=timezone.now() + HOUR)
        with pytest.raises(WorkflowError, match="may not"):
            workflow.cancel_edits_at(story, by=make_user("rosa", "Reporter"))
        workflow.cancel_edits_at(story, by=edda)
        with time_machine.travel(timezone.now() + 2 * HOUR):
            assert "Published edits: 0." in tick()

    @pytest.mark.parametrize("move", ["publish", "unpublish", "withdraw"])
    def test_are_forgotten_when_the_story_moves(self, edda, move):
        story = make_story()
        edited(story, "Edit")
        workflow.publish_edits_at(story, by=edda, at=timezone.now() + HOUR)
        extra = {"notice": "Gone."} if move == "withdraw" else {}
        getattr(workflow, move)(story, by=edda, **extra)
        assert not Revision.objects.filter(publish_at__isnull=False).exists()

    def test_need_an_edit_of_a_public_story_and_a_time_to_come(self, edda):
        at = timezone.now() + HOUR
        for story in (make_draft(), make_story(), make_story(at=at)):
            with pytest.raises(WorkflowError):
                workflow.publish_edits_at(story, by=edda, at=at + HOUR)
        story = make_story()
        edited(story, "Edit")
        with pytest.raises(WorkflowError, match="past"):
            workflow.publish_edits_at(story, by=edda, at=timezone.now() - HOUR)

    def test_that_cannot_be_published_are_told(self, edda):
        story = make_story()
        edited(story, "Edit")
        workflow.publish_edits_at(story, by=edda, at=timezone.now() + HOUR)
        world().translations.filter(language="en").delete()
        with time_machine.travel(timezone.now() + 2 * HOUR), pytest.raises(CommandError) as told:
            tick()
        assert f"#{story.pk}" in str(told.value)
        story.refresh_from_db()
        assert story.headline == "The harbour wakes"

    def test_that_are_late_are_told_by_readyz(self, client, edda):
        story = make_story()
        edited(story, "Edit")
        workflow.publish_edits_at(story, by=edda, at=timezone.now() + HOUR)
        assert client.get("/readyz").json()["schedule"] == "ok"
        with time_machine.travel(timezone.now() + HOUR + timedelta(minutes=6)):
            assert client.get("/readyz").json()["schedule"] == "failing"
            tick()
            assert client.get("/readyz").json()["schedule"] == "ok"

    def test_are_set_and_cancelled_in_the_desk(self, desk_of_edda):
        story = make_story()
        at = timezone.localtime(timezone.now() + HOUR).strftime("%Y-%m-%dT%H:%M")
        answer = desk.save(desk_of_edda, story, headline="Edit", _move="edits_at", edits_at=at)
        assert "Readers get the changes at that time." in desk.messages(answer)
        page = answer.content.decode()
        assert 'value="cancel_edits_at"' in page
        when = story.transitions.first().due_at
        assert date_format(timezone.localtime(when), "j N Y H:i") in page
        desk.save(desk_of_edda, story, _move="cancel_edits_at")
        assert not Revision.objects.filter(publish_at__isnull=False).exists()
        assert Story.objects.get().headline == "The harbour wakes"


class TestTheClock:
    def test_a_story_appears_at_its_time_without_any_process_b191(self, client):
        story = make_story(at=timezone.now() + HOUR)
        assert client.get(story.get_absolute_url()).status_code == 404
        with time_machine.travel(timezone.now() + 2 * HOUR):
            assert client.get(story.get_absolute_url()).status_code == 200

    def test_and_ends_without_any_process_b195_b196(self, client, edda):
        story = make_story()
        workflow.unpublish(story, by=edda, at=timezone.now() + HOUR)
        assert client.get(story.get_absolute_url()).status_code == 200
        with time_machine.travel(timezone.now() + 2 * HOUR):
            assert client.get(story.get_absolute_url()).status_code == 404
            assert story.headline not in client.get("/en/").content.decode()

    def test_an_end_is_forgotten(self, edda, desk_of_edda):
        story = make_story()
        workflow.unpublish(story, by=edda, at=timezone.now() + HOUR)
        desk.save(desk_of_edda, story, _move="cancel_unpublish_at")
        assert Story.objects.get().unpublish_at is None
        with pytest.raises(WorkflowError, match="No time is set"):
            workflow.cancel_unpublish_at(story, by=edda)

    def test_tick_prunes_what_saved_itself_and_is_over(self, edda):
        story = make_story()
        for number in range(4):
            row = Revision.objects.create(
                story=story, content=content(headline=f"{number}"), is_autosave=True
            )
            Revision.objects.filter(pk=row.pk).update(name="Kept" if number == 1 else "")
        Presence.objects.create(story=story, user=edda, seen_at=timezone.now())
        with time_machine.travel(timezone.now() + timedelta(days=8)):
            told = tick()
        assert "Autosaves pruned: 2." in told
        assert "Closed pages forgotten: 1." in told
        left = [row.content["headline"] for row in story.revisions.all()]
        assert left == ["3", "1", "The harbour wakes"]


class TestCorrections:
    def test_stand_under_the_story_in_its_metadata_and_on_their_page(self, client, edda):
        story = make_story()
        workflow.correct(story, grade="correction", text="It was Tuesday.", by=edda)
        page = client.get(story.get_absolute_url()).content.decode()
        assert "It was Tuesday." in page[page.index('id="corrections"') :]
        assert '"@type": "CorrectionComment"' in page
        story.refresh_from_db()
        assert f'"dateModified": "{story.corrected_at.isoformat()}"' in page
        listed = client.get("/en/corrections/").content.decode()
        assert "It was Tuesday." in listed
        assert f"{story.get_absolute_url()}#corrections" in listed
        assert "It was Tuesday." not in client.get("/ar/corrections/").content.decode()

    def test_of_a_story_that_is_not_public_are_not_listed(self, client, edda):
        story = make_story()
        workflow.correct(story, grade="apology", text="Bait.", by=edda)
        workflow.unpublish(story, by=edda)
        assert "Bait." not in client.get("/en/corrections/").content.decode()

    def test_are_taken_back_and_logged(self, client, edda):
        story = make_story()
        first = workflow.correct(story, grade="update", text="One.", by=edda)
        second = workflow.correct(story, grade="apology", text="Two.", by=edda)
        story = workflow.take_back_correction(second, by=edda)
        assert story.corrected_at == first.at
        assert actions(story)[-3:] == ["correct", "correct", "uncorrect"]
        assert "Two." in story.transitions.first().note
        assert workflow.take_back_correction(first, by=edda).corrected_at is None

    @pytest.mark.parametrize(
        ("grade", "text"), [("correction", "  "), ("correction", ""), ("joke", "It was Tuesday.")]
    )
    def test_need_a_grade_and_words(self, edda, grade, text):
        with pytest.raises(WorkflowError):
            workflow.correct(make_story(), grade=grade, text=text, by=edda)
        assert not Correction.objects.exists()

    def test_need_the_right_and_a_published_story(self, edda):
        with pytest.raises(WorkflowError):
            workflow.correct(make_draft(), grade="update", text="X", by=edda)
        with pytest.raises(WorkflowError, match="may not"):
            workflow.correct(
                make_story(), grade="update", text="X", by=make_user("rosa", "Reporter")
            )

    def test_are_made_and_taken_back_in_the_desk(self, desk_of_edda):
        story = make_story()
        answer = desk.save(
            desk_of_edda, story, _move="correct", grade="retraction", correction="All of it."
        )
        assert "The correction stands under the story." in desk.messages(answer)
        row = Correction.objects.get()
        assert (row.grade, row.text, row.by.username) == ("retraction", "All of it.", "edda")
        desk.save(desk_of_edda, story, _move=f"take_back:{row.pk}")
        assert not Correction.objects.exists()
        answer = desk.save(desk_of_edda, story, _move=f"take_back:{row.pk}")
        assert "not there any more" in desk.messages(answer)

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_page_of_corrections_asks_the_same_for_any_number(
        self, client, edda, number, django_assert_num_queries
    ):
        for place in range(number):
            story = make_story(headline=f"Story {place}")
            workflow.correct(story, grade="update", text="X", by=edda)
        with django_assert_num_queries(4):
            page = client.get("/en/corrections/").content.decode()
        assert 'hreflang="ar"' in page

    def test_stand_under_a_static_page_too(self, client, edda):
        story = make_story(kind="page", headline="About us")
        workflow.correct(story, grade="update", text="We moved.", by=edda)
        assert "We moved." in client.get(story.get_absolute_url()).content.decode()

    @pytest.mark.parametrize("number", [1, 3])
    def test_cost_one_query_however_many(self, client, edda, number, django_assert_num_queries):
        story = make_story()
        for _ in range(number):
            workflow.correct(story, grade="update", text="X", by=edda)
        address = story.get_absolute_url()
        with django_assert_num_queries(7):
            client.get(address)


class TestRightOfReply:
    def test_is_linked_both_ways(self, client):
        original = make_story(headline="The accusation")
        reply = make_story(headline="The answer", replies_to=original.pk)
        page = client.get(original.get_absolute_url()).content.decode()
        assert f'<a href="{reply.get_absolute_url()}"><bdi>The answer</bdi></a>' in page
        page = client.get(reply.get_absolute_url()).content.decode()
        assert f'<a href="{original.get_absolute_url()}"><bdi>The accusation</bdi></a>' in page
        assert '"isBasedOn"' in page

    def test_is_not_shown_before_the_reply_is_public(self, client):
        original = make_story(headline="The accusation")
        make_draft(headline="Bait", replies_to=original.pk)
        assert "Bait" not in client.get(original.get_absolute_url()).content.decode()

    def test_costs_no_query(self, client, django_assert_num_queries):
        original = make_story()
        make_story(headline="The answer", replies_to=original.pk)
        address = original.get_absolute_url()
        with django_assert_num_queries(6):
            client.get(address)

    @pytest.mark.parametrize("typed", ["number", "address"])
    def test_is_given_by_number_or_address(self, desk_of_edda, typed):
        original, reply = make_story(), make_draft(headline="The answer")
        address = f"https://paper.example{original.get_absolute_url()}"
        given = str(original.pk) if typed == "number" else address
        desk.save(desk_of_edda, reply, replies_to=given)
        reply.refresh_from_db()
        assert reply.replies_to == original

    @pytest.mark.parametrize("typed", ["999999", "no number", "draft", "arabic", "itself"])
    def test_to_what_cannot_be_answered_is_refused(self, desk_of_edda, typed):
        reply = make_story(headline="The answer")
        others = {
            "draft": make_draft().pk,
            "arabic": make_story(language="ar").pk,
            "itself": reply.pk,
        }
        page = desk.save(desk_of_edda, reply, replies_to=others.get(typed, typed), kicker="Typed")
        assert page.context["form"].errors["replies_to"]
        assert 'value="Typed"' in page.content.decode()

    def test_to_what_answers_it_in_turn_is_refused(self, desk_of_edda):
        first = make_story(headline="One")
        second = make_story(headline="Two", replies_to=first.pk)
        third = make_story(headline="Three", replies_to=second.pk)
        page = desk.save(desk_of_edda, first, replies_to=third.pk)
        assert "its own answer" in str(page.context["form"].errors["replies_to"])

    def test_stays_when_the_answered_story_left_the_site(self, desk_of_edda, edda):
        original = make_story()
        reply = make_draft(headline="The answer", replies_to=original.pk)
        workflow.unpublish(original, by=edda)
        desk.save(desk_of_edda, reply, kicker="Typed")
        assert workflow.head(reply).content["replies_to"] == original.pk

    def test_to_what_is_not_public_yet_is_refused(self, desk_of_edda):
        waiting = make_story(headline="Bait", at=timezone.now() + HOUR)
        page = desk.save(desk_of_edda, make_draft(), replies_to=waiting.pk)
        assert page.context["form"].errors["replies_to"]
        assert "Bait" not in page.content.decode()


class TestWithdrawal:
    def test_takes_a_story_from_every_list(self, client, edda):
        story = make_story(headline="Bait of the harbour")
        Pin.objects.create(language="en", story=story)
        workflow.correct(story, grade="apology", text="Bait.", by=edda)
        story = workflow.withdraw(story, by=edda, notice="It was not true.")
        for address in ("", "world/", "feed/", "world/feed/", "corrections/", "search/?q=bait"):
            page = client.get(f"/en/{address}").content.decode()
            assert "Bait of" not in page, address
        answer = client.get(story.get_absolute_url())
        assert answer.status_code == 410
        assert "It was not true." in answer.content.decode()
        assert "Bait" not in answer.content.decode()


class TestNames:
    def test_keep_a_revision(self, desk_of_edda):
        story = make_draft()
        first = workflow.head(story)
        desk_of_edda.post(url("rename", story.pk), {"revision": first.pk, "name": " Before vote "})
        first.refresh_from_db()
        assert first.name == "Before vote"
        assert "Before vote" in desk_of_edda.get(url("revisions", story.pk)).content.decode()

    def test_are_taken_away(self, desk_of_edda):
        story = make_draft()
        head = workflow.head(story)
        workflow.name_revision(story, head, "Before vote", by=None)
        data = {"revision": head.pk, "name": "Before vote", "unname": "1"}
        answer = desk_of_edda.post(url("rename", story.pk), data, follow=True)
        assert "no name now" in desk.messages(answer)
        head.refresh_from_db()
        assert head.name == ""

    def test_are_given_by_who_may_write_and_by_post(self, client, desk_of_edda):
        story = make_draft()
        assert desk_of_edda.get(url("rename", story.pk)).status_code == 405
        other = workflow.head(make_draft())
        missing = desk_of_edda.post(url("rename", story.pk), {"revision": other.pk, "name": "X"})
        assert missing.status_code == 404
        client.force_login(make_user("mona", "Moderator"))
        story = make_story()
        head = workflow.head(story)
        client.post(url("rename", story.pk), {"revision": head.pk, "name": "X"})
        head.refresh_from_db()
        assert head.name == ""


class TestSectionEditors:
    """Limited to the sections they are editor of, and what stands below them."""

    @pytest.fixture
    def sami(self):
        sami = make_user("sami", "Section editor")
        world().editors.add(sami)
        return sami

    def test_move_stories_of_their_sections_and_below(self, sami):
        names = {"en": ("Ports", "ports")}
        below = make_section(names, parent=world())
        for section in (world(), below):
            assert workflow.publish(make_draft(section=section.pk), by=sami).is_public

    def test_move_no_others(self, sami):
        elsewhere = make_section({"en": ("Sport", "sport")})
        story = make_draft(section=elsewhere.pk)
        for move in (workflow.publish, workflow.submit):
            with pytest.raises(WorkflowError, match="may not"):
                move(story, by=sami)
        with pytest.raises(WorkflowError, match="may not"):
            workflow.save_draft(story, content(section=elsewhere.pk, headline="X"), by=sami)

    def test_do_not_move_a_story_out_of_their_reach(self, sami):
        elsewhere = make_section({"en": ("Sport", "sport")})
        with pytest.raises(WorkflowError, match="to this section"):
            workflow.save_draft(make_draft(), content(section=elsewhere.pk), by=sami)
