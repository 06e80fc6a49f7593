"""Comparing two revisions, field by field and word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext_lazy as _

from articles.content import Content
from articles.models import Author, Image, Section, Story
from newsroom.lib.html import to_text

LABELS = {
    "kicker": _("kicker"),
    "headline": _("headline"),
    "standfirst": _("standfirst"),
    "body_html": _("text"),
    "slug": _("slug"),
    "kind": _("kind"),
    "section": _("section"),
    "agency": _("agency"),
    "picture": _("main picture"),
    "topics": _("topics"),
    "bylines": _("bylines"),
    "search_title": _("search title"),
    "search_description": _("search description"),
    "replies_to": _("right of reply to"),
    "comments_open": _("comments open"),
    "comments_close_at": _("comments close"),
}


# Fields that hold the number of something with a name.
NAMED = {"section": Section, "picture": Image, "replies_to": Story}


@dataclass(frozen=True)
class Piece:
    """A run of words: `change` is "", "removed" or "added"."""

    text: str
    change: str = ""


@dataclass(frozen=True)
class FieldChange:
    label: str
    pieces: list[Piece]


def compare(old: Content, new: Content) -> list[FieldChange]:
    """Return what differs between two contents, in the order of the story's form."""
    return [
        FieldChange(str(label), list(word_diff(before, after)))
        for name, label in LABELS.items()
        for before, after in [(readable(old, name), readable(new, name))]
        if before != after
    ]


def word_diff(old: str, new: str) -> Iterator[Piece]:
    """Yield the words of both texts in reading order, marked as removed or added.

    Words, not characters: joined Arabic letters cannot be marked singly without changing shape.
    """
    before, after = _words(old), _words(new)
    # autojunk treats frequent words of a long text as noise and misaligns it.
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    removed = added = ""
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag != "equal" or (removed and added and come.isspace() and "\n" not in come):
            # A space between two changed words parts no change from the next.
            removed, added = removed + gone, added + come
            continue
        yield from _changed(removed, added)
        removed = added = ""
        yield Piece(come)
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece(removed, "removed")
    if added:
        yield Piece(added, "added")


def readable(content: Content, name: str) -> str:
    """Return a field of a revision as an editor would read it."""
    value = content.get(name)
    if value in (None, "", []):
        return ""
    if name == "body_html":
        return to_text(value)
    if name == "topics":
        return "، ".join(value)
    if name == "bylines":
        return "، ".join(_byline(line) for line in value)
    if name in NAMED:
        model = NAMED[name]
        return str(model.objects.filter(pk=value).first() or f"#{value}")
    return str(value)


def _byline(line: dict) -> str:
    if line["author"]:
        return str(Author.objects.filter(pk=line["author"]).first() or f"#{line['author']}")
    return line["name"]


def _words(text: str) -> list[str]:
    return re.findall(r"\S+|\s+", text)
