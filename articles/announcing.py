"""What other systems are told of a move: a row in the transaction of the move, sent later.

Whether it is still true is looked up again as it is sent; here stands what has happened.
"""

from articles import logged
from articles.models import Story, Transition
from newsroom.models import Delivery, Webhook

Event = Webhook.Event
EVENTS = {"correct": Event.CORRECTED, "uncorrect": Event.UPDATED}
# The moves that say since when a story is public, and until when.
BEGIN, END = ("publish", "unpublish", "withdraw"), ("end", "keep")


def announce(move: Transition) -> None:
    """Note for webhooks what readers see of a move; of imports and static pages nothing."""
    story = move.story
    if story.kind == Story.Kind.PAGE or _is_imported(move):
        return
    if move.action == "publish":
        _published(move)
    elif move.action in ("unpublish", "withdraw"):
        _taken_off(move)
    elif move.action == "end":
        _forget(Event.UNPUBLISHED, story)
        _note(Event.UNPUBLISHED, move)
    elif move.action == "keep":
        _forget(Event.UNPUBLISHED, story)
    elif move.action in EVENTS:
        _note(EVENTS[move.action], move)


def _published(move: Transition) -> None:
    if was_public(move):
        _note(Event.UPDATED, move)
    else:
        # A time set before is replaced.
        _forget(Event.PUBLISHED, move.story)
        _note(Event.PUBLISHED, move)


def _taken_off(move: Transition) -> None:
    """A story whose time had not come was never told of, and its end is nobody's business."""
    for event in (Event.PUBLISHED, Event.UNPUBLISHED):
        _forget(event, move.story)
    if was_public(move):
        _note(Event.WITHDRAWN if move.action == "withdraw" else Event.UNPUBLISHED, move)


def was_public(move: Transition) -> bool:
    """Whether readers could see the story right before the move, by the moves before it."""
    if move.from_status != Story.Status.PUBLISHED:
        return False
    before = Transition.objects.filter(story=move.story_id, pk__lt=move.pk).order_by("-pk")
    rows = before.values_list("action", "due_at")
    began = rows.filter(action__in=BEGIN).first()
    ended = rows.filter(action__in=END).first()
    has_begun = not began or not began[1] or began[1] <= move.at
    has_ended = bool(ended and ended[0] == "end" and ended[1] <= move.at)
    return has_begun and not has_ended


def _is_imported(move: Transition) -> bool:
    by_system = move.by_id is None and move.detail != logged.AT_ITS_TIME
    return by_system and bool(move.story.legacy_source)


def _note(event: str, move: Transition) -> None:
    Delivery.objects.note(event, [(move.story_id, None)], due_at=move.due_at)


def _forget(event: str, story: Story) -> None:
    Delivery.objects.forget_coming(event, story.pk)
