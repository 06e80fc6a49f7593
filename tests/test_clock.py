"""Whether `manage.py tick` runs, told by /readyz and by the desk before an edit is late."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles import clock, workflow
from articles.models import TickRun
from tests.factories import content, make_section, make_story, make_user

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
STILL = "nothing publishes them"


@pytest.fixture
def edda():
    return make_user("edda", "Editor")


def timed(at=None):
    story = workflow.save_draft(make_story(), content(headline="Later"), by=None)
    return workflow.publish_edits_at(story, by=None, at=at or timezone.now() + 60 * MINUTE)


def tick():
    call_command("tick", stdout=StringIO())


def schedule(client) -> str:
    return client.get("/readyz").json()["schedule"]


def after(minutes: int):
    return time_machine.travel(timezone.now() + minutes * MINUTE, tick=False)


class TestRun:
    def test_is_remembered_in_one_row_however_many_machines_run(self):
        tick()
        with after(1):
            tick()
            assert TickRun.objects.get().ended_at == timezone.now()

    def test_that_published_nothing_for_a_refusal_ran_all_the_same(self, settings):
        settings.PUBLISH_BLOCKERS = ["standfirst"]
        story = timed()
        revision = story.revisions.get(publish_at__isnull=False)
        revision.content["standfirst"] = ""
        revision.save()
        with after(61):
            with pytest.raises(CommandError):
                tick()
            assert TickRun.objects.get().failed == 1


class TestReadyz:
    def test_is_ready_without_a_clock_where_nothing_waits(self, client):
        make_story()
        assert schedule(client) == "ok"

    def test_says_that_the_clock_stands_before_an_edit_is_late(self, client):
        tick()
        timed()
        with after(4):
            assert schedule(client) == "ok"
        with after(6):
            assert schedule(client) == "failing"
            tick()
            assert schedule(client) == "ok"

    def test_gives_a_clock_that_never_ran_some_minutes(self, client):
        timed()
        assert schedule(client) == "ok"
        with after(6):
            assert schedule(client) == "failing"

    def test_a_late_edit_is_told_although_the_clock_runs(self, client):
        timed(timezone.now() + MINUTE)
        with after(10):
            clock.note_run(0, 1)
            assert schedule(client) == "failing"


class TestHome:
    def test_tells_who_may_publish(self, client, edda):
        timed()
        client.force_login(edda)
        assert STILL not in client.get("/admin/").content.decode()
        with after(6):
            page = client.get("/admin/").content.decode()
        assert STILL in page
        assert "has never run" in page

    def test_names_the_last_run(self, client, edda):
        with time_machine.travel("2026-03-01 10:00 +0000", tick=False):
            tick()
            timed()
        client.force_login(edda)
        with time_machine.travel("2026-03-01 10:30 +0000", tick=False):
            page = client.get("/admin/").content.decode()
        assert "last ran on 1 March 2026" in page

    def test_keeps_it_from_who_may_not_publish(self, client):
        timed()
        client.force_login(make_user("rosa", "Reporter"))
        with after(6):
            assert STILL not in client.get("/admin/").content.decode()

    def test_costs_nothing_that_grows(self, client, edda, django_assert_max_num_queries):
        make_section({"en": ("Sport", "sport")})
        for _number in range(3):
            timed()
        with after(6), django_assert_max_num_queries(3):
            assert clock.is_asleep()
