"""The read API's manners: parameters that are known, pages by cursor, errors as problem details.

A cursor is where the last row of a page stands in its order (keyset paging): pages neither repeat
nor skip what is there from beginning to end, however much is published in between.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt

from newsroom.lib.caching import public_page
from newsroom.lib.text import row_number

USUAL_LIMIT, MOST_ROWS = 20, 100
MOST_IDS = 100
METHODS = ("GET", "HEAD", "OPTIONS")
Rows = QuerySet[Any]


class Refused(Exception):
    """A request that is not understood; `code` stays the same in every version."""

    def __init__(self, code: str, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.code, self.detail, self.status = code, detail, status


def endpoint(*parameters: str) -> Callable[[Callable[..., dict]], Callable[..., HttpResponse]]:
    """Return a decorator for a view that returns what is to be answered as JSON.

    `parameters` are those of its query; any other is refused, since a filter that is silently
    ignored gives a wrong answer. Anybody's page may read the answer (CORS), which is the same for
    all and carries an ETag. Errors are problem details (RFC 9457).
    """

    def decorate(view: Callable[..., dict]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "OPTIONS":
                return _preflight()
            try:
                _check(request, parameters)
                return _json(view(request, *args, **kwargs))
            except Refused as error:
                return _problem(error)
            except Http404:
                return _problem(_not_found())

        return csrf_exempt(public_page(answer))

    return decorate


@csrf_exempt
@public_page
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer for every address of the API that is none."""
    return _problem(_not_found())


def choice(request: HttpRequest, name: str, known: Iterable[str]) -> str | None:
    """Return the value of a parameter that names one of `known`, None where it is not given."""
    word = request.GET.get(name)
    if word is not None and word not in (known := list(known)):
        raise Refused(f"bad-{name}", f"{name} is one of: {', '.join(known)}.")
    return word


def number(request: HttpRequest, name: str) -> int | None:
    """Return the id a parameter names, None where it is not given."""
    word = request.GET.get(name)
    if word is None:
        return None
    if not (found := row_number(word)):
        raise Refused(f"bad-{name}", f"{name} is the number of a row.")
    return found


def numbers(request: HttpRequest, name: str) -> list[int]:
    """Return the ids of a list with commas, each once; at least one and at most MOST_IDS."""
    words = request.GET.get(name, "").split(",")
    found = list(dict.fromkeys(row_number(word) for word in words[: MOST_IDS + 1]))
    if not all(found) or len(words) > MOST_IDS:
        raise Refused(f"bad-{name}", f"{name} holds 1 to {MOST_IDS} numbers with commas between.")
    return found


def moment(request: HttpRequest, name: str) -> datetime | None:
    """Return the time a parameter names (ISO 8601 with offset), None where it is not given."""
    word = request.GET.get(name)
    if word is None:
        return None
    try:
        # A plus that was not encoded arrives as a space.
        found = parse_datetime(word.replace(" ", "+"))
        if found and timezone.is_aware(found) and found.utctimetuple():
            return found
    except (ValueError, OverflowError):
        pass
    raise Refused(f"bad-{name}", f"{name} is a time like 2026-11-27T21:00:00Z.")


def page(request: HttpRequest, rows: Rows, order: str, newest: bool = False) -> tuple[list, str]:
    """Return the asked page of `rows` and the address of the next one ("" at the end).

    Rows come by the column `order` and, where that is the same, by id; `newest` turns both.
    """
    limit = _limit(request)
    sign, beyond = ("-", "lt") if newest else ("", "gt")
    keys = ["pk"] if order == "pk" else [order, "pk"]
    if (cursor := request.GET.get("cursor")) is not None:
        rows = rows.filter(_after(rows, keys, _read_cursor(cursor, len(keys)), beyond))
    found = list(rows.order_by(*(f"{sign}{key}" for key in keys))[: limit + 1])
    if len(found) <= limit:
        return found, ""
    return found[:limit], _next(request, _cursor(found[limit - 1], keys))


def _check(request: HttpRequest, parameters: tuple[str, ...]) -> None:
    if request.method not in METHODS:
        raise Refused("read-only", "This interface only reads: GET or HEAD.", 405)
    for name, values in request.GET.lists():
        if name not in parameters:
            known = ", ".join(parameters) or "none"
            raise Refused("unknown-parameter", f"{name[:50]} is no parameter here ({known}).")
        if len(values) > 1:
            raise Refused(f"bad-{name}", f"{name} is given once.")


def _limit(request: HttpRequest) -> int:
    limit = number(request, "limit") or USUAL_LIMIT
    if limit > MOST_ROWS:
        raise Refused("bad-limit", f"limit is at most {MOST_ROWS}.")
    return limit


def _after(rows: Rows, keys: list[str], values: list[str], beyond: str) -> Q:
    """The condition of standing after the row whose keys have these values."""
    first, *rest = keys
    try:
        value = rows.model._meta.get_field(first if rest else "id").to_python(values[0])
        # A time at the very edge of the calendar may have no place in that of the database.
        if isinstance(value, datetime) and not (timezone.is_aware(value) and value.utctimetuple()):
            raise ValueError(value)
        if not rest:
            return Q(**{f"pk__{beyond}": value})
        last = int(values[1])
        same = Q(**{first: value, f"pk__{beyond}": last})
        return Q(**{f"{first}__{beyond}": value}) | same
    except Exception as error:
        raise _no_cursor() from error


def _cursor(row: Model, keys: list[str]) -> str:
    values = [getattr(row, key) for key in keys]
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return urlsafe_b64encode("|".join(texts).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, length: int) -> list[str]:
    try:
        values = urlsafe_b64decode(cursor[:200] + "==").decode("ascii").split("|")
        if len(values) == length and 0 < int(values[-1]) < 2**63:
            return values
    except ValueError:
        pass
    raise _no_cursor()


def _no_cursor() -> Refused:
    return Refused("bad-cursor", "cursor is taken from the `next` of a page.")


def _next(request: HttpRequest, cursor: str) -> str:
    query = {**request.GET.dict(), "cursor": cursor}
    return f"{settings.SITE_URL}{request.path}?{urlencode(query)}"


def _not_found() -> Refused:
    return Refused("not-found", "There is nothing public here.", 404)


def _problem(error: Refused) -> HttpResponse:
    data = {"type": "about:blank", "status": error.status}
    response = _json(data | {"code": error.code, "detail": error.detail}, error.status)
    response["Content-Type"] = "application/problem+json"
    if error.status == 405:
        response["Allow"] = ", ".join(METHODS)
    return response


def _preflight() -> HttpResponse:
    """What a browser asks before it lets another site's page send If-None-Match."""
    response = HttpResponse(status=204, headers={"Allow": ", ".join(METHODS)})
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    response["Access-Control-Allow-Headers"] = "If-None-Match"
    return response


def _json(data: dict, status: int = 200) -> HttpResponse:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(text, content_type="application/json", status=status)
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag"
    response["X-Robots-Tag"] = "noindex"
    return response
