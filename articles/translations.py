"""Translations: what a story was translated from, and which of its paragraphs changed since.

The reference of a translation is what readers see of its source, or the source's newest revision
while that is not public: an edit that may still be thrown away is nothing to translate. For each
translation the texts of the source's paragraphs are kept as the translator last dealt with them
(the baseline). What differs is drift. Dealing with a change moves the baseline of that paragraph
and never touches the translator's text, so no change of a source can overwrite an edit.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.content import Content
from articles.models import Story, Transition, TranslationSource
from articles.revisions import Piece, word_diff
from articles.rights import may_edit
from newsroom.lib.html import to_text
from newsroom.models import User

_BLOCK_ENDS = re.compile(
    r"</(?:p|h[2-4]|li|blockquote|figcaption|td|th|pre)>|<(?:hr|figure|ul|ol|table|blockquote)[^>]*>"
)
# Of two texts this alike, one is the other changed; else one went and one came.
ALIKE = 0.4


@dataclass(frozen=True)
class Change:
    """A paragraph of the source that is not as the translator last saw it. `old` is empty where
    it is new, `new` where it is gone; `place` counts the paragraphs of the source from 0."""

    old: str
    new: str
    place: int

    @property
    def id(self) -> str:
        """What names exactly this change: another text or place is another one."""
        seed = f"{self.place}\0{self.old}\0{self.new}"
        return hashlib.sha256(seed.encode()).hexdigest()[:16]

    @property
    def kind(self) -> str:
        if self.old and self.new:
            return "changed"
        return "added" if self.new else "removed"

    @property
    def pieces(self) -> list[Piece]:
        return list(word_diff(self.old, self.new))


def paragraphs(content: Content) -> list[str]:
    """Return the texts a translator translates: headline, standfirst, each block of the text."""
    blocks = (to_text(block) for block in _BLOCK_ENDS.split(content["body_html"]))
    texts = (content["kicker"], content["headline"], content["standfirst"], *blocks)
    return [" ".join(text.split()) for text in texts if text.strip()]


def compare(old: list[str], new: list[str]) -> list[Change]:
    """Return what changed between two lists of paragraphs, in the order of the new one.

    A paragraph that only stands elsewhere is no change: its text is translated already.
    """
    moved = set(old) & set(new)
    changes: list[Change] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone = [text for text in old[i1:i2] if text not in moved]
            come = [(place, new[place]) for place in range(j1, j2) if new[place] not in moved]
            changes += _paired(gone, come, j1)
    return _reunited(changes)


def _paired(gone: list[str], come: list[tuple[int, str]], place: int) -> Iterable[Change]:
    """Pair each text that came with the first like it that went; the rest came or went alone."""
    is_one_for_one = len(gone) == len(come) == 1
    for at, text in come:
        match = next((old for old in gone if is_one_for_one or _alike(old, text)), "")
        if match:
            gone.remove(match)
        yield Change(match, text, at)
    yield from (Change(text, "", place) for text in gone)


def _reunited(changes: list[Change]) -> list[Change]:
    """Make one change of a text that went here and came back a little different elsewhere."""
    gone = [change for change in changes if change.kind == "removed"]
    found = []
    for change in changes:
        match = change.kind == "added" and next(
            (old for old in gone if _alike(old.old, change.new)), None
        )
        if match:
            gone.remove(match)
        found.append(Change(match.old, change.new, change.place) if match else change)
    return [change for change in found if change.kind != "removed" or change in gone]


def _alike(old: str, new: str) -> bool:
    words = SequenceMatcher(a=old.split(), b=new.split(), autojunk=False)
    return words.quick_ratio() >= ALIKE and words.ratio() >= ALIKE


# The row of a translation.


def reference(source: Story) -> Content:
    """Return what translations of `source` are held against."""
    live = source.live_revision if source.status == Story.Status.PUBLISHED else None
    return (live or source.revisions.first()).content


def follow(story: Story, source: Story) -> TranslationSource:
    """Hold `story` against `source` from now on: its paragraphs of now are the baseline."""
    now = paragraphs(reference(source))
    row, _is_new = TranslationSource.objects.update_or_create(
        story=story,
        defaults={
            "source": source,
            "paragraphs": now,
            "changed_count": 0,
            "total_count": len(now),
        },
    )
    return row


def recount(source: Story) -> None:
    """Count the changes anew in every translation of `source`, after it says something else.

    One query where there are none; with some, two and one more for each.
    """
    rows = list(TranslationSource.objects.filter(source=source))
    if rows:
        now = paragraphs(reference(source))
        for row in rows:
            row.changed_count, row.total_count = len(compare(row.paragraphs, now)), len(now)
            row.save(update_fields=["changed_count", "total_count"])


def drift(row: TranslationSource) -> list[Change]:
    """Return what changed in the source since the translator last dealt with it."""
    return compare(row.paragraphs, paragraphs(reference(row.source)))


class DriftRefused(Exception):
    """A change that cannot be dealt with; the message may be shown."""


ACTIONS = ("accept", "keep")


@transaction.atomic
def settle(row: TranslationSource, change_id: str, action: str, *, by: User) -> Change:
    """Deal with one change: `accept` (it is in the translation now) or `keep` (the translation is
    right as it is). The baseline of that paragraph moves, the text stays. Raises DriftRefused."""
    if action not in ACTIONS or not may_edit(row.story, by):
        raise DriftRefused(_("You may not change this story in its present state."))
    row = TranslationSource.objects.select_for_update().select_related("source").get(pk=row.pk)
    now = paragraphs(reference(row.source))
    found = {change.id: change for change in compare(row.paragraphs, now)}
    change = found.get(change_id)
    if change is None:
        raise DriftRefused(_("The source changed again meanwhile: look at it once more."))
    row.paragraphs = _moved(row.paragraphs, change)
    row.changed_count, row.total_count = len(compare(row.paragraphs, now)), len(now)
    row.save()
    story = row.story
    Transition.objects.create(
        story=story,
        action=f"{action}_source",
        from_status=story.status,
        to_status=story.status,
        by=by,
        at=timezone.now(),
        note=(change.new or change.old)[:200],
    )
    return change


def _moved(baseline: list[str], change: Change) -> list[str]:
    """Return the baseline with one change in it. Where a text is new it stands before whatever
    the source has behind it; its order says nothing, since a moved text is no change."""
    moved = list(baseline)
    if change.old:
        at = moved.index(change.old)
        moved[at : at + 1] = [change.new] if change.new else []
    else:
        moved.insert(min(change.place, len(moved)), change.new)
    return moved


def pairs(story_content: Content, source_content: Content) -> list[tuple[str, str]]:
    """Return the source's paragraphs with the translation's at the same place, for reading both."""
    mine, theirs = paragraphs(story_content), paragraphs(source_content)
    longest = max(len(mine), len(theirs))
    filled = [texts + [""] * (longest - len(texts)) for texts in (theirs, mine)]
    return list(zip(*filled, strict=True))
