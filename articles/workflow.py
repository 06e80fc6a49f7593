"""Every move of a story. The only writer of `Story.status`.

Each verb locks the story, checks that the move exists and that this person may make it, writes
the story, a `Revision` where content changed and a `Transition`, all in one transaction.
`by=None` is the system itself: a command, never a request.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import content as contents
from articles.content import Content
from articles.models import ImageTranslation, Revision, SectionTranslation, Story, Transition
from newsroom.models import User

Status = Story.Status
CHANGE, REVIEW, PUBLISH = (f"articles.{verb}_story" for verb in ("change", "review", "publish"))

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


def may_edit(story: Story, user: User) -> bool:
    """Whether `user` may write in `story`: editors in all, reporters in drafts of their own."""
    if not user.has_perm(CHANGE):
        return False
    own_draft = story.created_by_id == user.pk and story.status == Status.DRAFT
    return own_draft or user.has_perm("articles.edit_all_stories")


def allowed_actions(story: Story, user: User) -> list[str]:
    """Return the actions of `ACTIONS` that `user` may take on `story` now."""
    return [
        action
        for action, (sources, target) in ACTIONS.items()
        if story.status in sources and _may_move(story, target, user)
    ]


def create(
    content: Content,
    *,
    by: User | None,
    language: str,
    translation_key: UUID | None = None,
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
        Revision.objects.create(story=story, content=content, created_by=by)
        _log(story, "create", "", by=by)
    return story


def save_draft(
    story: Story, content: Content, *, by: User | None, note: str = "", version: int | None = None
) -> Story:
    """Keep `content` as the newest revision and return the story.

    A story that readers can see, now or at its time, does not change until it is published
    again; any other takes the content at once. `version` is the `Story.version` the writer
    began from: raises StaleStory when somebody saved since, WorkflowError when `by` may not.
    """
    content = contents.normalise(content)
    _require_section(content)
    with transaction.atomic():
        story = _locked(story)
        if by and not may_edit(story, by):
            raise WorkflowError(_("You may not change this story in its present state."))
        if version is not None and version != story.version:
            raise StaleStory(_("Somebody else saved this story since you opened it."))
        if content == head(story).content:
            return story
        Revision.objects.create(story=story, content=content, created_by=by, note=note[:250])
        _touch(story, by)
        if story.status == Status.PUBLISHED:
            story.save()
        else:
            contents.apply(story, content)
    return story


def submit(story: Story, *, by: User | None, note: str = "") -> Story:
    """Hand a draft in for review."""
    return _simple_move(story, "submit", by=by, note=note)


def send_back(story: Story, *, by: User | None, note: str) -> Story:
    """Return a story to its writer; the note says what is missing and must not be empty."""
    if not note.strip():
        raise WorkflowError(_("Say in a note why the story goes back."))
    return _simple_move(story, "send_back", by=by, note=note)


def approve(story: Story, *, by: User | None, note: str = "") -> Story:
    """Find a story in review fit to print."""
    return _simple_move(story, "approve", by=by, note=note)


def publish(story: Story, *, by: User | None, at: datetime | None = None, note: str = "") -> Story:
    """Make the newest revision what readers see, now or from `at` on, and return the story.

    Publishing a story that is public already brings its edits; its date stays unless `at`
    gives another. A scheduled story is public at once unless `at` names its time again. Raises
    WorkflowError when something readers need is missing.
    """
    with transaction.atomic():
        story, before = _begin(story, "publish", by)
        now = timezone.now()
        revision = head(story)
        _require_publishable(story, revision.content)
        was_public = story.is_public
        was_ever_public = story.first_published_at and story.first_published_at <= now
        if at or before != Status.PUBLISHED or story.is_scheduled:
            story.published_at = at or (story.first_published_at if was_ever_public else now)
        if was_public and story.published_at > now:
            raise WorkflowError(_("The story is public already: unpublish it first."))
        if was_ever_public and revision.pk != story.live_revision_id:
            story.updated_at = now
        if not was_ever_public:
            story.first_published_at = story.published_at
        if story.unpublish_at and story.unpublish_at <= max(now, story.published_at):
            story.unpublish_at = None
        story.status, story.live_revision = Status.PUBLISHED, revision
        contents.apply(story, contents.existing(revision.content, story))
        _log(story, "publish", before, by=by, note=note)
    return story


def unpublish(
    story: Story, *, by: User | None, at: datetime | None = None, note: str = ""
) -> Story:
    """Take a story off the site and make it a draft again, or let it end at `at` by the clock."""
    with transaction.atomic():
        story, before = _begin(story, "unpublish", by)
        if at and at > timezone.now():
            if before != Status.PUBLISHED or at <= story.published_at:
                raise WorkflowError(_("A story can only end after it was published."))
            story.unpublish_at = at
            story.save()
            _log(story, "end", before, by=by, note=note or at.isoformat())
            return story
        story.status, story.unpublish_at = Status.DRAFT, None
        _forget_unkept_date(story)
        contents.apply(story, contents.existing(head(story).content, story))
        _log(story, "unpublish", before, by=by, note=note)
    return story


def withdraw(story: Story, *, by: User | None, notice: str) -> Story:
    """Take a story back for good; its address answers 410 with `notice`, which is required."""
    if not notice.strip():
        raise WorkflowError(_("A withdrawn story needs a notice for its readers."))
    with transaction.atomic():
        story, before = _begin(story, "withdraw", by)
        story.status, story.withdrawn_notice = Status.WITHDRAWN, notice.strip()[:500]
        _forget_unkept_date(story)
        story.save()
        _log(story, "withdraw", before, by=by, note=notice)
    return story


def restore(story: Story, revision: Revision, *, by: User | None) -> Story:
    """Make an older revision the newest again; readers see it when it is published."""
    if revision.story_id != story.pk:
        raise WorkflowError(_("This revision belongs to another story."))
    when = timezone.localtime(revision.created_at).strftime("%Y-%m-%d %H:%M")
    note = _("Restored from %(when)s") % {"when": when}
    with transaction.atomic():
        content = contents.existing(contents.normalise(revision.content), _locked(story))
        return save_draft(story, content, by=by, note=note)


def head(story: Story) -> Revision:
    """Return the newest revision: what editors work on."""
    return story.revisions.first()


def has_unpublished_edits(story: Story) -> bool:
    """Whether a published story has edits that readers do not see yet."""
    return story.status == Status.PUBLISHED and head(story).pk != story.live_revision_id


# Shared by the verbs.


def _locked(story: Story) -> Story:
    return Story.objects.select_for_update().get(pk=story.pk)


def _begin(story: Story, action: str, by: User | None) -> tuple[Story, str]:
    """Lock the story and refuse what is no move or not this person's; return it and its status."""
    story = _locked(story)
    sources, target = ACTIONS[action]
    if story.status not in sources or (story.status, target) not in TRANSITIONS:
        raise WorkflowError(
            _("“%(action)s” is not possible while the story is “%(status)s”.")
            % {"action": ACTION_LABELS[action], "status": story.get_status_display()}
        )
    if by and not _may_move(story, target, by):
        raise WorkflowError(_("Your account may not do this with this story."))
    _touch(story, by)
    return story, story.status


def _simple_move(story: Story, action: str, *, by: User | None, note: str) -> Story:
    with transaction.atomic():
        story, before = _begin(story, action, by)
        story.status = ACTIONS[action][1]
        story.save()
        _log(story, action, before, by=by, note=note)
    return story


def _may_move(story: Story, target: str, user: User) -> bool:
    permission = TRANSITIONS.get((story.status, target))
    if permission is None:
        return False
    return may_edit(story, user) if permission == CHANGE else user.has_perm(permission)


def _forget_unkept_date(story: Story) -> None:
    """A time that had not come when the story was taken off was never one of publication."""
    if story.first_published_at and story.first_published_at > timezone.now():
        story.first_published_at = None


def _touch(story: Story, by: User | None) -> None:
    story.version += 1
    story.changed_by = by or story.changed_by


def _log(story: Story, action: str, before: str, *, by: User | None, note: str = "") -> None:
    Transition.objects.create(
        story=story,
        action=action,
        from_status=before,
        to_status=story.status,
        by=by,
        at=timezone.now(),
        note=note.strip()[:500],
    )


def _require_section(content: Content) -> None:
    if not content["section"]:
        raise WorkflowError(_("Choose a section."))


def _require_publishable(story: Story, content: Content) -> None:
    problems = list(_problems(story, content))
    if problems:
        raise WorkflowError(" ".join(problems))


def _problems(story: Story, content: Content) -> Iterable[str]:
    """Yield what keeps `content` from being read: a sentence each."""
    if not content["headline"]:
        yield _("The story has no headline.")
    if not content["body_html"]:
        yield _("The story has no text.")
    if not content["slug"]:
        yield _("The story needs a slug with letters or digits.")
    names = SectionTranslation.objects.filter(language=story.language)
    if content["kind"] != Story.Kind.PAGE and not names.filter(section=content["section"]).exists():
        yield _("The section has no name in the language of the story.")
    texts = ImageTranslation.objects.filter(language=story.language).exclude(alt="")
    if content["picture"] and not texts.filter(image=content["picture"]).exists():
        yield _("The main picture has no alternative text in the language of the story.")


ACTION_LABELS = {
    "submit": gettext_lazy("Submit for review"),
    "send_back": gettext_lazy("Send back"),
    "approve": gettext_lazy("Approve"),
    "publish": gettext_lazy("Publish"),
    "unpublish": gettext_lazy("Unpublish"),
    "withdraw": gettext_lazy("Withdraw"),
}
