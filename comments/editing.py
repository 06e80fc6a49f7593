"""What writers make of their own comments: a new text, or nothing, for a while after posting.

Whose a comment is, is told by the browser it was sent from (`trust.browser`), and by the account
where one signed it.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments import fields, moderation, screening
from comments.models import Comment, CommentQuerySet, Decision, Lease
from comments.screening import CommentRefused, Submission
from newsroom.lib.html import linkify
from newsroom.lib.privacy import AddressUnreadable
from newsroom.models import User

Status = Comment.Status


class NotChangeable(CommentRefused):
    """A comment that is not this reader's to change, or not any more."""


def own(browser: str, user: User | None = None) -> CommentQuerySet:
    """Return what was sent from this browser and can still be changed, newest first."""
    recent = Comment.objects.filter(browser=browser, created_at__gt=timezone.now() - _window())
    withdrawn = Decision.objects.filter(comment=OuterRef("pk"), reason="withdrawn")
    recent = recent.filter(~Exists(withdrawn))
    ours = [row.pk for row in recent if is_own(row, browser, user)] if browser else []
    return Comment.objects.filter(pk__in=ours).select_related("story").order_by("-id")


def is_own(comment: Comment, browser: str, user: User | None = None) -> bool:
    """Whether the comment was sent from this browser, by this account where it has one."""
    is_same = bool(browser) and constant_time_compare(comment.browser, browser)
    return is_same and comment.user_id in (None, user.pk if user else None)


def until(comment: Comment) -> datetime:
    """Return until when its writer may change the comment."""
    return comment.created_at + _window()


def require_own(comment: Comment | None, *, browser: str, user: User | None = None) -> Comment:
    """Return the comment; raises NotChangeable unless its writer asks, in time."""
    if comment is None:
        raise NotChangeable("missing", _("There is no such comment."), 404)
    if not is_own(comment, browser, user):
        message = _("A comment can only be changed in the browser from which it was sent.")
        raise NotChangeable("not_yours", message, 403)
    if until(comment) <= timezone.now():
        raise NotChangeable("too_late", _too_late(), 403)
    # What a moderator threw out looks to its writer as if it waited.
    if comment.status == Status.TRASH and moderation.is_withdrawn(comment):
        raise NotChangeable("gone", _("This comment was deleted already."), 403)
    return comment


def edit(
    comment: Comment,
    *,
    body: str,
    browser: str,
    user: User | None = None,
    ip: str | None = None,
) -> Comment:
    """Give the comment another text, which passes every screen anew; what was held stays held.

    Raises NotChangeable, and CommentRefused for the text; then nothing is changed.
    """
    require_own(comment, browser=browser, user=user)
    body = _cleaned(body)
    if body == comment.body:
        return comment
    if Lease.objects.filter(comment=comment, until__gt=timezone.now()).exists():
        message = _("A moderator is looking at your comment. Send the change in a few minutes.")
        raise CommentRefused("leased", message, 409)
    submission = _submission(comment, body, ip)
    verdict, found = screening.screen(submission)
    to = _status_after(comment.status, verdict)
    reasons = found if to == verdict else [_without_place(reason) for reason in comment.reasons]
    try:
        return moderation.rewrite(
            comment,
            to,
            body=body,
            body_html=linkify(body),
            reasons=reasons,
            fingerprint=submission.fingerprint,
            edited_at=timezone.now(),
        )
    except moderation.ModerationError:
        screening.release(submission)
        message = _("Your comment was decided on in this moment. Send the change again.")
        raise CommentRefused("decided", message, 409) from None


def withdraw(comment: Comment, *, browser: str, user: User | None = None) -> Comment:
    """Take the comment away, for good; raises NotChangeable."""
    require_own(comment, browser=browser, user=user)
    try:
        return moderation.withdraw(comment)
    except moderation.AlreadyDecided:
        comment.refresh_from_db(fields=["status"])
        return moderation.withdraw(require_own(comment, browser=browser, user=user))


def release_proved(comment: Comment, browser: str) -> Comment:
    """Publish a comment that waits, now that its writer proved the address in `browser`: where it
    waited for that alone, or where a rule lets through whoever has the address. What somebody
    decided stays so."""
    comment = moderation.approve_proved(comment, browser)
    waits = comment.status == Status.PENDING and comment.browser == browser
    if waits and not comment.decisions.exists() and _is_let_through(comment):
        with suppress(moderation.AlreadyDecided):
            moderation.approve(comment, by=None, reason="proved")
    return comment


def _is_let_through(comment: Comment) -> bool:
    found = screening.by_rules(_submission(comment, comment.body, comment.ip))
    is_spam = any(finding.status == Status.SPAM for finding in found)
    return not is_spam and any(finding.screen == "allowed" for finding in found)


def _window() -> timedelta:
    return timedelta(minutes=settings.COMMENT_EDIT_MINUTES)


def _too_late() -> str:
    minutes = settings.COMMENT_EDIT_MINUTES
    return ngettext(
        "A comment can be changed for %(minutes)s minute after it was sent. That time is over.",
        "A comment can be changed for %(minutes)s minutes after it was sent. That time is over.",
        minutes,
    ) % {"minutes": minutes}


def _cleaned(body: str) -> str:
    try:
        fields.check_length("body", body)
        return fields.body(body)
    except ValidationError as error:
        raise CommentRefused(error.code, error.messages[0], 422, "body") from None


def _submission(comment: Comment, body: str, ip: str | None) -> Submission:
    """Return the comment as if it were sent now, with another text."""
    try:
        email = comment.email.reveal() if comment.email else ""
    except AddressUnreadable:
        email = ""
    return Submission(
        comment.story,
        name=comment.name,
        email=email,
        body=body,
        website=comment.website,
        email_index=comment.email_index,
        parent=comment.parent,
        user=comment.user,
        ip=ip,
        user_agent=comment.user_agent,
        browser=comment.browser,
        edited=comment.pk,
    )


def _status_after(before: str, verdict: str) -> str:
    """What was published goes by the verdict; what was held stays so, or becomes spam."""
    if before == Status.APPROVED or verdict == Status.SPAM:
        return verdict
    return before


def _without_place(reason: dict[str, Any]) -> dict[str, Any]:
    """Return a reason of the former text: where it stood is nowhere now."""
    return {key: value for key, value in reason.items() if key != "span"}
