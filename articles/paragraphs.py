"""A story as paragraphs: taken apart, held against what they were, and against a translation.

Nothing here knows the database. `articles.translations` keeps the rows.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import log
from typing import NamedTuple

from newsroom.lib.html import to_text

LINES = ("kicker", "headline", "standfirst")
# Of two texts this alike, one is the other changed, wherever it stands.
ALIKE = 0.45
# How far from its old place a changed text is looked for: what keeps a long text quick.
REACH = 30
# More pairs than this are laid side by side by their order alone.
MANY_PAIRS = 60_000
MANY_PARAGRAPHS = 500

_TAG = re.compile(r"""(</?[a-z][a-z0-9]*(?:"[^"]*"|[^">])*>)""")
_NAME = re.compile(r"<(/?)([a-z][a-z0-9]*)")
_BLOCKS = frozenset(
    "p h2 h3 h4 ul ol li blockquote figure figcaption hr table caption thead tbody tfoot tr th td"
    " pre".split()
)
# A paragraph inside one of these is called after it.
_NAMING = ("li", "blockquote", "figcaption")


class Paragraph(NamedTuple):
    """`kind` is a line of the form (`LINES`) or the tag of a block."""

    kind: str
    text: str


class Change(NamedTuple):
    """A paragraph that is not what it was: `old` is None where it is new, `new` where it is gone.

    `at` is its place among the old ones, or where it would stand there. `id` names exactly this
    change, wherever it stands: another text is another change.
    """

    id: str
    old: Paragraph | None
    new: Paragraph | None
    at: int

    @property
    def kind(self) -> str:
        if self.old and self.new:
            return "changed"
        return "added" if self.new else "removed"

    @property
    def paragraph(self) -> Paragraph:
        """What it is now; of one that is gone, what it was."""
        return self.new or self.old or Paragraph("p", "")


def split(texts: Mapping[str, str]) -> list[Paragraph]:
    """Return what a translator translates, in reading order: the lines, each block of the text."""
    found = [Paragraph(name, texts[name]) for name in LINES] + _blocks(texts["body_html"])
    whole = (Paragraph(kind, " ".join(text.split())) for kind, text in found)
    return [paragraph for paragraph in whole if paragraph.text]


def _blocks(html: str) -> list[Paragraph]:
    found, opened, words = [], ["p"], [""]
    for token in _TAG.split(html):
        name = _NAME.match(token)
        if name is None or name[2] not in _BLOCKS:
            words.append(token)
            continue
        found.append(Paragraph(_kind(opened), to_text("".join(words))))
        words = []
        if not name[1] and name[2] != "hr":
            opened.append(name[2])
        elif name[2] in opened[1:]:
            del opened[len(opened) - 1 - opened[::-1].index(name[2]) :]
    return [*found, Paragraph(_kind(opened), to_text("".join(words)))]


def _kind(opened: list[str]) -> str:
    return next((name for name in _NAMING if name in opened), opened[-1])


# What changed.


@dataclass
class _Matching:
    """Which paragraph was which: places in `new` by places in `old`."""

    old: list[Paragraph]
    new: list[Paragraph]

    def __post_init__(self) -> None:
        self.was: dict[int, int] = {}
        self.moved: set[int] = set()  # places in `new` whose text stood elsewhere
        self._same()
        self._lines()
        self._alike()
        self._in_gaps()

    def open_old(self) -> list[int]:
        taken = set(self.was.values())
        return [place for place in range(len(self.old)) if place not in taken]

    def open_new(self) -> list[int]:
        return [place for place in range(len(self.new)) if place not in self.was]

    def before(self) -> list[int]:
        """For each place of `new` the old place of the nearest paragraph above that stayed where
        it was, -1 for none."""
        stayed = {j: i for j, i in self.was.items() if j not in self.moved}
        return _last([stayed.get(place) for place in range(len(self.new))])

    def _same(self) -> None:
        """The same words, first in the same order, then wherever they went."""
        # Of very long texts lines that stand everywhere are no help, and looking for them is slow.
        is_long = len(self.new) > MANY_PARAGRAPHS
        matcher = SequenceMatcher(None, _texts(self.old), _texts(self.new), autojunk=is_long)
        for i, j, size in matcher.get_matching_blocks():
            self.was |= {j + step: i + step for step in range(size)}
        left: dict[str, list[int]] = defaultdict(list)
        for place in self.open_old():
            left[self.old[place].text].append(place)
        for place in self.open_new():
            if same := left.get(self.new[place].text):
                self.was[place] = same.pop(0)
                self.moved.add(place)

    def _lines(self) -> None:
        """A headline is the headline, however different."""
        left = {self.old[place].kind: place for place in self.open_old()}
        for place in self.open_new():
            kind = self.new[place].kind
            if kind in LINES and kind in left:
                self.was[place] = left[kind]

    def _alike(self) -> None:
        """Texts with most of their words in common, the most alike first."""
        before = [(place, _words(self.old[place])) for place in self.open_old()]
        after = [(place, _words(self.new[place])) for place in self.open_new()]
        places = [place for place, _theirs in before]
        # Of a very long text fewer neighbours are looked at: what it costs stays the same.
        reach = min(REACH, 1 + MANY_PAIRS // (2 * len(self.new) + 1))
        pairs = (
            (likeness(mine, theirs), -abs(i - j), i, j)
            for j, mine in after
            for i, theirs in before[
                bisect_left(places, j - reach) : bisect_right(places, j + reach)
            ]
        )
        taken: set[int] = set()
        for score, _near, i, j in sorted(pairs, reverse=True):
            if score >= ALIKE and i not in taken and j not in self.was:
                self.was[j] = i
                taken.add(i)

    def _in_gaps(self) -> None:
        """What came where something went stands for it, in order."""
        stayed = {i for j, i in self.was.items() if j not in self.moved}
        above = _last([at if at in stayed else None for at in range(len(self.old))])
        gone: dict[int, deque[int]] = defaultdict(deque)
        for place in self.open_old():
            if self.old[place].kind not in LINES:
                gone[above[place]].append(place)
        before = self.before()
        for place in self.open_new():
            if gone[before[place]] and self.new[place].kind not in LINES:
                self.was[place] = gone[before[place]].popleft()


def _last(values: list[int | None]) -> list[int]:
    """Return for each place the nearest value above it, -1 where there is none."""
    found, last = [], -1
    for value in values:
        found.append(last)
        last = last if value is None else value
    return found


def compare(old: list[Paragraph], new: list[Paragraph]) -> list[Change]:
    """Return what changed, in reading order.

    A paragraph that only stands elsewhere is no change: its words are translated already.
    """
    if _texts(old) == _texts(new):
        return []
    matching = _Matching(old, new)
    before, found = matching.before(), []
    for place, after in enumerate(new):
        at = matching.was.get(place)
        if at is None:
            found.append((place, None, after, before[place] + 1))
        elif old[at].text != after.text:
            found.append((place, old[at], after, at))
    now = {i: j for j, i in matching.was.items()}
    above = -1
    for at, gone in enumerate(old):
        if at in now:
            above = max(above, now[at])
        else:
            found.append((above, gone, None, at))
    return _named(sorted(found, key=lambda change: (change[0], change[2] is None, change[3])))


def _named(found: Iterable[tuple[int, Paragraph | None, Paragraph | None, int]]) -> list[Change]:
    seen: Counter[str] = Counter()
    changes = []
    for _place, old, new, at in found:
        seed = f"{old.text if old else ''}\0{new.text if new else ''}"
        seen[seed] += 1
        digest = hashlib.sha256(f"{seed}\0{seen[seed]}".encode()).hexdigest()
        changes.append(Change(digest[:20], old, new, at))
    return changes


def settled(old: list[Paragraph], change: Change) -> list[Paragraph]:
    """Return the old paragraphs with this one change in them."""
    end = change.at + (change.old is not None)
    return [*old[: change.at], *([change.new] if change.new else []), *old[end:]]


def likeness(mine: Counter[str], theirs: Counter[str]) -> float:
    """How many of their words two texts share, from 0 to 1."""
    both = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / both if both else 1.0


def _texts(paragraphs: list[Paragraph]) -> list[str]:
    return [paragraph.text for paragraph in paragraphs]


def _words(paragraph: Paragraph) -> Counter[str]:
    return Counter(paragraph.text.split())


# A text and its translation.


def beside(source: list[Paragraph], translation: list[Paragraph]) -> list[int | None]:
    """Return for each paragraph of `source` the place of the one that translates it.

    Lines by their names, blocks by order and length: a translation of a long paragraph is long
    (after Gale and Church). None where nothing stands for it.
    """
    lines = {row.kind: place for place, row in enumerate(translation) if row.kind in LINES}
    places = [lines.get(row.kind) for row in source]
    theirs = [place for place, row in enumerate(source) if row.kind not in LINES]
    mine = [place for place, row in enumerate(translation) if row.kind not in LINES]
    pairs: Iterable[tuple[int, int]]
    if len(theirs) * len(mine) > MANY_PAIRS:
        pairs = zip(range(len(theirs)), range(len(mine)), strict=False)
    else:
        pairs = _aligned([source[at] for at in theirs], [translation[at] for at in mine])
    for i, j in pairs:
        places[theirs[i]] = mine[j]
    return places


def _aligned(source: list[Paragraph], translation: list[Paragraph]) -> list[tuple[int, int]]:
    """Return the cheapest pairs of places in order; a paragraph left out costs `skip`."""
    skip = 0.9
    lengths = [sum(len(row.text) for row in rows) or 1 for rows in (source, translation)]
    ratio = lengths[0] / lengths[1]
    rows, columns = len(source), len(translation)
    costs = [[skip * (i + j) for j in range(columns + 1)] for i in range(rows + 1)]
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            pair = _cost(source[i - 1], translation[j - 1], ratio)
            costs[i][j] = min(
                costs[i - 1][j - 1] + pair, costs[i - 1][j] + skip, costs[i][j - 1] + skip
            )
    pairs, i, j = [], rows, columns
    while i and j:
        if costs[i][j] == costs[i - 1][j] + skip:
            i -= 1
        elif costs[i][j] == costs[i][j - 1] + skip:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _cost(mine: Paragraph, theirs: Paragraph, ratio: float) -> float:
    # Ten letters more on either side: of short texts, length says little.
    unlike = abs(log((len(mine.text) + 10) / (len(theirs.text) * ratio + 10)))
    return min(unlike, 1.5) + (0 if mine.kind == theirs.kind else 0.6)
