"""Comparing two revisions: field by field, a long text paragraph by paragraph, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from articles.content import Content
from articles.described import described
from articles.models import Author, Byline, Image, Section, Story
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


# How many of their words two lines share when one is taken for the other, rewritten.
ALIKE = 0.4
# Lines of two texts that are held against each other, each with each.
MAX_PAIRS = 2500
# Above these a comparison is coarser, so that no text, however it was made, can make it slow:
# frequent lines are looked for no more, a line of very many words is shown whole.
MANY_LINES, MANY_PAIRS_OF_WORDS, MANY_WORDS = 500, 1_500_000, 300
# Fields that hold the number of something with a name.
NAMED = {"section": Section, "picture": Image, "replies_to": Story}


@dataclass(frozen=True)
class Piece:
    """A run of words: `change` is "", "removed" or "added"."""

    text: str
    change: str = ""


@dataclass(frozen=True)
class Paragraph:
    pieces: list[Piece]

    @property
    def is_changed(self) -> bool:
        return any(piece.change for piece in self.pieces)


@dataclass(frozen=True)
class Run:
    """Paragraphs that are shown together, or folded away because nothing in them changed."""

    paragraphs: list[Paragraph]
    is_folded: bool


@dataclass(frozen=True)
class FieldChange:
    """A field that differs; without paragraphs where nothing of it can be said in words."""

    label: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    name: str = ""

    @property
    def runs(self) -> list[Run]:
        """The paragraphs, long unchanged stretches apart; what stands beside a change stays."""
        near = {
            place + step
            for place, paragraph in enumerate(self.paragraphs)
            if paragraph.is_changed
            for step in (-1, 0, 1)
        }
        runs: list[Run] = []
        for is_shown, group in groupby(
            enumerate(self.paragraphs), key=lambda numbered: numbered[0] in near
        ):
            found = [paragraph for _place, paragraph in group]
            runs.append(Run(found, not is_shown and len(found) > 1))
        return runs


def compare(old: Content, new: Content) -> list[FieldChange]:
    """Return what differs between two contents, in the order of the story's form."""
    changes = []
    for name, label in LABELS.items():
        before, after = readable(old, name), readable(new, name)
        is_other = before != after
        if name == "body_html" and old.get(name) != new.get(name):
            is_other = True
            before, after = _with_markup(old.get(name) or "", new.get(name) or "", before, after)
        if is_other:
            shown = list(paragraph_diff(before, after)) if before != after else []
            changes.append(FieldChange(str(label), shown, name))
    return changes


def _with_markup(old: str, new: str, before: str, after: str) -> tuple[str, str]:
    """Return the words of two texts; with links, headings, pictures named where those differ."""
    first, second = described(old), described(new)
    if before != after and first.marks == second.marks:
        return before, after
    return first.text, second.text


def paragraph_diff(old: str, new: str) -> Iterator[Paragraph]:
    """Yield the lines of both texts in reading order, each with its words marked.

    A line is held against the one it came from, so that a new paragraph is marked whole and not
    woven into its neighbours.
    """
    before, after = old.split("\n") if old else [], new.split("\n") if new else []
    matcher = SequenceMatcher(a=before, b=after, autojunk=len(before) > MANY_LINES)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from (Paragraph([Piece(text)]) for text in after[j1:j2])
        else:
            yield from _rewritten(before[i1:i2], after[j1:j2])


def _rewritten(gone: list[str], come: list[str]) -> Iterator[Paragraph]:
    """Yield what became of some lines: each with the one it is like, the rest taken out or new."""
    i = j = 0
    for old, new in [*_pairs(gone, come), (len(gone), len(come))]:
        yield from (Paragraph([Piece(text, "removed")]) for text in gone[i:old])
        yield from (Paragraph([Piece(text, "added")]) for text in come[j:new])
        if old < len(gone):
            yield Paragraph(list(word_diff(gone[old], come[new])))
        i, j = old + 1, new + 1


def _pairs(gone: list[str], come: list[str]) -> Iterator[tuple[int, int]]:
    if len(gone) == len(come) == 1 or len(gone) * len(come) > MAX_PAIRS:
        yield from zip(range(len(gone)), range(len(come)), strict=False)
        return
    first = 0
    for new, text in enumerate(come):
        found = next((old for old in range(first, len(gone)) if _alike(gone[old], text)), None)
        if found is not None:
            yield found, new
            first = found + 1


def _alike(old: str, new: str) -> bool:
    words = SequenceMatcher(a=old.split()[:MANY_WORDS], b=new.split()[:MANY_WORDS], autojunk=False)
    return words.quick_ratio() >= ALIKE and words.ratio() >= ALIKE


def word_diff(old: str, new: str) -> Iterator[Piece]:
    """Yield the words of both texts in reading order, marked as removed or added.

    Words, not characters: joined Arabic letters cannot be marked singly without changing shape.
    """
    before, after = _words(old), _words(new)
    if len(before) * len(after) > MANY_PAIRS_OF_WORDS:
        yield from _changed(old, new) if old != new else [Piece(new)]
        return
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
    if name == "kind":
        return str(dict(Story.Kind.choices).get(value, value))
    if name == "comments_open":
        return str(_("yes") if value else _("no"))
    if name == "comments_close_at":
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "j N Y H:i")
    return str(value)


def _byline(line: dict) -> str:
    name = line["name"]
    if line["author"]:
        name = str(Author.objects.filter(pk=line["author"]).first() or f"#{line['author']}")
    role = line.get("role", Byline.Role.WRITER)
    if role == Byline.Role.WRITER:
        return name
    return f"{name} ({dict(Byline.Role.choices).get(role, role)})"


def _words(text: str) -> list[str]:
    return re.findall(r"\S+|\s+", text)
