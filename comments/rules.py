"""Rules of the moderators: what an entry is stored as, so that its spellings are one, and all of
them ready for the matcher."""

import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from comments import matcher
from comments.matcher import Entry, Matcher
from comments.models import Rule, RuleStamp
from newsroom.lib.folding import fold
from newsroom.lib.privacy import blind_index, mask, validate_address
from newsroom.models import User

Kind = Rule.Kind


def settle(kind: str, entry: str) -> tuple[str, str]:
    """Return `value` and `key` of an entry as it is stored; raises ValidationError.

    Of an address only the mask and the blind index are kept: it is typed once and never shown.
    """
    entry = " ".join(entry.split())
    if not entry:
        raise ValidationError(_("The entry is empty."), code="required")
    value, key = _settled(kind, entry)
    # A ligature folds to as many letters as it shows; a site's name is spelt in ASCII.
    if len(key) > (most := Rule._meta.get_field("key").max_length):
        message = _("The entry is too long: its plain form has more than %(limit)s characters.")
        raise ValidationError(message % {"limit": most}, code="max_length")
    return value, key


def _settled(kind: str, entry: str) -> tuple[str, str]:
    if kind == Kind.ADDRESS:
        address = validate_address(entry)
        return mask(address), blind_index(address)
    if kind == Kind.NETWORK:
        return _network(entry)
    return _host(entry) if kind in (Kind.DOMAIN, Kind.LINK) else _words(entry)


def _words(entry: str) -> tuple[str, str]:
    key = " ".join(fold(entry).split())
    if not key:
        raise ValidationError(_("The entry shows nothing that could be looked for."))
    if len(matcher.words_of(key)) > matcher.MAX_WORDS:
        message = _("A phrase has %(limit)s words at most.")
        raise ValidationError(message % {"limit": matcher.MAX_WORDS})
    return entry, key


def _network(entry: str) -> tuple[str, str]:
    try:
        network = str(ipaddress.ip_network(entry, strict=False))
    except ValueError:
        message = _("Enter an IP address or a range, such as 192.0.2.0/24.")
        raise ValidationError(message) from None
    return network, network


def _host(entry: str) -> tuple[str, str]:
    text = entry.lower().removeprefix("@")
    try:
        host = (urlsplit(text if "//" in text else f"//{text}").hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    key = matcher.host_key(host)
    if not key:
        raise ValidationError(_("Enter the name of a site, such as example.com."))
    return host, key


MAX_LINES = 20_000


@dataclass(frozen=True)
class Receipt:
    """What became of many entries: how many were added; lines that were known or could not be
    taken, numbered from one, with what is said of them."""

    added: int
    known: list[tuple[int, str]]
    refused: list[tuple[int, str]]


def add_many(text: str, *, by: User, **fields: Any) -> Receipt:
    """Make a rule of each line that is one and is not there yet; `fields` are what they share,
    with `kind` and `action`. Raises ValidationError when there are too many lines."""
    kind, lines = fields["kind"], text.splitlines()
    if len(lines) > MAX_LINES:
        raise ValidationError(_("At most %(limit)s lines at once.") % {"limit": MAX_LINES})
    keys = set(Rule.objects.filter(kind=kind).values_list("key", flat=True))
    added, known, refused = [], [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value, key = settle(kind, line)
            Rule._meta.get_field("value").clean(value, None)
        except ValidationError as error:
            refused.append((number, error.messages[0]))
            continue
        if key in keys:
            known.append((number, value))
        else:
            keys.add(key)
            added.append(Rule(value=value, key=key, created_by=by, **fields))
    # Of two who add the same at once, one finds it there already.
    Rule.objects.bulk_create(added, batch_size=500, ignore_conflicts=True)
    return Receipt(len(added), known, refused)


def current() -> Matcher:
    """Return the active rules as they stand now.

    Each process keeps them as long as the stamp is the one it read before it read them (one
    query); every change of a rule, by whatever process, renews the stamp.
    """
    global _kept
    stamp = RuleStamp.objects.values_list("token", flat=True).first()
    if _kept is None or _kept[0] != stamp:
        names = ("pk", "kind", "action", "value", "key", "with_prefixes")
        rows = Rule.objects.filter(is_active=True).order_by("pk").values_list(*names)
        _kept = (stamp, Matcher(Entry(*row) for row in rows.iterator()))
    return _kept[1]


_kept: tuple[UUID | None, Matcher] | None = None
