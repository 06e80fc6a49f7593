"""What an RSS 2.0 feed must be (rssboard.org/rss-specification), as a list of what is wrong."""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
# English names whatever the language, four digits of the year, a numeric zone or GMT (RFC 822).
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d{2}:\d{2}:\d{2} ([+-]\d{4}|GMT)"
)
ONCE = {"title", "link", "description", "language", "lastBuildDate", "ttl", "pubDate", "guid"}
KNOWN = {
    "channel": {"item", f"{ATOM}link", *ONCE} - {"guid"},
    "item": ({"category", "comments", "{http://purl.org/dc/elements/1.1/}creator"})
    | {f"{MEDIA}content", *ONCE} - {"language", "lastBuildDate", "ttl"},
}


def faults(document: bytes, address: str) -> list[str]:
    """Return what is wrong with a feed that was read at the absolute `address`."""
    rss = fromstring(document)
    if rss.tag != "rss" or rss.get("version") != "2.0" or len(rss) != 1:
        return ["no rss element of version 2.0 with one channel"]
    channel = rss[0]
    items = channel.findall("item")
    found = [*_channel(channel, address)]
    for place, item in enumerate(items):
        found += [f"item {place}: {fault}" for fault in _item(item)]
    guids = [item.findtext("guid") for item in items]
    if len(guids) != len(set(guids)):
        found.append("a guid stands twice")
    return found


def _channel(channel: Element, address: str) -> Iterator[str]:
    yield from _children(channel, "channel", ("title", "link", "description", "language"))
    yield from _dates(channel, "lastBuildDate")
    itself = [link.get("href") for link in channel.findall(f"{ATOM}link[@rel='self']")]
    if itself != [address]:
        yield f"atom:link names {itself} as the feed itself"


def _item(item: Element) -> Iterator[str]:
    yield from _children(item, "item", ("title", "link", "guid", "pubDate"))
    yield from _dates(item, "pubDate")
    guid = item.find("guid")
    is_address = guid is not None and guid.get("isPermaLink") != "false"
    if is_address and not (guid.text or "").startswith("http"):
        yield "a guid that says it is an address is none"
    for content in item.findall(f"{MEDIA}content"):
        if not (content.get("url") or "").startswith("http") or not content.get("type"):
            yield "a picture without an absolute address or a type"


def _children(parent: Element, name: str, required: tuple[str, ...]) -> Iterator[str]:
    tags = [child.tag for child in parent]
    yield from (f"no {tag}" for tag in required if not parent.findtext(tag))
    yield from (f"{tag} stands twice" for tag in ONCE if tags.count(tag) > 1)
    yield from (f"{tag} is unknown in a {name}" for tag in set(tags) - KNOWN[name])
    if not (parent.findtext("link") or "").startswith("http"):
        yield "a link that is not absolute"


def _dates(parent: Element, tag: str) -> Iterator[str]:
    text = parent.findtext(tag) or ""
    if not DATE.fullmatch(text) or not parsedate_to_datetime(text).tzinfo:
        yield f"{tag} is {text!r}"
