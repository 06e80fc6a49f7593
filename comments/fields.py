"""What each field of a comment must be; asked by the form and by the verb alike."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from comments.models import BODY_BOUND, Comment
from newsroom.lib.privacy import validate_address
from newsroom.lib.rtl import has_overrides
from newsroom.lib.text import grapheme_length, has_heaped_marks, strip_controls

NAME_LENGTH, EMAIL_LENGTH, WEBSITE_LENGTH = 245, 254, 200

# Letters and symbols by their category that show nothing: Hangul fillers, the blank of Braille.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?://|(?!\d))", re.IGNORECASE)
_validate_url = URLValidator(schemes=["http", "https"])


def name(text: str) -> str:
    """Return a name on one line; raises ValidationError."""
    text = " ".join(_plain(text).split())
    if not is_visible(text):
        raise ValidationError(_("Please enter your name."), code="required")
    if has_overrides(text):
        raise ValidationError(
            _("The name holds invisible characters that turn the text around it."), code="invalid"
        )
    return text


def email(text: str) -> str:
    """Return an address; raises ValidationError."""
    text = text.strip()
    if not text:
        raise ValidationError(_("Please enter your email address."), code="required")
    return validate_address(text)


def website(text: str) -> str:
    """Return an http(s) address, with the scheme added where none was typed, or ""."""
    text = text.strip()
    if not text:
        return ""
    if not text.lower().startswith(("http://", "https://")):
        text = text if _SCHEME.match(text) else f"https://{text.removeprefix('//')}"
    if not _is_web_address(text):
        raise ValidationError(
            _("Enter a web address that begins with https:// or http://."), code="invalid"
        )
    return text


def body(text: str) -> str:
    """Return the text without what surrounds it; raises ValidationError when nothing is left."""
    text = _plain(text).strip()
    if not is_visible(text):
        raise ValidationError(_("Please type your comment text."), code="required")
    return text


def is_visible(text: str) -> bool:
    """Whether the text shows anything: not only spaces, joiners and direction marks."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK for char in text)


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", strip_controls(text))


def _is_web_address(text: str) -> bool:
    try:
        _validate_url(text)
        return not (
            strip_controls(text) != text or has_overrides(text) or "@" in urlsplit(text).netloc
        )
    except (ValidationError, ValueError):
        return False


CLEANERS: dict[str, Callable[[str], str]] = {
    "name": name,
    "email": email,
    "website": website,
    "body": body,
}


def check_length(field: str, text: str) -> None:
    """Raise ValidationError when readers would count more characters than the limit, or one of
    them bears more marks than anybody could read."""
    limit = limit_of(field)
    if has_heaped_marks(text):
        message = _("A letter bears so many marks that nobody can read it. Leave some of them out.")
        raise ValidationError(message, code="invalid")
    too_wide = len(text) > _bound_of(field)
    if too_wide or (len(text) > limit and grapheme_length(text) > limit):
        raise ValidationError(_too_long(field) % {"limit": limit}, code="too_long")


def limit_of(field: str) -> int:
    """Return how many characters (grapheme clusters) a field may have."""
    limits = {"name": NAME_LENGTH, "email": EMAIL_LENGTH, "website": WEBSITE_LENGTH}
    return limits.get(field) or settings.COMMENT_MAX_LENGTH


def _bound_of(field: str) -> int:
    if field == "body":
        return max(BODY_BOUND, settings.COMMENT_MAX_LENGTH)
    # The address is encrypted: its column has no width of its own.
    return EMAIL_LENGTH if field == "email" else Comment._meta.get_field(field).max_length


def _too_long(field: str) -> str:
    return {
        "name": _("Your name is too long: %(limit)s characters at most."),
        "email": _("Your email address is too long: %(limit)s characters at most."),
        "website": _("Your website address is too long: %(limit)s characters at most."),
        "body": _("Your comment is too long: %(limit)s characters at most."),
    }[field]
