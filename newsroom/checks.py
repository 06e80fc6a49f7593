"""Start-up checks: what an operator may have set wrong, each with a number and the variable's name.

`manage.py` runs them before its commands and `newsroom.wsgi` before it serves. What would break the
settings themselves is refused there, by `newsroom.environment`.
"""

import re
from collections.abc import Sequence
from email.utils import parseaddr
from itertools import combinations
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, connections
from django.http.request import validate_host

from articles.advertising import origin_of
from articles.checklist import CHECKS
from articles.embeds import PROVIDERS
from articles.groups import GROUPS
from newsroom import sealing
from newsroom.lib.share_pictures import is_possible as can_draw

TAG = "newsroom"
SHORTEST_KEY = 32
FEWEST_CHARACTERS = 8


def stop_on_errors() -> None:
    """Refuse to serve with a wrong setting; WSGI servers run no checks of their own."""
    errors = [str(message) for message in run_checks(tags=[TAG]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(errors))


@register(TAG)
def long_keys(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E001: a key somebody could guess."""
    keys = [("SECRET_KEY", settings.SECRET_KEY), ("EMAIL_INDEX_KEY", settings.EMAIL_INDEX_KEY)]
    keys += [("SECRET_KEY_FALLBACKS", key) for key in settings.SECRET_KEY_FALLBACKS]
    return [
        Error(
            f"{name} is too short or too plain.",
            hint=f"At least {SHORTEST_KEY} random characters; `make setup` makes a good one.",
            id="newsroom.E001",
        )
        for name, key in keys
        if len(key) < SHORTEST_KEY
        or len(set(key)) < FEWEST_CHARACTERS
        or key.startswith("django-insecure-")
    ]


@register(TAG)
def separate_keys(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E002: one key doing two jobs, so that neither can be changed alone."""
    keys = [("SECRET_KEY", settings.SECRET_KEY), ("EMAIL_INDEX_KEY", settings.EMAIL_INDEX_KEY)]
    keys += [("EMAIL_ENCRYPTION_KEYS", key) for key in settings.EMAIL_ENCRYPTION_KEYS]
    keys += [("BACKUP_KEYS", key) for key in settings.BACKUP_KEYS]
    return [
        Error(f"{first} and {second} hold the same key.", id="newsroom.E002")
        for (first, one), (second, other) in combinations(keys, 2)
        if one == other
    ]


@register(TAG)
def fernet_keys(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E003: a key that readers' addresses cannot be encrypted under."""
    errors: list[CheckMessage] = []
    for position, key in enumerate(settings.EMAIL_ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            text = f"EMAIL_ENCRYPTION_KEYS: key {position} is not 32 bytes in URL-safe base64."
            errors.append(Error(text, id="newsroom.E003"))
    return errors


@register(TAG)
def backup_keys(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E013: a key that no backup can be sealed under."""
    errors: list[CheckMessage] = []
    for position, key in enumerate(settings.BACKUP_KEYS, start=1):
        try:
            sealing.decoded(key)
        except ValueError:
            text = f"BACKUP_KEYS: key {position} is not 32 bytes in base64."
            hint = "`openssl rand -base64 32` makes one."
            errors.append(Error(text, hint=hint, id="newsroom.E013"))
    return errors


@register(TAG)
def hosts(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E004 any host is let in, E005 the site's own is not."""
    if "*" in settings.ALLOWED_HOSTS:
        text = "ALLOWED_HOSTS lets in every host: name them."
        return [Error(text, id="newsroom.E004")] if not settings.IS_LOOPBACK else []
    host = f"[{settings.SITE_HOST}]" if ":" in settings.SITE_HOST else settings.SITE_HOST
    if validate_host(host, settings.ALLOWED_HOSTS):
        return []
    return [Error(f"ALLOWED_HOSTS lacks {host}, the host of SITE_URL.", id="newsroom.E005")]


@register(TAG)
def https(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E006 passwords would travel in the clear; W002 the site would redirect to itself for ever."""
    if not settings.IS_HTTPS and not settings.IS_LOOPBACK and not settings.ALLOW_HTTP:
        text = "SITE_URL is http on an address that is not this machine's own."
        return [Error(text, hint="Use https, or set ALLOW_HTTP=1.", id="newsroom.E006")]
    if settings.IS_HTTPS and not settings.TRUSTED_PROXIES:
        text = "SITE_URL is https and TRUSTED_PROXIES is empty."
        hint = (
            "Unless this server itself speaks TLS, name the proxy that does: its "
            "X-Forwarded-Proto is not believed otherwise and every page redirects to itself."
        )
        return [Warning(text, hint=hint, id="newsroom.W002")]
    return []


@register(TAG)
def debugging(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E007: error pages that print the settings and what was sent."""
    if not settings.DEBUG or settings.IS_LOOPBACK:
        return []
    return [Error("DEBUG is on and SITE_URL is not this machine.", id="newsroom.E007")]


@register(TAG)
def languages(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E008 a language nobody translated, E009 one named twice."""
    codes = [code for code, _name in settings.LANGUAGES]
    known = ", ".join(settings.ALL_LANGUAGES)
    errors: list[CheckMessage] = [
        Error(f"LANGUAGES: there is no {code!r}; known are {known}.", id="newsroom.E008")
        for code in codes
        if code not in settings.ALL_LANGUAGES
    ]
    if len(codes) != len(set(codes)):
        errors.append(Error("LANGUAGES names a language twice.", id="newsroom.E009"))
    return errors


@register(TAG)
def stories(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E021 a check before publishing that does not exist, E022 an unknown provider of embeds."""
    known = {
        "PUBLISH_BLOCKERS": (CHECKS, "newsroom.E021"),
        "PUBLISH_CHECKS_OFF": (CHECKS, "newsroom.E021"),
        "EMBED_PROVIDERS": (PROVIDERS, "newsroom.E022"),
    }
    return [
        Error(f"{name}: there is no {word!r}; known are {', '.join(names)}.", id=number)
        for name, (names, number) in known.items()
        for word in getattr(settings, name)
        if word not in names
    ]


@register(TAG)
def others(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E023: what is no https origin, whence nothing could be loaded."""
    wrong = [("AD_ORIGINS", url) for url in settings.AD_ORIGINS if origin_of(url) != url]
    script = settings.ANALYTICS_SCRIPT
    if script and not origin_of(script):
        wrong.append(("ANALYTICS_SCRIPT", script))
    return [
        Error(f"{name}: {url!r} is no address like https://ads.example.", id="newsroom.E023")
        for name, url in wrong
    ]


@register(TAG)
def mail(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E010 a sender nobody could answer, W005 a mail password in the clear."""
    if not settings.EMAIL_URL:
        return []
    found: list[CheckMessage] = []
    try:
        validate_email(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    except ValidationError:
        found.append(Error("FROM_EMAIL is not an e-mail address.", id="newsroom.E010"))
    encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    near = settings.EMAIL_HOST in {"localhost", "127.0.0.1", "::1"}
    if settings.EMAIL_HOST_PASSWORD and not encrypted and not near:
        text = "EMAIL_URL sends a password unencrypted: use smtp+tls:// or smtp+ssl://."
        found.append(Warning(text, id="newsroom.W005"))
    return found


@register(TAG)
def share_pictures(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """W006: no pictures for shared links, since Arabic could not be set on them."""
    if can_draw():
        return []
    text = "Shared links go with the photograph alone: this machine cannot set Arabic on a picture."
    hint = "Install libfribidi (Debian: apt install libfribidi0) and Pillow's own wheel."
    return [Warning(text, hint=hint, id="newsroom.W006")]


@register(TAG)
def second_factor_groups(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E012: a group that is not there, so that nobody would be asked for a second factor."""
    names = settings.SECOND_FACTOR_GROUPS
    if not names:
        return []
    from django.contrib.auth.models import Group

    try:
        known = {*GROUPS, *Group.objects.filter(name__in=names).values_list("name", flat=True)}
    except DatabaseError:
        return []  # not migrated yet, or away, which others tell
    return [
        Error(f"SECOND_FACTOR_GROUPS: there is no group {name!r}.", id="newsroom.E012")
        for name in names
        if name not in known
    ]


@register(TAG)
def development_keys(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """W001: keys that were made because none were set."""
    if not settings.DEVELOPMENT_KEYS or settings.TESTING:
        return []
    names = ", ".join(settings.DEVELOPMENT_KEYS)
    text = f"{names}: not set, so keys made for development in {settings.VAR_DIR} are used."
    return [Warning(text, hint="`make setup` writes a .env with fresh ones.", id="newsroom.W001")]


@register(TAG)
def env_file(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """W003 others may read .env, W004 it sets a name that nothing reads."""
    path = Path(settings.BASE_DIR) / ".env"
    if not path.exists():
        return []
    found: list[CheckMessage] = []
    if path.stat().st_mode & 0o077:
        found.append(Warning("Others may read .env: chmod 600 .env.", id="newsroom.W003"))
    known = assigned_names(Path(settings.BASE_DIR) / ".env.example")
    return found + [
        Warning(f".env sets {name}, which nothing reads.", id="newsroom.W004")
        for name in assigned_names(path)
        if known and name not in known
    ]


def assigned_names(path: Path) -> list[str]:
    """Return the names a .env file sets, those commented out in the example among them."""
    lines = path.read_text(encoding="utf-8") if path.exists() else ""
    pattern = r"^# ?([A-Z_]+)=|^(?:export )?([A-Za-z_]\w*)="
    return [first or second for first, second in re.findall(pattern, lines, re.MULTILINE)]


@register(Tags.database)
def database_encoding(
    app_configs: object, databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """E011: a PostgreSQL database that cannot hold Arabic."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor != "postgresql":
            continue
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            encoding = cursor.fetchone()[0]
        if encoding != "UTF8":
            text = f"DATABASE_URL: the database is encoded in {encoding}, not UTF8."
            errors.append(Error(text, hint="createdb --encoding=UTF8", id="newsroom.E011"))
    return errors
