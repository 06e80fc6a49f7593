"""Mail to readers, all of it asked for: what is due stands in `Notice` and `tick` sends it.

A notice names a comment and never an address; the address is opened when the mail goes out, and
its owner is the only recipient. What became untrue meanwhile (the reply was taken away, the mail
unsubscribed) is not sent.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from articles.models import Story
from articles.site import absolute, site_in
from comments import reasons, threads, trust
from comments.models import (
    Comment,
    Decision,
    Digest,
    MailStop,
    Notice,
    Subscription,
    VerifiedAddress,
)
from newsroom.lib import mail
from newsroom.lib.privacy import AddressUnreadable

Kind = Notice.Kind
Status = Comment.Status
log = logging.getLogger("newsroom.mail")

# A decision can be undone so long; what it says is mailed after that.
UNDO = timedelta(minutes=10)
MODERATE = "comments.moderate_comment"
STORIES_IN_DIGEST = 10
CONFIRM_EVERY = timedelta(hours=1)
MOST_TRIES = 6
UNSUBSCRIBE_SALT = "comments.unsubscribe"
DATA_SALT = "comments.data"
DATA_SECONDS = 24 * 60 * 60


# What becomes due.


def subscribe(comment: Comment, *, replies: bool, verdict: bool) -> None:
    """Note what the writer of `comment` asked to be mailed. A browser in which the address was
    proved is believed, so is an account; anybody else is asked by mail first."""
    if not (replies or verdict) or not comment.email or not mail.is_configured():
        return
    proved = comment.user_id is not None or _is_proved(comment)
    Subscription.objects.create(
        comment=comment,
        replies=replies,
        verdict=verdict,
        confirmed_at=timezone.now() if proved else None,
    )
    if proved:
        MailStop.objects.filter(email_index=comment.email_index).delete()
    elif comment.status not in (Status.SPAM, Status.TRASH):
        _add(Kind.CONFIRM, comment, due_at=_next_confirmation(comment))


def _is_proved(comment: Comment) -> bool:
    proofs = VerifiedAddress.objects.filter(browser=comment.browser)
    return bool(comment.browser) and proofs.filter(email_index=comment.email_index).exists()


def _next_confirmation(comment: Comment) -> Any:
    """Each address is asked once an hour at most, whoever types it."""
    asked = Notice.objects.filter(kind=Kind.CONFIRM, comment__email_index=comment.email_index)
    last = asked.order_by("-due_at").values_list("due_at", flat=True).first()
    now = timezone.now()
    return max(now, last + CONFIRM_EVERY) if last else now


def confirm(comment: Comment) -> None:
    """Turn on what was asked under `comment` and other comments from its browser: whoever reads
    the address pressed the button."""
    same = Q(comment=comment)
    if comment.browser:
        same |= Q(comment__browser=comment.browser, comment__email_index=comment.email_index)
    waiting = Subscription.objects.filter(same, confirmed_at=None, ended_at=None)
    if waiting.update(confirmed_at=timezone.now()):
        MailStop.objects.filter(email_index=comment.email_index).delete()


def published(comment: Comment) -> None:
    """The comment can be read: tell its writer, and the writer of what it answers."""
    if comment.kind != Comment.Kind.COMMENT or not mail.is_configured():
        return
    after_undo = timezone.now() + UNDO
    if _asked(comment, "verdict"):
        _add(Kind.PUBLISHED, comment, due_at=after_undo)
    parent = comment.parent
    if parent and parent.email_index != comment.email_index and _asked(parent, "replies"):
        _add(Kind.REPLY, parent, about=comment, due_at=after_undo)


def rejected(comment: Comment) -> None:
    """The comment will not be published: tell its writer. Senders of spam are told nothing."""
    if mail.is_configured() and _asked(comment, "verdict"):
        _add(Kind.REJECTED, comment, due_at=timezone.now() + UNDO)


def data_requested(comment: Comment) -> None:
    """Somebody asked for what is kept under the address of `comment`: mail a link there."""
    Notice.objects.filter(kind=Kind.DATA, comment=comment).delete()
    _add(Kind.DATA, comment, due_at=timezone.now())


def _asked(comment: Comment, what: str) -> bool:
    asked = Subscription.objects.filter(comment=comment, ended_at=None, confirmed_at__isnull=False)
    return asked.filter(**{what: True}).exists()


def _add(kind: str, comment: Comment, *, due_at: Any, about: Comment | None = None) -> None:
    """Add a notice; told once, never twice of the same."""
    try:
        with transaction.atomic():
            Notice.objects.create(kind=kind, comment=comment, about=about, due_at=due_at)
    except IntegrityError:
        Notice.objects.filter(kind=kind, comment=comment, about=about, sent_at=None).update(
            due_at=due_at
        )


# Sending.


def due() -> QuerySet[Notice]:
    """Return what can be sent now."""
    return Notice.objects.filter(sent_at=None, due_at__lte=timezone.now(), tries__lt=MOST_TRIES)


def given_up() -> QuerySet[Notice]:
    """Return what could not be sent and is not tried again."""
    return Notice.objects.filter(sent_at=None, tries__gte=MOST_TRIES)


def send_due(limit: int = 200) -> tuple[int, int]:
    """Send what is due and return how many mails went out and how many failed for now. Two
    machines at once send each only once; a failure is tried again, later each time."""
    if not mail.is_configured():
        return 0, 0
    sent = failed = 0
    for notice in due().order_by("due_at", "id")[:limit]:
        if _claim(notice):
            outcome = _send(notice)
            sent, failed = sent + (outcome is True), failed + (outcome is False)
    return sent, failed


def _claim(notice: Notice) -> bool:
    """Put the notice off before it is sent, so that no other process takes it meanwhile."""
    again = timezone.now() + timedelta(minutes=5 * 3**notice.tries)
    rows = Notice.objects.filter(pk=notice.pk, sent_at=None, tries=notice.tries)
    return bool(rows.update(tries=notice.tries + 1, due_at=again))


def _send(notice: Notice) -> bool | None:
    """Send one: True when it went out, False when it failed, None when it is no longer true."""
    comment = Comment.objects.for_queue().filter(pk=notice.comment_id).first()
    if comment is None:
        return None  # Its writer was forgotten in this moment.
    comment.story.section_slug = comment.section_slug or str(comment.story.section_id)
    template, is_true, context_of = TEMPLATES[notice.kind]
    if not comment.email or not is_true(comment, notice):
        notice.delete()
        return None
    language = comment.story.language
    context = {"site": site_in(language), "comment": comment, "story": comment.story}
    with override(language):
        context |= context_of(comment, notice)
    try:
        mail.send(template, comment.email, context, language, headers=_headers(context))
    except (mail.MailFailed, AddressUnreadable, ValidationError) as error:
        log.warning("a notice could not be mailed: %s", type(error).__name__)
        return False
    Notice.objects.filter(pk=notice.pk).update(sent_at=timezone.now())
    return True


def _headers(context: dict[str, Any]) -> dict[str, str]:
    """RFC 8058: a mail client ends the mails with one POST, without opening a page."""
    if "unsubscribe" not in context:
        return {}
    return {
        "List-Unsubscribe": f"<{context['unsubscribe']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _waits_for_proof(comment: Comment, notice: Notice) -> bool:
    waiting = Subscription.objects.filter(comment=comment, confirmed_at=None, ended_at=None)
    return comment.status in (Status.PENDING, Status.APPROVED) and waiting.exists()


def _reply_stands(comment: Comment, notice: Notice) -> bool:
    answer = Comment.objects.approved().filter(pk=notice.about_id)
    is_read = comment.story.is_public and answer.exists()
    return is_read and _asked(comment, "replies") and not _stopped(comment)


def _is_published(comment: Comment, notice: Notice) -> bool:
    is_read = comment.status == Status.APPROVED and comment.story.is_public
    return is_read and _asked(comment, "verdict") and not _stopped(comment)


def _is_rejected(comment: Comment, notice: Notice) -> bool:
    return comment.status == Status.TRASH and _asked(comment, "verdict") and not _stopped(comment)


def _stopped(comment: Comment) -> bool:
    return MailStop.objects.filter(email_index=comment.email_index).exists()


def _confirm_context(comment: Comment, notice: Notice) -> dict[str, Any]:
    link = reverse("comments:confirm", args=[comment.story.language, trust.link_token(comment)])
    return {"link": absolute(link), "hours": trust.LINK_SECONDS // 3600}


def _data_context(comment: Comment, notice: Notice) -> dict[str, Any]:
    link = reverse("comments:my_data", args=[comment.story.language, data_token(comment)])
    return {"link": absolute(link), "hours": DATA_SECONDS // 3600}


def _reply_context(comment: Comment, notice: Notice) -> dict[str, Any]:
    answer = Comment.objects.select_related("story").get(pk=notice.about_id)
    answer.story = comment.story
    return {
        "answer": answer,
        "link": absolute(threads.address(answer)),
        "own_link": absolute(threads.address(comment)) if comment.status == Status.APPROVED else "",
        "unsubscribe": _unsubscribe(comment),
    }


def _published_context(comment: Comment, notice: Notice) -> dict[str, Any]:
    return {"link": absolute(threads.address(comment)), "unsubscribe": _unsubscribe(comment)}


def _rejected_context(comment: Comment, notice: Notice) -> dict[str, Any]:
    last = Decision.objects.filter(comment=comment, to_status=Status.TRASH).first()
    code = last.reason if last else ""
    return {
        "reason": reasons.REJECTIONS.get(code, reasons.REJECTIONS["other"]),
        "expired": code == "expired",
        "contact": settings.CONTACT_EMAIL,
        "unsubscribe": _unsubscribe(comment),
    }


Condition = Callable[[Comment, Notice], bool]
Context = Callable[[Comment, Notice], dict[str, Any]]
# Kind → template, whether it is still true, what the mail shows.
TEMPLATES: dict[str, tuple[str, Condition, Context]] = {
    Kind.CONFIRM: ("confirm_mail", _waits_for_proof, _confirm_context),
    Kind.DATA: ("my_data", lambda comment, notice: bool(comment.email_index), _data_context),
    Kind.REPLY: ("reply", _reply_stands, _reply_context),
    Kind.PUBLISHED: ("published", _is_published, _published_context),
    Kind.REJECTED: ("rejected", _is_rejected, _rejected_context),
}


def send_digests() -> int:
    """Mail each moderator who asked for it how many comments wait, of which stories: no word of a
    comment and nothing of its writer. Where nothing waits or is reported nothing is sent. Returns
    how many."""
    if not mail.is_configured():
        return 0
    digests = Digest.objects.select_related("user").filter(user__is_active=True)
    return sum(_send_digest(digest) for digest in digests if _take_digest(digest))


def _take_digest(digest: Digest) -> bool:
    """Claim a digest whose hour or day has come, so that of two machines one sends it."""
    now, before = timezone.now(), digest.last_sent_at
    every = {Digest.Every.HOUR: timedelta(hours=1), Digest.Every.DAY: timedelta(days=1)}
    if before and now - before < every[digest.every] - timedelta(seconds=30):
        return False
    rows = Digest.objects.filter(pk=digest.pk, last_sent_at=before)
    return bool(rows.update(last_sent_at=now))


def _send_digest(digest: Digest) -> bool:
    user = digest.user
    waiting = Comment.objects.pending()
    count, reported = waiting.count(), Comment.objects.filter(report_count__gt=0).count()
    if not (count or reported) or not user.email or not user.has_perm(MODERATE):
        return False
    stories = Story.objects.filter(comments__status=Status.PENDING)
    stories = stories.annotate(waiting=Count("comments")).order_by("-waiting", "-pk")
    language = user.interface_language or settings.DEFAULT_LANGUAGE
    context = {
        "site": site_in(language),
        "count": count,
        "reported": reported,
        "stories": stories.only("headline", "language")[:STORIES_IN_DIGEST],
        "link": absolute(reverse("admin:comments_comment_changelist")),
        "settings_link": absolute(reverse("admin:account")),
    }
    try:
        return mail.send("digest", user.email, context, language)
    except (mail.MailFailed, ValidationError) as error:
        log.warning("a digest could not be mailed: %s", type(error).__name__)
        return False


# Ending.


def _unsubscribe(comment: Comment) -> str:
    token = signing.dumps(comment.pk, salt=UNSUBSCRIBE_SALT)
    return absolute(reverse("comments:mail", args=[comment.story.language, token]))


def subscription_of(token: str) -> Subscription | None:
    """Return what an unsubscribe link ends; None for a link that was altered, or is of nothing
    any more. Such links never grow old."""
    try:
        pk = signing.loads(token, salt=UNSUBSCRIBE_SALT)
    except signing.BadSignature:
        return None
    rows = Subscription.objects.select_related("comment__story")
    return rows.filter(comment=pk).first()


def end(subscription: Subscription, *, everything: bool = False) -> None:
    """End the mails about one comment, or all of ours to its address; again changes nothing."""
    now, index = timezone.now(), subscription.comment.email_index
    rows = Subscription.objects.filter(comment=subscription.comment_id)
    if everything and index:
        MailStop.objects.get_or_create(email_index=index)
        rows = Subscription.objects.filter(comment__email_index=index)
    rows.filter(ended_at=None).update(ended_at=now)


def data_token(comment: Comment) -> str:
    """Return the signed part of a link to what is kept of a person, named by a comment."""
    return signing.dumps(comment.pk, salt=DATA_SALT)


def comment_of_data_link(token: str) -> Comment | None:
    """Return the comment that stands for the person of a link; None when it is forged, older
    than a day, or everything was forgotten."""
    try:
        pk = signing.loads(token, salt=DATA_SALT, max_age=DATA_SECONDS)
    except signing.BadSignature:
        return None
    comments = Comment.objects.select_related("story").exclude(email_index="")
    return comments.filter(pk=pk).first()
