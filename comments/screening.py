"""Screening: an ordered list of small functions. Order is policy; read it at the end.

A screen passes (None), finds something (a `Finding` that holds the comment or calls it spam, kept
with it for the moderators) or refuses (raises `CommentRefused`, nothing is stored).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import regex
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.models import Byline, Story
from comments import fields, threads, trust
from comments.models import Comment, Rule
from newsroom.lib import throttle
from newsroom.lib.folding import fold
from newsroom.lib.html import count_links
from newsroom.lib.privacy import keyed_hash
from newsroom.models import User

Status = Comment.Status
MODERATE = "comments.moderate_comment"


class CommentRefused(Exception):
    """A refused comment. The message may be shown; `field` names what it is about."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int,
        field: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status
        self.field, self.retry_after = field, retry_after


@dataclass
class Submission:
    """What a reader sends, its fields cleaned, with who it seems to be."""

    story: Story
    name: str
    email: str
    body: str
    website: str
    email_index: str
    parent_id: int | None = None
    user: User | None = None
    ip: str | None = None
    user_agent: str = ""
    browser: str = ""
    trap: str = ""
    parent: Comment | None = None
    claimed: list[str] = field(default_factory=list)

    @cached_property
    def is_moderator(self) -> bool:
        return self.user is not None and self.user.has_perm(MODERATE)

    @cached_property
    def is_trusted(self) -> bool:
        """Whether it is published at once: moderators, and those who wrote the story."""
        if self.user is None or self.is_moderator:
            return self.is_moderator
        bylines = Byline.objects.filter(story=self.story, author__user=self.user)
        return self.story.created_by_id == self.user.pk or bylines.exists()

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same person, place and text; spelling variants do not count."""
        under = self.parent.pk if self.parent else 0
        words = (str(self.story.pk), str(under), self.email_index, self.name, self.body)
        parts = (" ".join(fold(word).split()) for word in words)
        return keyed_hash("fingerprint", "\x1f".join(parts))


@dataclass(frozen=True)
class Finding:
    """Why a comment is not published at once. `detail` is for moderators and never translated."""

    screen: str
    status: str
    detail: str = ""


Screen = Callable[[Submission], Finding | None]


def screen(submission: Submission) -> tuple[str, list[dict[str, str]]]:
    """Return the status and the reasons for it; raises CommentRefused."""
    try:
        findings = [found for check in SCREENS if (found := check(submission))]
    except CommentRefused:
        release(submission)
        raise
    statuses = {found.status for found in findings}
    worst = next((status for status in _WORST_FIRST if status in statuses), Status.APPROVED)
    reasons = [{"screen": found.screen, "detail": found.detail} for found in findings]
    return worst, reasons


def release(submission: Submission) -> None:
    """Give back what the flood screen claimed, when nothing was stored."""
    while submission.claimed:
        throttle.release(submission.claimed.pop())


_WORST_FIRST = (Status.SPAM, Status.PENDING)


def closed(submission: Submission) -> None:
    """Refuse a story that is not public, or takes no comments (now)."""
    require_open(submission.story)


def require_open(story: Story) -> None:
    """Raise CommentRefused when readers cannot see `story`, or it takes no comments."""
    if not story.is_public:
        raise CommentRefused("missing", _("There is no such story."), 404)
    if not story.comments_are_open:
        raise CommentRefused("closed", _("Comments are closed for this story."), 403)


def too_long(submission: Submission) -> None:
    """Refuse what exceeds a limit; nothing is ever cut off."""
    for name in ("body", "name", "email", "website"):
        try:
            fields.check_length(name, getattr(submission, name))
        except ValidationError as error:
            raise CommentRefused("too_long", error.message, 422, name) from None


def trap(submission: Submission) -> Finding | None:
    """A field that people do not see was filled in."""
    filled = submission.trap and not submission.is_trusted
    return Finding("trap", Status.SPAM) if filled else None


def parent(submission: Submission) -> None:
    """Refuse a reply to what is not there for readers; flatten what is too deep."""
    if submission.parent_id is None:
        return
    answered = Comment.objects.approved().filter(
        pk=min(submission.parent_id, 2**63 - 1), story=submission.story
    )
    submission.parent = threads.under(answered.select_related("parent").first())
    if submission.parent is None:
        message = _("The comment you reply to is not available. Your text now stands by itself.")
        raise CommentRefused("parent", message, 403, "parent")


def duplicate(submission: Submission) -> None:
    """Refuse the same comment again; the database has the last word on twins."""
    same = Comment.objects.filter(fingerprint=submission.fingerprint, legacy_source="")
    if same.exclude(status=Status.TRASH).exists():
        raise duplicated()


def duplicated() -> CommentRefused:
    """The refusal of a comment that was sent already."""
    message = _("Duplicate comment detected; it looks as though you’ve already said that!")
    return CommentRefused("duplicate", message, 409)


def flood(submission: Submission) -> None:
    """Refuse a second comment within seconds. The last screen that refuses, since it claims."""
    if submission.is_moderator:
        return
    seconds = settings.COMMENT_FLOOD_SECONDS
    for value in (submission.ip, submission.email_index):
        key = f"flood:{keyed_hash('flood', value or '')}"
        # What a reader wrote is worth more than the limit: without Redis the comment is taken.
        wait = throttle.claim(key, seconds, is_optional=True) if value else 0
        if wait:
            raise CommentRefused("flood", _wait_message(wait), 429, retry_after=wait)
        submission.claimed.append(key)


def _wait_message(seconds: int) -> str:
    return ngettext(
        "You are posting comments too quickly. Wait %(seconds)s second and send it again.",
        "You are posting comments too quickly. Wait %(seconds)s seconds and send it again.",
        seconds,
    ) % {"seconds": seconds}


def words(submission: Submission) -> Finding | None:
    """Words of a moderators' rule, in any field."""
    if submission.is_trusted:
        return None
    texts = [submission.name, submission.email, submission.website, submission.body]
    found = [(rule.action, word) for rule in _rules() if (word := first_word(rule.value, texts))]
    if not found:
        return None
    spam = [word for action, word in found if action == Rule.Action.SPAM]
    status = Status.SPAM if spam else Status.PENDING
    return Finding("words", status, (spam or [word for _action, word in found])[0])


def _rules() -> list[Rule]:
    held = (Rule.Action.HOLD, Rule.Action.SPAM)
    words = Rule.objects.filter(is_active=True, kind=Rule.Kind.WORD, action__in=held)
    return list(words.order_by("id"))


def first_word(entries: str, texts: list[str]) -> str:
    """Return the first entry (one a line) that stands in a text as a word or phrase, or "".

    Compared folded. Markup inside a word does not hide it, nor do digits beside it.
    """
    bare = (regex.sub(r"<[^<>]*>", "", text) for text in texts)
    folded = [fold(text) for text in (*texts, *bare)]
    for entry in filter(None, map(str.strip, entries.splitlines())):
        if any(map(_matcher(fold(entry)).search, folded)):
            return entry[:100]
    return ""


# What Arabic writes onto the beginning of a word: and, by, for, like, the.
_PREFIX = "(?:[وف]?(?:[بكل]?ال|لل|[بكل])?)"


def _matcher(entry: str) -> regex.Pattern:
    """A search for an entry whose words may be joined by any punctuation."""
    parts = regex.findall(r"[\p{L}\p{M}\p{N}]+", entry)
    if not parts:
        return regex.compile(regex.escape(entry.strip()))
    prefix = _PREFIX if regex.match(r"\p{Arabic}", parts[0]) else ""
    phrase = r"[^\p{L}\p{N}]+".join(map(regex.escape, parts))
    edge = r"\p{L}\p{M}" + (r"\p{N}" if parts[0].isdigit() or parts[-1].isdigit() else "")
    return regex.compile(rf"(?<![{edge}]){prefix}{phrase}(?![{edge}])")


def links(submission: Submission) -> Finding | None:
    """Many links are what spam is made of. The website field does not count."""
    count = count_links(submission.body)
    many = count >= settings.COMMENT_MAX_LINKS and not submission.is_trusted
    return Finding("links", Status.PENDING, str(count)) if many else None


def first_comment(submission: Submission) -> Finding | None:
    """A person of whom nothing was approved yet."""
    known = submission.is_trusted or trust.previously_approved(
        submission.browser, submission.email_index, submission.user
    )
    return None if known else Finding("first", Status.PENDING)


SCREENS: list[Screen] = [
    closed,
    too_long,
    trap,
    parent,
    duplicate,
    flood,
    words,
    links,
    first_comment,
]

# How moderators read the reasons.
LABELS = {
    "trap": gettext_lazy("filled the hidden field"),
    "words": gettext_lazy("word of a rule"),
    "links": gettext_lazy("links"),
    "first": gettext_lazy("first comment"),
}
