"""The home of the desk: what waits for whom, and the lists behind its headings."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from articles import search, workflow
from articles.forms import zone_label
from articles.models import Image, Story, TranslationSource
from articles.waiting import GROUPS, groups_for
from tests.factories import (
    make_comment,
    make_draft,
    make_image,
    make_section,
    make_story,
    make_user,
    world,
)

pytestmark = pytest.mark.django_db

HOME, LIST = "/admin/", "/admin/articles/story/"
HOUR = timedelta(hours=1)


@pytest.fixture
def edda():
    return make_user("edda", "Editor")


@pytest.fixture
def rosa():
    return make_user("rosa", "Reporter")


def fill(edda, *, number: int = 1) -> None:
    """Stories for every group of an editor's home."""
    for _ in range(number):
        make_draft(by=edda, headline="A draft")
        workflow.submit(make_draft(headline="To review", picture=picture()), by=None)
        workflow.approve(
            workflow.submit(make_draft(headline="Approved", picture=picture()), by=None), by=None
        )
        make_story(headline="Tomorrow", at=timezone.now() + 24 * HOUR)
        source = make_story(headline="Today", picture=picture(), at=timezone.now())
        at = timezone.now() - 72 * HOUR
        told = make_story(language="ar", headline="خبر", picture=picture(), at=at)
        TranslationSource.objects.create(story=told, source=source, changed_count=2, total_count=14)
        Story.objects.filter(pk=told.pk).update(is_behind=True)
        make_comment(source, status="pending", at=timezone.now())


def picture() -> int:
    return (Image.objects.first() or make_image()).pk


def headings(page: str) -> dict[str, int]:
    """The groups of a home with their counts."""
    found = re.findall(r'id="group-(\w+)".*?class="count">.*?(\d+)</span>', page, re.S)
    return {name: int(count) for name, count in found}


class TestHome:
    def test_counts_what_each_list_shows(self, client, edda):
        fill(edda, number=2)
        client.force_login(edda)
        page = client.get(HOME).content.decode()
        counts = headings(page)
        assert counts == {
            "drafts": 2,
            "waiting": 2,
            "approved": 2,
            "scheduled": 2,
            "today": 2,
            "stale": 2,
            "no_picture": 2,
        }
        for group in groups_for(edda):
            assert f'href="{LIST}?desk={group.name}"' in page
            shown = client.get(LIST, {"desk": group.name}).content.decode()
            assert shown.count('class="title"') == counts[group.name]

    def test_names_the_zone_of_what_is_scheduled_and_says_what_is_behind(self, client, edda):
        fill(edda)
        client.force_login(edda)
        page = client.get(HOME).content.decode()
        assert f"<bdi>{zone_label()}</bdi>" in page
        assert "2 of 14 paragraphs changed" in page
        assert "2 of 14 paragraphs changed" in client.get(LIST).content.decode()

    def test_is_designed_for_nothing(self, client, edda):
        client.force_login(edda)
        page = client.get(HOME).content.decode()
        assert "Nothing waits for you." in page
        assert "Nothing is scheduled." in page

    @pytest.mark.parametrize("number", [1, 3])
    def test_asks_the_database_the_same_for_any_number(
        self, client, number, django_assert_num_queries
    ):
        chief = make_user("chief", "Administrator")
        fill(chief, number=number)
        client.force_login(chief)
        client.get(HOME)
        with django_assert_num_queries(HOME_QUERIES):
            client.get(HOME)

    def test_of_a_reporter_shows_their_own_and_what_was_sent_back(self, client, edda, rosa):
        fill(edda)
        back = make_draft(by=rosa, headline="Boats")
        workflow.send_back(workflow.submit(back, by=rosa), by=edda, note="Who says so?")
        workflow.submit(make_draft(by=rosa, headline="Bread"), by=rosa)
        client.force_login(rosa)
        page = client.get(HOME).content.decode()
        assert headings(page) == {
            "drafts": 1,
            "waiting": 1,
            "submitted": 1,
            "scheduled": 0,
            "today": 1,
            "stale": 0,
            "no_picture": 1,
        }
        assert "Who says so?" in page
        for bait in ("To review", "Approved</a>", "Tomorrow", "A draft"):
            assert bait not in page

    def test_of_a_section_editor_shows_their_sections(self, client):
        sami = make_user("sami", "Section editor")
        world().editors.add(sami)
        other = make_section({"en": ("Sport", "sport")})
        workflow.submit(make_draft(headline="In reach"), by=None)
        workflow.submit(make_draft(headline="Elsewhere", section=other.pk), by=None)
        client.force_login(sami)
        page = client.get(HOME).content.decode()
        assert headings(page)["waiting"] == 1
        assert "In reach" in page
        assert "Elsewhere" not in page

    def test_of_a_moderator_shows_comments_and_no_button_to_write(self, client):
        mona = make_user("mona", "Moderator")
        make_comment(make_story(), status="pending", body="What a boat")
        client.force_login(mona)
        page = client.get(HOME).content.decode()
        assert headings(page) == {"comments": 1, "today": headings(page)["today"]}
        assert "What a boat" in page
        assert "Write a story" not in page

    def test_offers_to_write_in_every_language(self, client, rosa):
        client.force_login(rosa)
        page = client.get(HOME).content.decode()
        for language in ("ar", "en", "fr"):
            assert f"{LIST}add/?language={language}" in page


# Session, user, permissions twice, edition of none: then one a group, two of the comments, and one
# of what waits for the clock.
HOME_QUERIES = 17


class TestVisibility:
    """Bait: a colleague's draft. A reporter meets it nowhere."""

    @pytest.fixture
    def bait(self, edda):
        return make_draft(by=edda, headline="Bait of the desk")

    @pytest.mark.parametrize("query", ["", "?q=bait", "?desk=drafts", "?state=draft", "?desk=x"])
    def test_lists_do_not_show_it(self, client, rosa, bait, query):
        client.force_login(rosa)
        assert "Bait of the desk" not in client.get(f"{LIST}{query}").content.decode()

    @pytest.mark.parametrize(
        "screen", ["change", "revisions", "preview", "widths", "autosave", "presence", "history"]
    )
    def test_its_screens_are_closed(self, client, rosa, bait, screen):
        client.force_login(rosa)
        answer = client.get(f"{LIST}{bait.pk}/{screen}/", follow=True)
        assert answer.status_code in (403, 404, 405)
        assert "Bait of the desk" not in answer.content.decode()

    def test_it_is_no_source_to_translate_from(self, client, rosa, bait):
        client.force_login(rosa)
        query = {"translation_of": bait.pk, "language": "fr"}
        page = client.get(f"{LIST}add/", query).content.decode()
        assert "Bait of the desk" not in page
        assert "first boat left" not in page

    def test_autocomplete_does_not_find_it(self, client, bait):
        sami = make_user("sami", "Editor")
        client.force_login(sami)
        query = {"app_label": "articles", "model_name": "pin", "field_name": "story"}
        found = client.get("/admin/autocomplete/", {**query, "term": "bait"})
        assert "Bait of the desk" not in found.content.decode()

    def test_its_number_in_the_search_does_not_open_it(self, client, rosa, bait):
        client.force_login(rosa)
        page = client.get(LIST, {"q": str(bait.pk)}).content.decode()
        assert 'class="title"' not in page


class TestLongLists:
    @pytest.mark.parametrize("number", [3, 60])
    def test_ask_the_database_the_same(self, client, edda, number, django_assert_num_queries):
        many(number)
        client.force_login(edda)
        client.get(LIST)
        with django_assert_num_queries(11):
            client.get(LIST)

    def test_are_counted_up_to_a_bound(self, client, edda, monkeypatch):
        monkeypatch.setattr("newsroom.lib.paging.BoundedPaginator.bound", 50)
        many(60)
        client.force_login(edda)
        page = client.get(LIST).content.decode()
        assert "more than 50 results" in page
        assert client.get(LIST, {"p": "2"}).status_code == 200

    def test_searches_find_the_newest_of_too_many(self, client, edda, monkeypatch):
        monkeypatch.setattr("articles.admin.story.MOST_FOUND", 2)
        many(5)
        client.force_login(edda)
        page = client.get(LIST, {"q": "harbour"}).content.decode()
        assert page.count('class="title"') == 2

    def test_can_be_read_in_the_order_of_an_index(self):
        if connection.vendor == "postgresql":
            # Of a table this small it would read and sort the whole.
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("SET LOCAL enable_sort = off")
        plan = Story.objects.order_by("-changed_at", "-id")[:40].explain()
        assert "story_changed" in plan


def many(number: int) -> None:
    """Stories made at a stroke."""
    section = world()
    now = timezone.now()
    Story.objects.bulk_create(
        Story(
            language="en",
            section=section,
            headline=f"The harbour {n}",
            status="published",
            published_at=now - timedelta(days=30, minutes=n),
        )
        for n in range(number)
    )
    search.rebuild()


def test_every_group_has_words():
    for group in GROUPS.values():
        assert str(group.label) and str(group.empty)
