"""Headers of pages: public ones that every cache may keep, private ones that none may."""

import gzip
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

View = Callable[..., HttpResponse]

# A page that fits into one packet gains nothing; beyond level 5 little is gained for much time.
LEAST_PACKED, PACKING = 1400, 5
# What a shared cache may keep: the page, where it moved to, that it is not there (any more).
_SHARED_STATUSES = frozenset({200, 301, 302, 308, 404, 410})


class NotOnePageForAll(Exception):
    """A public page depends on who asks: it sets a cookie or read the session."""


def public_page(view: View) -> View:
    """Answer with the headers of a page that is the same for everybody.

    Browsers ask again each time (nobody can purge them), shared caches keep the page for
    SHARED_CACHE_SECONDS (default 1). It is compressed for who takes gzip. 200 gets a strong ETag
    and, asked for by If-None-Match, 304 (RFC 9110, 13.1.2). Errors that may depend on the moment
    are kept nowhere. A Cache-Control the view set stays. Raises NotOnePageForAll when the page is
    not one page for all visitors.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Django replaces a spoiled token cookie on the next page: not on one that has no form of
        # its own to protect.
        request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
        response = view(request, *args, **kwargs)
        if hasattr(response, "render") and callable(response.render):
            response = response.render()
        return finish_public(request, response)

    return answer


def finish_public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give a rendered response the headers of `public_page` and return it, or the 304 for it."""
    if request.method not in ("GET", "HEAD") or response.status_code not in _SHARED_STATUSES:
        response.setdefault("Cache-Control", "no-store")
        return response
    if response.get("Cache-Control", "").find("no-store") >= 0:
        return response
    _refuse_personal(request, response)
    seconds = getattr(settings, "SHARED_CACHE_SECONDS", 1)
    response.setdefault("Cache-Control", f"public, max-age=0, s-maxage={seconds}, must-revalidate")
    if response.status_code != 200 or response.streaming:
        return response
    response.setdefault("ETag", etag(response.content))
    is_packed = False
    if _is_worth_packing(response):
        patch_vary_headers(response, ["Accept-Encoding"])
        is_packed = _takes_gzip(request)
    if is_packed:
        # Other bytes, so another strong tag (RFC 9110, 8.8.3.3).
        response["ETag"] = f'{response["ETag"][:-1]}-gzip"'
    known = get_conditional_response(request, etag=response["ETag"], response=response) or response
    return _packed(response) if is_packed and known is response else known


def _is_worth_packing(response: HttpResponse) -> bool:
    kind = response["Content-Type"].partition(";")[0]
    is_text = kind.startswith("text/") or kind.endswith(("json", "xml"))
    return is_text and len(response.content) >= LEAST_PACKED and "Content-Encoding" not in response


def _takes_gzip(request: HttpRequest) -> bool:
    """Whether the browser says that it unpacks gzip; `gzip;q=0` says that it does not."""
    accepted = request.headers.get("Accept-Encoding", "").replace(" ", "").lower().split(",")
    return "gzip" in [word.removesuffix(";q=1").removesuffix(";q=1.0") for word in accepted]


def _packed(response: HttpResponse) -> HttpResponse:
    """Compress the body. Nothing on a public page is secret, so that nothing can be learned from
    its length; the same page gives the same bytes."""
    response.content = gzip.compress(response.content, PACKING, mtime=0)
    response["Content-Encoding"] = "gzip"
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


def _refuse_personal(request: HttpRequest, response: HttpResponse) -> None:
    if response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        raise NotOnePageForAll(f"{request.path} sets a cookie.")
    if getattr(getattr(request, "session", None), "accessed", False):
        raise NotOnePageForAll(f"{request.path} read the session.")
    if "cookie" in response.get("Vary", "").lower():
        raise NotOnePageForAll(f"{request.path} varies by cookie.")
