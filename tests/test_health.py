"""Health, media, and the pages for what went wrong."""

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from newsroom import views
from newsroom.models import User

pytestmark = pytest.mark.django_db


class TestHealthz:
    def test_says_ok_without_asking_the_database(self, client, django_assert_num_queries):
        with django_assert_num_queries(0):
            response = client.get("/healthz")
        assert (response.status_code, response.content) == (200, b"ok\n")
        assert response["Cache-Control"] == "no-store"

    def test_wrong_method(self, client):
        assert client.post("/healthz").status_code == 405


class TestReadyz:
    def test_every_part_is_ok(self, client):
        response = client.get("/readyz")
        assert response.status_code == 200
        assert response.json() == dict.fromkeys(
            ("database", "migrations", "cache", "media", "schedule"), "ok"
        )

    def test_one_part_failing_says_which_and_logs_why(self, client, monkeypatch, caplog):
        def broken() -> str:
            raise OSError("disk on fire at 203.0.113.77")

        monkeypatch.setitem(views.PROBES, "media", broken)
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["media"] == "failing"
        assert response.json()["database"] == "ok"
        assert "fire" not in response.content.decode()
        assert "disk on fire" in caplog.text

    def test_a_database_that_is_away_is_waited_for_once(self, client, monkeypatch):
        def away() -> str:
            raise OperationalError("connection refused")

        def never() -> str:
            raise AssertionError("asked again")

        monkeypatch.setitem(views.PROBES, "database", away)
        monkeypatch.setitem(views.PROBES, "migrations", never)
        parts = client.get("/readyz").json()
        assert (parts["database"], parts["migrations"]) == ("failing", "failing")

    def test_load_balancers_may_ask_by_address(self, client, settings):
        settings.SITE_URL, settings.ALLOWED_HOSTS = "https://news.example", ["news.example"]
        assert client.get("/healthz", headers={"host": "10.1.2.3:8000"}).status_code == 200
        assert client.get("/readyz", headers={"host": "10.1.2.3:8000"}).status_code == 200
        assert client.get("/robots.txt", headers={"host": "10.1.2.3:8000"}).status_code == 400

    def test_missing_migration(self, client):
        last = MigrationRecorder.Migration.objects.filter(app="newsroom").latest("id")
        last.delete()
        assert client.get("/readyz").json()["migrations"] == "failing"

    def test_cache_that_forgets(self, client, settings):
        settings.CACHES = settings.CACHES | {
            "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
        }
        assert client.get("/readyz").json()["cache"] == "failing"

    def test_full_disk(self, client, monkeypatch):
        monkeypatch.setattr(views, "MINIMUM_FREE_BYTES", 10**30)
        assert client.get("/readyz").json()["media"] == "failing"


def test_throttle_table_is_there():
    assert caches["throttle"].add("seat", 1, 10)
    assert not caches["throttle"].add("seat", 1, 10)


class TestMedia:
    @pytest.fixture
    def picture(self, settings):
        path = settings.MEDIA_ROOT / "a1b2c3d4" / "wide-640.jpg"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"RIFF")
        (settings.MEDIA_ROOT.parent / "secret.webp").write_bytes(b"secret")
        return path

    def test_rendition_may_be_kept_for_ever(self, client, picture):
        response = client.get("/media/a1b2c3d4/wide-640.jpg")
        assert b"".join(response.streaming_content) == b"RIFF"
        assert response["Content-Type"] == "image/jpeg"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert not response.cookies

    def test_svg_opened_by_itself_may_only_draw(self, client, picture):
        picture.with_name("logo.svg").write_text("<svg/>")
        response = client.get("/media/a1b2c3d4/logo.svg")
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"

    @pytest.mark.parametrize(
        "name",
        [
            "a1b2c3d4/missing-640.webp",
            "a1b2c3d4/",
            "a1b2c3d4",
            "../secret.webp",
            "a1b2c3d4/../../secret.webp",
            "..%2fsecret.webp",
            "a1b2c3d4/%2e%2e/%2e%2e/secret.webp",
            "/etc/passwd",
            "a1b2c3d4/wide-640.jpg%00.png",
            "a1b2c3d4/wide-640.html",
        ],
    )
    def test_nothing_else_is_served(self, client, picture, name):
        assert client.get(f"/media/{name}").status_code == 404


class TestErrorPages:
    def test_server_error_needs_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            response = views.server_error(None)
        assert response.status_code == 500
        assert "{{" not in response.content.decode()

    def test_expired_form_shows_what_was_typed_but_no_secret(self, settings):
        client = Client(enforce_csrf_checks=True)
        client.force_login(User.objects.create_superuser("edda", password="harbour-at-dawn"))
        response = client.post(
            "/admin/newsroom/user/add/",
            {"first_name": "Long typed text", "password1": "harbour-secret", "_save": "1"},
        )
        assert response.status_code == 403
        page = response.content.decode()
        assert "Long typed text" in page
        assert "harbour-secret" not in page
        assert response["Cache-Control"] == "no-store"
