"""The languages of the site: which one a visitor wants, and where a page stands in the others."""

from collections.abc import Container
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation.trans_real import parse_accept_lang_header

from newsroom.lib.rtl import language_direction

# How Open Graph names a language: with the country it is taken from.
OPEN_GRAPH = {"ar": "ar_AR", "en": "en_US", "fr": "fr_FR"}


def preferred(request: HttpRequest) -> str:
    """Return the first language the browser accepts that the site has (RFC 9110 §12.5.4)."""
    known = dict(settings.LANGUAGES)
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        for code in (tag, tag.split("-")[0]):
            if code in known:
                return code
    return settings.DEFAULT_LANGUAGE


def described(code: str) -> dict[str, str]:
    """Return a language with its own name for itself and its direction."""
    name = dict(settings.LANGUAGES)[code]
    return {"code": code, "name": name, "dir": language_direction(code)}


def default_of(codes: Container[str]) -> str:
    """Return which of the languages a page is there in is shown to everybody else (x-default):
    the site's default one, or the first there is; "" where there is none."""
    order = [settings.DEFAULT_LANGUAGE, *(code for code, _name in settings.LANGUAGES)]
    return next((code for code in order if code in codes), "")


def switch(current: str, urls: dict[str, str]) -> list[dict[str, Any]]:
    """Return every language of the site for the switch. `url` is this page's twin, or the front
    page where there is none; `is_twin` says which, since only twins are each other's hreflang: a
    page that is not among `urls` has none. `is_default` (x-default) is the same one on every twin.
    """
    fallback = default_of(urls)
    return [
        {
            **described(code),
            "url": urls.get(code) or reverse("articles:front", args=[code]),
            "is_twin": code in urls and current in urls,
            "is_default": code == fallback,
            "current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


def switch_by_slug(current: str, name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """The same for addresses that reverse from a language and at most one slug."""
    urls = {
        code: reverse(f"articles:{name}", args=[code, slug] if slug else [code])
        for code, slug in arguments.items()
    }
    return switch(current, urls)
