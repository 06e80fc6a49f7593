"""Pages that belong to no app: health, media of a small site, errors."""

import json
import logging
import re
import shutil
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.core.cache import caches
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.storage.filesystem import FileSystemStorage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from articles import clock, pictures, sharing
from newsroom import kept, metrics
from newsroom.lib.caching import public_page
from newsroom.lib.privacy import client_ip, is_in
from newsroom.middleware import is_desk

log = logging.getLogger("newsroom.health")

ASKS_DATABASE = {"migrations", "schedule"}
OPENAPI = Path(__file__).parent / "openapi.json"
MINIMUM_FREE_BYTES = 100 * 1024 * 1024
MEDIA_TYPES = {
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
DESK_MESSAGES = {
    HTTPStatus.BAD_REQUEST: _("The desk could not understand what was sent."),
    HTTPStatus.FORBIDDEN: _("Your account may not do this."),
    HTTPStatus.NOT_FOUND: _("There is nothing at this address."),
}
MEDIA_NAME = re.compile(r"[A-Za-z0-9_-]{4,64}/[A-Za-z0-9_-]{1,64}\.(?:avif|webp|jpg|png|svg)")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process is alive; nothing else is asked."""
    return _plain("ok\n")


@require_safe
@public_page
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of the read API (OpenAPI 3.1), with this site as its server."""
    description = json.loads(OPENAPI.read_text("utf-8"))
    description["servers"] = [{"url": settings.SITE_URL}]
    response = JsonResponse(description, json_dumps_params={"ensure_ascii": False})
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag"
    return response


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether a reader would be served, part by part; the reasons go to the log."""
    parts = {}
    for name, probe in PROBES.items():
        try:
            # A database that is away keeps everybody waiting; it is asked once.
            is_known = name in ASKS_DATABASE and parts["database"] == "failing"
            problem = "the database is away" if is_known else probe()
        except Exception as error:  # A probe that breaks is the answer, whatever broke.
            problem = f"{type(error).__name__}: {error}"
        parts[name] = "failing" if problem else "ok"
        if problem:
            log.error("%s is not ready: %s", name, problem)
    ready = all(state == "ok" for state in parts.values())
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    response = JsonResponse(parts, status=status)
    response["Cache-Control"] = "no-store"
    return response


def metrics_text(request: HttpRequest) -> HttpResponse:
    """What Prometheus collects, for METRICS_ADDRESSES; nobody else learns that it is there."""
    is_allowed = is_in(client_ip(request), settings.METRICS_ADDRESSES)
    if not is_allowed or getattr(request, "is_passed_on", False):
        raise Http404
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    response = HttpResponse(metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    response["Cache-Control"] = "no-store"
    return response


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are not applied" if missing else ""


def _cache() -> str:
    for alias in settings.CACHES:
        caches[alias].set("readyz", 1, 10)
        if caches[alias].get("readyz") != 1:
            return f"the cache {alias} does not keep what it is given"
    return ""


def _media() -> str:
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.delete(default_storage.save(".readyz", ContentFile(b"ready")))
        return ""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    probe = root / ".readyz"
    probe.touch()
    probe.unlink(missing_ok=True)
    return "" if shutil.disk_usage(root).free > MINIMUM_FREE_BYTES else "the disk is nearly full"


def _schedule() -> str:
    return clock.problem()


PROBES = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "media": _media,
    "schedule": _schedule,
}


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a rendition, from disk or bucket. Its name holds its content's key, so it may be kept
    for ever."""
    if not MEDIA_NAME.fullmatch(name):
        raise Http404
    kind = MEDIA_TYPES[Path(name).suffix]
    try:
        file = _stored(name)
        if file is None and pictures.make_asked(name.partition("/")[0]):
            file = _stored(name)
        response = FileResponse(file, content_type=kind) if file else _shared(name, kind)
    except OSError as error:
        log.error("a picture cannot be read: %s", error)
        response = _later()
    response.headers.setdefault("Cache-Control", "public, max-age=31536000, immutable")
    # An SVG opened by itself is a document: it may draw, and nothing else.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _stored(name: str) -> File | None:
    try:
        return default_storage.open(name)
    except (FileNotFoundError, IsADirectoryError):
        return None


def _shared(name: str, kind: str) -> HttpResponse:
    """The picture of a shared link, made now; an older one leads to the present one."""
    try:
        data = sharing.make(name)
    except sharing.Moved as moved:
        # Not for ever: an older headline may come back.
        return HttpResponseRedirect(moved.url, headers={"Cache-Control": "public, max-age=300"})
    except sharing.Busy:
        return _later()
    if data is None:
        raise Http404
    return HttpResponse(data, content_type=kind)


def _later() -> HttpResponse:
    headers = {"Cache-Control": "no-store", "Retry-After": "5"}
    return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


# Errors. The language is the path's: LanguageMiddleware has set it before a view could fail.


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request made no sense."""
    return _error(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this person."""
    return _error(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing is there."""
    return _error(request, HTTPStatus.NOT_FOUND)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than anybody writes or photographs; nothing of it was read."""
    response = render(request, "413.html", {"canonical_url": ""}, status=413)
    response["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that asks nothing of what may just have failed."""
    body = loader.get_template("500.html").render()
    response = HttpResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form of the desk that was open too long: what was typed is given back."""
    if not is_desk(request):
        return _error(request, HTTPStatus.FORBIDDEN)
    message = _("The form was open for too long, or came from another site. Nothing was saved.")
    fields = kept.typed(request)
    if kept.is_our_own(request):
        given_back = kept.send_again(request.get_full_path(), fields)
    else:
        given_back = {"kept": kept.readable(fields)}
    return desk_problem(request, HTTPStatus.FORBIDDEN, message, given_back)


def _error(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    # A foreign host is refused before anybody is known, whom the desk's look needs.
    if is_desk(request) and hasattr(request, "user"):
        is_refused = status == HTTPStatus.FORBIDDEN  # of a request that could be read
        given_back = {"kept": kept.readable(kept.typed(request))} if is_refused else None
        return desk_problem(request, status, DESK_MESSAGES[status], given_back)
    response = render(request, f"{status.value}.html", {"canonical_url": ""}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def desk_problem(
    request: HttpRequest, status: HTTPStatus, message: str, given_back: dict | None = None
) -> HttpResponse:
    """Say in the desk's own look what went wrong, and give back what was typed."""
    context = admin.site.each_context(request) | {"message": message} | (given_back or {})
    response = render(request, "admin/problem.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _plain(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
