"""How far somebody's right reaches: into sections, into work that is not public, over time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import keeping, workflow
from articles.models import Revision, Story
from articles.workflow import WorkflowError
from tests.articles import desk
from tests.factories import content, make_draft, make_section, make_story, make_user, world

pytestmark = pytest.mark.django_db
CULTURE = {"ar": ("ثقافة", "ثقافة"), "en": ("Culture", "culture"), "fr": ("Culture", "culture")}
SCREENS = ("preview", "widths", "revisions", "checklist", "source", "progress")


def screen(story: Story, name: str) -> str:
    return f"/admin/articles/story/{story.pk}/{name}/"


def edited(story: Story, by, **changes) -> Story:
    return workflow.save_draft(story, workflow.head(story).content | changes, by=by)


@pytest.fixture
def edda(db):
    return make_user("edda", "Editor", interface_language="en")


@pytest.fixture
def sana(db):
    """A section editor, of the section of the world."""
    user = make_user("sana", "Section editor", interface_language="en")
    world().editors.add(user)
    return user


class TestSections:
    def test_a_live_story_of_ones_own_is_not_published_elsewhere(self, client, sana):
        story = workflow.publish(make_draft(by=sana), by=sana)
        client.force_login(sana)
        desk.save(client, story, section=make_section(CULTURE).pk, _move="publish")
        story.refresh_from_db()
        assert story.section == world()

    def test_nor_at_a_time(self, sana):
        story = workflow.publish(make_draft(by=sana), by=sana)
        story = edited(story, sana, section=make_section(CULTURE).pk)
        with pytest.raises(WorkflowError, match="in this section"):
            workflow.publish_edits_at(story, by=sana, at=timezone.now() + timedelta(hours=1))

    def test_a_static_page_stands_outside_all_sections(self, sana, edda):
        story = edited(make_draft(by=sana), sana, kind="page", slug="about")
        with pytest.raises(WorkflowError, match="Static pages"):
            workflow.publish(story, by=sana)
        assert workflow.publish(story, by=edda).kind == "page"


class TestWorkThatIsNotPublic:
    @pytest.fixture
    def story(self, edda):
        return edited(make_story(by=edda), edda, headline="Secret words")

    @pytest.mark.parametrize("group", ["Reporter", "Moderator", "Section editor"])
    def test_edits_of_a_public_story_are_for_those_who_work_on_it(self, client, story, group):
        client.force_login(make_user("somebody", group))
        answer = client.get(screen(story, "change"))
        assert (answer.status_code, answer["Location"]) == (302, story.get_absolute_url())
        for name in SCREENS:
            assert client.get(screen(story, name)).status_code == 403

    def test_its_writer_sees_them_still(self, client, edda):
        rosa = make_user("rosa", "Reporter", interface_language="en")
        story = edited(workflow.publish(make_draft(by=rosa), by=edda), edda, headline="New words")
        client.force_login(rosa)
        assert "New words" in client.get(screen(story, "change")).content.decode()

    def test_a_translation_begins_with_what_is_public(self, client, story):
        culture = make_section(CULTURE)
        edited(story, story.created_by, section=culture.pk)
        client.force_login(make_user("rosa", "Reporter"))
        page = client.get(f"/admin/articles/story/add/?translation_of={story.pk}&language=fr")
        assert page.context["form"].initial.get("section", None) != culture.pk
        assert page.context["form"]["section"].value() in (world().pk, str(world().pk))

    @pytest.mark.parametrize("address", ["add/", "autosave/"])
    def test_a_colleagues_translation_is_neither_shown_nor_written_over(
        self, client, story, edda, address
    ):
        twin = workflow.create(
            content(headline="Mots secrets"),
            by=edda,
            language="fr",
            translation_key=story.translation_key,
        )
        client.force_login(make_user("rosa", "Reporter", interface_language="en"))
        typed = desk.typed(desk.form_of(twin), headline="Mine", slug="", version=1)
        answer = client.post(
            f"/admin/articles/story/{address}?translation_of={story.pk}&language=fr", typed
        )
        assert "secrets" not in answer.content.decode()
        assert "This story exists in that language already." in answer.content.decode()
        twin.refresh_from_db()
        assert twin.headline == "Mots secrets"

    def test_an_editor_does_not_write_over_a_translation_by_an_autosave(self, client, story, edda):
        twin = workflow.create(
            content(headline="Mots"),
            by=make_user("omar", "Editor"),
            language="fr",
            translation_key=story.translation_key,
        )
        client.force_login(edda)
        typed = desk.typed(desk.form_of(twin), headline="Mine", slug="", version=1)
        address = f"/admin/articles/story/autosave/?translation_of={story.pk}&language=fr"
        assert client.post(address, typed).status_code == 409
        twin.refresh_from_db()
        assert twin.headline == "Mots"

    def test_the_address_of_a_draft_is_told_to_nobody(self, client):
        from django.contrib.contenttypes.models import ContentType

        draft = make_draft(by=make_user("omar", "Editor"), headline="Secret words")
        kind = ContentType.objects.get_for_model(Story).pk
        client.force_login(make_user("rosa", "Reporter"))
        assert client.get(f"/admin/r/{kind}/{draft.pk}/").status_code == 404


class TestTimedEdits:
    def due(self, story: Story, edda) -> Story:
        story = edited(story, edda, headline="New words")
        story = workflow.publish_edits_at(story, by=edda, at=timezone.now() + timedelta(hours=1))
        Revision.objects.filter(publish_at__isnull=False).update(
            publish_at=timezone.now() - timedelta(minutes=5)
        )
        return story

    def test_a_story_that_ended_meanwhile_does_not_come_back(self, edda):
        story = self.due(make_story(by=edda), edda)
        Story.objects.filter(pk=story.pk).update(unpublish_at=timezone.now() - timedelta(minutes=1))
        published, failed = workflow.publish_due_edits()
        assert (published, len(failed)) == ([], 1)
        story.refresh_from_db()
        assert not story.is_public
        assert story.headline != "New words"

    def test_what_is_refused_loses_its_time_and_says_why(self, client, edda, settings):
        settings.PUBLISH_BLOCKERS = []
        story = self.due(make_story(by=edda, standfirst=""), edda)
        settings.PUBLISH_BLOCKERS = ["standfirst"]
        assert len(workflow.publish_due_edits()[1]) == 1
        assert workflow.publish_due_edits() == ([], [])
        assert story.transitions.first().action == "miss_edits"
        assert story.transitions.first().note
        assert Story.objects.get(pk=story.pk).has_edits
        assert client.get("/readyz").status_code == 200


class TestKeeping:
    def test_a_restored_version_does_not_swallow_what_was_just_written(self, edda):
        story = make_draft(by=edda)
        old = workflow.head(story)
        text = workflow.head(story).content | {"body_html": "<p>Two hours of work</p>"}
        story = workflow.save_draft(story, text, by=edda, autosave=True)
        workflow.restore(story, old, by=edda)
        kept = [revision.content["body_html"] for revision in story.revisions.all()]
        assert any("Two hours of work" in body for body in kept)

    def test_a_save_a_day_later_leaves_the_old_autosave(self, edda):
        story = make_draft(by=edda)
        text = workflow.head(story).content
        story = workflow.save_draft(story, text | {"kicker": "One"}, by=edda, autosave=True)
        late = timezone.now() - keeping.STRETCH - timedelta(seconds=1)
        story.revisions.filter(pk=workflow.head(story).pk).update(created_at=late)
        workflow.save_draft(story, text | {"kicker": "Two"}, by=edda)
        assert {revision.content["kicker"] for revision in story.revisions.all()} >= {"One", "Two"}

    def test_a_running_autosave_does_not_take_a_name_away(self, edda):
        story = make_draft(by=edda)
        text = workflow.head(story).content
        story = workflow.save_draft(story, text | {"kicker": "One"}, by=edda, autosave=True)
        newest = workflow.head(story)
        workflow.name_revision(story, workflow.head(story), "Keep", by=edda)
        keeping.keep(
            story, newest, text | {"kicker": "Two"}, by=edda, note="", autosave=True
        )  # loaded before it was named
        assert Revision.objects.filter(name="Keep").exists()


class TestInput:
    @pytest.mark.parametrize("number", ["9" * 5000, "٣", "-1", "1e3"])
    @pytest.mark.parametrize("what", ["revoke", "take_back", "image", "picture", "section"])
    def test_no_number_of_a_row_is_a_fault(self, client, edda, what, number):
        story = make_story(by=edda)
        client.force_login(edda)
        answer = {
            "revoke": lambda: client.post(screen(story, "share"), {"revoke": number}),
            "take_back": lambda: desk.save(client, story, _move=f"take_back:{number}"),
            "image": lambda: client.post(
                "/admin/articles/image/choose/", {"image": number, "language": "en"}
            ),
            "picture": lambda: desk.save(client, story, picture=number),
            "section": lambda: client.get(f"/admin/articles/story/add/?section={number[:900]}"),
        }[what]()
        assert answer.status_code < 500

    def test_the_history_of_no_story(self, client, edda):
        client.force_login(edda)
        assert client.get("/admin/articles/story/abc/history/", follow=True).status_code == 404

    @pytest.mark.parametrize("zone", ["Asia/Beirut", "America/New_York"])
    @pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
    def test_a_year_at_the_end_of_the_calendar(self, client, edda, settings, zone, moment):
        settings.TIME_ZONE = zone
        client.force_login(edda)
        story = make_draft(by=edda)
        answer = desk.save(client, story, headline="New", comments_close_at=moment)
        assert answer.status_code == 200
        story.refresh_from_db()
        assert story.headline != "New"  # refused, with the words kept

    def test_an_hour_that_the_clocks_repeat(self, client, edda, settings):
        settings.TIME_ZONE = "Europe/Paris"
        story = make_draft(by=edda, comments_close_at="2027-10-31T00:30:00+00:00")
        client.force_login(edda)
        desk.save(client, story, headline="New words")
        story.refresh_from_db()
        assert story.headline == "New words"
        assert story.comments_close_at.isoformat() == "2027-10-31T00:30:00+00:00"

    def test_an_hour_that_the_clocks_leave_out(self, client, edda, settings):
        settings.TIME_ZONE = "Europe/Paris"
        client.force_login(edda)
        story = make_draft(by=edda)
        desk.save(client, story, headline="New", comments_close_at="2027-03-28T02:30")
        story.refresh_from_db()
        assert story.headline != "New"


def test_a_story_that_waits_for_its_time_has_nothing_to_correct(edda):
    story = workflow.publish(make_draft(by=edda), by=edda, at=timezone.now() + timedelta(days=1))
    with pytest.raises(WorkflowError):
        workflow.correct(story, grade="error", text="Wrong, right.", by=edda)
