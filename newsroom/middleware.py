"""What every request passes: who it came from, its id, its policy, its language."""

import codecs
import re
import secrets
import time
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest
from django.forms import Media as FormMedia
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.response import TemplateResponse
from django.utils import translation
from js_asset import InlineStyle, Media

from articles import old_addresses, redirects
from articles.advertising import script_sources
from articles.embeds import frame_sources
from newsroom import logs, metrics
from newsroom.lib.caching import finish_public
from newsroom.lib.privacy import comes_from_trusted_proxy

GetResponse = Callable[[HttpRequest], HttpResponse]

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
FORWARDING_HEADERS = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR", "HTTP_X_REQUEST_ID")
PASSED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")
WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def is_desk(request: HttpRequest) -> bool:
    """Whether the address belongs to the admin."""
    return request.path_info.startswith(f"/{settings.ADMIN_PATH}/")


class TrustedProxyMiddleware:
    """Believe what a proxy says of the caller only when it is one of ours.

    Django reads `X-Forwarded-Proto` from anybody once SECURE_PROXY_SSL_HEADER is set, so a
    stranger's headers are dropped before it, or anything else, can look.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not comes_from_trusted_proxy(request):
            # Through a proxy that TRUSTED_PROXIES does not name: who asks is not known.
            request.is_passed_on = any(header in request.META for header in PASSED_ON)
            for header in FORWARDING_HEADERS:
                request.META.pop(header, None)
        return self.get_response(request)


class CharsetMiddleware:
    """Refuse what says that it is written in anything but UTF-8.

    Django reads a form in whatever encoding its sender names, also in those of Python that are
    none of text, and fails.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding and codecs.lookup(request.encoding).name not in ("utf-8", "ascii"):
            request.encoding = None  # The page that says so may look at the form too.
            raise BadRequest("A form in another encoding than UTF-8.")
        return self.get_response(request)


class RequestIdMiddleware:
    """Give the request an id, carry it into every log line; log and count the request once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.request_id = given if WELL_FORMED_ID.fullmatch(given) else uuid.uuid4().hex
        token = logs.request_id.set(request.request_id)
        started = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request.request_id
            seconds = time.monotonic() - started
            logs.log_request(request, response, seconds)
            metrics.count_request(request, response, seconds)
        finally:
            logs.request_id.reset(token)
        return response


class ProbeMiddleware:
    """Let load balancers ask for the site's health by address; nothing there uses the `Host`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in PROBES:
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_URL).netloc
        return self.get_response(request)


PUBLIC_POLICY = (
    "default-src 'none'; script-src 'self'{nonce}{measuring}; style-src 'self'{nonce}; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'{measuring}; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'{frames}"
)


class ContentSecurityPolicyMiddleware:
    """One strict policy; in the admin a nonce for what the rich-text editor puts inline.

    Readers may load the embeds of a story: public pages name the providers whose frames they
    take, and nobody else. They are the same bytes for everybody, so they have no nonce:
    `request.csp_nonce` exists in the admin only. django-prose-editor needs it twice. Its import
    map must be an inline script: django-js-asset's `Media` renders the nonce it carries on every
    tag, and the admin prints the `media` of its context, so that is where the nonce goes in. And
    Tiptap adds a `<style data-tiptap-style>` without a nonce unless one is there already, so an
    empty one is put there; its rules stand in `newsroom/css/prose.css`, without the two that
    switch ligatures off, which Arabic needs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce, frames, measuring = "", frame_sources(settings.AD_ORIGINS), script_sources()
        if is_desk(request):
            request.csp_nonce = secrets.token_urlsafe(16)
            nonce, frames, measuring = f" 'nonce-{request.csp_nonce}'", "", ""
        response = self.get_response(request)
        if getattr(response, "frames_itself", False):
            frames = "; frame-src 'self'"
        policy = PUBLIC_POLICY.format(nonce=nonce, frames=frames, measuring=measuring)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        media = (response.context_data or {}).get("media")
        if is_desk(request) and isinstance(media, FormMedia):
            response.context_data["media"] = with_nonce(media, request.csp_nonce)
        return response


# What no page of ours does, nor the frames it shows: films may fill the screen, and that is all.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "browsing-topics", "camera", "display-capture"),
        *("geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment"),
        *("serial", "usb", "xr-spatial-tracking"),
    )
)


class IsolationMiddleware:
    """Keep our pages out of other sites' processes, and devices out of our pages.

    Pictures, files of the look and the read API are for everybody's pages; the rest is not. What
    opens a window on us, or is opened by us, is no part of ours (COOP, by SecurityMiddleware).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        shared = (settings.MEDIA_URL, settings.STATIC_URL, "/api/")
        policy = "cross-origin" if request.path_info.startswith(shared) else "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if is_desk(request):
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response


class BodySizeMiddleware:
    """Refuse what is too large before any of it is read.

    Django bounds what it keeps in memory of a form, but writes a file of any size to the disk,
    for whoever sends one to any address. A body without a length is not read at all.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = settings.MAX_DESK_BODY if is_desk(request) else settings.MAX_BODY
        length = request.META.get("CONTENT_LENGTH", "")
        if length.isdecimal() and int(length) > most:
            from newsroom.views import too_large  # which asks here what belongs to the desk

            return too_large(request)
        return self.get_response(request)


def with_nonce(media: FormMedia, nonce: str) -> Media:
    """Return the media with the nonce on its tags and, for the editor, its style's place taken."""
    if getattr(media, "_importmap", None):
        placeholder = InlineStyle("", **{"data-tiptap-style": True})
        media = media + Media(css={"all": ["newsroom/css/prose.css", placeholder]})
    return Media.from_media(media, nonce=nonce)


def language_of_path(path: str) -> str:
    """Return the language a path begins with, or the default one."""
    first = path.lstrip("/").split("/", 1)[0]
    return first if first in dict(settings.LANGUAGES) else settings.DEFAULT_LANGUAGE


class LanguageMiddleware:
    """The address alone decides a page's language: no cookie and no header is asked.

    Django's LocaleMiddleware would add `Vary: Cookie` to every page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return speak(language_of_path(request.path_info), request, self.get_response)


class AdminLanguageMiddleware:
    """The desk speaks the language each person chose; it needs to know who that is."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_desk(request):
            return self.get_response(request)
        chosen = getattr(request.user, "interface_language", "")
        if request.user.is_anonymous:
            chosen = request.GET.get("lang", "")  # the links of the sign-in page
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.DEFAULT_LANGUAGE
        return speak(language, request, self.get_response)


class RedirectMiddleware:
    """Send on, once, who asks for an old address that editors know a new one of, or the import.

    Innermost, so that it is asked before a slash is appended; only where nothing else answers,
    and for `/?p=123`, which every site answers.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if request.path_info == "/" and query and request.method in ("GET", "HEAD"):
            return self.moved(request, query) or self.get_response(request)
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        return self.moved(request, query) or response

    def moved(self, request: HttpRequest, query: str) -> HttpResponse | None:
        if is_desk(request):
            return None
        path = request.path_info
        target = redirects.find(path, query) or old_addresses.find(path, query)
        return finish_public(request, HttpResponsePermanentRedirect(target)) if target else None


def speak(language: str, request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    """Answer the request in a language, and leave the thread's own as it was."""
    with translation.override(language):
        request.LANGUAGE_CODE = language
        response = get_response(request)
    if response.get("Content-Type", "").startswith("text/html"):
        response.headers.setdefault("Content-Language", language)
    return response
