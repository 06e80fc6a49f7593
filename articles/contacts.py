"""Where readers find an author elsewhere: addresses that an editor typed, one a line."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _

from newsroom.lib.rtl import isolate
from newsroom.lib.text import one_line

MOST = 8
_MAIL = "mailto:"
# What readers call the house behind an address; any other is called by its host.
NAMES = {
    "x.com": "X",
    "twitter.com": "X",
    "facebook.com": "Facebook",
    "instagram.com": "Instagram",
    "linkedin.com": "LinkedIn",
    "youtube.com": "YouTube",
    "tiktok.com": "TikTok",
    "threads.net": "Threads",
    "bsky.app": "Bluesky",
    "t.me": "Telegram",
    "wa.me": "WhatsApp",
}
_is_web = URLValidator(schemes=["http", "https"])
_is_mail = EmailValidator()


@dataclass(frozen=True)
class Contact:
    """A link of an author: its address and what it is called."""

    url: str
    label: str

    @property
    def is_mail(self) -> bool:
        return self.url.startswith(_MAIL)


def clean(text: str) -> str:
    """Return what an editor typed as whole addresses, each once, a line each.

    Without a scheme one is taken for a web address, with an @ alone for an e-mail address. Raises
    ValidationError that names the first line which is neither, or says that there are too many.
    """
    found = list(dict.fromkeys(_whole(line) for line in map(one_line, text.splitlines()) if line))
    if len(found) > MOST:
        raise ValidationError(_("No more than %(number)d links.") % {"number": MOST})
    return "\n".join(found)


def contacts_in(text: str) -> list[Contact]:
    """Return the links of a cleaned text, in its order."""
    return [Contact(line, _label(line)) for line in text.splitlines()]


def _whole(line: str) -> str:
    bare = line.removeprefix(_MAIL)
    is_mail = bare != line or ("@" in line and "/" not in line)
    whole = bare if is_mail or "://" in line else f"https://{line}"
    try:
        (_is_mail if is_mail else _is_web)(whole)
    except ValidationError:
        message = _("This is no address of a page and no e-mail address: %(line)s")
        raise ValidationError(message % {"line": isolate(line)}) from None
    # Whose name stands before an @ is not where the link leads.
    if not is_mail and "@" in urlsplit(whole).netloc:
        raise ValidationError(_("An address may hold no user name: %(line)s") % {"line": line})
    return f"{_MAIL}{whole}" if is_mail else whole


def _label(url: str) -> str:
    if url.startswith(_MAIL):
        return url.removeprefix(_MAIL)
    host = (urlsplit(url).hostname or url).removeprefix("www.").removeprefix("m.")
    return NAMES.get(host, host)
