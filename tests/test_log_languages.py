"""The log says in the language of whoever reads it what somebody did in another."""

import pytest
from django.contrib.admin.models import LogEntry
from django.utils.translation import override

from articles import logged, placing, workflow
from articles.models import Image, Transition
from newsroom import audit
from tests.articles import desk
from tests.factories import make_image, make_section, make_story, make_user

pytestmark = pytest.mark.django_db

LOG = "/admin/log/"


@pytest.fixture
def nadia(client):
    """An administrator whose desk is in Arabic."""
    return make_user("nadia", "Administrator", interface_language="ar")


def read_in(client, language: str) -> str:
    name = f"reader-{language}"
    client.force_login(make_user(name, "Administrator", interface_language=language))
    return client.get(LOG).content.decode()


class TestMoves:
    def test_a_correction_is_kept_as_its_code_and_its_words(self, nadia):
        with override("ar"):
            workflow.correct(make_story(), grade="apology", text="Le texte.", by=nadia)
        row = Transition.objects.get(action="correct")
        assert (row.detail, row.note) == ("grade apology", "Le texte.")

    def test_a_correction_of_arabic_hands_reads_in_english(self, client, nadia):
        with override("ar"):
            story = make_story()
            made = workflow.correct(story, grade="apology", text="It was Tuesday.", by=nadia)
            workflow.take_back_correction(made, by=nadia)
        page = read_in(client, "en")
        assert page.count("apology: It was Tuesday.") == 2
        assert "اعتذار" not in page

    def test_the_page_of_the_story_says_it_alike(self, client, nadia):
        story = make_story()
        workflow.correct(story, grade="apology", text="It was Tuesday.", by=nadia)
        client.force_login(nadia)
        page = client.get(f"/admin/articles/story/{story.pk}/revisions/").content.decode()
        assert "اعتذار: It was Tuesday." in page

    def test_a_restored_version_is_told_with_its_time(self, client, nadia):
        story = make_story()
        first = workflow.head(story)
        desk_of_nadia = client
        desk_of_nadia.force_login(nadia)
        desk.save(desk_of_nadia, story, kicker="New")
        story.refresh_from_db()
        url = f"/admin/articles/story/{story.pk}/restore/"
        desk_of_nadia.post(url, {"revision": first.pk, "version": story.version})
        assert workflow.head(story).detail.startswith("restored ")
        assert "Restored from" in read_in(client, "en")


class TestTheRest:
    def test_a_place_held_by_arabic_hands_reads_in_english(self, client, nadia):
        story = make_story()
        with override("ar"):
            page = placing.Page("en", None)
            placing.pin(story, page, 2, by=nadia)
            placing.unpin(story, page, by=nadia)
        shown = read_in(client, "en")
        assert "Front page (en): Held at place 2" in shown
        assert "Place 2 given back" in shown

    def test_history_of_a_thing_says_the_same(self, client, nadia):
        section = make_section()
        said = logged.sentence("held", section="", language="en", place=2, story="Boats")
        LogEntry.objects.log_actions(nadia.pk, [section], 2, said)
        client.force_login(make_user("edda", "Administrator"))
        page = client.get(f"/admin/articles/section/{section.pk}/history/").content.decode()
        assert "Held at place 2" in page

    def test_names_of_fields_are_kept_as_in_the_code(self, client, nadia):
        client.force_login(nadia)
        make_section()
        second = make_section({"ar": ("رياضة", "رياضة")})
        client.post(f"/admin/articles/section/{second.pk}/move/", {"step": "up"})
        entry = LogEntry.objects.first()
        assert entry.change_message == '[{"changed": {"fields": ["position"]}}]'

    def test_a_section_bears_its_name_in_the_language_of_the_reader(self, client, nadia):
        client.force_login(nadia)
        section = make_section({"ar": ("رياضة", "رياضة"), "en": ("Sport", "sport")})
        make_section({"en": ("Last", "last")})
        client.post(f"/admin/articles/section/{section.pk}/move/", {"step": "down"})
        assert LogEntry.objects.get().object_repr == "رياضة"
        assert ">Sport<" in read_in(client, "en")

    @pytest.mark.parametrize("number", [1, 3])
    def test_names_cost_the_same_for_any_number(self, nadia, number, django_assert_num_queries):
        for _ in range(number):
            image = make_image()
            LogEntry.objects.log_actions(nadia.pk, [image], 2, [{"changed": {}}])
        rows = list(LogEntry.objects.select_related("content_type"))
        with django_assert_num_queries(2):
            audit._named(rows)
        assert rows[0].name == Image.objects.last().translations.get(language="en").caption

    def test_a_thing_that_is_gone_keeps_the_name_it_had(self, client, nadia):
        image = make_image(alt="Boats")
        LogEntry.objects.log_actions(nadia.pk, [image], 3, "")
        image.delete()
        assert "Boats." in read_in(client, "en")
