"""Moving in from WordPress: its export file (WXR) as a stream of posts, and posts as stories.

A file is read twice: once whole, so that nothing is written from one that is broken or hostile,
then post by post. Neither keeps more than one post in memory. Nothing that PHP serialised is
ever interpreted.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree.ElementTree import Element, ParseError, TreeBuilder  # nosec B405 # read by defusedxml
from xml.parsers.expat import ErrorString

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.wordpress.text import Attachment, plain

VERSIONS = ("1.0", "1.1", "1.2")
LARGEST_NUMBER = 2**63 - 1
# A file that claims a higher one would use up the numbers of comments to come.
LARGEST_KEPT_COMMENT = 2**40

_NAMESPACES = (
    (re.compile(r"https?://(?:www\.)?wordpress\.org/export/1\.\d+/?\Z"), "wp"),
    (re.compile(r"https?://(?:www\.)?wordpress\.org/export/1\.\d+/excerpt/?\Z"), "excerpt"),
    (re.compile(r"https?://purl\.org/rss/1\.0/modules/content/?\Z"), "content"),
    (re.compile(r"https?://purl\.org/dc/elements/1\.1/?\Z"), "dc"),
)


class WxrError(Exception):
    """The file cannot be imported; the message is one sentence and names the line."""


@dataclass(frozen=True)
class Writer:
    """A user of the old site who wrote something. Their address is not even read."""

    login: str
    name: str
    about: str = ""


@dataclass(frozen=True)
class Category:
    code: str
    name: str
    parent: str = ""
    description: str = ""


@dataclass(frozen=True)
class OldComment:
    number: int
    parent: int
    name: str
    address: str = field(repr=False)
    website: str
    ip: str = field(repr=False)
    text: str
    state: str
    type: str
    at: datetime | None


@dataclass(frozen=True)
class Post:
    number: int
    type: str
    status: str
    title: str
    text: str
    excerpt: str
    slug: str
    login: str
    at: datetime | None
    has_password: bool
    is_sticky: bool
    comments_open: bool
    categories: list[Category]
    tags: list[str]
    language: str
    comments: list[OldComment]


@dataclass
class Site:
    """What the file says of the old site as a whole."""

    version: str = ""
    source: str = ""
    base: str = ""
    language: str = ""
    writers: dict[str, Writer] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    last_comment: int = 0


@dataclass
class Receipt:
    """What came of an import, counted."""

    stories: Counter = field(default_factory=Counter)  # (kind, state, language)
    comments: Counter = field(default_factory=Counter)  # (kind, state, language)
    made: Counter = field(default_factory=Counter)  # sections, authors, topics
    known: Counter = field(default_factory=Counter)  # what an earlier run had brought
    skipped: Counter = field(default_factory=Counter)  # (what, reason)
    notes: Counter = field(default_factory=Counter)  # what was changed on the way


class Export:
    """A WXR file. `site` was read from the whole of it; `posts()` streams."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.site = _survey(path)

    def posts(self) -> Iterator[Post]:
        """Yield every item of the file, whatever its type."""
        for name, element in _children_of_channel(self.path):
            if name == "item":
                yield _post(element)


# Reading XML.


def _children_of_channel(path: Path) -> Iterator[tuple[str, Element]]:
    """Yield each child of rss/channel with its short name, and forget it again."""
    parser = DefusedXMLParser(target=TreeBuilder(), forbid_dtd=True)
    try:
        with path.open("rb") as file:
            yield from _walk(file, parser, path)
    except ParseError as error:
        line, reason = error.position[0], ErrorString(error.code)
        raise WxrError(f"{path.name}, line {line}: not well-formed XML ({reason}).") from None
    except DefusedXmlException:
        line = parser.parser.CurrentLineNumber
        raise WxrError(
            f"{path.name}, line {line}: a document type or an entity is declared, which no "
            "WordPress export does; the file is refused."
        ) from None
    except (LookupError, UnicodeError, ValueError) as error:
        line = parser.parser.CurrentLineNumber
        raise WxrError(f"{path.name}, line {line}: cannot be decoded ({error}).") from None
    except OSError as error:
        raise WxrError(f"{path}: {error.strerror or error}.") from None


def _walk(file: BinaryIO, parser: DefusedXMLParser, path: Path) -> Iterator[tuple[str, Element]]:
    trail: list[Element] = []
    for event, element in iterparse(file, ("start", "end"), parser):
        if event == "start":
            trail.append(element)
            if len(trail) <= 2 and element.tag != ("rss", "channel")[len(trail) - 1]:
                line = parser.parser.CurrentLineNumber
                raise WxrError(f"{path.name}, line {line}: not a WordPress export (WXR).")
            continue
        trail.pop()
        if len(trail) == 2:
            yield _short(element.tag), element
            trail[1].clear()


@lru_cache(maxsize=512)
def _short(tag: str) -> str:
    """Return "wp:post_id" for the name in any of the WXR namespaces, "" for a foreign one."""
    if not tag.startswith("{"):
        return tag
    address, _, name = tag[1:].partition("}")
    prefix = next((short for pattern, short in _NAMESPACES if pattern.match(address)), "")
    return f"{prefix}:{name}" if prefix else ""


def _fields(element: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        found.setdefault(_short(child.tag), child.text or "")
    return found


def _survey(path: Path) -> Site:
    """Read the whole file once: the site, and whether all of it can be read."""
    site, words = Site(), {}
    for name, element in _children_of_channel(path):
        if name == "wp:author":
            _add_writer(site, _fields(element))
        elif name == "wp:category":
            _add_category(site, _fields(element))
        elif name == "wp:tag":
            site.tags.append(_fields(element).get("wp:tag_name", ""))
        elif name == "item":
            _add_item(site, element)
        else:
            words.setdefault(name, (element.text or "").strip())
    _add_words(site, words, path)
    return site


def _add_writer(site: Site, found: dict[str, str]) -> None:
    login = found.get("wp:author_login", "").strip()
    full = f"{found.get('wp:author_first_name', '')} {found.get('wp:author_last_name', '')}"
    name = plain(found.get("wp:author_display_name", "")) or plain(full) or login
    if login:
        site.writers[login] = Writer(login, name, plain(found.get("wp:author_description", "")))


def _add_category(site: Site, found: dict[str, str]) -> None:
    code = decoded(found.get("wp:category_nicename", ""))
    if code:
        site.categories[code] = Category(
            code,
            plain(found.get("wp:cat_name", "")) or code,
            decoded(found.get("wp:category_parent", "")),
            plain(found.get("wp:category_description", "")),
        )


def _add_item(site: Site, element: Element) -> None:
    for child in element:
        if _short(child.tag) == "wp:comment":
            number = _number(_fields(child).get("wp:comment_id", ""))
            if number <= LARGEST_KEPT_COMMENT:
                site.last_comment = max(site.last_comment, number)
    found = _fields(element)
    number = _number(found.get("wp:post_id", ""))
    if found.get("wp:post_type") == "attachment" and number:
        address = found.get("wp:attachment_url", "").strip()
        parent = _number(found.get("wp:post_parent", ""))
        site.attachments[number] = Attachment(
            number, address, plain(found.get("title", "")), parent
        )


def _add_words(site: Site, words: dict[str, str], path: Path) -> None:
    site.version = words.get("wp:wxr_version", "")
    if not site.version:
        raise WxrError(f"{path.name}: not a WordPress export: it names no WXR version.")
    if site.version not in VERSIONS:
        raise WxrError(
            f"{path.name}: WXR version {site.version[:20]!r} is not known; {VERSIONS[0]} to "
            f"{VERSIONS[-1]} are."
        )
    addresses = (words.get(name) for name in ("wp:base_blog_url", "link", "wp:base_site_url"))
    site.base = next(filter(None, addresses), "")
    site.source = _source(site.base)
    site.language = words.get("language", "")


def _source(address: str) -> str:
    """Return the old site's name for our records: host and path, since http may become https."""
    try:
        parts = urlsplit(address)
        host = (parts.netloc.rpartition("@")[2] or "wordpress").lower()
    except ValueError:
        return "wordpress"
    return f"{host}{parts.path.rstrip('/')}"[:190]


def _post(element: Element) -> Post:
    found = _fields(element)
    terms = [child for child in element if child.tag == "category" and child.get("nicename")]
    at = _moment(found.get("wp:post_date_gmt"), found.get("wp:post_date"), found.get("pubDate"))
    return Post(
        number=_number(found.get("wp:post_id", "")),
        type=found.get("wp:post_type", "").strip() or "post",
        status=found.get("wp:status", "").strip() or "publish",
        title=plain(found.get("title", "")),
        text=found.get("content:encoded", ""),
        excerpt=plain(found.get("excerpt:encoded", "")),
        slug=decoded(found.get("wp:post_name", "")).removesuffix("__trashed"),
        login=found.get("dc:creator", "").strip(),
        at=at,
        has_password=bool(found.get("wp:post_password", "").strip()),
        is_sticky=found.get("wp:is_sticky", "").strip() == "1",
        comments_open=found.get("wp:comment_status", "").strip() == "open",
        categories=[
            Category(decoded(term.get("nicename")), plain(term.text or "") or term.get("nicename"))
            for term in terms
            if term.get("domain") == "category"
        ],
        tags=[
            plain(term.text or "") for term in terms if term.get("domain") in ("post_tag", "tag")
        ],
        language=next(
            (term.get("nicename") for term in terms if term.get("domain") == "language"), ""
        ),
        comments=[
            _comment(_fields(child), at) for child in element if _short(child.tag) == "wp:comment"
        ],
    )


def _comment(found: dict[str, str], posted: datetime | None) -> OldComment:
    at = _moment(found.get("wp:comment_date_gmt"), found.get("wp:comment_date"), None)
    return OldComment(
        number=_number(found.get("wp:comment_id", "")),
        parent=_number(found.get("wp:comment_parent", "")),
        name=found.get("wp:comment_author", ""),
        address=found.get("wp:comment_author_email", "").strip(),
        website=found.get("wp:comment_author_url", "").strip(),
        ip=found.get("wp:comment_author_IP", "").strip(),
        text=found.get("wp:comment_content", ""),
        state=found.get("wp:comment_approved", "").strip(),
        type=found.get("wp:comment_type", "").strip() or "comment",
        at=at or posted,
    )


def decoded(slug: str) -> str:
    """Return a slug with its percent-encoding undone; letters cut in half at its end go."""
    return unquote_to_bytes(slug.strip()).decode(errors="ignore")


def _number(text: str) -> int:
    """Return a number as WordPress counts, 0 for anything else."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 19):
        return 0
    return int(text) if int(text) <= LARGEST_NUMBER else 0


def _moment(gmt: str | None, local: str | None, published: str | None) -> datetime | None:
    """Return the first date that is one; drafts have zeros, and no zone for the local one."""
    for text, zone in ((gmt, UTC), (local, timezone.get_default_timezone())):
        try:
            found = parse_datetime((text or "").strip())
        except ValueError:
            continue
        if found and 1000 < found.year < 9000:
            return found.replace(tzinfo=zone).astimezone(UTC)
    try:
        found = parsedate_to_datetime(published or "")
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if 1000 < found.year < 9000 else None
