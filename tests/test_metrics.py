"""/metrics: what is counted, what is asked of the database, and who may read it."""

import logging
import os
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest
import time_machine
from django.core.cache import caches
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import OperationalError
from django.urls import get_resolver
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from articles import workflow
from comments import moderation
from comments.models import Comment, Digest
from newsroom import metrics, slots
from newsroom.models import Delivery, Webhook
from tests import leaks
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import content, make_comment, make_story, make_user

pytestmark = pytest.mark.django_db

PLANTED = "Canary.Planted+Tag@Mail.Example.org"
UNITS = (
    *("_seconds", "_total", "_up", "_waiting", "_reported", "_notices", "_failed", "_late"),
    "_stopped",
)


def families(client) -> dict:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {one.name: one for one in text_string_to_metric_families(answer.content.decode())}


def value(client, name: str, **labels: str) -> float:
    """Return a sample, 0 while there is none."""
    samples = [sample for family in families(client).values() for sample in family.samples]
    return next((s.value for s in samples if s.name == name and s.labels == labels), 0)


class Rise:
    """How much a counter grew since this was made."""

    def __init__(self, client, name: str, **labels: str) -> None:
        self.ask = lambda: value(client, name, **labels)
        self.before = self.ask()

    def __eq__(self, other: object) -> bool:
        return self.ask() - self.before == other

    def __repr__(self) -> str:
        return f"<risen by {self.ask() - self.before}>"


class TestWhoMayRead:
    def test_this_machine_may_by_whatever_host(self, client, settings):
        settings.SITE_URL, settings.ALLOWED_HOSTS = "https://news.example", ["news.example"]
        settings.SECURE_SSL_REDIRECT = True
        answer = client.get("/metrics", headers={"host": "10.1.2.3:8000"})
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("method", ["get", "head", "post", "put", "options"])
    def test_for_others_there_is_nothing(self, client, method):
        answer = getattr(client, method)("/metrics", REMOTE_ADDR="203.0.113.7")
        assert answer.status_code == 404
        assert b"newsroom_" not in answer.content

    def test_those_who_may_read_and_nothing_else(self, client):
        assert client.post("/metrics").status_code == 405

    @pytest.mark.parametrize(
        ("remote", "status"),
        [
            ("10.20.0.5", 200),
            ("::ffff:10.20.0.5", 200),
            ("2001:db8::9", 200),
            ("10.21.0.5", 404),
            ("2001:db8::8", 404),
            ("127.0.0.1", 404),
            ("nonsense", 404),
            ("", 404),
        ],
    )
    def test_addresses_and_networks_are_named(self, client, settings, remote, status):
        settings.METRICS_ADDRESSES = ["10.20.0.0/16", "2001:db8::9"]
        assert client.get("/metrics", REMOTE_ADDR=remote).status_code == status

    def test_nobody_when_nobody_is_named(self, client, settings):
        settings.METRICS_ADDRESSES = []
        assert client.get("/metrics").status_code == 404

    @pytest.mark.parametrize(
        ("forwarded", "status"),
        [("203.0.113.7", 404), ("127.0.0.1, 203.0.113.7", 404), ("10.20.0.5", 200)],
    )
    def test_behind_our_proxy_the_visitor_counts(self, client, settings, forwarded, status):
        settings.TRUSTED_PROXIES = ["127.0.0.1"]
        settings.METRICS_ADDRESSES = ["127.0.0.1", "10.20.0.5"]
        answer = client.get("/metrics", headers={"X-Forwarded-For": forwarded})
        assert answer.status_code == status

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
    def test_a_proxy_nobody_named_opens_it_to_nobody(self, client, settings, header):
        """Else everybody would look as near as the proxy is."""
        settings.TRUSTED_PROXIES = []
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


class TestText:
    def test_every_name_says_whose_it_is_and_what_it_counts(self, client):
        make_comment(make_story(), status="pending")
        for name, family in families(client).items():
            assert re.fullmatch(r"newsroom_[a-z_]+", name)
            assert family.documentation.endswith(".")
            written = f"{name}_total" if family.type == "counter" else name
            assert written.endswith(UNITS), written

    def test_counters_that_alarms_wait_for_begin_at_nought(self):
        """Prometheus sees no rise in a counter that was not there before."""
        there = {
            (sample.name, *sample.labels.values())
            for family in metrics.COUNTED.collect()
            for sample in family.samples
        }
        for verdict in ("approved", "pending", "spam", "trash", "refused"):
            assert ("newsroom_comments_received_total", verdict) in there
        assert ("newsroom_mails_total", "failed") in there

    def test_labels_are_our_own_words_whatever_is_asked(self, client):
        """Neither a path nor a method of a stranger becomes a series of its own."""
        story = make_story()
        for path in (
            f"/{PLANTED}/",
            f"/en/search/?q={PLANTED}",
            f"/en/topics/{PLANTED}/",
            f"{story.get_absolute_url()}?{PLANTED}",
            f"/en/world/{story.pk}/{PLANTED}/",
            f"/media/{PLANTED}",
            f"/static/{PLANTED}",
            f"/admin/{PLANTED}/",
            "/admin/comments/comment/",
        ):
            client.get(path)
            client.generic("CANARY", path)
        client.post(f"{story.get_absolute_url()}comments/", {"email": PLANTED}, headers=OWN_PAGE)
        known = {"admin", "static", "unmatched", *names_of(get_resolver())}
        found = families(client)
        requests = found["newsroom_http_requests"].samples
        assert {sample.labels["view"] for sample in requests} <= known
        assert {sample.labels["method"] for sample in requests} <= metrics.METHODS | {"other"}
        assert {sample.labels["status"] for sample in requests} <= {"2xx", "3xx", "4xx", "5xx"}
        assert leaks.found(PLANTED, client.get("/metrics").content) == []
        assert "canary" not in client.get("/metrics").content.decode().lower()


def names_of(resolver, space: str = "") -> set[str]:
    names = set()
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            names |= names_of(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif entry.name:
            names.add(f"{space}{entry.name}")
    return names

    @pytest.mark.parametrize("path", ["docs/operators.md", "deploy/prometheus/alerts.yml"])
    def test_what_operators_are_told_to_watch_is_there(self, client, settings, path):
        asked = set(
            re.findall(r"\bnewsroom_[a-z_]+\w", (settings.BASE_DIR / path).read_text("utf-8"))
        )
        client.get("/healthz")
        known = {f"{name}{end}" for name in families(client) for end in ("", "_total", "_bucket")}
        assert len(asked) > 9
        assert asked <= known


class TestCounted:
    def test_requests_by_view_method_and_status(self, client):
        story = make_story()
        name = "newsroom_http_requests_total"
        read = Rise(client, name, view="articles:story", method="GET", status="2xx")
        moved = Rise(client, name, view="articles:story", method="GET", status="3xx")
        missing = Rise(client, name, view="unmatched", method="GET", status="4xx")
        client.get(story.get_absolute_url())
        client.get(story.get_absolute_url())
        client.get(f"/en/world/{story.pk}/old-slug/")
        client.get("/no/such/page")
        assert (read, moved, missing) == (2, 1, 1)

    def test_a_fault_is_counted_under_the_page_that_had_it(self, client, monkeypatch):
        from articles import views

        def broken(*args, **kwargs):
            raise RuntimeError("no template")

        story = make_story()
        monkeypatch.setattr(views, "render_story", broken)
        client.raise_request_exception = False
        names = {"view": "articles:story", "method": "GET", "status": "5xx"}
        faults = Rise(client, "newsroom_http_requests_total", **names)
        assert client.get(story.get_absolute_url()).status_code == 500
        assert faults == 1

    def test_how_long_each_took(self, client):
        name = "newsroom_http_request_duration_seconds"
        asked = Rise(client, f"{name}_count", view="healthz")
        quick = Rise(client, f"{name}_bucket", view="healthz", le="10.0")
        took = Rise(client, f"{name}_sum", view="healthz")
        client.get("/healthz")
        assert (asked, quick) == (1, 1)
        assert 0 < took.ask() - took.before < 10

    def test_copies_that_are_still_good(self, client):
        story = make_story()
        hit = Rise(client, "newsroom_cache_requests_total", cache="copy", result="hit")
        miss = Rise(client, "newsroom_cache_requests_total", cache="copy", result="miss")
        tag = client.get(story.get_absolute_url())["ETag"]
        headers = {"If-None-Match": tag}
        assert client.get(story.get_absolute_url(), headers=headers).status_code == 304
        make_comment(story, status="approved")
        assert client.get(story.get_absolute_url(), headers=headers).status_code == 200
        assert (hit, miss) == (1, 1)

    def test_comments_by_verdict(self, client, settings):
        settings.COMMENT_FLOOD_SECONDS = 0
        story = make_story()
        address = f"{story.get_absolute_url()}comments/"
        name = "newsroom_comments_received_total"
        rises = [Rise(client, name, verdict=word) for word in ("pending", "spam", "refused")]
        duplicate = Rise(client, "newsroom_comments_refused_total", reason="duplicate")
        invalid = Rise(client, "newsroom_comments_refused_total", reason="invalid")
        for fields in ({}, {}, {"comment": ""}, {"comment": "Another.", "website_confirm": "x"}):
            client.post(address, GOOD | fields, headers=OWN_PAGE)
        stored = list(Comment.objects.order_by("pk").values_list("status", flat=True))
        assert stored == ["pending", "spam"]
        assert rises == [1, 1, 2]
        assert (duplicate, invalid) == (1, 1)

    def test_decisions_once_they_are_stored(self, client, django_capture_on_commit_callbacks):
        comment = make_comment(make_story(), status="pending")
        mona = make_user("mona", "Moderator")
        name = "newsroom_comments_decided_total"
        approved = Rise(client, name, verdict="approved", by="moderator")
        taken_back = Rise(client, name, verdict="trash", by="other")
        with django_capture_on_commit_callbacks(execute=True):
            moderation.approve(comment, by=mona)
        with django_capture_on_commit_callbacks(execute=True):
            moderation.withdraw(comment)
        with (
            django_capture_on_commit_callbacks(execute=True),
            pytest.raises(moderation.ModerationError),
        ):
            moderation.approve(comment, by=mona)
        assert (approved, taken_back) == (1, 1)


class Unreachable(EmailBackend):
    def send_messages(self, messages: object) -> int:
        raise OSError(f"no route, wanted by {PLANTED}")


class TestMail:
    @pytest.fixture(autouse=True)
    def wanted(self, settings):
        settings.EMAIL_URL = "smtp://localhost"
        make_comment(make_story(), status="pending")
        mona = make_user("mona", "Moderator", email="mona@paper.example")
        Digest.objects.create(user=mona, every="hour")

    @pytest.fixture
    def broken(self, settings):
        settings.EMAIL_BACKEND = f"{__name__}.Unreachable"

    def tick(self) -> None:
        call_command("tick", stdout=StringIO())

    def test_a_tick_leaves_its_own_to_be_told_by_others(self, client, settings, broken):
        name = "newsroom_tick_mails_total"
        sent, failed = Rise(client, name, outcome="sent"), Rise(client, name, outcome="failed")
        self.tick()
        assert (sent, failed) == (0, 1)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        for hour in (1, 2):
            with time_machine.travel(timezone.now() + timedelta(hours=hour, minutes=1)):
                self.tick()
        assert (sent, failed) == (2, 1)

    def test_a_page_that_could_not_mail(self, client, broken):
        from newsroom.lib import mail

        failed = Rise(client, "newsroom_mails_total", outcome="failed")
        with pytest.raises(mail.MailFailed):
            mail.send("digest", "mona@paper.example", {"count": 1}, "en")
        assert failed == 1


class TestMeasured:
    def test_the_queue_and_how_long_it_waits(self, client):
        story = make_story()
        assert value(client, "newsroom_comments_waiting") == 0
        assert value(client, "newsroom_comments_oldest_waiting_seconds") == 0
        make_comment(story, status="pending", at=timezone.now() - timedelta(hours=2))
        make_comment(story, status="pending")
        make_comment(story, status="approved")
        assert value(client, "newsroom_comments_waiting") == 2
        assert 7200 <= value(client, "newsroom_comments_oldest_waiting_seconds") < 7260

    def test_reports_nobody_looked_at(self, client):
        comment = make_comment(make_story(), status="approved")
        moderation.report(comment, reason="insult", browser="a")
        assert value(client, "newsroom_comments_reported") == 1

    def test_a_long_queue_is_not_counted_to_its_end(self, client, monkeypatch):
        monkeypatch.setattr(metrics, "MOST", 3)
        story = make_story()
        for number in range(5):
            make_comment(story, status="pending", body=f"Number {number}.")
        assert value(client, "newsroom_comments_waiting") == 3

    def test_mail_that_is_due_and_what_was_given_up(self, client, settings):
        from comments.models import Notice

        comment = make_comment(make_story())
        soon = timezone.now() + timedelta(minutes=1)
        states = [(timezone.now(), 0), (timezone.now(), 6), (soon, 0)]
        for kind, (due_at, tries) in zip(("reply", "published", "rejected"), states, strict=True):
            Notice.objects.create(kind=kind, comment=comment, due_at=due_at, tries=tries)
        assert value(client, "newsroom_mail_notices", state="due") == 1
        assert value(client, "newsroom_mail_notices", state="given_up") == 1

    def test_webhooks_that_wait_and_that_were_switched_off(self, client):
        now = timezone.now()
        hook = Webhook.objects.create(name="Search", url="https://search.example/", events=[])
        for due_at in (now, now, now + timedelta(minutes=5)):
            Delivery.objects.create(webhook=hook, event="story.published", at=now, due_at=due_at)
        assert value(client, "newsroom_webhook_calls_waiting") == 2
        assert value(client, "newsroom_webhooks_stopped") == 0
        Webhook.objects.update(is_active=False, stopped_at=now)
        assert value(client, "newsroom_webhooks_stopped") == 1

    def test_the_clock(self, client):
        assert value(client, "newsroom_tick_last_run_timestamp_seconds") == 0
        call_command("tick", stdout=StringIO())
        told = value(client, "newsroom_tick_last_run_timestamp_seconds")
        assert abs(told - timezone.now().timestamp()) < 60
        story = workflow.save_draft(make_story(), content(headline="Later"), by=None)
        workflow.publish_edits_at(story, by=None, at=timezone.now() + timedelta(hours=1))
        assert value(client, "newsroom_timed_edits_late") == 0
        with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
            assert value(client, "newsroom_timed_edits_late") == 1

    @pytest.mark.parametrize("number", [1, 3])
    def test_asks_nine_questions_however_much_there_is(
        self, client, number, django_assert_num_queries
    ):
        story = make_story()
        for which in range(number):
            make_comment(story, status="pending", body=f"Number {which}.")
        with django_assert_num_queries(9):
            client.get("/metrics")

    def test_while_the_database_is_away_the_counters_are_told(self, client, monkeypatch):
        def away():
            raise OperationalError("connection refused")

        assert value(client, "newsroom_database_up") == 1
        monkeypatch.setattr(metrics.clock, "last_run", away)
        found = families(client)
        assert found["newsroom_database_up"].samples[0].value == 0
        assert "newsroom_comments_waiting" not in found
        assert "newsroom_http_requests" in found


class TestSlots:
    @pytest.fixture(autouse=True)
    def own_environment(self, monkeypatch):
        monkeypatch.setenv(slots.FOLDER, "unset")
        yield
        slots.close_folder()

    @pytest.mark.parametrize(
        ("taken", "free"), [([], 0), ([0, 1], 2), ([1, 2], 0), ([0, 2], 1), ([0, 0], 1)]
    )
    def test_the_lowest_that_nobody_has(self, taken, free):
        assert slots.free(taken) == free

    @pytest.mark.parametrize("why", ["no room", "no place"])
    def test_without_a_folder_the_site_serves_all_the_same(
        self, monkeypatch, tmp_path, why, caplog
    ):
        conf = run_path("gunicorn.conf.py")
        place = tmp_path / "gone" if why == "no place" else tmp_path
        monkeypatch.setitem(conf["when_ready"].__globals__, "worker_tmp_dir", str(place))
        monkeypatch.setattr(slots, "LEAST_FREE", 10**18 if why == "no room" else 0)
        server = SimpleNamespace(log=logging.getLogger("gunicorn.error"), WORKERS={})
        worker = SimpleNamespace()
        conf["when_ready"](server)
        conf["pre_fork"](server, worker)
        conf["post_fork"](server, worker)
        assert "/metrics" in caplog.text
        assert slots.FOLDER not in os.environ
        assert slots.SLOT not in os.environ

    def test_a_folder_is_private_named_to_the_workers_and_goes_at_the_end(self, tmp_path):
        slots.open_folder(str(tmp_path))
        (folder,) = tmp_path.iterdir()
        assert os.environ[slots.FOLDER] == str(folder)
        assert folder.stat().st_mode & 0o777 == 0o700
        slots.close_folder()
        assert list(tmp_path.iterdir()) == []

    def test_what_a_killed_server_left_goes_and_what_a_living_one_has_stays(self, tmp_path):
        left = tmp_path / f"{slots.PREFIX}left"
        left.mkdir()
        (left / "counter_0.db").write_bytes(b"x")
        other = tmp_path / "somebody-else"
        other.mkdir()
        (tmp_path / f"{slots.PREFIX}link").symlink_to(other)
        slots.open_folder(str(tmp_path))
        living = os.environ[slots.FOLDER]
        slots.open_folder(str(tmp_path))
        assert not left.exists()
        assert other.exists()
        assert Path(living).is_dir()


def test_caches_are_asked_for_nothing(client, monkeypatch):
    """A Redis that is away must not take the view of everything else with it."""
    monkeypatch.setattr(type(caches["throttle"]), "get", None)
    assert client.get("/metrics").status_code == 200
