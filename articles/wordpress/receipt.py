"""What came of an import: counted, named where it was refused, and the same words in as out."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# Of one kind of trouble so many are named; the count tells of all.
MOST_NAMED = 200


class Words:
    """A running SHA-256 of texts; spaces do not count."""

    def __init__(self) -> None:
        self.count = 0
        self._hash = hashlib.sha256()

    def add(self, text: str) -> None:
        self.count += 1
        self._hash.update("".join(text.split()).encode("utf-8", "surrogatepass") + b"\n")

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def copy(self) -> "Words":
        twin = Words()
        twin.count, twin._hash = self.count, self._hash.copy()
        return twin


@dataclass
class Receipt:
    """What came of an import, counted."""

    stories: Counter = field(default_factory=Counter)  # (kind, state, language)
    comments: Counter = field(default_factory=Counter)  # (kind, state, depth, language)
    pictures: Counter = field(default_factory=Counter)  # what became of files
    made: Counter = field(default_factory=Counter)  # sections, authors, topics, old addresses
    known: Counter = field(default_factory=Counter)  # what an earlier run had brought
    updated: Counter = field(default_factory=Counter)  # late edits of the old site
    skipped: Counter = field(default_factory=Counter)  # (what, reason)
    notes: Counter = field(default_factory=Counter)  # what was changed on the way
    refused: list[dict[str, Any]] = field(default_factory=list)
    named: dict[str, list[int]] = field(default_factory=dict)  # numbers of posts under a note
    words_in: Words = field(default_factory=Words)
    words_out: Words = field(default_factory=Words)

    def note(self, text: str, number: int = 0) -> None:
        """Count one more of what was changed on the way; `number` is that of the post."""
        self.notes[text] += 1
        numbers = self.named.setdefault(text, [])
        if number and len(numbers) < MOST_NAMED:
            numbers.append(number)

    def skip(self, what: str, reason: str) -> None:
        self.skipped[what, reason] += 1

    def refuse(self, what: str, number: int, line: int, reason: str) -> None:
        """Name an item that should have come and could not."""
        self.refused.append({"what": what, "number": number, "line": line, "reason": reason})

    def copy(self) -> "Receipt":
        """Return what it says now, to go back to when a batch fails."""
        twin = Receipt(
            **{name: value.copy() for name, value in vars(self).items() if name != "named"}
        )
        twin.named = {text: list(numbers) for text, numbers in self.named.items()}
        return twin

    def go_back(self, to: "Receipt") -> None:
        vars(self).update(vars(to))

    @property
    def is_whole(self) -> bool:
        """Whether every text that came stands here with the words it had."""
        return self.words_in.digest == self.words_out.digest

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "stories": _rows(self.stories, "kind", "state", "language"),
            "comments": _rows(self.comments, "kind", "state", "depth", "language"),
            "pictures": dict(self.pictures),
            "made": dict(self.made),
            "known": dict(self.known),
            "updated": dict(self.updated),
            "skipped": _rows(self.skipped, "what", "reason"),
            "notes": [
                {"note": note, "count": count, "posts": self.named.get(note, [])}
                for note, count in sorted(self.notes.items())
            ],
            "refused": self.refused,
            "texts": {
                "count": self.words_in.count,
                "sha256_in": self.words_in.digest,
                "sha256_out": self.words_out.digest,
                "equal": self.is_whole,
            },
        }


def _rows(counted: Counter, *names: str) -> list[dict[str, Any]]:
    return [
        {**dict(zip(names, key, strict=True)), "count": count}
        for key, count in sorted(counted.items())
    ]
