"""The read API: public stories, sections, topics and authors as JSON. See `openapi.json`."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path

from articles import pictures
from articles.models import (
    Author,
    AuthorTranslation,
    Byline,
    Correction,
    Image,
    ImageTranslation,
    Section,
    SectionTranslation,
    Story,
    Topic,
    TopicTranslation,
)
from articles.models.story import StoryQuerySet
from articles.site import absolute
from articles.views import MAX_CORRECTIONS
from newsroom.lib import api

KINDS = [kind for kind in Story.Kind.values if kind != Story.Kind.PAGE]
# A path of this site in stored markup, whose attributes are quoted.
_OWN = re.compile(r'(<(?:a|img)\b[^<>]*? (?:href|src)=")/(?!/)')
FILTERS = ("language", "section", "topic", "author", "kind", "since", "until")


@api.endpoint(*FILTERS, "cursor", "limit")
def stories(request: HttpRequest) -> dict:
    """Public stories, newest first."""
    rows = _filtered(request, public()).for_page().defer("body_html")
    found, following = api.page(request, rows, "published_at", newest=True)
    authors, topics = _authors(found), _topics(found)
    data = [described(story, authors[story.pk], topics[story.pk]) for story in found]
    return {"data": data, "next": following or None}


@api.endpoint()
def story(request: HttpRequest, pk: int) -> dict:
    """One public story with its text, its other languages and what was corrected."""
    return {"data": whole(get_object_or_404(public().for_page(), pk=min(pk, 2**63 - 1)))}


@api.endpoint("ids")
def comment_counts(request: HttpRequest) -> dict:
    """How many public comments stories have; stories that are not public are left out."""
    rows = public().filter(pk__in=api.numbers(request, "ids")).order_by("pk")
    return {"data": {str(pk): count for pk, count in rows.values_list("pk", "comment_count")}}


@api.endpoint("language", "cursor", "limit")
def sections(request: HttpRequest) -> dict:
    rows = Section.objects.exclude(code="pages")
    return _named(request, rows, SectionTranslation, "section", ("description",), ("parent_id",))


@api.endpoint("language", "cursor", "limit")
def topics(request: HttpRequest) -> dict:
    return _named(request, Topic.objects.all(), TopicTranslation, "topic")


@api.endpoint("language", "cursor", "limit")
def authors(request: HttpRequest) -> dict:
    rows = Author.objects.select_related("picture")
    found = _named(request, rows, AuthorTranslation, "author", ("title", "bio"), ("picture",))
    faces = [row["picture"] for row in found["data"] if row["picture"]]
    texts = _texts_of(faces, _codes(request))
    for row in found["data"]:
        row["picture"] = _portrait(row["picture"], texts)
    return found


def public() -> StoryQuerySet:
    """Return the stories the API knows: what lists and feeds show, in languages of the site."""
    languages = [code for code, _name in settings.LANGUAGES]
    return Story.objects.published().articles().filter(language__in=languages)


def described(story: Story, authors: list[dict], topics: list[dict]) -> dict[str, Any]:
    """Return what a list tells of a story (loaded by `for_page`)."""
    return {
        "id": story.pk,
        "url": absolute(story.get_absolute_url()),
        "language": story.language,
        "kind": story.kind,
        "kicker": story.kicker,
        "headline": story.headline,
        "standfirst": story.standfirst,
        "agency": story.agency,
        "section": {"id": story.section_id, "name": story.section_name or ""},
        "authors": authors,
        "topics": topics,
        "picture": _picture(story),
        "published_at": _time(story.published_at),
        "updated_at": _time(story.updated_at),
        "corrected_at": _time(story.corrected_at),
        "comment_count": story.comment_count,
    }


def whole(story: Story) -> dict[str, Any]:
    """Return all that is told of one story (loaded by `for_page`)."""
    corrections = story.corrections.all()[:MAX_CORRECTIONS] if story.corrected_at else []
    return described(story, _authors([story])[story.pk], _topics([story])[story.pk]) | {
        "body_html": _with_addresses(story.body_html),
        "corrections": [_correction(row) for row in corrections],
        "translations": _translations(story),
    }


def _filtered(request: HttpRequest, rows: StoryQuerySet) -> StoryQuerySet:
    wanted = {
        "language": api.choice(request, "language", dict(settings.LANGUAGES)),
        "kind": api.choice(request, "kind", KINDS),
        "topics": api.number(request, "topic"),
        "published_at__gte": api.moment(request, "since"),
        "published_at__lt": api.moment(request, "until"),
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if author := api.number(request, "author"):
        rows = rows.filter(pk__in=Byline.objects.filter(author=author).values("story"))
    if pk := api.number(request, "section"):
        section = Section.objects.filter(pk=pk).first()
        rows = rows.filter(section__in=section.descendants() if section else [])
    return rows


def _named(
    request: HttpRequest,
    rows: Any,
    names: type[Model],
    of: str,
    more: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
) -> dict:
    """Return a page of what has a name in each language, each row with its names."""
    codes = _codes(request)
    rows = rows.filter(translations__language__in=codes).distinct()
    found, following = api.page(request, rows, "pk")
    by_row: dict[int, list[Any]] = {row.pk: [] for row in found}
    for name in names._default_manager.filter(**{f"{of}__in": by_row, "language__in": codes}):
        by_row[getattr(name, f"{of}_id")].append(name)
    data = [
        {
            "id": row.pk,
            **{field.removesuffix("_id"): getattr(row, field) for field in own},
            "names": [_name(name, more) for name in sorted(by_row[row.pk], key=lambda n: n.pk)],
        }
        for row in found
    ]
    return {"data": data, "next": following or None}


def _codes(request: HttpRequest) -> list[str]:
    """The languages whose names are asked for: one, or all of the site."""
    language = api.choice(request, "language", dict(settings.LANGUAGES))
    return [language] if language else list(dict(settings.LANGUAGES))


def _name(name: Any, more: tuple[str, ...]) -> dict[str, str]:
    return {
        "language": name.language,
        "name": name.name,
        "slug": name.slug,
        "url": absolute(name.get_absolute_url()),
        **{field: getattr(name, field) for field in more},
    }


def _authors(stories: Iterable[Story]) -> dict[int, list[dict]]:
    """Return the bylines of each story, named in its language: two queries for all."""
    found: dict[int, list[dict]] = {story.pk: [] for story in stories}
    languages = {story.pk: story.language for story in stories}
    lines = list(Byline.objects.filter(story__in=found))
    names: dict[int, dict[str, AuthorTranslation]] = {}
    writers = {line.author_id for line in lines if line.author_id}
    for row in AuthorTranslation.objects.filter(author__in=writers).order_by("-pk"):
        names.setdefault(row.author_id, {})[row.language] = row
    for line in lines:
        known = names.get(line.author_id or 0, {})
        found[line.story_id].append(_byline(line, known, languages[line.story_id]))
    return found


def _byline(line: Byline, known: dict[str, AuthorTranslation], language: str) -> dict[str, Any]:
    """A name over a story; without one in its language that of the default one, or any."""
    own = known.get(language)
    row = own or known.get(settings.DEFAULT_LANGUAGE) or next(iter(known.values()), None)
    return {
        "id": line.author_id,
        "name": line.name or (row.name if row else ""),
        "role": line.role,
        "url": absolute(own.get_absolute_url()) if own else None,
    }


def _topics(stories: Iterable[Story]) -> dict[int, list[dict]]:
    found: dict[int, list[dict]] = {story.pk: [] for story in stories}
    languages = {story.pk: story.language for story in stories}
    through = Story.topics.through.objects.filter(story__in=found).order_by("topic_id")
    pairs = list(through.values_list("story_id", "topic_id"))
    rows = TopicTranslation.objects.filter(topic__in={topic for _story, topic in pairs})
    names = {(row.topic_id, row.language): row.name for row in rows}
    for story, topic in pairs:
        if name := names.get((topic, languages[story])):
            found[story].append({"id": topic, "name": name})
    return found


def _picture(story: Any) -> dict[str, Any] | None:
    if not story.picture_id:
        return None
    return {
        "alt": story.picture_alt or "",
        "caption": story.picture_caption or "",
        "credit": story.picture_credit or "",
        **_shapes(story.picture),
    }


def _portrait(
    image: Image | None, texts: dict[int, list[ImageTranslation]]
) -> dict[str, Any] | None:
    if image is None:
        return None
    words = [
        {"language": row.language, "alt": row.alt, "credit": row.credit}
        for row in texts.get(image.pk, [])
    ]
    return {"texts": words, **_shapes(image)}


def _shapes(image: Image) -> dict[str, str]:
    return {
        shape: absolute(pictures.rendition_url(image, shape))
        for shape in ("wide", "square", "full")
    }


def _texts_of(images: list[Image], codes: list[str]) -> dict[int, list[ImageTranslation]]:
    """Return what is said of pictures in these languages, by picture; one query, none of none."""
    found: dict[int, list[ImageTranslation]] = {}
    if images:
        rows = ImageTranslation.objects.filter(image__in=images, language__in=codes)
        for row in rows.order_by("pk"):
            found.setdefault(row.image_id, []).append(row)
    return found


def _translations(story: Story) -> list[dict[str, Any]]:
    rows = public().filter(translation_key=story.translation_key).exclude(pk=story.pk)
    return [
        {"id": row.pk, "language": row.language, "url": absolute(row.get_absolute_url())}
        for row in rows.with_section().order_by("language")
    ]


def _correction(row: Correction) -> dict[str, Any]:
    return {"grade": row.grade, "text": row.text, "at": _time(row.at)}


def _with_addresses(body_html: str) -> str:
    """The stored text with whole addresses of its pictures and of links to this site, for readers
    on other sites."""
    return _OWN.sub(rf"\1{settings.SITE_URL}/", body_html)


def _time(at: Any) -> str | None:
    return at.isoformat() if at else None


app_name = "articles_api"
urlpatterns = [
    path("stories/", stories, name="stories"),
    path("stories/<int:pk>/", story, name="story"),
    path("comment-counts/", comment_counts, name="comment_counts"),
    path("sections/", sections, name="sections"),
    path("topics/", topics, name="topics"),
    path("authors/", authors, name="authors"),
]
