"""The names over stories, as pages show them."""

from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.urls import reverse

from articles.models import AuthorTranslation, Byline, Story


def bylines_of(story: Story) -> list[dict[str, Any]]:
    """Return the names over a story (one query): dicts with name, url (empty for guests), role,
    and of who writes an opinion the portrait (an `Image`), where there is one."""
    return [_described(line, story) for line in _named(story.bylines, story.language)]


def with_writers(stories: list[Story], language: str) -> list[Story]:
    """Return stories of a language, each opinion with its first `writer` as `bylines_of` has it.
    One query where there is an opinion among them, none where there is not."""
    opinions = [story for story in stories if story.kind == Story.Kind.OPINION]
    if opinions:
        lines = Byline.objects.filter(story__in=opinions, role=Byline.Role.WRITER)
        first: dict[int, Byline] = {}
        for line in _named(lines, language):
            first.setdefault(line.story_id, line)
        for story in opinions:
            story.writer = _described(first[story.pk], story) if story.pk in first else None
    return stories


def _named(lines: QuerySet[Byline], language: str) -> QuerySet[Byline]:
    texts = "author__translations"
    # Without a name in the story's language an author is shown under the default one's, or any.
    is_default = Case(When(language=settings.DEFAULT_LANGUAGE, then=0), default=1)
    other_names = AuthorTranslation.objects.filter(author=OuterRef("author"))
    other_names = other_names.order_by(is_default, "pk")
    return lines.select_related("author__picture").annotate(
        row=FilteredRelation(texts, condition=Q(**{f"{texts}__language": language})),
        author_name=F("row__name"),
        author_slug=F("row__slug"),
        other_name=Subquery(other_names.values("name")[:1]),
    )


def _described(line: Any, story: Story) -> dict[str, Any]:
    has_portrait = story.kind == Story.Kind.OPINION and line.role == Byline.Role.WRITER
    return {
        "name": line.author_name or line.name or line.other_name or f"#{line.author_id}",
        "url": line.author_slug
        and reverse("articles:author", args=[story.language, line.author_slug]),
        "role": line.role,
        "role_label": line.get_role_display(),
        "portrait": line.author.picture if has_portrait and line.author_id else None,
    }
