"""The index in SQLite: an FTS5 table whose row is the place, read from its newest end."""

from datetime import datetime

from django.db import connection

from articles.search.entries import ENDS, Entry
from articles.search.question import Clause

# Words come folded and taken apart: `ascii` only splits them at the blanks, and leaves all letters
# of all scripts alone; the signs of marks are letters to it.
CREATE = """
    CREATE VIRTUAL TABLE articles_searchindex
    USING fts5(words, marks, tokenize = "ascii tokenchars '~^@/'")
"""
DROP = "DROP TABLE IF EXISTS articles_searchindex"

# Whatever deletes an entry. A migration that alters the entries' table has to make it again.
FOLLOW = """
    CREATE TRIGGER articles_searchentry_gone AFTER DELETE ON articles_searchentry
    BEGIN DELETE FROM articles_searchindex WHERE rowid = old.place; END
"""
FOLLOW_NO_MORE = "DROP TRIGGER IF EXISTS articles_searchentry_gone"

# FTS5 walks a word's rows from the newest on and stops after `most` of them. Of those that end,
# which are few, the entry says whether they have.
_NEWEST = """
    SELECT rowid FROM articles_searchindex
    WHERE articles_searchindex MATCH %s AND rowid BETWEEN %s AND %s
    ORDER BY rowid DESC LIMIT %s
"""
_NEWEST_PUBLIC = """
    SELECT * FROM (
        SELECT rowid FROM articles_searchindex
        WHERE articles_searchindex MATCH %s AND rowid BETWEEN %s AND %s
        ORDER BY rowid DESC LIMIT %s
    )
    UNION ALL SELECT * FROM (
        SELECT entry.place
        FROM articles_searchindex AS found
        CROSS JOIN articles_searchentry AS entry ON entry.place = found.rowid
        WHERE found.articles_searchindex MATCH %s AND found.rowid BETWEEN %s AND %s
        AND entry.ends_at > %s
        ORDER BY found.rowid DESC LIMIT %s
    )
"""


def write(entries: list[Entry]) -> None:
    """Add entries; what still lies at such a place of a story that is no more is overwritten."""
    rows = [(entry.place, " ".join(entry.words), " ".join(entry.marks)) for entry in entries]
    insert = "INSERT OR REPLACE INTO articles_searchindex (rowid, words, marks) VALUES (%s, %s, %s)"
    with connection.cursor() as cursor:
        cursor.executemany(insert, rows)


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
        asked, reach = _expression(clauses, self.phrases), [self.low, self.high]
        statement, values = _NEWEST, [asked, *reach, most]
        if self.now is not None:
            statement = _NEWEST_PUBLIC
            values = [f'{asked} NOT "{ENDS}"', *reach, most]
            values += [f'{asked} AND "{ENDS}"', *reach, self.now, most]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return sorted((place for (place,) in cursor.fetchall()), reverse=True)[:most]


def tidy() -> None:
    """Nothing is left to do: FTS5 merges its index bit by bit as it is written."""


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
