"""Headers of pages: public ones that every cache may keep, private ones that none may."""

import gzip
import hashlib
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial, wraps
from typing import Any

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from newsroom.lib import replica
from newsroom.lib.stamps import ANY_STORY, SITE, stamp_of

View = Callable[..., HttpResponse]

# A page that fits into one packet gains nothing.
LEAST_PACKED = 1400
# The content codings pages are sent in, best first. A story of 65 kB: Brotli at 4 makes 12.5 kB of
# it in 0.5 ms, gzip at 5 14.5 kB in 0.7 ms; higher levels gain little for much time. What fits into
# the first ten packets (14 kB) reaches a reader one round trip sooner.
_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, mode=brotli.MODE_TEXT, quality=4),
    "gzip": partial(gzip.compress, compresslevel=5, mtime=0),
}
# What a 304 must repeat, or the page of another site that asked is told of an error.
_CORS = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
# Tells nginx, which counts whole seconds and rounds up, one to as much as two.
UNTIL = "X-Accel-Expires"
# What a shared cache may keep: the page, where it moved to, that it is not there (any more).
_SHARED_STATUSES = frozenset({200, 301, 302, 308, 404, 410})


@dataclass
class Making:
    """A page while it is made for the page store: the stamps of before anything was read, when that
    was, until when it may be kept (seconds since 1970), the stamps of what it shows, and once it is
    known to be public the name of its view."""

    stamps: Sequence[int]
    began: float
    until: float
    shown: set[int] = field(default_factory=set)
    view: str = ""


making: ContextVar[Making | None] = ContextVar("making", default=None)


def shows(story: int) -> None:
    """Note that the page being made shows something of a story, by its id."""
    if page := making.get():
        page.shown.add(stamp_of(story))


def shows_any_story() -> None:
    """Note that the page being made may show something of whatever story."""
    if page := making.get():
        page.shown.add(ANY_STORY)


def ends(at: datetime) -> None:
    """Note that the page being made is another from `at` on, though nobody writes anything."""
    if (page := making.get()) and page.began < at.timestamp() < page.until:
        page.until = at.timestamp()


class NotOnePageForAll(Exception):
    """A public page depends on who asks: it sets a cookie or read the session."""


def public_page(view: View) -> View:
    """Answer with the headers of a page that is the same for everybody.

    Browsers ask again each time (nobody can purge them), shared caches keep the page for
    SHARED_CACHE_SECONDS (default 1). It is compressed for who takes Brotli or gzip. 200 gets a
    strong ETag and, asked for by If-None-Match, 304 (RFC 9110, 13.1.2). Errors that may depend on
    the moment are kept nowhere. A Cache-Control the view set stays. Raises NotOnePageForAll when
    the page is not one page for all visitors.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Django replaces a spoiled token cookie on the next page: not on one that has no form of
        # its own to protect.
        request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
        make = partial(_made, view, request, *args, **kwargs)
        is_safe = request.method in ("GET", "HEAD")
        return finish_public(request, replica.read(make) if is_safe else make())

    return answer


def _made(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    response = view(request, *args, **kwargs)
    if hasattr(response, "render") and callable(response.render):
        return response.render()
    return response


def finish_public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give a rendered response the headers of `public_page` and return it, or the 304 for it."""
    if request.method not in ("GET", "HEAD") or response.status_code not in _SHARED_STATUSES:
        response.setdefault("Cache-Control", "no-store")
        return response
    if response.get("Cache-Control", "").find("no-store") >= 0:
        return response
    _refuse_personal(request, response)
    if "Cache-Control" not in response:
        _let_shared_caches_keep(response, getattr(settings, "SHARED_CACHE_SECONDS", 1))
    if settings.PURGE_URLS:
        _name_tags(response)
    if response.status_code != 200 or response.streaming:
        return response
    response.setdefault("ETag", etag(response.content))
    coding = None
    if _is_worth_packing(response):
        patch_vary_headers(response, ["Accept-Encoding"])
        coding = coding_for(request.headers.get("Accept-Encoding", ""))
    if coding:
        # Other bytes, so another strong tag (RFC 9110, 8.8.3.3).
        response["ETag"] = f'{response["ETag"][:-1]}-{coding}"'
    _offer(request, response)
    known = get_conditional_response(request, etag=response["ETag"], response=response)
    if known is None or known is response:
        return _packed(response, coding) if coding else response
    for name in _CORS:
        if name in response:
            known[name] = response[name]
    return known


def _let_shared_caches_keep(response: HttpResponse, seconds: int) -> None:
    response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}, must-revalidate"
    response[UNTIL] = until(seconds)


def _name_tags(response: HttpResponse) -> None:
    """Say under which stamps a page was made. Of what nobody noted it is taken that it shows any
    story: with the change of whichever it is purged."""
    page = making.get()
    is_noted = page and response.status_code == 200 and not response.streaming
    tags = [tag_of(stamp) for stamp in sorted({SITE, *(page.shown if is_noted else [ANY_STORY])})]
    response["Cache-Tag"], response["Surrogate-Key"] = ",".join(tags), " ".join(tags)


def tag_of(stamp: int) -> str:
    """Return a stamp's name for caches beyond our own."""
    return f"newsroom-{stamp}"


def until(seconds: int) -> str:
    """Return the moment until which nginx may keep what is sent now."""
    if settings.PURGE_URLS:
        seconds = min(seconds, 1)  # nginx is not who is told of changes
    return f"@{int(time.time()) + seconds - 1}" if seconds else "0"


def _is_text(response: HttpResponse) -> bool:
    kind = response["Content-Type"].partition(";")[0]
    return kind.startswith("text/") or kind.endswith(("json", "xml"))


def _is_worth_packing(response: HttpResponse) -> bool:
    is_long = len(response.content) >= LEAST_PACKED
    return is_long and _is_text(response) and "Content-Encoding" not in response


@lru_cache(maxsize=256)
def coding_for(accepted: str) -> str | None:
    """Return the best coding that the sender of this Accept-Encoding unpacks, or None.

    One with a weight below 1 is left out: `;q=0` forbids it, and no browser sends others (RFC
    9110, 12.5.3).
    """
    words = accepted.replace(" ", "").lower().split(",")
    named = {word.removesuffix(";q=1").removesuffix(";q=1.0") for word in words}
    return next((coding for coding in _CODINGS if coding in named), None)


def _packed(response: HttpResponse, coding: str) -> HttpResponse:
    """Compress the body. Nothing on a public page is secret, so that nothing can be learned from
    its length; the same page gives the same bytes."""
    response.content = _CODINGS[coding](response.content)
    response["Content-Encoding"] = coding
    response["Content-Length"] = str(len(response.content))
    return response


def etag(body: bytes) -> str:
    """Return the strong entity tag of a body: equal only for equal bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def private_page(view: View) -> View:
    """Answer with the headers of a page for one person: stored nowhere, found by no search engine.

    Its address, often signed, is told to this site only: `same-origin`, since `no-referrer` would
    make browsers post the page's own forms with `Origin: null`.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        patch_vary_headers(response, ["Cookie"])
        return response

    return answer


def _offer(request: HttpRequest, response: HttpResponse) -> None:
    """Tell the page store, where one is in front, that this page may be kept."""
    page = making.get()
    if page and _is_text(response) and request.resolver_match:
        page.view = request.resolver_match.view_name


def _refuse_personal(request: HttpRequest, response: HttpResponse) -> None:
    if response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        raise NotOnePageForAll(f"{request.path} sets a cookie.")
    if getattr(getattr(request, "session", None), "accessed", False):
        raise NotOnePageForAll(f"{request.path} read the session.")
    if "cookie" in response.get("Vary", "").lower():
        raise NotOnePageForAll(f"{request.path} varies by cookie.")
