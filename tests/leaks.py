"""Looking for a planted address in anything, in every form it could leave in."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from django.core import serializers
from django.core.cache import caches
from django.db import connection


def forms_of(address: str) -> dict[str, bytes]:
    """Return what to look for, by name: the address as typed and lower-cased, in each as raw,
    percent-encoded, base64 at its three alignments, and hashed."""
    forms = {}
    for name, text in {"typed": address, "lower": address.lower()}.items():
        raw = text.encode()
        forms[f"{name} raw"] = raw
        forms[f"{name} percent"] = quote(text, safe="").encode()
        forms[f"{name} percent plus"] = quote_plus(text).encode()
        forms[f"{name} html"] = text.replace("@", "&#64;").replace("+", "&#43;").encode()
        forms[f"{name} json"] = text.replace("@", "\\u0040").replace("+", "\\u002B").encode()
        for offset in range(3):
            # The characters of a base64 text that depend on the address alone, wherever it begins.
            coded = base64.b64encode(b"\0" * offset + raw)
            start = (0, 2, 3)[offset]
            forms[f"{name} base64 {offset}"] = coded[start : -4 if coded.endswith(b"=") else None]
        forms[f"{name} hex"] = raw.hex().encode()
        forms[f"{name} base32"] = base64.b32encode(raw)[: len(raw) * 8 // 5]
        forms[f"{name} quoted-printable"] = raw.replace(b"@", b"=40").replace(b"+", b"=2B")
        forms[f"{name} utf-16"] = text.encode("utf-16-le")
        for algorithm in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b"):
            digest = hashlib.new(algorithm, raw, usedforsecurity=False)
            forms[f"{name} {algorithm}"] = digest.hexdigest().encode()
            coded = base64.b64encode(digest.digest()).rstrip(b"=")
            forms[f"{name} {algorithm} base64"] = coded
    return forms


def found(address: str, haystack: bytes) -> list[str]:
    """Return the names of the forms of `address` that stand in `haystack`, whatever their case."""
    low = haystack.lower()
    return [name for name, form in forms_of(address).items() if form.lower() in low]


def of_response(response) -> bytes:
    """Return everything a response carries: status line, headers, cookies, body."""
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.status_code}\n{head}\n{response.cookies}\n".encode() + body


def of_database() -> bytes:
    """Return every row of every table as text; on SQLite the bytes of the database as well."""
    parts = [repr(row).encode() for row in _rows()]
    if connection.vendor == "sqlite":
        parts.append(connection.connection.serialize())
    return b"\n".join(parts)


def of_dumpdata() -> bytes:
    from django.apps import apps

    objects = (row for model in apps.get_models() for row in model._base_manager.all())
    return serializers.serialize("json", objects).encode()


def of_caches() -> bytes:
    """Return what the caches of this process, and Redis, hold; a cache in the database is in
    `of_database`."""
    parts: list[bytes] = []
    for alias in caches.settings:
        cache = caches[alias]
        if hasattr(getattr(cache, "_cache", None), "get_client"):
            redis = cache._cache.get_client()
            parts += [key + (redis.get(key) or b"") for key in redis.scan_iter()]
        store = getattr(cache, "_cache", None)
        if isinstance(store, dict):
            parts += [f"{key}".encode() + bytes(value) for key, value in store.items()]
    return b"\n".join(parts)


def _rows() -> Iterator[Iterable]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield from cursor.fetchall()
