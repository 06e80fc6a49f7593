"""Reading the environment strictly: a word that is not understood stops the start.

django-environ takes `DEBUG=flase` for false and an unknown database scheme for an engine; here
each becomes one sentence that names the variable.
"""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})
SQLITE = "django.db.backends.sqlite3"
DATABASE_SCHEMES = frozenset({"sqlite", "postgres", "postgresql"})
SITE_PORTS = {"http": 80, "https": 443}
SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


class Environment(environ.Env):
    """django-environ, with empty meaning unset and nothing guessed."""

    def text(self, name: str, default: str = "") -> str:
        """Return a value as it stands; a leading `$` is no reference to another variable."""
        return self.ENVIRON.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a yes or no."""
        word = self.text(name).lower()
        if not word:
            return default
        if word not in YES | NO:
            raise ImproperlyConfigured(f"{name} is {word!r}: write 1 or 0.")
        return word in YES

    def number(self, name: str, default: int, minimum: int = 0, maximum: int = 10**9) -> int:
        """Return a whole number from `minimum` to `maximum`."""
        word = self.text(name, str(default))
        if not word.isdecimal() or not minimum <= int(word) <= maximum:
            raise ImproperlyConfigured(
                f"{name} is {word!r}: write a number from {minimum} to {maximum}."
            )
        return int(word)

    def folder(self, name: str, default: str, base: Path) -> Path:
        """Return a folder, made when there is none; a relative one lies under `base`."""
        path = base / self.text(name, default)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(f"{name}: {path}: {error.strerror}.") from error
        return path

    def words(self, name: str, default: str = "") -> list[str]:
        """Return a comma-separated list without blanks."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def several(self, name: str, default: str) -> list[str]:
        """Return a comma-separated list of names, of which "none" is an empty one."""
        names = self.words(name, default)
        return [] if names == ["none"] else names

    def rates(self, name: str, known: tuple[str, ...], default: str) -> dict[str, tuple[int, int]]:
        """Return `name=number/seconds` pairs as {name: (number, seconds)}; "none" is none."""
        found = {}
        for pair in self.several(name, default):
            what, _equals, rate = pair.partition("=")
            number, _slash, seconds = rate.partition("/")
            whole = number.isdecimal() and seconds.isdecimal() and int(number)
            # Nobody's hash is kept longer than an hour.
            if what not in known or not (whole and 0 < int(seconds) <= 3600):
                raise ImproperlyConfigured(
                    f"{name} holds {pair!r}: write {known[0]}=60/3600, number by seconds (3600 "
                    f"at most), for {', '.join(known)}, or none."
                )
            found[what] = (int(number), int(seconds))
        return found

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of the words that are understood."""
        word = self.text(name, default)
        if word not in choices:
            raise ImproperlyConfigured(f"{name} is {word!r}: write {' or '.join(choices)}.")
        return word

    def site_url(self, default: str) -> str:
        """Return the site's own address, scheme and host only, as browsers write an `Origin`."""
        address = self.text("SITE_URL", default).rstrip("/")
        try:
            parts = urlsplit(address)
            bare = parts._replace(scheme="", netloc="").geturl() == "" and "@" not in parts.netloc
            whole = parts.scheme in SITE_PORTS and parts.hostname and parts.port != 0
            if bare and whole:
                return _origin(parts)
        except ValueError:
            pass
        raise ImproperlyConfigured(
            f"SITE_URL is {address!r}: write it like https://news.example, without a path."
        )

    def path_part(self, name: str, default: str, taken: tuple[str, ...]) -> str:
        """Return the first part of addresses, without slashes; none that is `taken`."""
        word = self.text(name, default).strip("/")
        if word.lower() in taken or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{1,62}", word):
            raise ImproperlyConfigured(
                f"{name} is {word!r}: write one part of an address, 2 to 63 letters, digits, - "
                f"or _, and none of {', '.join(taken)}."
            )
        return word

    def networks(self, name: str, default: str, also: tuple[str, ...] = ()) -> list[str]:
        """Return addresses and networks (10.0.0.0/8), "none" being no one, and words in `also`."""
        networks = self.several(name, default)
        for network in networks:
            try:
                network in also or ip_network(network)
            except ValueError as error:
                raise ImproperlyConfigured(f"{name}: {error}.") from error
        return networks

    def proxies(self) -> list[str]:
        """Return TRUSTED_PROXIES: addresses, networks, or `unix` for a local socket."""
        return self.networks("TRUSTED_PROXIES", "", also=("unix",))

    def database(self, name: str) -> dict | None:
        """Return the database a URL names, or nothing when it is unset."""
        if not (url := self.text(name)):
            return None
        # Asked first, since django-environ prints what it does not know, password and all.
        if urlsplit(url).scheme not in DATABASE_SCHEMES:
            raise ImproperlyConfigured(f"{name}: write sqlite:///… or postgres://….")
        try:
            return self.db_url_config(url)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is not an address that can be read.") from error

    def cache(self, name: str) -> dict | None:
        """Return the Redis cache a URL names, or nothing when it is unset."""
        if not (url := self.text(name)):
            return None
        if urlsplit(url).scheme not in {"redis", "rediss"}:
            raise ImproperlyConfigured(f"{name}: write redis://host:6379/0 (rediss:// for TLS).")
        try:
            import redis  # noqa: F401  (asks whether it is installed)
        except ImportError as error:
            raise ImproperlyConfigured(
                f"{name} needs the redis package: pip install -r requirements-scale.txt."
            ) from error
        return self.cache_url_config(url, backend="django.core.cache.backends.redis.RedisCache")

    def purge_urls(self, name: str) -> list[str]:
        """Return addresses that hold {tag}."""
        urls = self.words(name)
        for url in urls:
            if not re.match(r"https?://[^/@\s]+/", url) or "{tag}" not in url:
                raise ImproperlyConfigured(f"{name}: write https://cdn.example/purge/{{tag}}.")
        return urls

    def header(self, name: str) -> dict[str, str]:
        """Return `Name: value` as {name: value}, nothing when it is unset."""
        if not (line := self.text(name)):
            return {}
        found = re.fullmatch(r"([A-Za-z0-9-]+):\s*([\x20-\x7e]+)", line)
        if not found:
            # Not repeated, since a key stands in it.
            raise ImproperlyConfigured(f"{name}: write Name: value.")
        return {found[1]: found[2]}

    def bucket(self, name: str) -> dict[str, Any] | None:
        """Return what django-storages wants to know of the bucket a URL names, or nothing when it
        is unset. Without key and secret those of the machine are taken, as boto3 finds them."""
        if not (url := self.text(name)):
            return None
        try:
            import storages.backends.s3  # noqa: F401  (asks whether it is installed, boto3 too)
        except ImportError as error:
            raise ImproperlyConfigured(
                f"{name} needs the django-storages package: pip install -r requirements-scale.txt."
            ) from error
        try:
            return _bucket(url)
        except ValueError:
            # Not repeated, since a secret stands in it.
            raise ImproperlyConfigured(
                f"{name}: write s3://key:secret@bucket/folder?endpoint=https://…&region=…, key "
                "and secret percent-encoded; folder, endpoint and region may be missing, and key "
                "and secret together."
            ) from None

    def sentry(self, name: str) -> str:
        """Return the address (DSN) of a project in Sentry, "" when it is unset."""
        if not (dsn := self.text(name)):
            return ""
        try:
            from sentry_sdk.utils import BadDsn, Dsn
        except ImportError as error:
            raise ImproperlyConfigured(
                f"{name} needs the sentry-sdk package: pip install -r requirements-scale.txt."
            ) from error
        try:
            Dsn(dsn)
        except (BadDsn, ValueError):
            # Not named, since a key stands in it.
            raise ImproperlyConfigured(f"{name}: write https://key@host/number.") from None
        return dsn

    def mail(self, name: str) -> dict | None:
        """Return Django's mail settings from a URL, or nothing when it is unset."""
        if not (url := self.text(name)):
            return None
        scheme = urlsplit(url).scheme
        if scheme not in SMTP_PORTS:
            # `smtps` is left out on purpose: django-environ means STARTTLS by it, most do not.
            raise ImproperlyConfigured(
                f"{name}: write smtp+tls://… (STARTTLS), smtp+ssl://… or smtp://…; there is no "
                "console, file or dummy backend."
            )
        try:
            config = self.email_url_config(url)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is not an address that can be read.") from error
        config["EMAIL_PORT"] = config["EMAIL_PORT"] or SMTP_PORTS[scheme]
        wanted = ("BACKEND", "HOST", "HOST_USER", "HOST_PASSWORD", "PORT", "USE_TLS", "USE_SSL")
        names = [f"EMAIL_{name}" for name in wanted]
        return {name: config[name] for name in names if config.get(name)}


def _bucket(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    endpoint = asked.pop("endpoint", None)
    region = asked.pop("region", None)
    is_known = parts.scheme == "s3" and parts.hostname and not parts.port and not asked
    is_whole = bool(parts.username) == bool(parts.password) and not parts.fragment
    is_address = endpoint is None or re.match(r"https?://[^/@]+/?\Z", endpoint)
    if not (is_known and is_whole and is_address):
        raise ValueError(url)
    found = {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "endpoint_url": endpoint,
        "region_name": region,
    }
    if not parts.username:
        return found
    keys = {"access_key": unquote(parts.username), "secret_key": unquote(parts.password)}
    return found | keys | {"security_token": None, "session_profile": None}  # nosec B105 # none, not a password


def _origin(parts: SplitResult) -> str:
    """Return the address in lower case, in punycode, and without the port its scheme implies."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    is_usual = parts.port in {None, SITE_PORTS[parts.scheme]}
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"
