"""What editors write of a story, as plain data: the content of a `Revision`.

A revision keeps it whole, so that an edit of a live story can wait and then go live at once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles import pictures, search
from articles.models import (
    Author,
    Byline,
    FormerTopicName,
    Image,
    Section,
    Story,
    Topic,
    TopicTranslation,
)
from newsroom.lib.folding import fold
from newsroom.lib.html import clean
from newsroom.lib.text import one_line, slugify_unicode

Content = dict[str, Any]
SLUG_LENGTH = Story._meta.get_field("slug").max_length

LINES = ("kicker", "headline", "standfirst", "agency", "search_title", "search_description")
BLANK: Content = {
    **dict.fromkeys(LINES, ""),
    "slug": "",
    "body_html": "",
    "kind": Story.Kind.STORY.value,
    "section": None,
    "picture": None,
    "topics": [],
    "bylines": [],
    "replies_to": None,
    "comments_open": True,
    "comments_close_at": None,
}


def normalise(content: Content) -> Content:
    """Return `content` whole and clean: every key there, markup through the sanitiser, lines
    without invisible characters, a slug made from the headline where none is given."""
    unknown = set(content) - set(BLANK)
    if unknown:
        raise ValueError(f"Unknown content: {', '.join(sorted(unknown))}")
    content = {**BLANK, **content}
    for name in LINES:
        content[name] = one_line(content[name] or "")
    content["body_html"] = pictures.dressed(clean(content["body_html"] or ""))
    # A headline makes a short one; what somebody typed, or an old address had, stays whole.
    typed = slugify_unicode(content["slug"] or "", SLUG_LENGTH)
    content["slug"] = typed or slugify_unicode(content["headline"])
    content["comments_close_at"] = _iso(content["comments_close_at"])
    content["topics"] = list(dict.fromkeys(filter(None, map(one_line, content["topics"]))))
    content["bylines"] = [
        {"author": line.get("author"), "name": name, "role": line["role"]}
        for line in content["bylines"]
        for name in [one_line(line.get("name") or "")]
        if line.get("author") or name
    ]
    return content


def existing(content: Content, story: Story) -> Content:
    """Return `content` without what was deleted since it was written: picture and authors go,
    the section becomes the one the story stands in."""
    named = [line["author"] for line in content["bylines"] if line["author"]]
    known = set(Author.objects.filter(pk__in=named).values_list("pk", flat=True)) if named else ()
    return content | {
        "section": _kept(Section, content["section"]) or story.section_id,
        "picture": _kept(Image, content["picture"]),
        "replies_to": _kept(Story, content["replies_to"]),
        "bylines": [
            line for line in content["bylines"] if not line["author"] or line["author"] in known
        ],
    }


def _kept(model: type[Model], pk: int | None) -> int | None:
    return pk if pk and model._default_manager.filter(pk=pk).exists() else None


def apply(story: Story, content: Content) -> None:
    """Make `content` (normalised) the live content of `story`, which must be saved already."""
    fill(story, content)
    story.save()
    story.topics.set(topics_named(content["topics"], story.language))
    pictures.note_uses(story)
    story.bylines.all().delete()
    write_bylines([(story, content)])
    search.index(story)


def fill(story: Story, content: Content) -> None:
    """Write `content` (normalised) on `story`, which is not saved; what needs rows of its own,
    topics and bylines, is left out."""
    for name in (*LINES, "slug", "body_html", "kind", "comments_open"):
        setattr(story, name, content[name])
    story.section_id = content["section"]
    story.picture_id = content["picture"]
    story.replies_to_id = content["replies_to"]
    story.comments_close_at = _moment(content["comments_close_at"])


def write_bylines(stories: Iterable[tuple[Story, Content]]) -> None:
    """Write the names over stories that have none yet; one query for all of them."""
    Byline.objects.bulk_create(
        Byline(story=story, position=place, author_id=line["author"], name=name, role=line["role"])
        for story, content in stories
        for place, line in enumerate(content["bylines"])
        for name in ["" if line["author"] else line["name"]]
    )


def topics_named(names: list[str], language: str) -> list[Topic]:
    """Return the topics called `names` in `language`, making those that are missing."""
    # A name of nothing but joiners and stretched hyphens folds to nothing, like any other such.
    return [_topic(name[:80], language) for name in names if fold(name[:80])]


def present_names(names: list[str], language: str) -> list[str]:
    """Return names of topics as they are today: of a topic that was renamed, its present one."""
    folded = [fold(name)[:80] for name in names]
    if not folded:
        return names
    renamed = FormerTopicName.objects.filter(
        language=language, folded__in=folded, topic__translations__language=language
    )
    present = dict(renamed.values_list("folded", "topic__translations__name"))
    found = (present.get(key, name) for key, name in zip(folded, names, strict=True))
    return list(dict.fromkeys(found))


def topics_in(language: str, names: list[str], known_in: str) -> list[str]:
    """Return the names in `language` of the topics that are called `names` in `known_in`."""
    folded = [fold(name)[:80] for name in present_names(names, known_in)]
    own = TopicTranslation.objects.filter(language=known_in, folded__in=folded).values("topic")
    rows = TopicTranslation.objects.filter(language=language, topic__in=own)
    return list(rows.order_by("topic_id").values_list("name", flat=True))


def _topic(name: str, language: str) -> Topic:
    known = TopicTranslation.objects.filter(language=language, folded=fold(name)[:80])
    former = FormerTopicName.objects.filter(language=language, folded=fold(name)[:80])
    row = known.select_related("topic").first() or former.select_related("topic").first()
    if row:
        return row.topic
    slug = slugify_unicode(name)
    taken = not slug or TopicTranslation.objects.filter(language=language, slug=slug).exists()
    try:
        with transaction.atomic():
            topic = Topic.objects.create()
            TopicTranslation.objects.create(
                topic=topic,
                language=language,
                name=name,
                slug=f"{slugify_unicode(name, 60) or 'topic'}-{topic.pk}" if taken else slug,
            )
            return topic
    except IntegrityError:  # somebody made the same topic meanwhile
        return known.get().topic


def _iso(value: datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value or None


def _moment(value: str | None) -> datetime | None:
    moment = parse_datetime(value) if value else None
    if moment and timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    return moment
