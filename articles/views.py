"""Public pages of stories. One page for all visitors: nothing here asks who reads."""

from collections.abc import Iterable
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import (
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from articles import contacts, languages, old_addresses, placing, reads
from articles.bylines import bylines_of, with_writers
from articles.models import (
    AuthorTranslation,
    Byline,
    Correction,
    SectionTranslation,
    Story,
    TopicTranslation,
)
from articles.models.story import StoryQuerySet
from articles.site import Site, absolute, site_of
from newsroom.lib.caching import private_page, public_page
from newsroom.lib.privacy import client_ip, rate_network

PER_PAGE = 20
MAX_PAGES = 50
# A ranking of fewer is none.
FEWEST_READ = 3
RELATED, MAX_REPLIES, MAX_CORRECTIONS = 4, 10, 50
FRONT_TOP, FRONT_LATEST, BAND_SIZE, BAND_STORIES = placing.PLACES, 10, 6, 1000


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Send a visitor of `/` to the language their browser prefers, else the default one."""
    response = redirect("articles:front", language=languages.preferred(request))
    response["Cache-Control"] = "private, no-store"
    response["Vary"] = "Accept-Language"
    return response


@require_safe
@public_page
def front_page(request: HttpRequest, language: str) -> HttpResponse:
    stories = Story.objects.published().articles().in_language(language)
    cards = stories.for_cards()
    latest = list(cards.newest_first()[: FRONT_TOP + FRONT_LATEST])
    most_read = reads.most_read(cards, language)
    top = placing.fill(placing.pinned(cards, language), latest, FRONT_TOP)
    shown = {story.pk for story in top}
    bands = _bands(site_of(request), stories, shown)
    with_writers(top + [card for band in bands for card in band["cards"]], language)
    context = {
        "newest": max(filter(None, (story.modified_at for story in [*top, *latest])), default=None),
        "lead": top[0] if top else None,
        "seconds": top[1:],
        "latest": [story for story in latest if story.pk not in shown][:FRONT_LATEST],
        "most_read": most_read if len(most_read) >= FEWEST_READ else [],
        "bands": bands,
        "page_languages": languages.switch_by_slug(
            language, "front", {code: [] for code, _name in settings.LANGUAGES}
        ),
    }
    return TemplateResponse(request, "articles/front_page.html", context)


@require_safe
@public_page
def section(request: HttpRequest, language: str, section: str) -> HttpResponse:
    row = get_object_or_404(
        SectionTranslation.objects.select_related("section"), language=language, slug=section
    )
    below = row.section.descendants()
    stories = Story.objects.published().articles().in_language(language).for_cards()
    stories = stories.filter(section__in=below).newest_first()
    held = placing.pinned(stories, language, row.section)
    page = _page(request, placing.Composed(held, stories, MAX_PAGES * PER_PAGE))
    with_writers(page.object_list, language)
    lead = page.object_list[0] if page.number == 1 and page.object_list else None
    found = Story.objects.filter(section__in=below)
    slugs = _slugs_with_stories(row.section.translations, found)
    context = {
        "section": row,
        "lead": lead,
        "stories": page.object_list[1:] if lead else page.object_list,
        "page_obj": page,
        "archive_url": _archive_url(language, page),
        "page_languages": languages.switch_by_slug(language, "section", slugs),
    }
    return TemplateResponse(request, "articles/section.html", context)


@require_safe
@public_page
def story(request: HttpRequest, language: str, section: str, pk: int, slug: str) -> HttpResponse:
    """A story by its id alone; a wrong section or slug is corrected by 301, and so is the address
    of what became a static page. /fr/2021/03/slug/ is a dated address of an older site."""
    found = get_object_or_404(Story.objects.in_language(language).for_page(), pk=pk)
    if old_addresses.is_year(section) and section != found.slug_of_section():
        raise Http404
    if found.status == Story.Status.WITHDRAWN:
        return _withdrawn(request, found)
    if not found.is_public:
        raise Http404
    is_page = found.kind == Story.Kind.PAGE
    if is_page or (section, slug) != (found.slug_of_section(), found.slug):
        return _moved(request, found.get_absolute_url())
    return render_story(request, found, counts_reads=bool(settings.MOST_READ_HOURS))


def render_story(
    request: HttpRequest, story: Story, *, status: int = 200, **context: Any
) -> TemplateResponse:
    """Return the page of `story` (loaded by `for_page`). `context` adds what a form wants to say
    on it; four queries: bylines, topics, neighbours, and what the comments ask for."""
    translations, replies, related = _neighbours(story)
    context = {
        "story": story,
        "bylines": bylines_of(story),
        "topics": _topics_of(story),
        "translations": translations,
        "related": related,
        "answered": next((row for row in replies if row.pk == story.replies_to_id), None),
        "replies": [row for row in replies if row.replies_to_id == story.pk],
        "corrections": _corrections_of(story),
        # Of the story, also where the page answers at the address of the form.
        "canonical_url": absolute(story.get_absolute_url()),
        "page_languages": languages.switch(
            story.language, {row["language"]: row["url"] for row in translations}
        ),
        **context,
    }
    return TemplateResponse(request, "articles/story.html", context, status=status)


@require_safe
@public_page
def static_page(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    pages = Story.objects.in_language(language).filter(kind=Story.Kind.PAGE, slug=slug)
    # Two drafts may have been given one slug; the newer page is the one that is meant.
    found = pages.published().for_page().newest_first().first()
    if found is None:
        withdrawn = get_object_or_404(pages.filter(status=Story.Status.WITHDRAWN)[:1])
        return _withdrawn(request, withdrawn)
    same = Story.objects.published().filter(
        kind=Story.Kind.PAGE, translation_key=found.translation_key
    )
    slugs = dict(same.values_list("language", "slug"))
    context = {
        "story": found,
        "corrections": _corrections_of(found),
        "page_languages": languages.switch_by_slug(language, "page", slugs),
    }
    return TemplateResponse(request, "articles/static_page.html", context)


@require_safe
@public_page
def topic(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    row = get_object_or_404(TopicTranslation, language=language, slug=slug)
    stories = Story.objects.filter(topics=row.topic_id)
    slugs = _slugs_with_stories(TopicTranslation.objects.filter(topic=row.topic_id), stories)
    twins = languages.switch_by_slug(language, "topic", slugs)
    return _list(request, language, stories, heading=row.name, page_languages=twins)


@require_safe
@public_page
def author(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    rows = AuthorTranslation.objects.select_related("author__picture")
    row = get_object_or_404(rows, language=language, slug=slug)
    stories = stories_by(row)
    slugs = _slugs_with_stories(AuthorTranslation.objects.filter(author=row.author_id), stories)
    shown = stories.published().articles().in_language(language)
    total = shown.count()
    page = _page(request, shown.for_cards().newest_first(), total)
    context = {
        "author": row,
        "portrait": _portrait(row),
        "contacts": contacts.contacts_in(row.author.contacts),
        "total": total,
        "stories": page.object_list,
        "page_obj": page,
        "page_languages": languages.switch_by_slug(language, "author", slugs),
    }
    return TemplateResponse(request, "articles/author.html", context)


@require_safe
@public_page
def archive(request: HttpRequest, language: str, year: int, month: int) -> HttpResponse:
    """The stories of a month in the site's zone."""
    if not (1 <= month <= 12 and 1900 <= year < MAXYEAR):
        raise Http404
    # Begin and end, which an index finds; a year and a month it does not.
    begin = datetime(year, month, 1, tzinfo=timezone.get_current_timezone())
    end = (begin + timedelta(days=31)).replace(day=1)
    stories = Story.objects.filter(published_at__gte=begin, published_at__lt=end)
    there = stories.published().articles().order_by().values_list("language", flat=True)
    urls = {
        code: reverse("articles:archive", args=[code, year, month])
        for code in there.distinct()
        if code in dict(settings.LANGUAGES)
    }
    heading = _month_name(begin)
    twins = languages.switch(language, urls)
    months = _months_beside(language, begin, end)
    return _list(request, language, stories, heading=heading, page_languages=twins, months=months)


def _month_name(day: date) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")


def _months_beside(language: str, begin: datetime, end: datetime) -> dict[str, dict[str, str]]:
    """Return `later` and `earlier`, each with the name and the address of the next month in which
    something was published: months without stories are stepped over."""
    public = Story.objects.published().articles().in_language(language)
    times = public.values_list("published_at", flat=True)
    beside = {
        "later": times.filter(published_at__gte=end).order_by("published_at").first(),
        "earlier": times.filter(published_at__lt=begin).order_by("-published_at").first(),
    }
    local = {way: timezone.localtime(at) for way, at in beside.items() if at}
    return {
        way: {
            "name": _month_name(at),
            "url": reverse("articles:archive", args=[language, at.year, at.month]),
        }
        for way, at in local.items()
    }


@require_safe
@public_page
def corrections(request: HttpRequest, language: str) -> HttpResponse:
    """What the paper corrected of its public stories, newest first."""
    rows = Correction.objects.filter(
        story__in=Story.objects.published().in_language(language).values("pk")
    )
    rows = rows.prefetch_related(Prefetch("story", Story.objects.for_cards()))
    page = _page(request, rows)
    context = {
        "corrections": page.object_list,
        "page_obj": page,
        "page_languages": languages.switch_by_slug(
            language, "corrections", {code: [] for code, _name in settings.LANGUAGES}
        ),
    }
    return TemplateResponse(request, "articles/corrections.html", context)


@csrf_exempt
@require_POST
@private_page
def note_read(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    """Count a story as read. The same for everybody, so without a token: the browser's own word
    says that one of our pages asked."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise PermissionDenied
    if settings.MOST_READ_HOURS:
        reads.note(min(pk, 2**63 - 1), reader=rate_network(client_ip(request)))
    return HttpResponse(status=204)


# What the views share.


def _withdrawn(request: HttpRequest, story: Story) -> TemplateResponse:
    return TemplateResponse(request, "articles/withdrawn.html", {"story": story}, status=410)


def _slugs_with_stories(rows: Any, stories: StoryQuerySet) -> dict[str, str]:
    """Return the slugs by language of those `rows` (names of a section, a topic, an author) under
    which `stories` has something to show: an empty page is nobody's twin."""
    shown = stories.published().articles().filter(language=OuterRef("language"))
    rows = rows.filter(Exists(shown.order_by()), language__in=dict(settings.LANGUAGES))
    return dict(rows.values_list("language", "slug"))


def stories_by(author: AuthorTranslation) -> StoryQuerySet:
    """Return the stories that bear the name of an author, each once."""
    lines = Byline.objects.filter(author=author.author_id)
    return Story.objects.filter(pk__in=lines.values("story"))


def _portrait(author: AuthorTranslation) -> dict[str, Any] | None:
    """What an author's page shows of the portrait: the `image`, its `alt` text and its credit."""
    image = author.author.picture
    if image is None:
        return None
    texts = image.translations.filter(language=author.language).first()
    return {
        "image": image,
        "alt": texts.alt if texts else author.name,
        "credit": texts.credit if texts else "",
    }


def _list(
    request: HttpRequest, language: str, stories: QuerySet[Story], *, heading: str, **context: Any
) -> TemplateResponse:
    stories = stories.published().articles().in_language(language).for_cards().newest_first()
    page = _page(request, stories)
    with_writers(page.object_list, language)
    context |= {"heading": heading, "stories": page.object_list, "page_obj": page}
    return TemplateResponse(request, "articles/list.html", context)


def _page(request: HttpRequest, stories: QuerySet, total: int | None = None) -> Page:
    """Return the asked page, at most MAX_PAGES of PER_PAGE; 404 beyond, the archive has more.
    Where it is known how many there are (`total`), nobody counts again."""
    is_bounded = isinstance(stories, placing.Composed)
    bounded = stories if is_bounded else stories[: MAX_PAGES * PER_PAGE]
    try:
        paginator = Paginator(bounded, PER_PAGE)
        if total is not None:
            paginator.count = min(total, MAX_PAGES * PER_PAGE)
        page = paginator.page(request.GET.get("page", "1"))
    except InvalidPage as error:
        raise Http404 from error
    page.object_list = list(page.object_list)
    return page


def _bands(site: Site, stories: QuerySet[Story], shown: Iterable[int]) -> list[dict]:
    """Return a band for every section of the navigation with stories not shown above."""
    row_number = Window(
        RowNumber(),
        partition_by=F("section_id"),
        order_by=[F("published_at").desc(), F("pk").desc()],
    )
    # Of a large archive only the newest are sorted into bands; of their rows only ids, until it is
    # known which are shown.
    newest = stories.newest_first().values("pk")[:BAND_STORIES]
    places = Story.objects.filter(pk__in=newest).exclude(pk__in=list(shown))
    places = places.annotate(place=row_number).filter(place__lte=BAND_SIZE)
    cards = Story.objects.for_cards().filter(pk__in=places.values("pk"))
    by_section: dict[int, list[Story]] = {}
    for found in cards.newest_first():
        by_section.setdefault(found.section_id, []).append(found)
    return [
        {"section": row, "cards": cards, "lead": cards[0], "stories": cards[1:]}
        for row in site.sections
        if (cards := _band_cards(row, by_section))
    ]


def _band_cards(row: dict, by_section: dict[int, list[Story]]) -> list[Story]:
    """The newest of a section and of the sections under it."""
    cards = [card for pk in _ids_under(row) for card in by_section.get(pk, [])]
    return sorted(cards, key=lambda card: card.published_at, reverse=True)[:BAND_SIZE]


def _ids_under(row: dict) -> list[int]:
    return [row["id"], *(pk for child in row["children"] for pk in _ids_under(child))]


def _corrections_of(story: Story) -> Iterable[Correction]:
    """What was corrected of a story. Most have nothing, and cost no query for it."""
    return story.corrections.all()[:MAX_CORRECTIONS] if story.corrected_at else []


def _topics_of(story: Story) -> list[TopicTranslation]:
    rows = TopicTranslation.objects.filter(topic__stories=story, language=story.language)
    return list(rows.order_by("topic_id"))


def _neighbours(story: Story) -> tuple[list[dict[str, Any]], list[Story], list[Story]]:
    """Return the story's other languages, those that answer it or that it answers, and the newest
    of its section, in one query."""
    # A language the site no longer publishes in has no pages.
    public = Story.objects.published_of_few().filter(language__in=dict(settings.LANGUAGES))
    siblings = public.articles().filter(translation_key=story.translation_key).values("pk")
    answers = public.filter(Q(replies_to=story.pk) | Q(pk=story.replies_to_id or 0))
    answers = answers.order_by("pk").values("pk")[:MAX_REPLIES]
    newest = Story.objects.published().articles().in_language(story.language)
    newest = newest.filter(section=story.section_id)
    newest = newest.exclude(pk=story.pk).newest_first().values("pk")[:RELATED]
    # The slice stands in a subquery of its own: SQLite takes no LIMIT inside a UNION.
    wanted = siblings.union(
        Story.objects.filter(pk__in=answers).values("pk"),
        Story.objects.filter(pk__in=newest).values("pk"),
    )
    found = list(Story.objects.for_cards().filter(pk__in=wanted).newest_first())
    translations = [row for row in found if row.translation_key == story.translation_key]
    others = [row for row in found if row.translation_key != story.translation_key]
    is_answer = {row.pk for row in others if story.pk == row.replies_to_id}
    is_answer.add(story.replies_to_id)
    replies = [row for row in others if row.pk in is_answer]
    related = [row for row in others if row.pk not in is_answer]
    return [_sibling(row) for row in translations], replies, related[:RELATED]


def _sibling(row: Story) -> dict[str, Any]:
    return {
        **languages.described(row.language),
        "language": row.language,
        "url": row.get_absolute_url(),
        "headline": row.headline,
    }


def _archive_url(language: str, page: Page) -> str:
    """Where the last page of a bounded list sends those who want older stories still."""
    if page.has_next() or page.number < MAX_PAGES or not page.object_list:
        return ""
    # The archive's months are those of the site's zone.
    oldest = timezone.localtime(page.object_list[-1].published_at)
    return reverse("articles:archive", args=[language, oldest.year, oldest.month])


def _moved(request: HttpRequest, url: str) -> HttpResponsePermanentRedirect:
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)
