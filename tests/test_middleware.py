"""What every request passes, one middleware at a time and then all together."""

import pytest
from django import forms
from django.http import HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.utils import translation
from django_prose_editor.widgets import AdminProseEditorWidget

from newsroom import logs, middleware
from newsroom.middleware import (
    AdminLanguageMiddleware,
    ContentSecurityPolicyMiddleware,
    LanguageMiddleware,
    RequestIdMiddleware,
    TrustedProxyMiddleware,
)
from newsroom.models import User

REQUESTS = RequestFactory()


def page(request):
    """A view that says which language it was asked in."""
    return HttpResponse(translation.get_language())


def directives(response) -> dict[str, str]:
    parts = response["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


class TestCharset:
    @pytest.mark.parametrize("name", ["hex", "rot13", "utf-7", "unicode_escape", "utf-16"])
    @pytest.mark.parametrize("path", ["/admin/login/", "/en/world/1/x/comments/"])
    @pytest.mark.django_db
    def test_a_form_in_no_encoding_of_ours_is_refused(self, client, name, path):
        body = b'--X\r\nContent-Disposition: form-data; name="comment"\r\n\r\nzz\r\n--X--\r\n'
        kind = f"multipart/form-data; boundary=X; charset={name}"
        answer = client.generic("POST", path, body, content_type=kind)
        assert answer.status_code == 400

    @pytest.mark.parametrize("name", ["UTF-8", "utf8", "us-ascii", "no-such"])
    @pytest.mark.django_db
    def test_ours_are_taken(self, client, name):
        kind = f"multipart/form-data; boundary=X; charset={name}"
        path = "/en/world/1/x/comments/"
        assert client.generic("POST", path, b"--X--", content_type=kind).status_code == 404


class TestTrustedProxy:
    @pytest.fixture
    def scheme(self, settings):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

        def ask(proxies: list[str], peer: str) -> str:
            settings.TRUSTED_PROXIES = proxies
            request = REQUESTS.get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
            seen = []
            TrustedProxyMiddleware(lambda r: seen.append(r.scheme) or HttpResponse())(request)
            return seen[0]

        return ask

    def test_proxy_of_ours_is_believed(self, scheme):
        assert scheme(["10.0.0.0/8"], "10.1.2.3") == "https"
        assert scheme(["2001:db8::/32"], "2001:db8::1") == "https"

    def test_proxy_seen_through_a_socket_for_both_protocols_is_believed(self, scheme):
        assert scheme(["10.0.0.0/8"], "::ffff:10.1.2.3") == "https"

    def test_stranger_is_not(self, scheme):
        assert scheme(["10.0.0.0/8"], "203.0.113.7") == "http"
        assert scheme([], "127.0.0.1") == "http"
        assert scheme(["10.0.0.0/8"], "nonsense") == "http"

    def test_local_socket_only_when_named(self, scheme):
        assert scheme(["unix"], "") == "https"
        assert scheme(["10.0.0.0/8"], "") == "http"


class TestRequestId:
    def answer(self, **headers) -> str:
        seen = []
        view = TrustedProxyMiddleware(
            RequestIdMiddleware(lambda r: seen.append(logs.request_id.get()) or HttpResponse())
        )
        response = view(REQUESTS.get("/", **headers))
        assert response["X-Request-ID"] == seen[0]
        assert logs.request_id.get() == ""
        return seen[0]

    def test_each_request_has_its_own(self):
        assert len({self.answer() for _ in range(3)}) == 3

    def test_proxy_of_ours_may_name_it(self, settings):
        settings.TRUSTED_PROXIES = ["127.0.0.1"]
        assert self.answer(HTTP_X_REQUEST_ID="edge-0123456789") == "edge-0123456789"

    @pytest.mark.parametrize("given", ["short", "x" * 65, "with space 12", "a@b.example"])
    def test_malformed_one_is_replaced(self, settings, given):
        settings.TRUSTED_PROXIES = ["127.0.0.1"]
        assert self.answer(HTTP_X_REQUEST_ID=given) != given

    def test_stranger_may_not_name_it(self):
        assert self.answer(HTTP_X_REQUEST_ID="edge-0123456789") != "edge-0123456789"


class TestContentSecurityPolicy:
    def test_public_page_allows_its_own_files_and_nothing_inline(self):
        response = ContentSecurityPolicyMiddleware(page)(REQUESTS.get("/ar/"))
        assert response["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'; frame-src https://www.youtube-nocookie.com "
            "https://platform.twitter.com https://www.instagram.com https://www.facebook.com "
            "https://t.me https://player.vimeo.com"
        )

    def test_public_page_takes_frames_of_no_provider_that_is_switched_off(self, settings):
        settings.EMBED_PROVIDERS = ["vimeo"]
        policy = directives(ContentSecurityPolicyMiddleware(page)(REQUESTS.get("/ar/")))
        assert policy["frame-src"] == "https://player.vimeo.com"
        settings.EMBED_PROVIDERS = []
        policy = directives(ContentSecurityPolicyMiddleware(page)(REQUESTS.get("/ar/")))
        assert "frame-src" not in policy

    def test_desk_takes_no_frames(self):
        policy = directives(ContentSecurityPolicyMiddleware(page)(REQUESTS.get("/admin/")))
        assert "frame-src" not in policy

    def test_public_page_is_the_same_for_everybody(self):
        request = REQUESTS.get("/ar/")
        ContentSecurityPolicyMiddleware(page)(request)
        assert not hasattr(request, "csp_nonce")

    def test_desk_has_a_nonce_of_its_own_each_time(self):
        nonces = set()
        for _ in range(3):
            request = REQUESTS.get("/admin/")
            policy = directives(ContentSecurityPolicyMiddleware(page)(request))
            assert policy["script-src"] == f"'self' 'nonce-{request.csp_nonce}'"
            assert policy["style-src"] == f"'self' 'nonce-{request.csp_nonce}'"
            nonces.add(request.csp_nonce)
        assert len(nonces) == 3

    def test_nothing_unsafe_anywhere(self):
        assert "unsafe" not in middleware.PUBLIC_POLICY

    def test_a_view_may_be_stricter(self):
        def media(request):
            return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

        response = ContentSecurityPolicyMiddleware(media)(REQUESTS.get("/media/x"))
        assert response["Content-Security-Policy"] == "sandbox"


class TestEditorUnderThePolicy:
    """The inline import map carries the nonce; the editor finds its style's place taken."""

    def render(self, media: forms.Media) -> tuple[str, str]:
        request = REQUESTS.get("/admin/")
        request.csp_nonce = "Tm9uY2U"
        template = engines["django"].from_string("{{ media }}")
        response = TemplateResponse(request, template.template, {"media": media})
        response = ContentSecurityPolicyMiddleware(page).process_template_response(
            request, response
        )
        return str(response.context_data["media"]), request.csp_nonce

    def test_every_inline_element_has_the_nonce(self):
        html, nonce = self.render(forms.Media(js=["admin.js"]) + AdminProseEditorWidget().media)
        assert f'<script type="importmap" nonce="{nonce}">' in html
        assert f'<style nonce="{nonce}" data-tiptap-style></style>' in html
        assert html.count("<script") == html.count("<script ")
        for tag in html.split("<")[1:]:
            if tag.startswith(("script", "style", "link")):
                assert f'nonce="{nonce}"' in tag

    def test_import_map_comes_before_every_module(self):
        html, _nonce = self.render(AdminProseEditorWidget().media)
        assert html.index("importmap") < html.index('type="module"')

    def test_page_without_the_editor_has_nothing_inline(self):
        html, _nonce = self.render(forms.Media(js=["admin.js"]))
        assert "<style" not in html
        assert "importmap" not in html

    def test_shared_media_keeps_no_nonce(self):
        shared = AdminProseEditorWidget().media
        self.render(shared)
        assert "nonce" not in str(shared)


class TestLanguage:
    @pytest.mark.parametrize(
        ("path", "language"),
        [
            ("/ar/", "ar"),
            ("/en/world/", "en"),
            ("/fr", "fr"),
            ("/", "ar"),
            ("/xx/", "ar"),
            ("/english/", "ar"),
            ("/robots.txt", "ar"),
        ],
    )
    def test_first_part_of_the_path_decides(self, path, language):
        request = REQUESTS.get(path, HTTP_ACCEPT_LANGUAGE="fr")
        request.COOKIES["django_language"] = "fr"
        response = LanguageMiddleware(page)(request)
        assert response.content.decode() == language
        assert language == request.LANGUAGE_CODE
        assert response["Content-Language"] == language
        assert "Vary" not in response

    def test_the_thread_is_left_as_it_was(self):
        with translation.override("fr"):
            LanguageMiddleware(page)(REQUESTS.get("/en/"))
            assert translation.get_language() == "fr"

    def test_it_is_left_so_after_an_error_too(self):
        def broken(request):
            raise ValueError("broken")

        with translation.override("fr"):
            with pytest.raises(ValueError, match="broken"):
                LanguageMiddleware(broken)(REQUESTS.get("/en/"))
            assert translation.get_language() == "fr"

    def test_feeds_and_pictures_name_their_own(self):
        def feed(request):
            return HttpResponse(content_type="application/rss+xml")

        assert "Content-Language" not in LanguageMiddleware(feed)(REQUESTS.get("/en/feed/"))


class TestAdminLanguage:
    def answer(self, path: str, language: str) -> str:
        request = REQUESTS.get(path)
        request.user = User(interface_language=language)
        return LanguageMiddleware(AdminLanguageMiddleware(page))(request).content.decode()

    def test_each_person_has_their_own(self):
        assert self.answer("/admin/", "fr") == "fr"
        assert self.answer("/admin/", "en") == "en"

    def test_nothing_chosen_or_gone_from_the_site_means_the_default(self):
        assert self.answer("/admin/", "") == "ar"
        assert self.answer("/admin/", "de") == "ar"

    def test_public_pages_do_not_care(self):
        assert self.answer("/en/", "fr") == "en"


@pytest.mark.django_db
class TestAllTogether:
    """The real stack, asked for a page that nobody owns."""

    def test_public_page_sets_no_cookie_and_does_not_vary_on_it(self, client):
        client.cookies["sessionid"] = "somebody"
        response = client.get("/en/nothing-here/")
        assert response.status_code == 404
        assert "Set-Cookie" not in response
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")

    def test_error_page_speaks_the_language_of_its_path(self, client):
        for language in ("ar", "en", "fr"):
            response = client.get(f"/{language}/nothing-here/")
            assert response["Content-Language"] == language
            assert f'lang="{language}"' in response.content.decode()

    def test_security_headers(self, client):
        response = client.get("/en/nothing-here/")
        assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"

    def test_desk_varies_on_the_cookie_and_is_not_kept(self, client):
        response = client.get("/admin/login/")
        assert "Cookie" in response["Vary"]
        assert "no-store" in response["Cache-Control"]

    def test_https_redirects_all_but_health(self, client, settings):
        settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "news.example"
        assert client.get("/en/").headers["Location"] == "https://news.example/en/"
        assert client.get("/healthz").status_code == 200
