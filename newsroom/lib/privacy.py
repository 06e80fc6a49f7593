"""What keeps readers' addresses and whereabouts to ourselves.

An e-mail address is encrypted as soon as it touches a model and has no way out but
`SealedAddress.reveal()`; every implicit way (str, format, JSON, pickle, fixtures) gives the mask
or the ciphertext. Addresses are compared by a keyed index. Of an IP only the network is kept.
"""

import hashlib
import hmac
import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

MAX_ADDRESS_LENGTH = 254
_HIDDEN = "•••"
_ATEXT = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z", re.IGNORECASE)
_TOP_LEVEL = re.compile(r"(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})(?<!-)\Z", re.IGNORECASE)


class AddressUnreadable(Exception):
    """No key of EMAIL_ENCRYPTION_KEYS opens the address."""


class SealedAddress:
    """An encrypted e-mail address; as text it is its mask, and only `reveal()` opens it."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    @classmethod
    def seal(cls, address: str) -> "SealedAddress":
        """Encrypt an address under the newest key."""
        if _HIDDEN in address:
            raise ValueError("This is the mask of an address, not an address.")
        return cls(_fernet().encrypt(address.encode()).decode())

    def reveal(self) -> str:
        """Return the address; raises AddressUnreadable when no key opens it."""
        try:
            return _fernet().decrypt(self.token).decode()
        except (InvalidToken, ImproperlyConfigured, UnicodeError):
            raise AddressUnreadable("No key opens this address.") from None

    def resealed(self) -> "SealedAddress":
        """Return the same address under the newest key; raises AddressUnreadable."""
        return SealedAddress.seal(self.reveal())

    def is_current(self) -> bool:
        """Whether it is encrypted under the newest key."""
        try:
            _fernet_for(tuple(settings.EMAIL_ENCRYPTION_KEYS[:1])).decrypt(self.token)
        except (InvalidToken, ImproperlyConfigured):
            return False
        return True

    def __str__(self) -> str:
        try:
            return mask(self.reveal())
        except AddressUnreadable:
            return _HIDDEN

    def __repr__(self) -> str:
        return f"<SealedAddress {self}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SealedAddress) and self.token == other.token

    def __hash__(self) -> int:
        return hash(self.token)

    def __reduce__(self) -> tuple[type["SealedAddress"], tuple[str]]:
        return SealedAddress, (self.token,)


class _SealingAttribute(DeferredAttribute):
    """Seals on assignment, so that no instance ever holds an address in the clear."""

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class EncryptedEmailField(models.TextField):
    """An address encrypted in the database; in Python a SealedAddress, "" or None.

    Only `isnull` and `kept` can be looked up: equal addresses have different ciphertexts, compare
    `blind_index()`. Not editable unless asked for: a form would show and then store the mask.
    """

    descriptor_class = _SealingAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "editable": self.editable}

    def to_python(self, value: Any) -> Any:
        """Seal an address; ciphertext, which has no @, is taken as it is (fixtures)."""
        if not isinstance(value, str) or not value:
            return value
        return SealedAddress.seal(value) if "@" in value else SealedAddress(value)

    def from_db_value(self, value: str | None, *_: object) -> SealedAddress | str | None:
        return SealedAddress(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        value = self.to_python(value)
        return value.token if isinstance(value, SealedAddress) else value

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name in ("isnull", "kept"):
            return super().get_lookup(lookup_name)
        raise FieldError("An encrypted address cannot be looked up; use its blind index.")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError("An encrypted address cannot be looked up; use its blind index.")


@EncryptedEmailField.register_lookup
class Kept(models.Lookup):
    """`email__kept=True`: there is an address; `False`: there is none (any more)."""

    lookup_name = "kept"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} {'<>' if self.rhs else '='} ''", list(params)


def generate_key() -> str:
    """Return a fresh key for EMAIL_ENCRYPTION_KEYS."""
    return Fernet.generate_key().decode()


def mask(address: str) -> str:
    """Return what moderators see of an address: «س•••@g•••.com»."""
    local, at, domain = address.rpartition("@")
    name, dot, top = domain.rpartition(".")
    if not (local and at and name and dot and top):
        return _HIDDEN
    first = local[0] if len(local) > 2 else ""
    return f"{first}{_HIDDEN}@{name[0]}{_HIDDEN}.{top}"


def blind_index(address: str) -> str:
    """Return the keyed hash (HMAC-SHA256, hex) under which equal addresses are equal.

    Case, composition (NFC) and the two spellings of an international domain do not count.
    """
    if not settings.EMAIL_INDEX_KEY:
        raise ImproperlyConfigured("EMAIL_INDEX_KEY is not set.")
    key = settings.EMAIL_INDEX_KEY.encode()
    return hmac.new(key, _normal_address(address).encode(), hashlib.sha256).hexdigest()


def validate_address(address: str) -> str:
    """Return the trimmed address (NFC) or raise ValidationError.

    RFC 5321 lengths and dot-atoms, RFC 6531 letters of every script in the local part, IDN
    domains. Quoted local parts and address literals, which no reader has, are refused.
    """
    address = address.strip()
    # Composing makes it shorter, by no more than this. Of something longer it can take minutes.
    if len(address) > 4 * MAX_ADDRESS_LENGTH:
        raise ValidationError(_("Enter a valid email address."), code="invalid")
    address = unicodedata.normalize("NFC", address)
    local, _at, domain = address.rpartition("@")
    if len(address) > MAX_ADDRESS_LENGTH or not (_is_local_part(local) and _is_domain(domain)):
        raise ValidationError(_("Enter a valid email address."), code="invalid")
    return address


def keyed_hash(purpose: str, value: str) -> str:
    """Return a hash (hex) for short-lived keys: rates, browsers, fingerprints.

    The key is derived from SECRET_KEY and the purpose: hashes for different purposes cannot be
    compared, a new SECRET_KEY only makes them forgotten, and EMAIL_INDEX_KEY, which can never
    be changed lightly, serves nothing but the index.
    """
    return salted_hmac(f"newsroom.{purpose}", value, algorithm="sha256").hexdigest()


def truncate_ip(ip: str | None) -> str | None:
    """Return the network of an address (/24, IPv6 /48), None for what is no address."""
    address = _ip(ip or "")
    if address is None:
        return None
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False).network_address)


def truncate_network(network: str) -> str:
    """Return a network ("192.0.2.7/32") no narrower than what `truncate_ip` keeps."""
    found = ipaddress.ip_network(network)
    widest = 24 if found.version == 4 else 48
    return str(found.supernet(new_prefix=widest) if found.prefixlen > widest else found)


def rate_network(ip: str | None) -> str:
    """Return what one machine may send from: a whole IPv4 address, an IPv6 /64; "" for neither."""
    address = _ip(ip or "")
    if address is None:
        return ""
    return str(
        address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False)
    )


def client_ip(request: HttpRequest) -> str | None:
    """Return the visitor's address: the last one that no proxy of TRUSTED_PROXIES is.

    X-Forwarded-For is believed only from such a proxy and read from the right, since what
    stands on the left is the visitor's own word. "unix" trusts a Unix socket.
    """
    remote = request.META.get("REMOTE_ADDR", "")
    found = _ip(remote)
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while forwarded and _is_trusted(found, remote):
        remote = forwarded.pop().strip()
        nearer = _ip(remote)
        if nearer is None:
            break
        found = nearer
    return str(found) if found else None


def comes_from_trusted_proxy(request: HttpRequest) -> bool:
    """Tell whether the machine that connected to us stands in TRUSTED_PROXIES."""
    peer = request.META.get("REMOTE_ADDR") or ""
    return _is_trusted(_ip(peer), peer)


def is_in(ip: str | None, networks: Sequence[str]) -> bool:
    """Tell whether an address is one of `networks`, or in one."""
    address = _ip(ip or "")
    return address is not None and any(address in one for one in _networks(tuple(networks)))


def _is_trusted(address: ipaddress.IPv4Address | ipaddress.IPv6Address | None, raw: str) -> bool:
    if address is None:
        return not raw and "unix" in settings.TRUSTED_PROXIES
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@lru_cache
def _networks(
    names: tuple[str, ...],
) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(name, strict=False) for name in names if name != "unix"]


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _fernet() -> MultiFernet:
    return _fernet_for(tuple(settings.EMAIL_ENCRYPTION_KEYS))


@lru_cache
def _fernet_for(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured(
            "EMAIL_ENCRYPTION_KEYS wants at least one key of 32 bytes in URL-safe base64."
        ) from None


def _normal_address(address: str) -> str:
    folded = unicodedata.normalize("NFC", address.strip()).casefold()
    local, at, domain = unicodedata.normalize("NFC", folded).rpartition("@")
    return f"{local}{at}{_ascii_domain(domain) or domain}"


def _ascii_domain(domain: str) -> str | None:
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None


def _is_local_part(local: str) -> bool:
    atoms = local.split(".")
    return len(local) <= 64 and all(
        atom and all(_ATEXT.match(char) or _is_foreign_letter(char) for char in atom)
        for atom in atoms
    )


def _is_foreign_letter(char: str) -> bool:
    return char > "\x7f" and unicodedata.category(char)[0] in "LMN"


def _is_domain(domain: str) -> bool:
    ascii_domain = _ascii_domain(domain) if len(domain) <= MAX_ADDRESS_LENGTH else None
    if not ascii_domain or len(ascii_domain) > 253:
        return False
    *labels, top = ascii_domain.split(".")
    return bool(labels) and all(map(_LABEL.match, labels)) and bool(_TOP_LEVEL.match(top))
