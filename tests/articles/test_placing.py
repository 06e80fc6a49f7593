"""Composing front page and section pages: verbs, refusals, what readers see, the screen."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import logged, placing, workflow
from articles.models import Pin, Story
from articles.placing import Page, PlacingError, StalePage
from tests.articles.desk import messages
from tests.factories import make_draft, make_section, make_story, make_user, world

pytestmark = pytest.mark.django_db

SCREEN = "/admin/articles/pin/"
FRONT = Page("en")


def stories(number: int, **fields) -> list[Story]:
    """Stories "1", "2", … of which "1" is the newest."""
    now = timezone.now()
    return [
        make_story(headline=f"{n}", at=now - timedelta(hours=n), **fields)
        for n in range(1, number + 1)
    ]


def front(client) -> str:
    context = client.get("/en/").context
    return " ".join(story.headline for story in [context["lead"], *context["seconds"]])


def held(page: Page = FRONT) -> dict[int, str]:
    return {row.position: row.story.headline for row in page.pins()}


class TestFill:
    def test_a_held_story_keeps_its_place_and_the_rest_is_the_newest(self, client):
        made = stories(8)
        placing.pin(made[7], FRONT, 3, by=None)
        assert front(client) == "1 2 8 3 4"

    def test_no_story_stands_twice(self, client):
        made = stories(7)
        placing.pin(made[0], FRONT, 4, by=None)
        assert front(client) == "2 3 4 1 5"

    def test_two_of_one_place_stand_side_by_side(self, client):
        made = stories(6)
        for story in made[4:]:
            Pin.objects.create(language="en", position=5, story=story)
        assert front(client) == "1 2 3 6 5"

    def test_a_page_with_few_stories_has_no_gaps(self, client):
        made = stories(2)
        placing.pin(made[0], FRONT, 5, by=None)
        assert front(client) == "2 1"

    def test_a_scheduled_story_takes_its_place_at_its_time(self, client):
        stories(5)
        at = timezone.now() + timedelta(hours=1)
        placing.pin(make_story(headline="soon", at=at), FRONT, 2, by=None)
        assert front(client) == "1 2 3 4 5"
        with time_machine.travel(at + timedelta(seconds=1)):
            assert front(client) == "1 soon 2 3 4"

    def test_a_place_ends_by_the_clock(self, client):
        made = stories(6)
        until = timezone.now() + timedelta(hours=1)
        placing.pin(made[5], FRONT, 1, by=None, until=until)
        assert front(client) == "6 1 2 3 4"
        with time_machine.travel(until + timedelta(seconds=1)):
            assert front(client) == "1 2 3 4 5"

    def test_a_withdrawn_story_gives_way(self, client):
        made = stories(6)
        placing.pin(made[5], FRONT, 1, by=None)
        workflow.withdraw(made[5], by=None, notice="Taken back.")
        assert front(client) == "1 2 3 4 5"

    @pytest.mark.parametrize("pins", [1, 3, 5])
    def test_pins_cost_no_query_of_their_own(self, client, django_assert_num_queries, pins):
        for place, story in enumerate(stories(8)[:pins], 1):
            placing.pin(story, FRONT, place, by=None)
        with django_assert_num_queries(5):
            client.get("/en/")


class TestSectionPage:
    def test_no_page_repeats_or_loses_a_story(self, client):
        made = stories(45)
        page = Page("en", world())
        for place, number in ((1, 44), (3, 30), (5, 2)):
            placing.pin(made[number], page, place, by=None)
        shown = []
        for number in (1, 2, 3):
            context = client.get(f"/en/world/?page={number}").context
            found = [context["lead"]] if context["lead"] else []
            shown += [story.headline for story in [*found, *context["stories"]]]
        assert shown[:6] == ["45", "1", "31", "2", "3", "4"]
        assert sorted(shown, key=int) == [str(n) for n in range(1, 46)]

    def test_the_front_page_has_places_of_its_own(self, client):
        made = stories(6)
        placing.pin(made[5], Page("en", world()), 1, by=None)
        assert client.get("/en/world/").context["lead"] == made[5]
        assert client.get("/en/").context["lead"] == made[0]

    def test_a_story_of_another_section_is_refused(self):
        other = make_section({"en": ("Sport", "sport")})
        with pytest.raises(PlacingError, match="another section"):
            placing.pin(stories(1)[0], Page("en", other), 1, by=None)

    @pytest.mark.parametrize("number", [1, 3])
    def test_its_queries_do_not_grow(self, client, django_assert_num_queries, number):
        for place, story in enumerate(stories(6)[:number], 1):
            placing.pin(story, Page("en", world()), place, by=None)
        with django_assert_num_queries(7):
            client.get("/en/world/")

    def test_counts_no_more_stories_than_its_pages_show(self):
        """A section has hundreds of thousands; counting stops where the last page does."""
        stories(3)
        composed = placing.Composed([], Story.objects.published(), 2)
        with CaptureQueriesContext(connection) as asked:
            assert composed.count() == 2
        assert "LIMIT 2" in asked[0]["sql"]


class TestVerbs:
    def test_those_below_step_down_and_the_last_falls(self):
        made = stories(7)
        for place in range(1, 6):
            placing.pin(made[place], FRONT, place, by=None)
        fallen = placing.pin(made[0], FRONT, 1, by=None)
        assert held() == {1: "1", 2: "2", 3: "3", 4: "4", 5: "5"}
        assert [story.headline for story in fallen] == ["6"]

    def test_only_what_is_in_the_way_steps_aside(self):
        made = stories(4)
        placing.pin(made[0], FRONT, 1, by=None)
        placing.pin(made[1], FRONT, 4, by=None)
        placing.pin(made[2], FRONT, 1, by=None)
        assert held() == {1: "3", 2: "1", 4: "2"}

    def test_a_move_down_changes_places(self):
        made = stories(3)
        placing.pin(made[0], FRONT, 1, by=None)
        placing.pin(made[1], FRONT, 2, by=None)
        placing.move(made[0], FRONT, 2, by=None)
        assert held() == {1: "2", 2: "1"}

    def test_a_move_keeps_the_time(self):
        made = stories(3)
        until = timezone.now() + timedelta(hours=1)
        placing.pin(made[0], FRONT, 1, by=None, until=until)
        placing.move(made[0], FRONT, 3, by=None)
        assert (Pin.objects.get().position, Pin.objects.get().until) == (3, until)

    def test_moving_what_nobody_held_holds_it(self):
        placing.move(stories(3)[1], FRONT, 1, by=None)
        assert held() == {1: "2"}

    def test_letting_go_is_logged(self):
        edda = make_user("edda", "Editor")
        story = stories(1)[0]
        placing.pin(story, FRONT, 1, by=edda)
        placing.unpin(story, FRONT, by=edda)
        assert held() == {}
        said = [logged.message_in_words(entry) for entry in LogEntry.objects.order_by("pk")]
        assert "Held at place 1" in said[0]
        assert "Place 1 given back" in said[1]

    def test_what_is_over_is_swept_away(self):
        made = stories(2)
        past = timezone.now() - timedelta(hours=1)
        Pin.objects.create(language="en", position=1, story=made[0], until=past)
        placing.pin(made[0], FRONT, 2, by=None)
        assert held() == {2: "1"}

    @pytest.mark.parametrize("place", [0, 6])
    def test_a_place_that_is_none_is_refused(self, place):
        with pytest.raises(PlacingError, match="no such place"):
            placing.pin(stories(1)[0], FRONT, place, by=None)

    def test_a_past_time_is_refused(self):
        past = timezone.now() - timedelta(minutes=1)
        with pytest.raises(PlacingError, match="past"):
            placing.pin(stories(1)[0], FRONT, 1, by=None, until=past)

    def test_a_draft_and_another_language_are_refused(self):
        for story in (make_draft(), make_story(language="ar")):
            with pytest.raises(PlacingError):
                placing.pin(story, FRONT, 1, by=None)

    def test_a_page_composed_meanwhile_is_refused(self):
        made = stories(2)
        state = placing.state_of_page(FRONT)
        placing.pin(made[0], FRONT, 1, by=None, state=state)
        for verb in (placing.pin, placing.move):
            with pytest.raises(StalePage):
                verb(made[1], FRONT, 1, by=None, state=state)
        with pytest.raises(StalePage):
            placing.unpin(made[0], FRONT, by=None, state=state)
        assert held() == {1: "1"}

    @pytest.mark.parametrize("group", ["Reporter", "Moderator", "Section editor"])
    def test_the_front_page_is_the_editors(self, group):
        with pytest.raises(PlacingError, match="may not"):
            placing.pin(stories(1)[0], FRONT, 1, by=make_user("rosa", group))

    def test_section_editors_compose_the_pages_of_their_sections(self):
        sami = make_user("sami", "Section editor")
        world().editors.add(sami)
        story = stories(1)[0]
        placing.pin(story, Page("en", world()), 1, by=sami)
        other = make_section({"en": ("Sport", "sport")})
        with pytest.raises(PlacingError, match="may not"):
            placing.pin(story, Page("en", other), 1, by=sami)


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor"))
    return client


def sent(client, do: str, story: Story, query: str = "?language=en", **fields):
    page = client.get(f"{SCREEN}{query}")
    data = {"do": do, "story": story.pk, "state": page.context["state"], **fields}
    return client.post(f"{SCREEN}{query}", data, follow=True)


class TestScreen:
    def test_shows_what_readers_see_and_who_is_held(self, edda):
        made = stories(7)
        placing.pin(made[6], FRONT, 2, by=None, until=timezone.now() + timedelta(hours=3))
        response = edda.get(f"{SCREEN}?language=en")
        slots = response.context["slots"]
        assert [slot["story"].headline for slot in slots] == ["1", "7", "2", "3", "4"]
        assert [bool(slot["pin"]) for slot in slots] == [False, True, False, False, False]
        assert "UTC" in response.content.decode()

    def test_holds_moves_and_lets_go(self, edda):
        made = stories(6)
        response = sent(edda, "pin", made[5], place=1)
        assert "holds place 1" in messages(response)
        sent(edda, "move", made[5], place=2)
        assert held() == {2: "6"}
        sent(edda, "unpin", made[5])
        assert held() == {}

    def test_a_time_is_kept_and_a_wrong_one_is_refused(self, edda):
        story = stories(1)[0]
        sent(edda, "pin", story, place=1, until="2099-01-01T08:00")
        assert Pin.objects.get().until.year == 2099
        for until in ("2001-01-01T08:00", "tomorrow"):
            sent(edda, "pin", story, place=1, until=until)
            assert Pin.objects.get().until.year == 2099

    def test_the_second_of_two_is_refused_and_shown_the_present_order(self, edda):
        made = stories(3)
        seen = edda.get(f"{SCREEN}?language=en").context["state"]
        placing.pin(made[1], FRONT, 1, by=None)
        data = {"do": "pin", "story": made[2].pk, "place": 1, "state": seen}
        response = edda.post(f"{SCREEN}?language=en", data, follow=True)
        assert "Somebody else changed this page" in messages(response)
        assert held() == {1: "2"}

    def test_finds_what_is_public_or_scheduled_in_any_spelling(self, edda):
        make_story(language="ar", headline="الإمارات تفتح الميناء")
        make_draft(language="ar", headline="الإمارات مسودة")
        later = timezone.now() + timedelta(days=1)
        make_story(language="ar", headline="الإمارات غداً", at=later)
        page = edda.get(SCREEN, {"language": "ar", "q": "الامارات"})
        found = [row["story"].headline for row in page.context["found"]]
        assert found == ["الإمارات غداً", "الإمارات تفتح الميناء"]
        assert 'dir="rtl"' in page.content.decode()

    def test_says_from_when_a_scheduled_story_stands_there(self, edda):
        stories(5)
        later = timezone.now() + timedelta(days=1)
        placing.pin(make_story(headline="soon", at=later), FRONT, 2, by=None)
        response = edda.get(f"{SCREEN}?language=en")
        assert response.context["slots"][1]["waiting"][0]["story"].headline == "soon"
        assert re.search(r"From <bdi>.* here:", response.content.decode())

    @pytest.mark.parametrize(
        "query", ["?language=de", "?section=0", "?section=x", "?section=99999999999999999999"]
    )
    def test_a_page_that_is_none_is_missing(self, edda, query):
        assert edda.get(f"{SCREEN}{query}").status_code == 404

    @pytest.mark.parametrize("data", [{}, {"story": "x"}, {"do": "explode"}])
    def test_a_form_that_is_none_is_missing(self, edda, data):
        story = stories(1)[0]
        data = {"story": story.pk, "do": "pin", "state": ""} | data if data else {}
        assert edda.post(f"{SCREEN}?language=en", data).status_code == 404

    def test_other_methods_are_refused(self, edda):
        assert edda.put(f"{SCREEN}?language=en").status_code == 405

    @pytest.mark.parametrize("group", ["Reporter", "Moderator"])
    def test_outsiders_do_not_reach_it(self, client, group):
        client.force_login(make_user("otto", group))
        story = stories(1)[0]
        assert client.get(SCREEN).status_code == 403
        data = {"do": "pin", "story": story.pk, "place": 1}
        assert client.post(SCREEN, data).status_code == 403
        assert not Pin.objects.exists()

    def test_section_editors_see_their_own_pages(self, client):
        sami = make_user("sami", "Section editor", interface_language="en")
        client.force_login(sami)
        assert client.get(SCREEN).status_code == 403
        world().editors.add(sami)
        other = make_section({"en": ("Sport", "sport")})
        response = client.get(SCREEN)
        assert response.status_code == 200
        assert [row["pk"] for row in response.context["sections"]] == [world().pk]
        assert client.get(f"{SCREEN}?language=en&section={other.pk}").status_code == 403

    def test_no_form_of_djangos_stands_beside_it(self, edda):
        story = stories(1)[0]
        placing.pin(story, FRONT, 1, by=None)
        row = Pin.objects.get()
        assert edda.get(f"{SCREEN}{row.pk}/change/")["Location"] == f"{SCREEN}?language=en"
        assert edda.get(f"{SCREEN}add/")["Location"] == SCREEN
        for address in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
            data = {"story": story.pk, "position": 3, "post": "yes"}
            assert edda.post(f"{SCREEN}{address}", data).status_code == 405
        assert held() == {1: "1"}

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_same_questions_for_any_number(self, edda, number, django_assert_num_queries):
        for place, story in enumerate(stories(6)[:number], 1):
            placing.pin(story, FRONT, place, by=None)
        edda.get(f"{SCREEN}?language=en&q=harbour")
        # PostgreSQL is asked first how far back the newest stories reach.
        with django_assert_num_queries(14 if connection.vendor == "sqlite" else 15):
            edda.get(f"{SCREEN}?language=en&q=harbour")


class TestOrderOfSections:
    def rows(self, *names):
        return [make_section({"en": (name, name.lower())}) for name in names]

    def test_a_section_moves_among_its_neighbours(self, edda, client):
        one, two, three = self.rows("One", "Two", "Three")
        edda.post(f"/admin/articles/section/{three.pk}/move/", {"step": "up"})
        names = [row["name"] for row in client.get("/en/").context["site"].sections]
        assert names == ["One", "Three", "Two"]
        assert not placing.move_section(one, -1, by=None)
        assert two.pk

    def test_outsiders_and_wrong_methods_are_refused(self, client):
        one, two = self.rows("One", "Two")
        client.force_login(make_user("rosa", "Reporter"))
        address = f"/admin/articles/section/{two.pk}/move/"
        assert client.post(address, {"step": "up"}).status_code == 403
        assert client.get(address).status_code == 405
        client.force_login(make_user("edda", "Editor"))
        assert client.post(address, {"step": "sideways"}).status_code == 404
        assert client.post("/admin/articles/section/0/move/", {"step": "up"}).status_code == 404
        assert one.pk

    def test_only_who_changes_people_names_editors(self, client):
        rosa = make_user("rosa", "Section editor")
        client.force_login(make_user("edda", "Editor"))
        address = f"/admin/articles/section/{world().pk}/change/"
        assert 'name="editors"' not in client.get(address).content.decode()
        client.force_login(make_user("ada", "Administrator"))
        page = client.get(address).content.decode()
        assert f'name="editors" value="{rosa.pk}"' in page
