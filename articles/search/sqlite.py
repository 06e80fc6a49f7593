"""The index in SQLite: an FTS5 table whose row is the place, read from its newest end."""

from datetime import datetime

from django.db import connection

from articles.search.entries import Entry
from articles.search.question import Clause

# Words come folded and taken apart: `ascii` only splits them at the blanks, and leaves all letters
# of all scripts alone; the signs of marks are letters to it.
CREATE = """
    CREATE VIRTUAL TABLE articles_searchindex
    USING fts5(words, marks, tokenize = "ascii tokenchars '~^@/'")
"""
DROP = "DROP TABLE IF EXISTS articles_searchindex"

# FTS5 walks a word's rows from the newest on and stops after `most` of them.
_NEWEST = """
    SELECT entry.place
    FROM articles_searchindex AS found
    CROSS JOIN articles_searchentry AS entry ON entry.place = found.rowid
    WHERE found.articles_searchindex MATCH %s AND found.rowid BETWEEN %s AND %s
    AND (%s IS NULL OR entry.ends_at IS NULL OR entry.ends_at > %s)
    ORDER BY found.rowid DESC LIMIT %s
"""


def write(entries: list[Entry]) -> None:
    """Add entries; what still lies at such a place of a story that is no more is overwritten."""
    rows = [(entry.place, " ".join(entry.words), " ".join(entry.marks)) for entry in entries]
    insert = "INSERT OR REPLACE INTO articles_searchindex (rowid, words, marks) VALUES (%s, %s, %s)"
    with connection.cursor() as cursor:
        cursor.executemany(insert, rows)


def erase(places: list[int]) -> None:
    """Remove what stands at these places."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM articles_searchindex WHERE rowid = %s", [(place,) for place in places]
        )


class Reading:
    """Questions to the index between two places, with the same phrases in all of them; with `now`,
    about stories that have not ended by then."""

    def __init__(self, phrases: list[list[str]], low: int, high: int, now: datetime | None) -> None:
        self.phrases, self.low, self.high = phrases, low, high
        self.now = now and connection.ops.adapt_datetimefield_value(now)

    def holds_any(self, clauses: list[Clause]) -> bool:
        """Return whether any story meets every clause."""
        return bool(self.newest(clauses, 1))

    def newest(self, clauses: list[Clause], most: int) -> list[int]:
        """Return the newest `most` places that meet every clause."""
        asked = _expression(clauses, self.phrases)
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST, [asked, self.low, self.high, self.now, self.now, most])
            return [place for (place,) in cursor.fetchall()]


def tidy() -> None:
    """Forget stories that were deleted, and merge the index into one piece."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM articles_searchindex"
            " WHERE rowid NOT IN (SELECT place FROM articles_searchentry)"
        )
        cursor.execute(
            "INSERT INTO articles_searchindex (articles_searchindex) VALUES ('optimize')"
        )


def _expression(clauses: list[Clause], phrases: list[list[str]]) -> str:
    """Return the question in FTS5's language; every word is quoted, so none is an operator."""
    parts = [
        " OR ".join(" AND ".join(map(_quoted, alternative)) for alternative in clause)
        for clause in clauses
    ]
    parts += [_quoted(" ".join(phrase)) for phrase in phrases if len(phrase) > 1]
    return " AND ".join(f"({part})" for part in parts)


def _quoted(word: str) -> str:
    beginning = word.removesuffix("*")
    return f'"{beginning}"' + ("*" if beginning != word else "")
