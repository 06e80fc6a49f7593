"""Where the words of a question stand in a story: what is shown of it, and marked."""

from collections.abc import Iterator

from django.utils.safestring import SafeString

from articles.models import Story
from articles.search.question import Question
from newsroom.lib.folding import placed_tokens
from newsroom.lib.html import marked, to_text
from newsroom.lib.rtl import balance_isolates
from newsroom.lib.stemming import stems

# An excerpt: so many words, some of them before the first that was asked for.
WORDS, WORDS_BEFORE = 34, 8
# How much of a text is looked through.
MOST_LETTERS = 20_000

Placed = list[tuple[str, int, int]]


class Excerpts:
    """Shows stories as they answer one question."""

    def __init__(self, question: Question) -> None:
        self.question = question
        # Words of grammar stand everywhere: they are shown only where nothing else was asked for.
        telling = {word for word in question.words if question.readings(word)}
        self.words = telling or set(question.words)
        self.readings = {stem: word for word in question.words for stem in question.readings(word)}
        # Which word of the question a word of a text answers: a text has few different ones.
        self._known: dict[tuple[str, str], str] = {}

    def headline(self, story: Story) -> SafeString:
        """Return the headline, marked."""
        placed, meant = self._read(story.headline, story.language)
        return marked(story.headline, _spans(placed, meant))

    def excerpt(self, story: Story) -> SafeString:
        """Return the piece of the text that holds most of what was asked for, marked; the
        standfirst, or how the text begins, where it holds nothing."""
        body = to_text(story.body_html)[:MOST_LETTERS]
        placed, meant = self._read(body, story.language)
        if story.standfirst and not any(meant):
            body = story.standfirst
            placed, meant = self._read(body, story.language)
        first = _best_place(meant)
        last = min(first + WORDS, len(placed))
        begin = placed[first][1] if first else 0
        end = placed[last - 1][2] if last < len(placed) else len(body)
        text = f"{'… ' if first else ''}{body[begin:end]}{' …' if last < len(placed) else ''}"
        moved = (2 if first else 0) - begin
        spans = [
            (start + moved, stop + moved)
            for start, stop in _spans(placed[first:last], meant[first:last])
        ]
        # The cut may have parted a pair that isolates a name: a mark is where its places say.
        return marked(text if balance_isolates(text) == text else _without_isolates(text), spans)

    def _read(self, text: str, language: str) -> tuple[Placed, list[str]]:
        """Return the words of a text with their places, and for each which word of the question it
        answers, "" where none; no further than an excerpt of all that was asked for needs."""
        placed: Placed = []
        meant: list[str] = []
        missing, enough = set(self.words), None
        for found in placed_tokens(text):
            placed.append(found)
            meant.append(answer := self._answer(found[0], language))
            missing.discard(answer)
            if enough is None and answer and not missing and not self.question.phrases:
                enough = len(placed) + WORDS
            if len(placed) == enough:
                break
        for phrase in self.question.phrases:
            for at in range(len(placed) - len(phrase) + 1):
                if [word for word, *_place in placed[at : at + len(phrase)]] == phrase:
                    meant[at : at + len(phrase)] = phrase
        return placed, meant

    def _answer(self, token: str, language: str) -> str:
        known = self._known.get((token, language))
        if known is None:
            found = [
                self.readings[stem] for stem in stems(token, language) if stem in self.readings
            ]
            known = token if token in self.words else (found or [""])[0]
            self._known[token, language] = known
        return known


def _spans(placed: Placed, meant: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of what is meant; a word that folds into several is marked once."""
    end = 0
    for (_token, start, stop), answer in zip(placed, meant, strict=True):
        if answer and start >= end:
            yield start, stop
            end = stop


def _best_place(meant: list[str]) -> int:
    """Return where an excerpt begins that answers as much as one can, as early as it can."""
    best, most = 0, 0
    for at, answer in enumerate(meant):
        if answer:
            count = len(set(filter(None, meant[at : at + WORDS - WORDS_BEFORE])))
            if count > most:
                best, most = at, count
    return max(best - WORDS_BEFORE, 0) if best > WORDS_BEFORE * 2 else 0


def _without_isolates(text: str) -> str:
    """Return the text with a mark of no width in place of each isolate, so that places hold."""
    return "".join("\u2060" if "\u2066" <= char <= "\u2069" else char for char in text)
