"""Translations: what a story was translated from, and which of its paragraphs changed since.

A translation is held against what the desk calls the live columns of its source: of a published
story what readers see, of any other its newest text. An edit of a public story that nobody
published yet may still be thrown away and is nothing to translate.

For each translation the paragraphs of the source are kept as the translator last dealt with them
(the baseline). What differs is drift. Dealing with a change moves the baseline of that paragraph
and never touches the translator's text, so no change of a source can overwrite an edit.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.content import Content
from articles.models import Story, Transition, TranslationSource
from articles.paragraphs import LINES, Change, Paragraph, compare, settled, split
from articles.rights import may_edit
from newsroom.models import User

# What is written into the log for each way of dealing with a change.
ACTIONS = {"accept": "accept_source", "keep": "keep_source"}


class DriftRefused(Exception):
    """A change that cannot be dealt with; the message may be shown."""


def paragraphs_of(story: Story) -> list[Paragraph]:
    """Return the paragraphs that translations of `story` are held against."""
    return split({name: getattr(story, name) for name in (*LINES, "body_html")})


def paragraphs_in(content: Content) -> list[Paragraph]:
    """Return the paragraphs of a revision's content."""
    return split({name: content.get(name) or "" for name in (*LINES, "body_html")})


def baseline(row: TranslationSource) -> list[Paragraph]:
    """Return the source's paragraphs as the translator last dealt with them."""
    return [Paragraph(*pair) for pair in row.paragraphs]


def follow(story: Story, source: Story) -> TranslationSource:
    """Hold `story` against `source` from now on: its paragraphs of now are the baseline."""
    now = paragraphs_of(source)
    fresh = {"source": source, "paragraphs": now, "changed_count": 0, "total_count": len(now)}
    row = TranslationSource.objects.update_or_create(story=story, defaults=fresh)[0]
    _mark([row])
    return row


def recount(source: Story) -> None:
    """Count the changes anew in every translation of `source`, whose live columns were written.

    One query where there are none, else four at most, however many and however long.
    """
    rows = list(TranslationSource.objects.filter(source=source).select_for_update())
    if rows:
        now = paragraphs_of(source)
        for row in rows:
            _count(row, now)
        TranslationSource.objects.bulk_update(rows, ["changed_count", "total_count"])
        _mark(rows)


def drift(row: TranslationSource) -> list[Change]:
    """Return what changed in the source since the translator last dealt with it."""
    return compare(baseline(row), paragraphs_of(row.source))


@transaction.atomic
def settle(
    row: TranslationSource, wanted: Collection[str], action: str, *, by: User
) -> list[Change]:
    """Deal with the changes of these ids: `accept` (the translation says it now) or `keep` (the
    translation is right as it is). Their baseline moves, the text stays; return them.

    Raises DriftRefused when none of them is there any more, or `by` may not write.
    """
    if action not in ACTIONS:
        raise DriftRefused(_("Accept the change or keep your text."))
    # Locked in the order a save of the source locks them: none passes between look and word.
    source = Story.objects.select_for_update().get(pk=row.source_id)
    row = TranslationSource.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not may_edit(row.story, by):
        raise DriftRefused(_("You may not change this story in its present state."))
    now = paragraphs_of(source)
    before = baseline(row)
    found = [change for change in compare(before, now) if change.id in wanted]
    if not found:
        raise DriftRefused(_("The source changed again meanwhile: look at it once more."))
    # From the end on, so that what stands above keeps its place. A new paragraph goes in before the
    # one at its place: after that one is dealt with, and the later of two new ones first.
    order = [(change.at, change.old is not None, place) for place, change in enumerate(found)]
    for _at, _is_there, place in sorted(order, reverse=True):
        before = settled(before, found[place])
    row.paragraphs = before
    _count(row, now)
    row.save(update_fields=["paragraphs", "changed_count", "total_count"])
    _mark([row])
    _log(row.story, ACTIONS[action], found, by)
    return found


def _count(row: TranslationSource, now: list[Paragraph]) -> None:
    """Write how many paragraphs changed, of how many: those that are gone count among them."""
    changes = compare(baseline(row), now)
    row.changed_count = len(changes)
    row.total_count = len(now) + sum(change.new is None for change in changes)


def _mark(rows: Collection[TranslationSource]) -> None:
    """Write on the translations themselves whether they are behind, where it is news."""
    for is_behind in (True, False):
        told = [row.story_id for row in rows if bool(row.changed_count) == is_behind]
        others = Story.objects.filter(pk__in=told).exclude(is_behind=is_behind)
        others.update(is_behind=is_behind)  # the time it was changed at stays


def _log(story: Story, action: str, changes: list[Change], by: User) -> None:
    Transition.objects.bulk_create(
        Transition(
            story=story,
            action=action,
            from_status=story.status,
            to_status=story.status,
            by=by,
            at=timezone.now(),
            note=change.paragraph.text[:200],
        )
        for change in changes
    )
