"""Every move of a story. The only writer of `Story.status`.

Each verb locks the story, checks that the move exists and that this person may make it, writes
the story, a `Revision` where content changed and a `Transition`, all in one transaction.
`by=None` is the system itself: a command, never a request. `version` is the `Story.version` this
person saw: every verb refuses with StaleStory when somebody saved since.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import announcing, checklist, keeping, logged, pictures, search, sharing, translations
from articles import content as contents
from articles.content import Content
from articles.models import Correction, Revision, Story, Transition
from articles.rights import (
    CHANGE,
    EDIT_ALL,
    PUBLISH,
    REVIEW,
    may_edit,
    may_move,
    may_see_work,
    reaches,
)
from newsroom.lib.text import one_line
from newsroom.models import User

Status = Story.Status
log = logging.getLogger("newsroom.workflow")

TRANSITIONS: dict[tuple[str, str], str] = {
    (Status.DRAFT, Status.IN_REVIEW): CHANGE,
    (Status.IN_REVIEW, Status.DRAFT): REVIEW,
    (Status.IN_REVIEW, Status.APPROVED): REVIEW,
    (Status.APPROVED, Status.DRAFT): REVIEW,
    (Status.DRAFT, Status.PUBLISHED): PUBLISH,
    (Status.IN_REVIEW, Status.PUBLISHED): PUBLISH,
    (Status.APPROVED, Status.PUBLISHED): PUBLISH,
    (Status.PUBLISHED, Status.PUBLISHED): PUBLISH,
    (Status.PUBLISHED, Status.DRAFT): PUBLISH,
    (Status.PUBLISHED, Status.WITHDRAWN): PUBLISH,
    (Status.WITHDRAWN, Status.PUBLISHED): PUBLISH,
    (Status.WITHDRAWN, Status.DRAFT): PUBLISH,
}

# The moves as editors know them: action → (from, to), in the order buttons are shown.
ACTIONS: dict[str, tuple[frozenset[str], str]] = {
    "submit": (frozenset({Status.DRAFT}), Status.IN_REVIEW),
    "send_back": (frozenset({Status.IN_REVIEW, Status.APPROVED}), Status.DRAFT),
    "approve": (frozenset({Status.IN_REVIEW}), Status.APPROVED),
    "publish": (frozenset(Status.values), Status.PUBLISHED),
    "unpublish": (frozenset({Status.PUBLISHED, Status.WITHDRAWN}), Status.DRAFT),
    "withdraw": (frozenset({Status.PUBLISHED}), Status.WITHDRAWN),
}


class WorkflowError(Exception):
    """A refused move; the message may be shown to whoever tried."""


class StaleStory(WorkflowError):
    """Somebody else saved the story since this person opened it."""


def allowed_actions(story: Story, user: User) -> list[str]:
    """Return the actions of `ACTIONS` that `user` may take on `story` now."""
    return [
        action
        for action, (sources, target) in ACTIONS.items()
        if story.status in sources and may_move(story, TRANSITIONS[story.status, target], user)
    ]


def create(
    content: Content,
    *,
    by: User | None,
    language: str,
    translation_key: UUID | None = None,
    autosave: bool = False,
    **imported,
) -> Story:
    """Return a new draft with `content`. `imported` sets `legacy_source` and `legacy_id`."""
    if by and not by.has_perm("articles.add_story"):
        raise WorkflowError(_("You may not write new stories."))
    content = contents.normalise(content)
    _require_section(content)
    with transaction.atomic():
        story = Story(language=language, created_by=by, changed_by=by, **imported)
        if translation_key:
            story.translation_key = translation_key
        story.section_id = content["section"]
        story.save()
        contents.apply(story, content)
        Revision.objects.create(story=story, content=content, created_by=by, is_autosave=autosave)
        _log(story, "create", "", by=by)
    return story


def save_draft(
    story: Story,
    content: Content,
    *,
    by: User | None,
    note: str = "",
    version: int | None = None,
    autosave: bool = False,
    apart: bool = False,
) -> Story:
    """Keep `content` as the newest revision and return the story.

    A story that readers can see, now or at its time, does not change until it is published
    again; any other takes the content at once. An edit of an approved story voids the approval
    where EDIT_VOIDS_APPROVAL says so. Autosaves of one person share a revision for
    keeping.STRETCH, unless the content is to stand `apart`. Raises StaleStory, and WorkflowError
    when `by` may not.
    """
    content = contents.normalise(content)
    _require_section(content)
    with transaction.atomic():
        story = _locked(story)
        _require_edit(story, content, by)
        _require_version(story, version)
        newest = head(story)
        if content == contents.normalise(newest.content):
            keeping.settle(newest, note, autosave)
            return story
        into = None if apart else newest
        keeping.keep(story, into, content, by=by, note=note, autosave=autosave)
        _touch(story, by)
        if story.status == Status.APPROVED and settings.EDIT_VOIDS_APPROVAL:
            story.status = Status.IN_REVIEW
            _log(story, "void", Status.APPROVED, by=by)
        if story.status == Status.PUBLISHED:
            story.has_edits = True
            story.save()
            pictures.note_uses(story)
        else:
            _apply(story, content)
    return story


def submit(story: Story, *, by: User | None, note: str = "", version: int | None = None) -> Story:
    """Hand a draft in for review."""
    return _simple_move(story, "submit", by=by, note=note, version=version)


def send_back(story: Story, *, by: User | None, note: str, version: int | None = None) -> Story:
    """Return a story to its writer; the note says what is missing and must not be empty."""
    if not note.strip():
        raise WorkflowError(_("Say in a note why the story goes back."))
    return _simple_move(story, "send_back", by=by, note=note, version=version)


def approve(story: Story, *, by: User | None, note: str = "", version: int | None = None) -> Story:
    """Find a story in review fit to print."""
    return _simple_move(story, "approve", by=by, note=note, version=version)


def publish(
    story: Story,
    *,
    by: User | None,
    at: datetime | None = None,
    note: str = "",
    version: int | None = None,
    checked: bool = True,
) -> Story:
    """Make the newest revision what readers see, now or from `at` on, and return the story.

    Publishing a story that is public already brings its edits; its date stays unless `at`
    gives another. A scheduled story is public at once unless `at` names its time again. Raises
    WorkflowError when something readers need is missing, if it is to be `checked`.
    """
    with transaction.atomic():
        story, before = _begin(story, "publish", by, version)
        revision = head(story)
        _require_reach(revision, by)
        if checked:
            _require_publishable(story, revision.content)
        if _was_ever_public(story) and revision.pk != story.live_revision_id:
            story.updated_at = timezone.now()
        if at or before != Status.PUBLISHED or story.is_scheduled:
            _date(story, at)
        _make_live(story, revision)
        due_at = story.published_at if story.is_scheduled else None
        _log(story, "publish", before, by=by, note=note, due_at=due_at)
    return story


def publish_edits_at(
    story: Story, *, by: User | None, at: datetime, note: str = "", version: int | None = None
) -> Story:
    """Let readers of a public story get its newest revision at `at`; later edits stay drafts.

    The one move that needs a process: `manage.py tick` makes it. A time set before is replaced.
    """
    with transaction.atomic():
        story, before = _begin(story, "publish", by, version)
        if not story.is_public or head(story).pk == story.live_revision_id:
            raise WorkflowError(_("Only edits of a public story can be published at a time."))
        if at <= timezone.now():
            raise WorkflowError(_("This time is past."))
        revision = head(story)
        _require_reach(revision, by)
        _require_publishable(story, revision.content)
        _drop_timed_edit(story)
        revision.publish_at, revision.publish_by = at, by
        revision.save(update_fields=["publish_at", "publish_by"])
        story.save()
        _log(story, "time_edits", before, by=by, note=note, due_at=at)
    return story


def cancel_edits_at(
    story: Story, *, by: User | None, note: str = "", version: int | None = None
) -> Story:
    """Forget the time at which edits of a public story were to be published."""
    with transaction.atomic():
        story, before = _begin(story, "publish", by, version)
        if not _drop_timed_edit(story):
            raise WorkflowError(_("No time is set."))
        story.save()
        _log(story, "untime_edits", before, by=by, note=note)
    return story


def publish_due_edits() -> tuple[list[Story], list[str]]:
    """Publish the edits whose time has come; return the stories and, in words, what failed.

    What is refused then, by the checklist or because the story ended meanwhile, loses its time
    and waits in the desk like any edit; the story's log says why. Each in a transaction of its
    own, claimed under the story's lock: run twice, or by two processes at once, every edit is
    published once.
    """
    done, failed = [], []
    due = Revision.objects.filter(publish_at__lte=timezone.now()).order_by("publish_at")
    for revision in due.select_related("story", "publish_by").defer("content")[:500]:
        try:
            if story := _publish_due(revision):
                done.append(story)
        except WorkflowError as refusal:
            _give_up_time(revision, str(refusal))
            failed.append(f"#{revision.story_id}: {refusal}")
        except Exception:
            # A fault in one story must not keep the others waiting.
            log.exception("edits of a story were not published at their time")
            failed.append(f"#{revision.story_id}")
    return done, failed


def unpublish(
    story: Story,
    *,
    by: User | None,
    at: datetime | None = None,
    note: str = "",
    version: int | None = None,
) -> Story:
    """Take a story off the site and make it a draft again, or let it end at `at` by the clock."""
    with transaction.atomic():
        story, before = _begin(story, "unpublish", by, version)
        if at and at > timezone.now():
            if before != Status.PUBLISHED or at <= story.published_at:
                raise WorkflowError(_("A story can only end after it was published."))
            story.unpublish_at = at
            story.save()
            search.index(story)
            _log(story, "end", before, by=by, note=note, due_at=at)
            return story
        _take_off(story, Status.DRAFT)
        story.unpublish_at = None
        _apply(story, contents.existing(contents.normalise(head(story).content), story))
        _log(story, "unpublish", before, by=by, note=note)
    return story


def cancel_unpublish_at(
    story: Story, *, by: User | None, note: str = "", version: int | None = None
) -> Story:
    """Let a published story stay: forget the time at which it was to end."""
    with transaction.atomic():
        story, before = _begin(story, "publish", by, version)
        if story.unpublish_at is None:
            raise WorkflowError(_("No time is set."))
        story.unpublish_at = None
        story.save()
        search.index(story)
        _log(story, "keep", before, by=by, note=note)
    return story


def withdraw(
    story: Story, *, by: User | None, notice: str, note: str = "", version: int | None = None
) -> Story:
    """Take a story back for good; its address answers 410 with `notice`, which is required."""
    if not notice.strip():
        raise WorkflowError(_("A withdrawn story needs a notice for its readers."))
    with transaction.atomic():
        story, before = _begin(story, "withdraw", by, version)
        story.withdrawn_notice = notice.strip()[:500]
        _take_off(story, Status.WITHDRAWN)
        story.save()
        search.index(story)
        _log(story, "withdraw", before, by=by, note=note or notice)
    return story


def correct(
    story: Story, *, grade: str, text: str, by: User | None, version: int | None = None
) -> Correction:
    """Put a correction under a published story, at once, and return it."""
    text = text.strip()
    if not text:
        raise WorkflowError(_("Say what was wrong and what is right."))
    if grade not in Correction.Grade.values:
        raise WorkflowError(_("Choose a grade."))
    with transaction.atomic():
        story, before = _begin_correction(story, by, version)
        correction = Correction.objects.create(
            story=story, grade=grade, text=text[:1000], at=timezone.now(), by=by
        )
        story.corrected_at = correction.at
        story.save()
        _log(story, "correct", before, by=by, note=text, detail=logged.grade(grade))
    return correction


def take_back_correction(
    correction: Correction, *, by: User | None, version: int | None = None
) -> Story:
    """Remove a correction that was itself a mistake; the log keeps its words."""
    with transaction.atomic():
        story, before = _begin_correction(correction.story, by, version)
        detail = logged.grade(correction.grade)
        _log(story, "uncorrect", before, by=by, note=correction.text, detail=detail)
        correction.delete()
        newest = story.corrections.first()
        story.corrected_at = newest.at if newest else None
        story.save()
    return story


def restore(
    story: Story, revision: Revision, *, by: User | None, version: int | None = None
) -> Story:
    """Make an older revision the newest again; readers see it when it is published."""
    if revision.story_id != story.pk:
        raise WorkflowError(_("This revision belongs to another story."))
    with transaction.atomic():
        before = _locked(story)
        content = contents.existing(contents.normalise(revision.content), before)
        story = save_draft(story, content, by=by, version=version, apart=True)
        if story.version != before.version:
            made = story.revisions.filter(pk=head(story).pk)
            made.update(detail=logged.restored(revision.saved_at))
        return story


def name_revision(story: Story, revision: Revision, name: str, *, by: User | None) -> Revision:
    """Give a revision a name, so that it is never pruned; an empty one takes the name away."""
    if by and not may_edit(story, by):
        raise WorkflowError(_("You may not change this story in its present state."))
    if revision.story_id != story.pk:
        raise WorkflowError(_("This revision belongs to another story."))
    with transaction.atomic():
        # An autosave that runs meanwhile must not write over what has just got its name.
        _locked(story)
        revision.name = one_line(name)[:80]
        revision.save(update_fields=["name"])
    return revision


def head(story: Story) -> Revision:
    """Return the newest revision: what editors work on."""
    return story.revisions.first()


def shown_to(story: Story, user: User) -> Revision:
    """Return the revision that `user` may read: the newest, or of a story that is not theirs to
    work on the one that is public."""
    is_outside = not may_see_work(story, user) and story.live_revision
    return story.live_revision if is_outside else head(story)


# Shared by the verbs.


def _locked(story: Story) -> Story:
    return Story.objects.select_for_update().get(pk=story.pk)


def _begin(story: Story, action: str, by: User | None, version: int | None) -> tuple[Story, str]:
    """Lock the story and refuse what is no move or not this person's; return it and its status."""
    story = _locked(story)
    sources, target = ACTIONS[action]
    permission = TRANSITIONS.get((story.status, target))
    if story.status not in sources or permission is None:
        raise WorkflowError(
            _("“%(action)s” is not possible while the story is “%(status)s”.")
            % {"action": ACTION_LABELS[action], "status": story.get_status_display()}
        )
    if by and not may_move(story, permission, by):
        raise WorkflowError(_("Your account may not do this with this story."))
    _require_version(story, version)
    _touch(story, by)
    return story, story.status


def _begin_correction(story: Story, by: User | None, version: int | None) -> tuple[Story, str]:
    story, before = _begin(story, "publish", by, version)
    if before != Status.PUBLISHED or not story.first_published_at <= timezone.now():
        raise WorkflowError(_("Only a published story can be corrected in public."))
    return story, before


def _require_version(story: Story, version: int | None) -> None:
    if version is not None and version != story.version:
        raise StaleStory(_("Somebody else saved this story since you opened it."))


def _require_edit(story: Story, content: Content, by: User | None) -> None:
    if by is None:
        return
    if not may_edit(story, by):
        raise WorkflowError(_("You may not change this story in its present state."))
    is_moved = content["section"] != story.section_id
    if is_moved and story.created_by_id != by.pk and not reaches(content["section"], by):
        raise WorkflowError(_("You may not move a story to this section."))


def _require_reach(revision: Revision, by: User | None) -> None:
    """Refuse to publish into a section that is not this person's, and what stands outside all
    sections: a static page."""
    if by is None:
        return
    if not reaches(revision.content.get("section"), by):
        raise WorkflowError(_("You may not publish in this section."))
    if revision.content.get("kind") == Story.Kind.PAGE and not by.has_perm(EDIT_ALL):
        raise WorkflowError(_("Static pages are published by editors of the whole paper."))


def _simple_move(
    story: Story, action: str, *, by: User | None, note: str, version: int | None
) -> Story:
    with transaction.atomic():
        story, before = _begin(story, action, by, version)
        story.status = ACTIONS[action][1]
        story.save()
        _log(story, action, before, by=by, note=note)
    return story


def _date(story: Story, at: datetime | None) -> None:
    """Set when a story that is not public yet is, or was, published."""
    now = timezone.now()
    was_public = story.is_public
    was_ever_public = _was_ever_public(story)
    story.published_at = at or (story.first_published_at if was_ever_public else now)
    if was_public and story.published_at > now:
        raise WorkflowError(_("The story is public already: unpublish it first."))
    if not was_ever_public:
        story.first_published_at = story.published_at


def _was_ever_public(story: Story) -> bool:
    return bool(story.first_published_at and story.first_published_at <= timezone.now())


def _make_live(story: Story, revision: Revision) -> None:
    """Give readers this revision; a time set for an older one is forgotten."""
    if story.unpublish_at and story.unpublish_at <= max(timezone.now(), story.published_at):
        story.unpublish_at = None
    _drop_timed_edit(story)
    story.status, story.live_revision = Status.PUBLISHED, revision
    # Of a timed edit: somebody may have gone on writing after it.
    story.has_edits = head(story).pk != revision.pk
    _apply(story, contents.existing(contents.normalise(revision.content), story))


def _publish_due(revision: Revision) -> Story | None:
    with transaction.atomic():
        story = _locked(revision.story)
        due = story.revisions.filter(pk=revision.pk, publish_at__lte=timezone.now()).first()
        if due is None:
            return None  # another process was quicker, or somebody changed the time
        if not story.is_public:
            raise WorkflowError(_("The story is not public any more."))
        _require_publishable(story, contents.existing(contents.normalise(due.content), story))
        _touch(story, due.publish_by)
        story.updated_at = timezone.now()
        _make_live(story, due)
        _log(story, "publish", story.status, by=due.publish_by, detail=logged.AT_ITS_TIME)
    return story


def _give_up_time(revision: Revision, why: str) -> None:
    """Forget the time of edits that could not be published at it, and say why in the log."""
    with transaction.atomic():
        story = _locked(revision.story)
        if story.revisions.filter(pk=revision.pk, publish_at__lte=timezone.now()).exists():
            _drop_timed_edit(story)
            _touch(story, None)
            story.save()
            _log(story, "miss_edits", story.status, by=revision.publish_by, note=why)


def _drop_timed_edit(story: Story) -> bool:
    timed = story.revisions.filter(publish_at__isnull=False)
    return bool(timed.update(publish_at=None, publish_by=None))


def _apply(story: Story, content: Content) -> None:
    contents.apply(story, content)
    translations.recount(story)


def _take_off(story: Story, status: str) -> None:
    story.status, story.has_edits = status, False
    _drop_timed_edit(story)
    sharing.forget(story)
    # A time that had not come when the story was taken off was never one of publication.
    if story.first_published_at and story.first_published_at > timezone.now():
        story.first_published_at = None


def _touch(story: Story, by: User | None) -> None:
    story.version += 1
    story.changed_by = by or story.changed_by


def _log(
    story: Story,
    action: str,
    before: str,
    *,
    by: User | None,
    note: str = "",
    detail: str = "",
    due_at: datetime | None = None,
) -> None:
    move = Transition.objects.create(
        story=story,
        action=action,
        from_status=before,
        to_status=story.status,
        by=by,
        at=timezone.now(),
        note=note.strip()[:500],
        detail=detail,
        due_at=due_at,
    )
    announcing.announce(move)


def _require_section(content: Content) -> None:
    if not content["section"]:
        raise WorkflowError(_("Choose a section."))


def _require_publishable(story: Story, content: Content) -> None:
    """Refuse what PUBLISH_BLOCKERS forbids, with every sentence at once."""
    problems = checklist.blockers(story, contents.normalise(content))
    if problems:
        raise WorkflowError(" ".join(problem.text for problem in problems))


# What stands in the log of a story: the moves, and what is written of it besides.
ACTION_LABELS = {
    "create": gettext_lazy("Created"),
    "submit": gettext_lazy("Submit for review"),
    "send_back": gettext_lazy("Send back"),
    "approve": gettext_lazy("Approve"),
    "publish": gettext_lazy("Publish"),
    "unpublish": gettext_lazy("Unpublish"),
    "withdraw": gettext_lazy("Withdraw"),
    "void": gettext_lazy("Approval voided by an edit"),
    "time_edits": gettext_lazy("Publish the edits at a time"),
    "untime_edits": gettext_lazy("Forget the time of the edits"),
    "miss_edits": gettext_lazy("Edits not published at their time"),
    "end": gettext_lazy("Unpublish at a time"),
    "keep": gettext_lazy("Forget the time of the end"),
    "correct": gettext_lazy("Correction"),
    "uncorrect": gettext_lazy("Correction taken back"),
    "replace_picture": gettext_lazy("A picture replaced everywhere"),
    "accept_source": gettext_lazy("Change of the source accepted"),
    "keep_source": gettext_lazy("Text kept against a change of the source"),
}
