"""Addresses of the site this paper moved in from, as WordPress makes them: where they lead now.

What stood at an address is kept by the import (`articles.wordpress.addresses`); what WordPress
adds to one (pages, feeds, parents of a category, sizes of a picture) is taken off here.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.encoding import iri_to_uri

from articles import pictures
from articles.models import OldAddress, Story
from articles.redirects import MAX_LENGTH, is_reserved, normalise

# What WordPress hangs on any of its addresses.
_HUNG_ON = re.compile(r"/(?:page/\d{1,5}|comment-page-\d{1,5}|amp|trackback|embed)\Z")
_FEED = re.compile(r"/feed(?:/(?:rss2?|rdf|atom))?\Z")
_PART = re.compile(r"/\d{1,2}\Z")
_DATE = re.compile(r"/((?:19|20)\d\d)(?:/(\d\d?)(?:/\d\d?)?)?\Z")
_SIZE = re.compile(r"-\d{1,5}x\d{1,5}(?=\.[A-Za-z]{2,5}\Z)")
_SUFFIX = re.compile(r"(?=\.[A-Za-z]{2,5}\Z)")
# Of an address in a query: what names the thing itself, and as what that is kept.
_NAMED = {
    **{name: f"/?{name}={{}}" for name in ("p", "page_id", "attachment_id", "cat", "author")},
    "tag": "/tag/{}",
    "category_name": "/category/{}",
    "author_name": "/author/{}",
}
_SITEMAPS = frozenset({"/wp-sitemap.xml", "/sitemap_index.xml", "/sitemap-news.xml"})
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


@dataclass
class _Asked:
    """An old address taken apart."""

    paths: list[str]
    number: int = 0
    is_feed: bool = False
    date: tuple[int, int] | None = None
    language: str = ""
    # The page of a file stands under its story: without the file that is what is left.
    parent: str = ""
    words: str = ""


def find(path: str, query: str = "") -> str:
    """Return where a decoded path of the old site leads now, "" where nowhere; one question for
    what was never there."""
    if "\x00" in path + query or len(path) > MAX_LENGTH or is_reserved(path):
        return ""
    asked = _taken_apart(normalise(path), _fields(query))
    paths = [one for one in asked.paths if "\x00" not in one and len(one) <= MAX_LENGTH]
    rows = OldAddress.objects.filter(path__in=paths).in_bulk(field_name="path")
    row = next((rows[one] for one in paths if one in rows), None)
    if row and row.path == asked.parent and not row.story_id:
        row = None
    target = _target(row, asked.is_feed) if row else ""
    if not target and asked.number:
        target = _numbered(asked.number)
    if not target and row is None and _is_list(asked):
        target = _list(asked)
    return iri_to_uri(target)


def is_year(section: str) -> bool:
    """Whether a part of a path looks like the year of a dated address, /fr/2021/03/slug/, which
    reads like a story's own."""
    return bool(_YEAR.match(section))


def sizes_of(path: str) -> list[str]:
    """Return under which names the file of a picture's address may be kept, the likeliest first:
    as it is, without the size WordPress cut it to, as the large original it scaled down."""
    bare = _SIZE.sub("", path)
    plain = bare.replace("-scaled.", ".")
    return list(dict.fromkeys([path, bare, _SUFFIX.sub("-scaled", bare, count=1), plain]))


def _fields(query: str) -> dict[str, str]:
    """Return the first value of each field of a query; none of one no address of WordPress has."""
    try:
        fields = parse_qs(query, max_num_fields=20) if query else {}
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _taken_apart(path: str, query: dict[str, str]) -> _Asked:
    path = path.removeprefix("/index.php") or "/"
    if path.count("/") <= 1 and (path == "/" or query.keys() & _NAMED.keys()):
        return _asked_by_query(query)
    bare = _FEED.sub("", path)
    is_feed = bare != path
    while (shorter := _HUNG_ON.sub("", bare)) != bare:
        bare = shorter
    found = _DATE.search(bare)
    paths = [bare, *sizes_of(bare), _PART.sub("", bare), *_terms(bare), *_last_part(bare)]
    parent = bare.rpartition("/")[0]
    asked = _Asked(list(dict.fromkeys(filter(None, [*paths, parent]))), is_feed=is_feed)
    asked.parent = "" if parent in paths else parent
    before = bare[: found.start()].strip("/") if found else ""
    if before in dict(settings.LANGUAGES):
        asked.language = before
    if found and before in ("", asked.language):
        month = int(found[2] or 1)
        asked.date = (int(found[1]), month) if 1 <= month <= 12 else None
    return asked


def _asked_by_query(query: dict[str, str]) -> _Asked:
    named = [name for name in _NAMED if name in query]
    # A category is named with its parents before it.
    values = {name: query[name].rstrip("/").rpartition("/")[2] for name in named}
    paths = [normalise(_NAMED[name].format(values[name])) for name in named]
    number = next((query[name] for name in ("p", "page_id") if name in query), "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    return _Asked(
        paths,
        number=int(number) if is_number else 0,
        is_feed="feed" in query,
        words=query.get("s", "").strip(),
    )


def _terms(path: str) -> list[str]:
    """Return a category's address without its parents, and without a language before it."""
    parts = path.strip("/").split("/")
    return [f"/{parts[at]}/{parts[-1]}" for at in range(min(2, len(parts) - 1))]


def _last_part(path: str) -> list[str]:
    """WordPress finds a story by its slug, whatever stands before it."""
    return [f"/{path.rpartition('/')[2]}"] if path.count("/") > 1 else []


def _target(row: OldAddress, is_feed: bool) -> str:
    if row.story_id:
        return _of_story(row.story, is_feed)
    if row.image_id:
        return pictures.rendition_url(row.image, "full", 1920)
    kept = row.section or row.topic or row.author
    name = kept.translations.filter(language=row.language).first() if kept else None
    name = name or (kept.in_language(row.language) if kept else None)
    if name is None:
        return ""
    return name.get_absolute_url() + ("feed/" if is_feed and row.section_id else "")


def _of_story(story: Story, is_feed: bool) -> str:
    """Return the address of a story that readers may see; a withdrawn one says so itself."""
    if not (story.is_public or story.status == Story.Status.WITHDRAWN):
        return ""
    address = story.get_absolute_url()
    return f"{address}comments/feed/" if is_feed and story.kind != Story.Kind.PAGE else address


def _numbered(number: int) -> str:
    rows = Story.objects.filter(legacy_id=number).order_by("pk")
    return next(filter(None, (_of_story(story, False) for story in rows[:3])), "")


def _is_list(asked: _Asked) -> bool:
    """Whether an address names no thing, but a list that this site has too: a month, a feed, a
    search, a sitemap. A site that moved in from nowhere is not asked for those."""
    is_site = not asked.paths or asked.paths[0] in ("/", "/comments")
    is_map = bool(asked.paths) and asked.paths[0] in _SITEMAPS
    is_one = asked.date or asked.words or is_map or (asked.is_feed and is_site)
    return bool(is_one) and OldAddress.objects.exists()


def _list(asked: _Asked) -> str:
    language = asked.language or settings.DEFAULT_LANGUAGE
    if asked.date:
        return reverse("articles:archive", args=[language, *asked.date])
    if asked.words:
        return f"{reverse('articles:search', args=[language])}?{urlencode({'q': asked.words})}"
    if not asked.is_feed:
        return reverse("sitemaps:index")
    is_comments = "/comments" in asked.paths
    return reverse("articles:front", args=[language]) + ("comments/" * is_comments) + "feed/"
