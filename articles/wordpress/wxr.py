"""Moving in from WordPress: its export file (WXR) as a stream of posts, and posts as stories.

A file is read twice: once whole, so that nothing is written from one that is broken or hostile,
then post by post. Neither keeps more than one post in memory. Nothing that PHP serialised is
ever interpreted.
"""

import re
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

from articles.wordpress import tongues
from articles.wordpress.text import Attachment, plain

VERSIONS = ("1.0", "1.1", "1.2")
LARGEST_NUMBER = 2**63 - 1
# A file that claims a higher one would use up the numbers of comments to come.
LARGEST_KEPT_COMMENT = 2**40
# An item is held whole while it is read; no post with its comments comes near this.
LARGEST_ITEM = 64 * 1024 * 1024
# The fields of plugins and themes that are read; all others may hold what only PHP should see.
FIELDS = frozenset(
    "_thumbnail_id _wp_old_slug _wp_attachment_image_alt _wp_attached_file"
    " _yoast_wpseo_title _yoast_wpseo_metadesc _yoast_wpseo_primary_category"
    " rank_math_title rank_math_description rank_math_primary_category"
    " tie_post_sub_title tie_primary_category tie_video_url tie_embed_code"
    " _wpml_import_language_code _wpml_import_translation_group".split()
)

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
    number: int = 0


@dataclass(frozen=True)
class Category:
    """A category, or a tag: `code` is its slug, `number` the one `?cat=` has."""

    code: str
    name: str
    parent: str = ""
    description: str = ""
    number: int = 0


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
    tags: list[Category]
    language: str
    comments: list[OldComment]
    link: str = ""
    # What is read of its FIELDS, in the order of the file.
    fields: dict[str, list[str]] = field(default_factory=dict)
    # Posts of one group are each other's translations.
    group: str = ""
    guests: list[str] = field(default_factory=list)
    line: int = 0
    # Of a text in several languages side by side: all of them, and which one this is beside the
    # first.
    editions: list[str] = field(default_factory=list)
    edition: str = ""

    def first(self, *names: str) -> str:
        """Return the first of the named fields that says anything."""
        values = (value for name in names for value in self.fields.get(name, ()))
        return next(filter(None, values), "")


@dataclass
class Site:
    """What the file says of the old site as a whole."""

    version: str = ""
    source: str = ""
    base: str = ""
    language: str = ""
    writers: dict[str, Writer] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    tags: dict[str, Category] = field(default_factory=dict)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    # In which languages posts name a category or a tag: (domain, code) → codes of languages.
    spoken: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    last_comment: int = 0
    items: int = 0

    def category_numbered(self, number: str) -> Category | None:
        """Return the category that a field names by its number."""
        wanted = _number(number)
        rows = self.categories.values() if wanted else ()
        return next((one for one in rows if one.number == wanted), None)


class Export:
    """The files of an export, one or the several it was split into. `site` was read from the whole
    of them; `posts()` streams. Raises WxrError when one cannot be read or is of another site."""

    def __init__(self, *paths: Path) -> None:
        self.paths = paths
        self.site = _survey(paths[0])
        for path in paths[1:]:
            self._join(path)

    def posts(self) -> Iterator[Post]:
        """Yield every item of the files, whatever its type."""
        for path in self.paths:
            for name, element, line in _children_of_channel(path):
                if name == "item":
                    yield _post(element, line)

    def _join(self, path: Path) -> None:
        site, more = self.site, _survey(path)
        if more.source != site.source:
            raise WxrError(f"{path.name}: is of another site, {more.source} and not {site.source}.")
        for name in ("writers", "categories", "tags", "attachments"):
            setattr(site, name, {**getattr(more, name), **getattr(site, name)})
        for term, languages in more.spoken.items():
            site.spoken.setdefault(term, set()).update(languages)
        site.last_comment = max(site.last_comment, more.last_comment)
        site.items += more.items


# Reading XML.


class _Watched:
    """A file that is read only so far beyond the last item that was whole."""

    def __init__(self, file: BinaryIO, path: Path, parser: DefusedXMLParser) -> None:
        self.file, self.path, self.parser = file, path, parser
        self.since = 0

    @property
    def place(self) -> str:
        """Where the parser is, as messages name it."""
        return f"{self.path.name}, line {self.parser.parser.CurrentLineNumber}"

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.since += len(data)
        if self.since > LARGEST_ITEM:
            raise WxrError(
                f"{self.place}: an item is larger than {LARGEST_ITEM // 2**20} MB, which no post "
                "is; the file is refused."
            )
        return data


def _children_of_channel(path: Path) -> Iterator[tuple[str, Element, int]]:
    """Yield each child of rss/channel with its short name and its last line, and forget it."""
    parser = DefusedXMLParser(target=TreeBuilder(), forbid_dtd=True)
    try:
        with path.open("rb") as opened:
            file = _Watched(opened, path, parser)
            yield from _walk(file)
    except ParseError as error:
        line, reason = error.position[0], ErrorString(error.code)
        raise WxrError(f"{path.name}, line {line}: not well-formed XML ({reason}).") from None
    except DefusedXmlException:
        raise WxrError(
            f"{file.place}: a document type or an entity is declared, which no WordPress export "
            "does; the file is refused."
        ) from None
    except (LookupError, UnicodeError, ValueError) as error:
        raise WxrError(f"{file.place}: cannot be decoded ({error}).") from None
    except OSError as error:
        raise WxrError(f"{path}: {error.strerror or error}.") from None


def _walk(file: _Watched) -> Iterator[tuple[str, Element, int]]:
    trail: list[Element] = []
    for event, element in iterparse(file, ("start", "end"), file.parser):
        if event == "start":
            trail.append(element)
            if len(trail) <= 2 and element.tag != ("rss", "channel")[len(trail) - 1]:
                raise WxrError(f"{file.place}: not a WordPress export (WXR).")
            continue
        trail.pop()
        if len(trail) == 2:
            file.since = 0
            yield _short(element.tag), element, file.parser.parser.CurrentLineNumber
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
    for name, element, _line in _children_of_channel(path):
        if name == "wp:author":
            _add_writer(site, _fields(element))
        elif name == "wp:category":
            _add_category(site, _fields(element))
        elif name == "wp:tag":
            _add_tag(site, _fields(element))
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
        about = plain(found.get("wp:author_description", ""))
        number = _number(found.get("wp:author_id", ""))
        site.writers[login] = Writer(login, name, about, number)


def _add_category(site: Site, found: dict[str, str]) -> None:
    code = decoded(found.get("wp:category_nicename", ""))
    if code:
        site.categories[code] = Category(
            code,
            spoken(found.get("wp:cat_name", "")) or code,
            decoded(found.get("wp:category_parent", "")),
            spoken(found.get("wp:category_description", "")),
            _number(found.get("wp:term_id", "")),
        )


def _add_tag(site: Site, found: dict[str, str]) -> None:
    code, name = decoded(found.get("wp:tag_slug", "")), spoken(found.get("wp:tag_name", ""))
    if code or name:
        site.tags[code or name] = Category(
            code, name or code, number=_number(found.get("wp:term_id", ""))
        )


def _add_item(site: Site, element: Element) -> None:
    site.items += 1
    for child in element:
        if _short(child.tag) == "wp:comment":
            number = _number(_fields(child).get("wp:comment_id", ""))
            if number <= LARGEST_KEPT_COMMENT:
                site.last_comment = max(site.last_comment, number)
    found = _fields(element)
    if found.get("wp:post_type") == "attachment":
        _add_attachment(site, found, _plugin_fields(element))
    elif language := _language(element, _plugin_fields(element)):
        for term in _terms(element, "category", "post_tag"):
            of = term.get("domain"), decoded(term.get("nicename"))
            site.spoken.setdefault(of, set()).add(language)


def _add_attachment(site: Site, found: dict[str, str], fields: dict[str, list[str]]) -> None:
    number = _number(found.get("wp:post_id", ""))
    if number:
        site.attachments[number] = Attachment(
            number,
            found.get("wp:attachment_url", "").strip(),
            spoken(found.get("title", "")),
            _number(found.get("wp:post_parent", "")),
            file=next(iter(fields.get("_wp_attached_file", ())), ""),
            alt=spoken(next(iter(fields.get("_wp_attachment_image_alt", ())), "")),
            caption=spoken(found.get("excerpt:encoded", "")),
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


def _post(element: Element, line: int) -> Post:
    found, fields = _fields(element), _plugin_fields(element)
    at = _moment(found.get("wp:post_date_gmt"), found.get("wp:post_date"), found.get("pubDate"))
    groups = [decoded(term.get("nicename")) for term in _terms(element, "post_translations")]
    groups += fields.get("_wpml_import_translation_group", [])
    return Post(
        number=_number(found.get("wp:post_id", "")),
        type=found.get("wp:post_type", "").strip() or "post",
        status=found.get("wp:status", "").strip() or "publish",
        title=spoken(found.get("title", "")),
        text=tongues.unified(found.get("content:encoded", "")),
        excerpt=spoken(found.get("excerpt:encoded", "")),
        slug=decoded(found.get("wp:post_name", "")).removesuffix("__trashed"),
        login=found.get("dc:creator", "").strip(),
        at=at,
        has_password=bool(found.get("wp:post_password", "").strip()),
        is_sticky=found.get("wp:is_sticky", "").strip() == "1",
        comments_open=found.get("wp:comment_status", "").strip() == "open",
        categories=[_term(term) for term in _terms(element, "category")],
        tags=[_term(term) for term in _terms(element, "post_tag", "tag")],
        language=_language(element, fields),
        comments=[
            _comment(_fields(child), at) for child in element if _short(child.tag) == "wp:comment"
        ],
        link=found.get("link", "").strip(),
        fields=fields,
        group=next(filter(None, groups), ""),
        guests=[plain(term.text or "") for term in _terms(element, "author")],
        line=line,
    )


def _terms(element: Element, *domains: str) -> list[Element]:
    return [
        child
        for child in element
        if child.tag == "category" and child.get("nicename") and child.get("domain") in domains
    ]


def _term(term: Element) -> Category:
    code = decoded(term.get("nicename"))
    return Category(code, spoken(term.text or "") or code)


def _language(element: Element, fields: dict[str, list[str]]) -> str:
    """Return the code of the language an item names: a term of Polylang, a field of WPML."""
    term = next(iter(_terms(element, "language")), None)
    if term is not None:
        return term.get("nicename", "")
    return next(iter(fields.get("_wpml_import_language_code", ())), "")


def _plugin_fields(element: Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for child in element:
        if _short(child.tag) == "wp:postmeta":
            pair = _fields(child)
            name = pair.get("wp:meta_key", "").strip()
            if name in FIELDS:
                found.setdefault(name, []).append(pair.get("wp:meta_value", "").strip())
    return found


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


def spoken(markup: str) -> str:
    """Return a title, name or excerpt as one line; marks of its languages stay."""
    return plain(tongues.unified(markup))


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
