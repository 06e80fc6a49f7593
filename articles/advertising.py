"""Advertisements and measuring: what pages may load of others, and when.

Both are off until the operator names an origin. A frame is closed (`sandbox`, without the page's
own origin): what runs in it reads neither the page nor its storage. What needs consent is loaded
by `consent.js` after a reader's yes, and not at all without script.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from articles.models import Placement

# What may stand in a content-security policy and means itself there.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
FIELDS = ("url", "width", "height", "small_width", "small_height", "needs_consent")


def origin_of(url: str) -> str:
    """Return the https origin of an address, "" for one that has none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port not in (None, 443) else ""
    except ValueError:
        return ""
    is_plain = (
        parts.scheme == "https"
        and _HOST.fullmatch(parts.hostname or "")
        and "@" not in parts.netloc
    )
    return f"https://{parts.hostname}{port}" if is_plain else ""


def is_allowed(url: str) -> bool:
    """Whether a page may load an advertisement from this address."""
    return origin_of(url) in settings.AD_ORIGINS


def rows(placements: Iterable[Placement]) -> dict[str, dict[str, Any]]:
    """Return what pages must know of the places that are on, by place."""
    return {
        row.place: {name: getattr(row, name) for name in FIELDS} for row in placements if row.is_on
    }


def shown(snapshot: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the advertisements of a page: those whose origin is still allowed."""
    return {place: row for place, row in snapshot.items() if is_allowed(row["url"])}


def script_sources() -> str:
    """Return the end of `script-src` and `connect-src`: whence measuring comes and whereto."""
    return f" {origin_of(settings.ANALYTICS_SCRIPT)}" if settings.ANALYTICS_SCRIPT else ""
