"""What other systems are told of comments: rows in the transaction of the change, sent later.

Numbers only. What is told of a comment is looked up as it is sent, and is what its page shows.
"""

from collections.abc import Iterable

from comments.models import Comment
from newsroom.models import Delivery, Webhook

APPROVED = Comment.Status.APPROVED
Event = Webhook.Event


def moved(comment: Comment, before: str, to: str) -> None:
    """Note a comment that readers see now, or do not see any more, or see with another text."""
    events = {
        (False, True): Event.COMMENT_APPROVED,
        (True, False): Event.COMMENT_REMOVED,
        (True, True): Event.COMMENT_UPDATED,
    }
    if event := events.get((before == APPROVED, to == APPROVED)):
        Delivery.objects.note(event, [(comment.story_id, comment.pk)])


def anonymised(rows: Iterable[tuple[int, int]]) -> None:
    """Note that public comments, by the numbers of their stories and their own, are nobody's."""
    Delivery.objects.note(Event.COMMENT_UPDATED, rows)


def removed(rows: Iterable[tuple[int, int]]) -> None:
    """Note that comments that were public are gone for good."""
    Delivery.objects.note(Event.COMMENT_REMOVED, rows)
