"""What is read most: who counts, what is written and when, and what the front page makes of it."""

import threading
from datetime import timedelta
from runpy import run_path

import pytest
import time_machine
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from articles import reads, workflow
from articles.models import MostRead, Reads, Story
from tests.factories import make_draft, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tally(monkeypatch):
    """A tally of this test alone, which writes with every read."""
    fresh = reads.Tally()
    monkeypatch.setattr(reads, "tally", fresh)
    monkeypatch.setattr(reads, "WRITE_SECONDS", 0)
    caches["throttle"].clear()
    return fresh


def read(client, story, *, reader="198.51.100.7", **headers):
    return client.post(
        f"/{story.language}/me/read/{story.pk}/", REMOTE_ADDR=reader, headers=headers or None
    )


def counted(story) -> int:
    return sum(story.reads.values_list("count", flat=True))


class TestWhatCounts:
    def test_each_reader_once_an_hour(self, client, monkeypatch):
        story = make_story()
        for reader in ("198.51.100.7", "198.51.100.7", "203.0.113.9"):
            assert read(client, story, reader=reader).status_code == 204
        assert counted(story) == 2
        now = reads.monotonic()
        monkeypatch.setattr(reads, "monotonic", lambda: now + 3601)
        read(client, story)
        assert counted(story) == 3

    def test_a_machine_with_addresses_without_end_is_one_reader(self, client):
        story = make_story()
        for reader in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
            read(client, story, reader=reader)
        assert counted(story) == 2

    def test_readers_behind_our_proxy_are_not_one(self, client, settings):
        settings.TRUSTED_PROXIES = ["127.0.0.1"]
        story = make_story()
        for reader in ("203.0.113.1", "203.0.113.2", "203.0.113.2"):
            read(client, story, reader="127.0.0.1", **{"X-Forwarded-For": reader})
        assert counted(story) == 2

    def test_what_is_not_public_counts_nothing(self, client):
        draft = make_draft()
        tomorrow = timezone.now() + timedelta(days=1)
        scheduled = workflow.publish(make_draft(), by=None, at=tomorrow)
        withdrawn = workflow.withdraw(make_story(), by=None, notice="Gone.")
        page = make_story(kind="page")
        for story in (draft, scheduled, withdrawn, page):
            assert read(client, story).status_code == 204
        assert not Reads.objects.exists()

    @pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
    def test_a_number_of_no_story_counts_nothing(self, client, pk):
        assert client.post(f"/en/me/read/{pk}/").status_code == 204
        assert not Reads.objects.exists()

    def test_another_site_cannot_count(self, client):
        story = make_story()
        assert read(client, story, sec_fetch_site="cross-site").status_code == 403
        assert read(client, story, sec_fetch_site="same-origin").status_code == 204
        assert counted(story) == 1

    def test_only_a_post_counts(self, client):
        assert client.get(f"/en/me/read/{make_story().pk}/").status_code == 405

    def test_switched_off_nothing_is_counted_or_asked(self, client, settings):
        settings.MOST_READ_HOURS = 0
        story = make_story()
        read(client, story)
        assert not Reads.objects.exists()
        assert "data-read" not in client.get(story.get_absolute_url()).content.decode()

    def test_the_page_asks_its_own_address(self, client):
        story = make_story()
        page = client.get(story.get_absolute_url()).content.decode()
        assert f'data-read="/{story.language}/me/read/{story.pk}/"' in page


class TestPrivacy:
    def test_no_cookie_is_set_or_needed(self):
        browser = Client(enforce_csrf_checks=True)
        answer = read(browser, make_story())
        assert answer.status_code == 204
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]

    def test_no_address_stays_even_in_memory(self, client, tally):
        read(client, make_story(), reader="198.51.100.77")
        assert "198.51.100.77" not in repr(vars(tally))

    def test_memory_is_bounded(self, tally, monkeypatch):
        monkeypatch.setattr(reads, "MOST_READERS", 10)
        monkeypatch.setattr(reads, "MOST_STORIES", 5)
        for number in range(100):
            tally.add(number, "somebody")
        assert len(tally._readers) <= 10
        assert len(tally.take()) <= 5


class TestWriting:
    def test_most_reads_write_nothing(self, client, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(reads, "WRITE_SECONDS", 3600)
        story = make_story()
        with django_assert_num_queries(0):
            for number in range(50):
                read(client, story, reader=f"198.51.100.{number}")
        reads.write()
        assert counted(story) == 50

    def test_hours_add_up(self, client):
        story = make_story()
        with time_machine.travel("2026-11-27T10:59:00Z"):
            Story.objects.update(published_at=timezone.now() - timedelta(days=1))
            for number in range(3):
                read(client, story, reader=f"198.51.100.{number}")
        with time_machine.travel("2026-11-27T11:01:00Z"):
            read(client, story, reader="203.0.113.1")
        by_hour = list(story.reads.order_by("hour").values_list("hour__hour", "count"))
        assert by_hour == [(10, 3), (11, 1)]

    def test_what_the_database_does_not_take_is_written_later(self, client, monkeypatch):
        story = make_story()
        real = reads._write

        def refuse(counts):
            raise DatabaseError("database is locked")

        monkeypatch.setattr(reads, "_write", refuse)
        assert read(client, story).status_code == 204
        monkeypatch.setattr(reads, "_write", real)
        reads.write()
        assert counted(story) == 1

    def test_a_worker_that_ends_writes_what_it_counted(self, client, monkeypatch):
        monkeypatch.setattr(reads, "WRITE_SECONDS", 3600)
        story = make_story()
        read(client, story)
        assert counted(story) == 0
        run_path("gunicorn.conf.py")["worker_exit"](None, None)
        assert counted(story) == 1

    def test_threads_lose_nothing(self, tally):
        def count(thread):
            for number in range(500):
                tally.add(7, f"{thread} {number}")

        threads = [threading.Thread(target=count, args=[thread]) for thread in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert tally.take() == {7: 4000}


class TestTheRanking:
    @pytest.fixture
    def stories(self):
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        stories = [make_story(headline=f"Read {place}") for place in range(4)]
        for number, story in enumerate(stories, start=1):
            Reads.objects.create(story=story, hour=hour, count=number)
        return stories

    def test_the_front_page_shows_it_in_order(self, client, stories):
        reads.rank()
        page = client.get("/en/").content.decode()
        ranking = page.split('class="most-read-list"')[1].split("</ol>")[0]
        places = [ranking.index(f"Read {place}") for place in (3, 2, 1, 0)]
        assert places == sorted(places)

    def test_what_was_withdrawn_leaves_at_once(self, client, stories):
        reads.rank()
        workflow.withdraw(stories[3], by=None, notice="Gone.")
        page = client.get("/en/").content.decode()
        assert "Read 3" not in page.split('class="most-read-list"')[1].split("</ol>")[0]

    def test_a_ranking_of_two_is_none(self, client, stories):
        for story in stories[:2]:
            workflow.withdraw(story, by=None, notice="Gone.")
        reads.rank()
        assert "most-read" not in client.get("/en/").content.decode()

    def test_hours_before_are_forgotten(self, stories):
        old = timezone.now() - timedelta(hours=30)
        Reads.objects.create(story=stories[0], hour=old, count=1000)
        reads.rank()
        assert MostRead.objects.order_by("place").first().story == stories[3]
        assert not Reads.objects.filter(hour=old).exists()

    def test_languages_keep_apart(self, stories):
        arabic = make_story(language="ar")
        Reads.objects.create(story=arabic, hour=timezone.now(), count=99)
        reads.rank()
        assert list(MostRead.objects.filter(language="ar").values_list("story", "place")) == [
            (arabic.pk, 1)
        ]

    def test_reads_make_it_anew_now_and_then(self, client, stories):
        read(client, stories[0])
        assert MostRead.objects.count() == 4
        MostRead.objects.all().delete()
        read(client, stories[1])
        assert not MostRead.objects.exists()

    def test_the_hour_is_found_by_its_index(self):
        Reads.objects.bulk_create(
            Reads(story=make_story(), hour=timezone.now() - timedelta(hours=hour), count=1)
            for hour in range(3)
        )
        with connection.cursor() as cursor:
            names = connection.introspection.get_constraints(cursor, Reads._meta.db_table)
        assert "reads_hour" in names
