"""What search engines are told of the paper's addresses: the sitemaps (sitemaps.org, 0.9), each
address with its other languages, and the news sitemap (Google's, of the last 48 hours).

A sitemap holds what stands under the ids of a range, so that its cost does not depend on how many
there are before it; it is sent as it is read, in steps. How wide a range is follows from both
limits of the protocol: 50,000 addresses, and 50 MB however long their slugs are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple
from xml.sax.saxutils import escape  # nosec B406 # writes XML, reads none

from django.conf import settings
from django.db.models import Max, Model, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles import languages
from articles.models import (
    Author,
    AuthorTranslation,
    Byline,
    Edition,
    Section,
    SectionTranslation,
    Story,
    Topic,
    TopicTranslation,
)
from articles.models.story import StoryQuerySet, is_published
from articles.site import absolute
from newsroom.lib.caching import public_page
from newsroom.lib.rss import plain

MOST_ADDRESSES, MOST_BYTES = 50_000, 50 * 1024 * 1024
# A slug of 120 Arabic letters in a section of 80, each letter six bytes of an address.
LONGEST_LINK = 1_400
# Whoever only asks whether there is anything reads little.
FIRST_STEP, STEP = 20, 1_000
NEWS_HOURS, MOST_NEWS, NEWS_PAGES = 48, 1_000, 20

TYPE = "application/xml; charset=utf-8"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


class Page(NamedTuple):
    """A public page: its language, its address, and when it last changed (None: nobody knows)."""

    language: str
    url: str
    changed_at: datetime | None = None


# A page with all that are the same page in some language, itself among them.
Entry = tuple[Page, list[Page]]
Times = dict[tuple[int, str], datetime]


def per_sitemap(kind: str) -> int:
    """Return how many ids a sitemap covers. An address may have links to its own in every
    language, to x-default and to itself; what is no story has an address in every language."""
    count = len(settings.LANGUAGES)
    fitting = min(MOST_ADDRESSES, MOST_BYTES // (LONGEST_LINK * (count + 2)))
    return fitting if kind in ("stories", "pages") else max(1, fitting // count)


# What there is under the ids from `first` to before `end`, by kind.


def _pages(first: int, end: int) -> Iterator[Entry]:
    """Front pages, what was corrected, and static pages."""
    codes = _codes()
    newest = (_public().in_language(code).newest_first() for code in codes)
    times = [rows.values_list("published_at", flat=True).first() for rows in newest]
    fronts = [Page(*row) for row in zip(codes, _each("front"), times, strict=True)]
    corrections = [Page(*row) for row in zip(codes, _each("corrections"), strict=True)]
    yield from ((page, twins) for twins in (fronts, corrections) for page in twins)
    static = Story.objects.published().filter(kind=Story.Kind.PAGE, language__in=codes)
    yield from _with_twins(list(static.order_by("pk")[: per_sitemap("pages") - 2 * len(_codes())]))


def _sections(first: int, end: int) -> Iterator[Entry]:
    own = _public().filter(section=OuterRef("section"), language=OuterRef("language"))
    newest = Subquery(own.newest_first().values("published_at")[:1])
    rows = SectionTranslation.objects.filter(language__in=_codes()).annotate(newest=newest)
    times = {(row.section_id, row.language): row.newest for row in rows if row.newest}
    # From the leaves up: a section shows what stands in those below it.
    for section, _depth in reversed(Section.in_tree_order()):
        for code in _codes():
            if section.parent_id and (at := times.get((section.pk, code))):
                above = (section.parent_id, code)
                times[above] = max(at, times.get(above, at))
    yield from _named(SectionTranslation, "section", first, end, lambda ids: times)


def _topics(first: int, end: int) -> Iterator[Entry]:
    def newest(ids: list[int]) -> Times:
        return _newest(Story.topics.through.objects.filter(topic__in=ids), "topic_id")

    yield from _named(TopicTranslation, "topic", first, end, newest)


def _authors(first: int, end: int) -> Iterator[Entry]:
    def newest(ids: list[int]) -> Times:
        return _newest(Byline.objects.filter(author__in=ids), "author_id")

    yield from _named(AuthorTranslation, "author", first, end, newest)


def _stories(first: int, end: int) -> Iterator[Entry]:
    while True:
        rows = Story.objects.published_between(first, end).articles()
        rows = rows.filter(language__in=_codes()).order_by("pk")[:STEP]
        found = list(_as_addresses(rows))
        yield from _with_twins(found)
        if len(found) < STEP:
            return
        first = found[-1].pk + 1


Entries = Callable[[int, int], Iterator[Entry]]
# By name in the address: what is in it, and whose ids it is split by (None: by nobody's).
KINDS: dict[str, tuple[Entries, type[Model] | None]] = {
    "pages": (_pages, None),
    "sections": (_sections, Section),
    "topics": (_topics, Topic),
    "authors": (_authors, Author),
    "stories": (_stories, Story),
}


def _codes() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def _each(name: str) -> list[str]:
    return [absolute(reverse(f"articles:{name}", args=[code])) for code in _codes()]


def _public() -> StoryQuerySet:
    return Story.objects.published().articles()


def _as_addresses(stories: StoryQuerySet) -> StoryQuerySet:
    """Load of stories what their addresses and times are made of."""
    lines = ("kind", "language", "slug", "section", "translation_key")
    return stories.with_section().only(*lines, "published_at", "updated_at", "corrected_at")


def _with_twins(stories: list[Story]) -> Iterator[Entry]:
    """Each story with those that are it in other languages, in one query for all."""
    keys = {story.translation_key for story in stories}
    twins: dict[object, list[Page]] = defaultdict(list)
    public = Story.objects.published().filter(translation_key__in=keys, language__in=_codes())
    for story in _as_addresses(public.order_by("pk")):
        twins[_group(story)].append(_page(story))
    for story in stories:
        group = twins[_group(story)]
        # Whoever was withdrawn since is in neither.
        if page := next((page for page in group if page.language == story.language), None):
            yield page, group


def _group(story: Story) -> tuple[object, bool]:
    """A static page is no translation of a story, nor the other way round."""
    return story.translation_key, story.kind == Story.Kind.PAGE


def _page(story: Story) -> Page:
    return Page(story.language, absolute(story.get_absolute_url()), story.modified_at)


def _named(
    names: type[Model], of: str, first: int, end: int, newest: Callable[[list[int]], Times]
) -> Iterator[Entry]:
    """The pages of what has a name in each language, where they show a story."""
    rows, step = names._default_manager.filter(language__in=_codes()), FIRST_STEP
    while True:
        ids = rows.filter(**{f"{of}__gte": first, f"{of}__lt": end}).order_by(of)
        found = list(ids.values_list(of, flat=True).distinct()[:step])
        times, twins = newest(found), defaultdict(list)
        for row in rows.filter(**{f"{of}__in": found}).order_by("pk"):
            pk = getattr(row, f"{of}_id")
            if at := times.get((pk, row.language)):
                twins[pk].append(Page(row.language, absolute(row.get_absolute_url()), at))
        yield from ((page, twins[pk]) for pk in found for page in twins[pk])
        if len(found) < step:
            return
        first, step = found[-1] + 1, min(STEP, step * 4)


def _newest(links: QuerySet[Any], of: str) -> Times:
    """When the newest public story of each came out, by its id and the language. `links` lead to
    the stories: begun at these, the databases would read every one there is."""
    now = timezone.now()
    lasts = Q(story__unpublish_at=None) | Q(story__unpublish_at__gt=now)
    rows = links.filter(is_published("story__"), lasts, story__published_at__lte=now)
    rows = rows.exclude(story__kind=Story.Kind.PAGE).order_by()
    times = rows.values_list(of, "story__language").annotate(newest=Max("story__published_at"))
    return {(pk, code): at for pk, code, at in times}


# The files.


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """Every sitemap there is."""
    parts = [
        reverse("sitemaps:part", args=[kind, number])
        for kind in KINDS
        for number in range(1, _count(kind) + 1)
        if _has_any(kind, number)
    ]
    parts += [_news_address(number) for number in range(1, _news_pages() + 1)]
    rows = "".join(f"<sitemap><loc>{escape(absolute(part))}</loc></sitemap>\n" for part in parts)
    text = f'{HEAD}<sitemapindex xmlns="{SITEMAP}">\n{rows}</sitemapindex>\n'
    return HttpResponse(text, content_type=TYPE)


@require_safe
@public_page
def part(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """One sitemap, sent as it is read; 404 where it would be empty."""
    if kind not in KINDS or not 1 <= number <= _count(kind):
        raise Http404
    entries = KINDS[kind][0](*_range(kind, number))
    head = next(entries, None)
    if head is None:
        raise Http404
    # Of what nobody will read, nothing more is asked.
    rows = [] if request.method == "HEAD" else _urlset(chain([head], entries))
    return StreamingHttpResponse(rows, content_type=TYPE)


@require_safe
@public_page
def news(request: HttpRequest, number: int = 1) -> HttpResponse:
    """The stories of the last 48 hours, newest first, at most a thousand; older ones of a very
    busy paper stand in the next file. As fresh as the database: nothing is kept."""
    if not 1 <= number <= NEWS_PAGES:
        raise Http404
    rows = fresh().with_section().order_by("-published_at", "-id")
    stories = list(rows[(number - 1) * MOST_NEWS : number * MOST_NEWS])
    if number > 1 and not stories:
        raise Http404
    names = dict(Edition.objects.values_list("language", "name"))
    items = "".join(_news_item(story, names) for story in stories)
    text = f'{HEAD}<urlset xmlns="{SITEMAP}" xmlns:news="{NEWS}">\n{items}</urlset>\n'
    return HttpResponse(text, content_type=TYPE)


def _count(kind: str) -> int:
    model = KINDS[kind][1]
    last = model._default_manager.aggregate(last=Max("pk"))["last"] if model else 1
    return -(-(last or 0) // per_sitemap(kind))


def _range(kind: str, number: int) -> tuple[int, int]:
    size = per_sitemap(kind)
    return (number - 1) * size + 1, number * size + 1


def _has_any(kind: str, number: int) -> bool:
    if kind == "stories":
        rows = Story.objects.published_between(*_range(kind, number)).articles()
        return rows.filter(language__in=_codes()).exists()
    return next(KINDS[kind][0](*_range(kind, number)), None) is not None


def _urlset(entries: Iterable[Entry]) -> Iterator[str]:
    yield f'{HEAD}<urlset xmlns="{SITEMAP}" xmlns:xhtml="{XHTML}">\n'
    for page, twins in entries:
        lastmod = f"<lastmod>{_time(page.changed_at)}</lastmod>" if page.changed_at else ""
        links = "".join(_links(twins)) if len(twins) > 1 else ""
        yield f"<url><loc>{escape(page.url)}</loc>{lastmod}{links}</url>\n"
    yield "</urlset>\n"


def _links(twins: list[Page]) -> Iterator[str]:
    """Every version, as the head of each of them has it."""
    urls = {page.language: page.url for page in twins}
    for code, url in [*urls.items(), ("x-default", urls[languages.default_of(urls)])]:
        yield f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(url)}"/>'


def _news_item(story: Story, names: dict[str, str]) -> str:
    name = names.get(story.language) or settings.SITE_NAME
    return (
        f"<url><loc>{escape(absolute(story.get_absolute_url()))}</loc>"
        f"<lastmod>{_time(story.modified_at)}</lastmod><news:news><news:publication>"
        f"<news:name>{escape(plain(name))}</news:name>"
        f"<news:language>{story.language}</news:language></news:publication>"
        f"<news:publication_date>{_time(story.published_at)}</news:publication_date>"
        f"<news:title>{escape(plain(story.headline))}</news:title></news:news></url>\n"
    )


def fresh() -> StoryQuerySet:
    """Return the stories of the news sitemap."""
    since = timezone.now() - timedelta(hours=NEWS_HOURS)
    # Said twice over, since at a language's own index every story in it would be read.
    known = ~Q(language__in=_codes())
    return Story.objects.published_since(since).articles().exclude(known)


def _news_pages() -> int:
    return min(NEWS_PAGES, -(-fresh().count() // MOST_NEWS))


def _news_address(number: int) -> str:
    return reverse("sitemaps:news_part", args=[number]) if number > 1 else reverse("sitemaps:news")


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


app_name = "sitemaps"

urlpatterns = [
    path("sitemap.xml", index, name="index"),
    path("sitemaps/<slug:kind>-<int:number>.xml", part, name="part"),
    path("news-sitemap.xml", news, name="news"),
    path("news-sitemap-<int:number>.xml", news, name="news_part"),
]
