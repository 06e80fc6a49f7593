"""Who is "previously approved": decided by proof, never by a typed name and address.

A browser proves itself by the token it was given when it posted; an address, by a mailed link
that was opened in a browser.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from articles.site import absolute, site_in
from comments.models import Comment, CommentQuerySet, Decision, VerifiedAddress
from newsroom.lib import mail, throttle
from newsroom.lib.privacy import keyed_hash, rate_network
from newsroom.models import User

COOKIE = "newsroom_browser"
COOKIE_SALT = "comments.browser"
COOKIE_SECONDS = 365 * 24 * 60 * 60
LINK_SALT = "comments.confirm"
LINK_SECONDS = 24 * 60 * 60
ADDRESS_SECONDS = 60 * 60
SENDER_SECONDS = 60
RECENT = timedelta(days=7)


def token_of(request: HttpRequest) -> str:
    """Return the browser's token, a new one when it has none (or a forged one)."""
    known = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_SECONDS)
    return known or get_random_string(32)


def browser(token: str) -> str:
    """Return what is stored of a token: useless to whoever reads the database."""
    return keyed_hash("browser", token)


def keep(response: HttpResponse, token: str) -> None:
    """Give the browser its token. Only answers to a POST do: pages are the same for everybody."""
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=COOKIE_SALT,
        max_age=COOKIE_SECONDS,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def previously_approved(browser: str, email_index: str, user: User | None = None) -> bool:
    """Whether enough comments by the same person were approved (`COMMENT_TRUST_AFTER`): the same
    account, the same address from the same browser, or an address that was proved in this
    browser."""
    enough, approved = settings.COMMENT_TRUST_AFTER, Comment.objects.approved()
    if user or not enough:
        return _number(approved.filter(user=user), enough) >= enough
    if not (browser and email_index):
        return False
    same_address = approved.filter(email_index=email_index)
    if _number(same_address.filter(browser=browser), enough) >= enough:
        return True
    return is_proved(browser, email_index) and _number(same_address, enough) >= enough


def _number(comments: CommentQuerySet, enough: int) -> int:
    """Count as far as it matters; nothing to ask when nothing is wanted."""
    return comments[:enough].count() if enough else 0


def rejections(browser: str, email_index: str) -> tuple[int, int]:
    """Return how many comments of the last week by this address or from this browser were
    rejected, and how many were decided on. What its writer took back was not rejected."""
    same = Q(email_index=email_index) if email_index else Q(pk=None)
    same |= Q(browser=browser) if browser else Q(pk=None)
    withdrawn = Decision.objects.filter(comment=OuterRef("pk"), reason="withdrawn")
    withdrawn = withdrawn.exclude(from_status=Comment.Status.SPAM)
    recent = Comment.objects.filter(same, created_at__gt=timezone.now() - RECENT)
    decided = recent.exclude(status=Comment.Status.PENDING).filter(~Exists(withdrawn))
    rejected = Q(status__in=(Comment.Status.SPAM, Comment.Status.TRASH))
    row = decided.aggregate(rejected=Count("pk", filter=rejected), decided=Count("pk"))
    return row["rejected"], row["decided"]


def is_proved(browser: str, email_index: str, user: User | None = None) -> bool:
    """Whether the address is the account's own, or was proved in this browser."""
    proved = VerifiedAddress.objects.filter(browser=browser, email_index=email_index)
    return user is not None or (bool(browser and email_index) and proved.exists())


def can_mail(comment: Comment) -> bool:
    """Whether the preview may offer to mail a link to the comment's own address."""
    return mail.is_configured() and bool(comment.email) and comment.user_id is None


def mail_link(comment: Comment, ip: str | None) -> int:
    """Mail the link to the address of `comment`, the only recipient. Returns 0, or how many
    seconds to wait: each address is written to once an hour, so that nobody's box is flooded.
    Raises MailFailed."""
    sender = f"confirm:{keyed_hash('confirm', rate_network(ip))}"
    address = f"confirm:{keyed_hash('confirm.address', comment.email_index)}"
    wait = throttle.claim(sender, SENDER_SECONDS) or throttle.claim(address, ADDRESS_SECONDS)
    # What lies in spam gets the same answer and no mail: a machine must not learn more, nor
    # write to strangers through us.
    if wait or comment.status != Comment.Status.PENDING:
        return wait
    try:
        mail.send("confirm_comment", comment.email, _mail_context(comment), comment.story.language)
    except mail.MailFailed:
        throttle.release(address)
        raise
    return 0


def _mail_context(comment: Comment) -> dict[str, Any]:
    language = comment.story.language
    link = reverse("comments:confirm", args=[language, link_token(comment)])
    return {
        "site": site_in(language),
        "story": comment.story,
        "link": absolute(link),
        "hours": LINK_SECONDS // 3600,
    }


def link_token(comment: Comment) -> str:
    """Return the signed part of the mailed link."""
    return signing.dumps(comment.pk, salt=LINK_SALT)


def comment_of_link(token: str) -> Comment | None:
    """Return the comment a mailed link speaks of; None when it is forged, stale or gone."""
    try:
        pk = signing.loads(token, salt=LINK_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None
    return Comment.objects.select_related("story").filter(pk=pk).exclude(email_index="").first()


def prove(comment: Comment, browser: str) -> None:
    """Record that the address of `comment` is read by the person at `browser`."""
    VerifiedAddress.objects.get_or_create(browser=browser, email_index=comment.email_index)
