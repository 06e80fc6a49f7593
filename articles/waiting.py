"""What waits for whom at the desk: the groups of its home, each a filter of the list too.

Both ask the same queryset, so a group's number is the length of the list behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Story, Transition
from articles.models.story import StoryQuerySet
from articles.rights import CHANGE, EDIT_ALL, PUBLISH, REVIEW, either, sections_of
from newsroom.models import User

VIEW, ADD = "articles.view_story", "articles.add_story"
# How long after publication a missing picture or a changed source is still somebody's work.
RECENT = timedelta(days=7)
DUE = ("in_review", "approved")


@dataclass(frozen=True)
class Group:
    """Stories that wait for one kind of work, for whoever has the permission it `asks` for."""

    name: str
    label: Any
    empty: Any
    rows: Callable[[StoryQuerySet, User], StoryQuerySet]
    asks: str = VIEW
    order: str = "-changed_at"

    def is_for(self, user: User) -> bool:
        return user.has_perm(VIEW) and user.has_perm(self.asks)


def with_last_move(stories: StoryQuerySet) -> StoryQuerySet:
    """Add what was last done with a story, and the note to it."""
    last = Transition.objects.filter(story=OuterRef("pk")).order_by("-id")
    return stories.annotate(
        last_move=Subquery(last.values("action")[:1]), last_note=Subquery(last.values("note")[:1])
    )


def theirs(user: User) -> Q:
    """Return the condition of being somebody's work: written by them or in their sections."""
    if user.has_perm(EDIT_ALL):
        return Q()
    return either(Q(created_by=user), reached(user))


def reached(user: User) -> Q:
    """Return the condition of standing where `user` edits what others write."""
    return Q() if user.has_perm(EDIT_ALL) else Q(section__in=sections_of(user))


def _drafts(stories: StoryQuerySet, user: User) -> StoryQuerySet:
    return with_last_move(stories.filter(status="draft", created_by=user))


def _waiting(stories: StoryQuerySet, user: User) -> StoryQuerySet:
    """In review where one may decide, and own stories that were sent back."""
    sent_back = Q(status="draft", created_by=user, last_move="send_back")
    if user.has_perm(REVIEW):
        sent_back |= Q(status="in_review") & reached(user)
    return with_last_move(stories).filter(sent_back)


def _submitted(stories: StoryQuerySet, user: User) -> StoryQuerySet:
    return stories.filter(status__in=("in_review", "approved"), created_by=user)


def _approved(stories: StoryQuerySet, user: User) -> StoryQuerySet:
    return stories.filter(reached(user), status="approved")


def _scheduled(stories: StoryQuerySet, user: User) -> StoryQuerySet:
    return stories.among(Story.objects.scheduled(), "published_at").filter(theirs(user))


def _today(stories: StoryQuerySet, user: User) -> StoryQuerySet:
    return stories.among(Story.objects.published_since(midnight()), "-published_at")


def midnight() -> datetime:
    """When today began in the site's zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _stale(stories: StoryQuerySet, user: User) -> StoryQuerySet:
    changed = stories.filter(theirs(user), is_behind=True)
    return changed.exclude(status="withdrawn")


def _without_picture(stories: StoryQuerySet, user: User) -> StoryQuerySet:
    """On their way to readers, or lately come there."""
    due = Q(status__in=DUE) | Q(published_at__gte=timezone.now() - RECENT)
    # The statuses by themselves, not each with its half of the condition: an index begins there.
    without = Story.objects.filter(due, status__in=(*DUE, "published"), picture=None)
    return stories.among(without, "status", "-published_at").articles().filter(theirs(user))


GROUPS = {
    group.name: group
    for group in (
        Group("drafts", _("Your drafts"), _("No draft of yours."), _drafts, ADD),
        Group("waiting", _("Waiting for you"), _("Nothing waits for you."), _waiting, CHANGE),
        Group(
            "submitted", _("Yours, with the editors"), _("Nothing is with them."), _submitted, ADD
        ),
        Group(
            "approved", _("Approved, to be published"), _("Nothing is ready."), _approved, PUBLISH
        ),
        Group(
            "scheduled",
            _("Scheduled"),
            _("Nothing is scheduled."),
            _scheduled,
            CHANGE,
            "published_at",
        ),
        Group(
            "today", _("Published today"), _("Nothing yet today."), _today, VIEW, "-published_at"
        ),
        Group(
            "stale",
            _("Translations behind their source"),
            _("Every translation says what its source says."),
            _stale,
            CHANGE,
        ),
        Group(
            "no_picture",
            _("Without a picture"),
            _("Every story of these days has its picture."),
            _without_picture,
            CHANGE,
        ),
    )
}


def groups_for(user: User) -> list[Group]:
    """Return the groups of `user`'s home, in the order of a day's work."""
    found = [group for group in GROUPS.values() if group.is_for(user)]
    # Who decides on stories finds their own among those in review.
    return [group for group in found if group.name != "submitted" or not user.has_perm(REVIEW)]


def stories_in(group: Group, stories: StoryQuerySet, user: User) -> StoryQuerySet:
    """Return of `stories`, which `user` may see, those of a group."""
    return group.rows(stories, user) if group.is_for(user) else stories.none()
