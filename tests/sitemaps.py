"""The rules of the sitemap schemas (sitemap.xsd, siteindex.xsd, sitemap-news.xsd, 0.9) and of the
protocol, as a list of what is wrong with a document."""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
# xsd:date or xsd:dateTime, which W3C's profile asks an offset of.
TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?")
# RFC 3986: what is not ASCII, a space or a quote among them, stands percent-encoded.
URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
SEQUENCE = [f"{SITEMAP}{name}" for name in ("loc", "lastmod", "changefreq", "priority")]


def faults(document: bytes, host: str) -> list[str]:
    """Return what is wrong with a sitemap, or an index of them, of the site at `host`."""
    found = ["more than 50 MB"] if len(document) > 50 * 1024 * 1024 else []
    root = fromstring(document)
    child = {f"{SITEMAP}urlset": "url", f"{SITEMAP}sitemapindex": "sitemap"}.get(root.tag)
    if child is None:
        return [f"the root is {root.tag}"]
    if not 1 <= len(root) <= 50_000:
        found.append(f"{len(root)} entries")
    places = [entry.findtext(SEQUENCE[0]) for entry in root]
    if len(places) != len(set(places)):
        found.append("an address stands twice")
    for place, entry in enumerate(root):
        if entry.tag != f"{SITEMAP}{child}":
            found.append(f"{place}: {entry.tag} in {root.tag}")
        found += [f"{place}: {fault}" for fault in _entry(entry, host)]
    return found


def _entry(entry: Element, host: str) -> Iterator[str]:
    yield from _address(entry.findtext(SEQUENCE[0]) or "", host)
    own = [part.tag for part in entry if part.tag.startswith(SITEMAP)]
    if own != sorted(set(own), key=SEQUENCE.index) or [p.tag for p in entry][: len(own)] != own:
        yield "parts in another order than the schema's"
    lastmod = entry.findtext(SEQUENCE[1])
    if lastmod is not None:
        yield from _time(lastmod)
    codes = []
    for link in entry.findall(f"{XHTML}link"):
        codes.append(link.get("hreflang"))
        if link.get("rel") != "alternate":
            yield "a link that is no alternate"
        yield from _address(link.get("href") or "", host)
    if codes and ("x-default" not in codes or len(codes) != len(set(codes))):
        yield f"alternates in {codes}"
    for news in entry.findall(f"{NEWS}news"):
        yield from _news(news)


def _news(news: Element) -> Iterator[str]:
    tags = [part.tag.removeprefix(NEWS) for part in news]
    if tags != ["publication", "publication_date", "title"]:
        yield f"news of {tags}"
        return
    if [part.tag.removeprefix(NEWS) for part in news[0]] != ["name", "language"]:
        yield "a publication that is not name and language"
    yield from _time(news[1].text or "")
    if not re.fullmatch("zh-cn|zh-tw|[a-z]{2,3}", news[0].findtext(f"{NEWS}language") or ""):
        yield "no language"
    if not (news[0].findtext(f"{NEWS}name") and news[2].text):
        yield "no name or no title"


def _address(url: str, host: str) -> Iterator[str]:
    if not URL.fullmatch(url) or not 12 <= len(url) <= 2048:
        yield f"{url!r} is no address"
    elif urlsplit(url).netloc != host:
        yield f"{url} lies elsewhere"


def _time(text: str) -> Iterator[str]:
    if not TIME.fullmatch(text) or datetime.fromisoformat(text).year < 1900:
        yield f"{text!r} is no time"
