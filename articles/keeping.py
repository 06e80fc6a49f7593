"""How saves become revisions: what the page saves by itself shares one, and is not kept for ever.

Called by `articles.workflow` under the story's lock, and by `manage.py tick`.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from articles.content import Content
from articles.models import Revision, Story
from articles.models.revision import SCHEMA
from newsroom.models import User

# Autosaves of one person go into one revision for this long: history stays readable.
STRETCH = timedelta(minutes=10)


def settle(revision: Revision, note: str, autosave: bool) -> None:
    """Somebody pressed “save” on what had saved itself: it is a save like any other now."""
    if revision.is_autosave and not autosave:
        revision.is_autosave, revision.note = False, note[:250]
        revision.save(update_fields=["is_autosave", "note", "saved_at"])


def keep(
    story: Story,
    newest: Revision | None,
    content: Content,
    *,
    by: User | None,
    note: str,
    autosave: bool,
) -> None:
    """Write the content into a new revision, or over `newest` while that is this person's own
    running autosave."""
    if newest and by and _is_running(story, newest, by):
        newest.content, newest.schema = content, SCHEMA
        newest.is_autosave, newest.note = autosave, note[:250]
        newest.save(update_fields=["content", "schema", "is_autosave", "note", "saved_at"])
        return
    Revision.objects.create(
        story=story, content=content, created_by=by, note=note[:250], is_autosave=autosave
    )


def _is_running(story: Story, newest: Revision, by: User) -> bool:
    is_own = newest.is_autosave and newest.created_by_id == by.pk
    is_fixed = newest.name or newest.publish_at or newest.pk == story.live_revision_id
    return is_own and not is_fixed and timezone.now() - newest.created_at < STRETCH


def prune_autosaves() -> int:
    """Delete autosaves older than AUTOSAVE_DAYS and return how many; what somebody saved, named
    or timed stays, and so do each story's newest and live revision."""
    old = timezone.now() - timedelta(days=settings.AUTOSAVE_DAYS)
    newer = Revision.objects.filter(story=OuterRef("story"), pk__gt=OuterRef("pk"))
    live = Story.objects.filter(live_revision=OuterRef("pk"))
    prunable = Revision.objects.filter(
        Exists(newer), ~Exists(live), is_autosave=True, name="", publish_at=None, saved_at__lt=old
    )
    return prunable.delete()[0]
