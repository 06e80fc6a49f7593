"""Files at the root of the site that say to machines what they may do: robots.txt and ads.txt."""

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.models import RootFile
from articles.site import absolute
from newsroom.lib.caching import public_page

log = logging.getLogger("newsroom.crawlers")

# The same story under other addresses: the form as a reply, another order of its comments.
SAME_PAGES = ("/*?replytocom=", "/*?sort=")


@require_safe
@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Keep crawlers out of the desk, of personal pages and of searches; then what editors added,
    then where the sitemaps are (RFC 9309)."""
    # A desk under another name is not told to everybody; its pages say noindex themselves.
    desk = ["/admin/"] if settings.ADMIN_PATH == "admin" else []
    refused = [*desk, *SAME_PAGES]
    for code, _name in settings.LANGUAGES:
        refused += [f"/{code}/me/", f"/{code}/search/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in refused)]
    own = _text(RootFile.Name.ROBOTS)
    lines += (own or "").splitlines()
    names = ("sitemaps:index", "sitemaps:news")
    lines += ["", *(f"Sitemap: {absolute(reverse(name))}" for name in names)]
    response = _plain("\n".join(lines))
    if own is None:
        response["Cache-Control"] = "no-store"
    return response


@require_safe
@public_page
def ads(request: HttpRequest) -> HttpResponse:
    """Who may sell the paper's places for advertisements (IAB, ads.txt 1.1); 404: nobody said."""
    text = RootFile.objects.filter(name=RootFile.Name.ADS).values_list("text", flat=True).first()
    if not text:
        raise Http404
    return _plain(text)


def _text(name: str) -> str | None:
    """What editors wrote into a file, None while the database is away: to crawlers, an error at
    this address forbids the whole site."""
    try:
        return RootFile.objects.filter(name=name).values_list("text", flat=True).first() or ""
    except DatabaseError as error:
        log.error("what editors added to %s cannot be read: %s", name, error)
        return None


def _plain(text: str) -> HttpResponse:
    return HttpResponse(f"{text.rstrip()}\n", content_type="text/plain; charset=utf-8")
