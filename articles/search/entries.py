"""What the index holds of a story: its words in order, and marks.

A mark is a word with a sign before it, which no word of a text has: `~` a stem, `^` a word of the
headline, `@` a word of a guest's name over the story, `/` what the story is filtered by.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from articles.models import Byline, Story
from newsroom.lib.folding import tokens
from newsroom.lib.html import to_text
from newsroom.lib.stemming import stems

# A place: seconds since 1800 (archives go back that far), then the number of the story.
PLACE_BITS, SECOND_BITS = 29, 34
EPOCH = datetime(1800, 1, 1, tzinfo=UTC)
LAST_PLACE = (1 << (PLACE_BITS + SECOND_BITS)) - 1

# No word of any language is longer, and no story that a paper prints has more: what an odd paste
# holds beyond is not searched. PostgreSQL's `tsvector` ends at a megabyte.
WORD_LENGTH, MOST_LETTERS, MOST_BYTES = 64, 120_000, 900_000


# Marks of what is published, now or at its time, and of what is not.
OUT, AT_WORK = "/out", "/atwork"
# And of what ends by the clock: few do, and only those must be asked whether they have.
ENDS = "/ends"


@dataclass(frozen=True)
class Entry:
    """A story as the index keeps it."""

    place: int
    story: Story
    words: list[str]
    marks: list[str]


def place_at(moment: datetime, number: int = 0, *, is_end: bool = False) -> int:
    """Return the place of story `number` at `moment`; with `is_end` the last of its second."""
    seconds = int((moment - EPOCH).total_seconds())
    seconds = min(max(seconds, 0), (1 << SECOND_BITS) - 1)
    return (seconds << PLACE_BITS) + ((1 << PLACE_BITS) - 1 if is_end else number)


def entries_of(stories: list[Story]) -> list[Entry]:
    """Return what the index is to hold of these stories; two queries for all of them."""
    topics: dict[int, list[str]] = {}
    kept = Story.topics.through.objects.filter(story__in=stories).order_by("topic_id")
    texts = ("topic__translations__language", "topic__translations__name")
    languages = {story.pk: story.language for story in stories}
    for pk, language, name in kept.values_list("story_id", *texts):
        if language == languages[pk]:
            topics.setdefault(pk, []).append(name)
    bylines: dict[int, list[Byline]] = {}
    for line in Byline.objects.filter(story__in=stories):
        bylines.setdefault(line.story_id, []).append(line)
    return [
        _entry_of(story, topics.get(story.pk, []), bylines.get(story.pk, [])) for story in stories
    ]


def _entry_of(story: Story, topics: list[str], bylines: list[Byline]) -> Entry:
    parts = [story.headline, story.kicker, story.standfirst, story.agency, *topics]
    text = "\n".join(filter(None, [*parts, to_text(story.body_html)]))
    words = [word[:WORD_LENGTH] for word in tokens(text[:MOST_LETTERS])]
    marks = dict.fromkeys((*_facts_of(story, bylines), *_marks_of(story, words)))
    place = place_at(story.published_at or story.created_at, story.pk)
    return Entry(place, story, words, list(_within_bounds(words, marks)))


def _marks_of(story: Story, words: Iterable[str]) -> Iterator[str]:
    yield from (f"^{word[:WORD_LENGTH]}" for word in tokens(story.headline))
    for word in dict.fromkeys(words):
        yield from (f"~{stem}" for stem in stems(word, story.language))


def _facts_of(story: Story, bylines: list[Byline]) -> Iterator[str]:
    is_out = story.status == Story.Status.PUBLISHED
    yield OUT if is_out else AT_WORK
    if story.unpublish_at:
        yield ENDS
    # What readers search in bears its language; drafts and static pages bear none.
    if is_out and story.kind != Story.Kind.PAGE:
        yield language_mark(story.language)
    yield section_mark(story.section_id)
    for line in bylines:
        if line.author_id:
            yield author_mark(line.author_id)
        else:
            yield from (f"@{word[:WORD_LENGTH]}" for word in tokens(line.name))


def language_mark(code: str) -> str:
    return f"/in{''.join(filter(str.isalnum, code.lower()))}"


def section_mark(pk: int) -> str:
    return f"/section{pk}"


def author_mark(pk: int) -> str:
    return f"/author{pk}"


def _within_bounds(words: Iterable[str], marks: Iterable[str]) -> Iterator[str]:
    left = MOST_BYTES - sum(len(word.encode()) for word in set(words))
    for mark in marks:
        left -= len(mark.encode())
        if left < 0:
            break
        yield mark
