"""The index in PostgreSQL: words and marks of a story in a `tsvector` under a GIN index.

The vector is made from words that come folded and taken apart, so no text search configuration has
a say. GIN knows no order: a word that stands in a hundred thousand stories would be read and sorted
a hundred thousand times. So each story also bears marks of its time, from an hour to half a year
wide, and a search looks among the newest few thousand stories first, and further back only when
these do not hold enough.
"""

from datetime import datetime

from django.db import connection

from articles.search.entries import PLACE_BITS, Entry
from articles.search.question import Clause

# Periods as powers of two of a second (1 h 8 min, 18 h, 12 days, 194 days): of one width or
# another, a few dozen cover any stretch of time.
WIDTHS, MOST_PERIODS = (12, 16, 20, 24), 64
# How many of the newest stories are looked at before all others, and how many times as far back
# next.
NEWEST, FURTHER = 2000, (1, 4, 16)

# The function exists for its settings: the planner takes a vector for a short value beside the
# row, and would rather read every one of them than the index. Vectors lie apart from their rows,
# which stay small.
CREATE = (
    "ALTER TABLE articles_searchentry ADD COLUMN words text, ADD COLUMN tokens tsvector",
    "ALTER TABLE articles_searchentry ALTER COLUMN words SET STORAGE EXTERNAL",
    "ALTER TABLE articles_searchentry SET (toast_tuple_target = 128)",
    "CREATE INDEX articles_searchentry_tokens ON articles_searchentry USING gin (tokens)"
    " WITH (fastupdate = off)",
    """
    CREATE FUNCTION articles_search(
        asked tsquery, low bigint, high bigint, at timestamptz, phrases text[], most integer
    ) RETURNS SETOF bigint LANGUAGE sql STABLE SET enable_seqscan = off SET enable_indexscan = off
    AS $$
        SELECT place FROM articles_searchentry
        WHERE tokens @@ asked AND place + 0 BETWEEN low AND high
        AND (at IS NULL OR ends_at IS NULL OR ends_at > at)
        AND (phrases = '{}' OR NOT EXISTS (
            SELECT FROM unnest(phrases) AS phrase WHERE strpos(words, phrase) = 0
        ))
        ORDER BY place DESC LIMIT most
    $$
    """,
)
_REACH = """
    SELECT
        (SELECT place FROM articles_searchentry WHERE place <= %s
         ORDER BY place DESC OFFSET %s LIMIT 1),
        (SELECT min(place) FROM articles_searchentry)
"""
DROP = (
    "DROP FUNCTION IF EXISTS articles_search",
    "DROP INDEX IF EXISTS articles_searchentry_tokens",
    "ALTER TABLE articles_searchentry DROP COLUMN IF EXISTS words, DROP COLUMN IF EXISTS tokens",
)


def write(entries: list[Entry]) -> None:
    """Add the words of entries whose rows are there."""
    rows = [
        (
            f" {' '.join(entry.words)} ",
            [*dict.fromkeys(entry.words), *entry.marks, *_marks_of_time(entry.place)],
            entry.place,
        )
        for entry in entries
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE articles_searchentry SET words = %s, tokens = array_to_tsvector(%s::text[])"
            " WHERE place = %s",
            rows,
        )


class Reading:
    """Questions to the index between two places, with the same phrases in all of them; with `now`,
    about stories that have not ended by then."""

    def __init__(self, phrases: list[list[str]], low: int, high: int, now: datetime | None) -> None:
        self.side_by_side = [f" {' '.join(phrase)} " for phrase in phrases if len(phrase) > 1]
        self.low, self.high, self.now = low, high, now
        self.stretches = self._stretches()

    def holds_any(self, clauses: list[Clause]) -> bool:
        """Return whether any story meets every clause. What narrows them down is then looked for
        only where there is one."""
        while not self._ask(clauses, *self.stretches[0], 1):
            if len(self.stretches) == 1:
                return False
            del self.stretches[0]
        return True

    def newest(self, clauses: list[Clause], most: int) -> list[int]:
        """Return the newest `most` places that meet every clause."""
        found: list[int] = []
        for start, periods in self.stretches:
            found = self._ask(clauses, start, periods, most)
            if len(found) == most:
                break
        return found

    def _ask(self, clauses: list[Clause], low: int, periods: Clause, most: int) -> list[int]:
        asked = _expression([*clauses, periods] if periods else clauses)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT articles_search(%s::tsquery, %s, %s, %s, %s::text[], %s)",
                [asked, low, self.high, self.now, self.side_by_side, most],
            )
            return [place for (place,) in cursor.fetchall()]

    def _stretches(self) -> list[tuple[int, Clause]]:
        """Return where to begin, and the periods from there on, of which a story bears one: among
        the newest stories, further back, at last from `low` on."""
        with connection.cursor() as cursor:
            cursor.execute(_REACH, [self.high, NEWEST])
            newest, oldest = cursor.fetchone()
        width = self.high - newest if newest is not None else 0
        starts = [self.high - width * further for further in FURTHER if width]
        return [
            (start, _periods(start >> PLACE_BITS, self.high >> PLACE_BITS) if start else [])
            for start in [*(start for start in starts if start > max(self.low, oldest)), self.low]
        ]


def tidy() -> None:
    """Tell the planner what there is by now."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE articles_searchentry")


def _periods(first: int, last: int) -> Clause:
    """Return the marks of the periods from one second to another, as narrow as are not too many."""
    for width in WIDTHS:
        numbers = range(first >> width, (last >> width) + 1)
        if len(numbers) <= MOST_PERIODS:
            return [[f"/{width}t{number}"] for number in numbers]
    return []


def _marks_of_time(place: int) -> list[str]:
    return [f"/{width}t{(place >> PLACE_BITS) >> width}" for width in WIDTHS]


def _expression(clauses: list[Clause]) -> str:
    """Return the question in the language of `tsquery`; every word is quoted, so none is an
    operator."""
    parts = [
        " | ".join(" & ".join(map(_quoted, alternative)) for alternative in clause)
        for clause in clauses
    ]
    return " & ".join(f"({part})" for part in parts)


def _quoted(word: str) -> str:
    beginning = word.removesuffix("*")
    return f"'{beginning}'" + (":*" if beginning != word else "")
