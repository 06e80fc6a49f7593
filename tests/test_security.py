"""What browsers are told, who may ask by which name, how much may be sent, where the desk lies."""

import importlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as live
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines
from django.urls import clear_url_caches, reverse
from django.urls.converters import REGISTERED_CONVERTERS

from articles import redirects
from articles.models import Redirect
from newsroom import keys, middleware, urls
from tests.factories import make_image, make_story, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture
def moved_desk(settings):
    """A site whose desk lies elsewhere."""
    settings.ADMIN_PATH = "back-room"
    read_map_again()
    yield "/back-room/"
    settings.ADMIN_PATH = "admin"
    read_map_again()


def read_map_again() -> None:
    for name in ("lang", "uslug"):
        REGISTERED_CONVERTERS.pop(name)
    importlib.reload(urls)
    clear_url_caches()


class TestHeaders:
    @pytest.mark.parametrize(
        "address", ["/en/", "/en/nothing/", "/admin/login/", "/robots.txt", "/api/v1/stories/"]
    )
    def test_every_answer_has_them(self, client, address):
        answer = client.get(address)
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert "camera=()" in answer["Permissions-Policy"].split(", ")
        policy = answer["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "*" not in policy

    def test_what_others_may_show_and_what_not(self, client):
        image = make_image()
        story = make_story(picture=image.pk)
        shared = ["/api/v1/stories/", f"/media/{image.rendition_key}/wide-320.jpg"]
        for address in shared:
            answer = client.get(address)
            assert answer.status_code == 200
            assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        for address in (story.get_absolute_url(), "/admin/login/", "/en/search/", "/healthz"):
            assert client.get(address)["Cross-Origin-Resource-Policy"] == "same-origin"

    def test_features_are_named_as_browsers_read_them(self):
        """Structured fields (RFC 8941): names in lower case, an empty list each, none twice."""
        parts = middleware.PERMISSIONS.split(", ")
        assert all(re.fullmatch(r"[a-z-]+=\(\)", part) for part in parts)
        assert len(parts) == len(set(parts)) > 10

    def test_films_may_fill_the_screen(self):
        named = ("fullscreen", "picture-in-picture", "encrypted-media", "autoplay")
        assert not any(name in middleware.PERMISSIONS for name in named)

    def test_the_desk_is_kept_out_of_search_engines(self, client):
        assert client.get("/admin/login/")["X-Robots-Tag"] == "noindex, nofollow"
        assert "X-Robots-Tag" not in client.get("/en/")


class TestHosts:
    def test_a_host_that_is_not_ours_is_refused_everywhere(self, client):
        for address in ("/en/", "/admin/login/", "/api/v1/stories/", "/robots.txt"):
            answer = client.get(address, headers={"Host": "evil.example"})
            assert answer.status_code == 400
            assert b"evil.example" not in answer.content

    def test_no_header_of_a_stranger_names_the_site(self, client, settings):
        story = make_story()
        forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        for address in (story.get_absolute_url(), "/robots.txt", "/api/v1/stories/", "/en/feed/"):
            answer = client.get(address, headers=forged | {"X-Forwarded-Server": "evil.example"})
            assert answer.status_code == 200
            assert b"evil.example" not in answer.content

    def test_absolute_addresses_come_from_the_setting_alone(self, client):
        answer = client.get("/robots.txt", headers={"Host": "localhost"})
        assert f"Sitemap: {live.SITE_URL}/sitemap.xml" in answer.content.decode()


class TestCookies:
    def test_the_desks_are_out_of_reach_of_script_and_other_sites(self, client):
        edda = make_user("edda", "Editor")
        edda.set_password(PASSWORD)
        edda.save()
        client.get("/admin/login/")
        client.post("/admin/login/", {"username": "edda", "password": PASSWORD})
        assert {"sessionid", "csrftoken"} <= set(client.cookies)
        for cookie in client.cookies.values():
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"

    def test_under_https_no_other_host_can_set_them(self, tmp_path):
        """`__Host-` binds a cookie to this host, to https and to the whole site."""
        found = deployed(tmp_path, "from django.conf import settings as s; print("
            "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, "
            "s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH, s.CSRF_COOKIE_SECURE)")  # fmt: skip
        assert found.split() == [
            "__Host-sessionid",
            "__Host-csrftoken",
            "True",
            "None",
            "/",
            "True",
        ]


def environment(tmp_path: Path) -> dict[str, str]:
    """A public site's, as an operator would set it."""
    return {
        "PATH": "/usr/bin:/bin",
        "SITE_URL": "https://news.example",
        "TRUSTED_PROXIES": "127.0.0.1",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        **keys.fresh(),
    }


def deployed(tmp_path: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env=environment(tmp_path) | {"DJANGO_SETTINGS_MODULE": "newsroom.settings"},
        cwd=live.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_djangos_own_check_of_a_deployment_finds_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment(tmp_path),
        cwd=live.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


class TestWhatIsSent:
    @pytest.mark.parametrize(
        ("address", "most"),
        [("/en/", "MAX_BODY"), ("/api/v1/stories/", "MAX_BODY"), ("/admin/", "MAX_DESK_BODY")],
    )
    def test_more_than_that_is_refused_unread(self, client, address, most):
        body = Unread()
        answer = client.generic("POST", address, b"x", CONTENT_LENGTH=str(getattr(live, most) + 1))
        assert answer.status_code == 413
        request = client.request(
            **{
                "REQUEST_METHOD": "POST",
                "PATH_INFO": address,
                "CONTENT_LENGTH": str(getattr(live, most) + 1),
                "wsgi.input": body,
            }
        )
        assert request.status_code == 413
        assert request["Cache-Control"] == "no-store"

    def test_no_file_of_any_size_is_written_for_a_stranger(self, client, settings, tmp_path):
        settings.MAX_BODY = 1000
        settings.FILE_UPLOAD_TEMP_DIR = tmp_path
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
        story = make_story()
        file = SimpleUploadedFile("film.mov", b"x" * 5000)
        answer = client.post(f"{story.get_absolute_url()}comments/", {"comment": "a", "file": file})
        assert answer.status_code == 413
        assert list(tmp_path.iterdir()) == []

    def test_a_picture_that_is_too_large_is_still_told_by_its_form(self, client, monkeypatch):
        """Below the limit of requests the desk's form answers, with what else was typed."""
        monkeypatch.setattr("newsroom.lib.images.MAX_BYTES", 100)
        client.force_login(make_user("edda", "Editor"))
        file = SimpleUploadedFile("p.jpg", b"x" * 5000, content_type="image/jpeg")
        data = {"original": file, "language": "en", "alt": "Kept", "caption": "", "credit": ""}
        answer = client.post("/admin/articles/image/choose/", data)
        assert answer.status_code == 422

    def test_the_page_says_so_in_every_language(self):
        page = engines["django"].get_template("413.html").render()
        assert page.count("<h2>") == 2
        assert "أكبر" in page


class Unread(io.RawIOBase):
    """A body that nobody may read."""

    def read(self, *args):
        raise AssertionError("it was read")


class TestAnotherPlaceOfTheDesk:
    def test_it_works_there_and_is_gone_from_the_usual(self, client, moved_desk):
        client.force_login(make_user("adam", "Administrator"))
        assert reverse("admin:index") == moved_desk
        page = client.get(moved_desk)
        assert page.status_code == 200
        assert f'data-desk="{moved_desk}"' in page.content.decode()
        assert "/admin/" not in re.sub(r"/static/admin/", "", page.content.decode())
        assert "nonce-" in page["Content-Security-Policy"]
        assert client.get("/admin/").status_code == 404
        assert client.get("/admin/login/").status_code == 404

    def test_signing_in_leads_there(self, client, moved_desk):
        user = make_user("edda", "Editor")
        user.set_password(PASSWORD)
        user.save()
        asked = client.get(f"{moved_desk}articles/story/")
        assert asked.url.startswith(f"{moved_desk}login/")
        form = {"username": "edda", "password": PASSWORD}
        assert client.post(f"{moved_desk}login/", form).url == moved_desk

    def test_every_screen_links_within_it(self, client, moved_desk):
        client.force_login(make_user("adam", "Administrator"))
        story = make_story()
        screens = [reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist")
                   for m in admin.site._registry]  # fmt: skip
        screens += [reverse("admin:articles_story_change", args=[story.pk]), reverse("admin:log")]
        for screen in screens:
            page = client.get(screen, follow=True).content.decode()
            assert not re.search(r'(?:href|src|action|data-[a-z-]+)="/admin/', page), screen

    def test_nothing_public_tells_it(self, client, moved_desk):
        story = make_story()
        pages = ["/en/", story.get_absolute_url(), "/robots.txt", "/sitemap.xml", "/admin/",
                 "/api/v1/openapi.json", "/en/nothing/", "/en/search/", "/en/feed/"]  # fmt: skip
        for address in pages:
            answer = client.get(address)
            shown = answer.content.decode() + str(answer.headers)
            assert "back-room" not in shown, address
        for script in (live.BASE_DIR / "newsroom/static/newsroom/js").glob("*.js"):
            assert "/admin/" not in script.read_text("utf-8"), script

    def test_old_addresses_are_never_asked_there(self, client, moved_desk):
        Redirect.objects.create(old_path="/back-room/x", new_path="/fr/")
        Redirect.objects.create(old_path="/admin/x", new_path="/fr/")
        assert client.get("/back-room/x").status_code in (302, 404)
        assert redirects.find("/back-room/x") == ""
        assert client.get("/admin/x").status_code == 301


def test_the_threat_model_names_tests_that_are_there():
    named = re.findall(r"`((?:tests/)?[\w/]*test[\w/]*(?:\.py)?/?)`", (
        live.BASE_DIR / "SECURITY.md").read_text("utf-8"))  # fmt: skip
    assert len(named) > 25
    assert [name for name in named if not (live.BASE_DIR / name).exists()] == []


class TestItsName:
    @pytest.mark.parametrize("name", ["api", "media", "Static", "ar", "a", "a/b", "desk!", "تحرير"])
    def test_what_cannot_be_one(self, monkeypatch, name):
        from django.core.exceptions import ImproperlyConfigured

        from newsroom.environment import Environment

        monkeypatch.setenv("ADMIN_PATH", name)
        with pytest.raises(ImproperlyConfigured, match="ADMIN_PATH"):
            Environment().path_part("ADMIN_PATH", "admin", ("api", "media", "static", "ar"))

    @pytest.mark.parametrize(("typed", "kept"), [("desk-7f3k", "desk-7f3k"), ("/room/", "room")])
    def test_what_can(self, monkeypatch, typed, kept):
        from newsroom.environment import Environment

        monkeypatch.setenv("ADMIN_PATH", typed)
        assert Environment().path_part("ADMIN_PATH", "admin", ("api",)) == kept
