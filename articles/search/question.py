"""What somebody asks for: words, phrases between quotation marks, and filters.

A question becomes clauses that both databases understand. A clause is a list of alternatives, of
which one must hold; an alternative is a list of words and marks that must all stand in the story.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain

from django.utils import timezone

from articles.search.entries import (
    LAST_PLACE,
    WORD_LENGTH,
    author_mark,
    language_mark,
    place_at,
    section_mark,
)
from newsroom.lib.folding import tokens
from newsroom.lib.stemming import stems

MAX_LENGTH, MAX_WORDS = 200, 12
# A word that is still being typed goes on only when its beginning says something.
SHORTEST_BEGINNING = 3

Clause = list[list[str]]
_PHRASE = re.compile('"([^"]*)"|«([^«»]*)»|[“”„]([^“”„]*)[“”]')


class Question:
    """The words and phrases of a search, folded; false when there are none."""

    def __init__(self, text: str, languages: Sequence[str]) -> None:
        text, self.languages = text[:MAX_LENGTH], languages
        found = [tokens("".join(match.groups(""))) for match in _PHRASE.finditer(text)]
        words = _without_letters(tokens(_PHRASE.sub(" ", text)))
        self.words = list(dict.fromkeys(word[:WORD_LENGTH] for word in words))[:MAX_WORDS]
        left = MAX_WORDS - len(self.words)
        self.phrases: list[list[str]] = []
        for phrase in found:
            if phrase and len(phrase) <= left:
                self.phrases.append([word[:WORD_LENGTH] for word in phrase])
                left -= len(phrase)

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)

    def by_stem(self, *, may_go_on: bool = False) -> list[Clause]:
        """Return what a story meets that holds each word or a form of it."""
        clauses = [self._forms(word) for word in self.words]
        if may_go_on and self.words and len(self.words[-1]) >= SHORTEST_BEGINNING:
            clauses[-1].append([f"{self.words[-1]}*"])
        return [*clauses, *self._in_phrases()]

    def by_word(self) -> list[Clause]:
        """Return what a story meets that holds each word as it stands."""
        return [*([[word]] for word in self.words), *self._in_phrases()]

    def in_headline(self) -> list[Clause]:
        """Return what a story meets that has every word in its headline."""
        return [[[f"^{word}"]] for word in (*self.words, *chain(*self.phrases))]

    def readings(self, word: str) -> list[str]:
        """Return the stems of a word in each of the languages."""
        found = [stem for language in self.languages for stem in stems(word, language)]
        return list(dict.fromkeys(found))

    def _forms(self, word: str) -> Clause:
        return [[word], *([f"~{stem}"] for stem in self.readings(word))]

    def _in_phrases(self) -> list[Clause]:
        return [[[word]] for phrase in self.phrases for word in phrase]


def _without_letters(words: list[str]) -> list[str]:
    """Leave out the letters that stand for a word: «l'État», “Leila's”."""
    longer = [word for word in words if len(word) > 1 or not word.isascii() or word.isdecimal()]
    return longer or words


@dataclass(frozen=True)
class Filters:
    """In which languages readers search, and what they narrow it by; false when by nothing.

    `sections` and `authors` are ids, None where it is not narrowed by them; `guest` are the words
    of a name that belongs to no author known to the paper. `since` and `until` are days in the
    site's zone, both of them within.
    """

    languages: tuple[str, ...]
    sections: tuple[int, ...] | None = None
    authors: tuple[int, ...] | None = None
    guest: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        narrowed = (self.sections, self.authors)
        return any(ids is not None for ids in narrowed) or bool(self.since or self.until)

    def clauses(self) -> list[Clause] | None:
        """Return what a story meets that stands within the filters; None where no story can."""
        clauses: list[Clause] = [[[language_mark(code)] for code in self.languages]]
        if self.sections is not None:
            clauses.append([[section_mark(pk)] for pk in self.sections])
        if self.authors is not None:
            guest = [[f"@{word}" for word in self.guest]] if self.guest else []
            clauses.append([*([author_mark(pk)] for pk in self.authors), *guest])
        return clauses if all(clauses) else None

    def bounds(self) -> tuple[int, int]:
        """Return the first and the last place within the days."""
        low = place_at(_midnight(self.since)) if self.since else 0
        if not self.until:
            return low, LAST_PLACE
        last = _midnight(min(self.until, date.max - timedelta(1)) + timedelta(1))
        return low, place_at(last) - 1


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
