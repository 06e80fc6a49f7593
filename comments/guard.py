"""Who may post from where. A form that is the same for everybody carries no token, so the
browser's own word on where a request comes from stands in its place."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from newsroom.models import User

OWN_SITES = ("same-origin", "none")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
DEFAULT_PORTS = {"http": 80, "https": 443}


class PostRefused(Exception):
    """A request that is not looked into any further; the message may be shown."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message, self.status = message, status


def check(request: HttpRequest) -> None:
    """Raise PostRefused unless the request is a form sent from this site (or by a browser too
    old to say from where)."""
    if request.method != "POST":
        raise PostRefused(_("A comment is sent with the form under its story."), 405)
    if not is_own(request):
        raise PostRefused(_("This was sent from another site, so it was not taken."), 403)
    if request.content_type not in FORM_TYPES:
        raise PostRefused(_("The site could not understand what was sent."), 400)


def is_own(request: HttpRequest) -> bool:
    """Whether the browser names this site as the origin, or says nothing at all."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in OWN_SITES
    origin = request.headers.get("Origin")
    return origin is None or _place(origin) == _place(settings.SITE_URL)


def member(request: HttpRequest) -> User | None:
    """Return who is signed in. Without the browser's word on where the request comes from, the
    session is not believed: another site may have sent it."""
    vouched = "Sec-Fetch-Site" in request.headers or "Origin" in request.headers
    return request.user if vouched and request.user.is_authenticated else None


def _place(address: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    # `null` has no host, and is nobody's place.
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
