"""Posting a comment: clean → screen → save → count. Every way a reader's comment comes in."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import Story
from comments import announcing, fields, moderation, notifications, screening, signals, threads
from comments.models import Comment
from comments.screening import CommentRefused, Submission, require_open
from newsroom.lib import stamps
from newsroom.lib.html import linkify
from newsroom.lib.privacy import blind_index, truncate_ip
from newsroom.lib.text import strip_controls
from newsroom.models import User

__all__ = ["CommentRefused", "post", "require_open"]

AGENT_LENGTH = 254


def post(
    story: Story,
    *,
    name: str,
    email: str,
    body: str,
    website: str = "",
    parent_id: int | None = None,
    user: User | None = None,
    ip: str | None = None,
    user_agent: str = "",
    browser: str = "",
    trap: str = "",
    wants_replies: bool = False,
    wants_verdict: bool = False,
    as_newsroom: bool = False,
) -> Comment:
    """Store a comment on `story` and return it; its status says whether readers see it.

    A signed-in member is named by the account, whatever was typed. `browser` is
    `trust.browser()` of the token. `wants_replies` and `wants_verdict` ask for mail.
    A moderator may speak `as_newsroom`: the paper's name stands over the comment.
    Raises CommentRefused, and then nothing is stored.
    """
    typed = {"name": name, "email": email, "website": website, "body": body}
    submission = Submission(
        story,
        **(_of_account(user) if user else {}) | _cleaned(typed, user),
        parent_id=parent_id,
        user=user,
        ip=ip,
        user_agent=strip_controls(user_agent)[:AGENT_LENGTH],
        browser=browser,
        trap=trap,
        wants_replies=wants_replies,
        wants_verdict=wants_verdict,
    )
    if as_newsroom and submission.is_moderator:
        submission.is_newsroom, submission.name = True, submission.site.name
    return _store(submission, *screening.screen(submission))


def _store(submission: Submission, status: str, reasons: list[dict[str, str]]) -> Comment:
    """Save what the screens let in; what they claimed is given back when that fails."""
    try:
        comment = _save(submission, status, reasons)
    except IntegrityError:
        screening.release(submission)
        # A twin sent at the same instant passed the screen too: then the database refuses this
        # one, and the screen can see why. Anything else is a fault.
        screening.duplicate(submission)
        raise
    except BaseException:
        screening.release(submission)
        raise
    signals.received.send(Comment, verdict=status)
    return comment


def _cleaned(typed: dict[str, str], user: User | None) -> dict[str, str]:
    """Return the typed fields clean, those an account knows better left out."""
    wanted = ("body", "website") if user else ("body", "name", "email", "website")
    clean = {}
    for field in wanted:
        try:
            fields.check_length(field, typed[field])
            clean[field] = fields.CLEANERS[field](typed[field])
        except ValidationError as error:
            raise CommentRefused(error.code, error.messages[0], 422, field) from None
    if not user:
        clean["email_index"] = blind_index(clean["email"])
    return clean


def _of_account(user: User) -> dict[str, str]:
    """Return who a member is. An account without an address has an index of its own."""
    index = blind_index(user.email or f"account {user.pk}")
    return {"name": _name_of(user), "email": user.email, "email_index": index}


def _name_of(user: User) -> str:
    """Return how an account is called in public: by its name, or the user name; where that is an
    address, by what stands before the @."""
    return user.display_name.partition("@")[0].strip() or user.display_name


def _save(submission: Submission, status: str, reasons: list[dict[str, Any]]) -> Comment:
    now = timezone.now()
    shown_in = [submission.story.pk] if status == Comment.Status.APPROVED else []
    with transaction.atomic(), stamps.concerning(*shown_in):
        # Story first, comment second: the order in which moderation locks them too.
        story = Story.objects.select_for_update(no_key=True).get(pk=submission.story.pk)
        require_open(story, submission.site)
        screening.require_parent(submission)
        comment = threads.plant(as_comment(submission, status, reasons, now))
        asked = {"replies": submission.wants_replies, "verdict": submission.wants_verdict}
        notifications.subscribe(comment, **asked)
        if status == Comment.Status.APPROVED:
            moderation.recount(story)
            announcing.moved(comment, "", status)
            notifications.published(comment)
    comment.story = submission.story
    return comment


def as_comment(submission: Submission, status: str, reasons: list, now: datetime) -> Comment:
    """Return what was submitted as a comment, not saved yet."""
    return Comment(
        story=submission.story,
        parent=submission.parent,
        status=status,
        reasons=reasons,
        name=submission.name,
        email=submission.email,
        email_index=submission.email_index,
        website=submission.website,
        body=submission.body,
        body_html=linkify(submission.body),
        user=submission.user,
        ip=truncate_ip(submission.ip),
        is_newsroom=submission.is_newsroom,
        user_agent=submission.user_agent,
        browser=submission.browser,
        fingerprint=submission.fingerprint,
        created_at=now,
        published_at=now if status == Comment.Status.APPROVED else None,
    )
