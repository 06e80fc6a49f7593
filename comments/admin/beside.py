"""What stands beside a comment in the queue: who wrote it otherwise, who reported it, what
colleagues said of the writer, and who is deciding on it. Asked once for a page of comments."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone

from comments.models import Comment, Lease, Note, Report
from comments.reasons import REPORTS
from newsroom.models import User

Status = Comment.Status
NOTES_SHOWN = 3


@dataclass
class Beside:
    """`history` counts the writer's other comments by status."""

    history: Counter[str] = field(default_factory=Counter)
    reports: list[tuple[str, int]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    holder: User | None = None

    @property
    def published(self) -> int:
        return self.history[Status.APPROVED]

    @property
    def rejected(self) -> int:
        return self.history[Status.SPAM] + self.history[Status.TRASH]

    @property
    def waiting(self) -> int:
        return self.history[Status.PENDING]


def beside(comments: list[Comment], user: User) -> dict[int, Beside]:
    """Return what stands beside each comment, by its number (four queries)."""
    found = {comment.pk: Beside() for comment in comments}
    histories, notes = _people({comment.email_index for comment in comments} - {""})
    for comment in comments:
        one = found[comment.pk]
        one.history = Counter(histories[comment.email_index])
        if comment.email_index:
            one.history[comment.status] -= 1  # this one
        one.notes = notes[comment.email_index][:NOTES_SHOWN]
    reports = Report.objects.filter(comment__in=found, closed_at=None).order_by("reason")
    for pk, code, count in reports.values_list("comment", "reason").annotate(Count("pk")):
        found[pk].reports.append((str(REPORTS.get(code, code)), count))
    leases = Lease.objects.select_related("by").filter(comment__in=found, until__gt=timezone.now())
    for lease in leases.exclude(by=user):
        found[lease.comment_id].holder = lease.by
    return found


def _people(indexes: set[str]) -> tuple[dict[str, Counter], dict[str, list[Note]]]:
    histories: dict[str, Counter] = defaultdict(Counter)
    rows = Comment.objects.filter(email_index__in=indexes).order_by()
    for index, status, count in rows.values_list("email_index", "status").annotate(Count("pk")):
        histories[index][status] = count
    notes: dict[str, list[Note]] = defaultdict(list)
    for note in Note.objects.select_related("by").filter(email_index__in=indexes)[:500]:
        notes[note.email_index].append(note)
    return histories, notes
