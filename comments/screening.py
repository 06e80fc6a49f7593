"""Screening: an ordered list of small functions. Order is policy; read it at the end.

A screen passes (None), finds something (a `Finding` that holds the comment or calls it spam, kept
with it for the moderators) or refuses (raises `CommentRefused`, nothing is stored).

What wins over what: a refusal over everything; then the trap and the rules that say spam; then
the rules that let through; then whatever holds. A listed network lets the whole comment through,
and so do an address or domain that its writer proved to have (by an account, or by a mailed link
opened in this browser): a typed address proves nothing. A listed name lets the name through, a
word what stands inside it, a linked site the links that lead there; the rest is still looked at.
Moderators, and those who wrote the story, are held by nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.models import Byline, Story
from articles.site import Site, site_in
from comments import fields, policy, rules, threads, trust
from comments.imitation import imitates
from comments.matcher import Action, Entry, Kind, Match, Matcher
from comments.models import Comment
from newsroom.lib import throttle
from newsroom.lib.folding import fold
from newsroom.lib.html import link_hosts
from newsroom.lib.privacy import keyed_hash, rate_network, truncate_network
from newsroom.models import User

Status = Comment.Status
PENDING = Status.PENDING
MODERATE = "comments.moderate_comment"
# Comments decided on in a week below which no share of them says anything.
LEAST_DECIDED = 3


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
    wants_replies: bool = False
    wants_verdict: bool = False
    is_newsroom: bool = False
    parent: Comment | None = None
    # The number of the comment whose text its writer changes.
    edited: int | None = None
    claimed: list[str] = field(default_factory=list)
    counted: list[throttle.Window] = field(default_factory=list)

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
    def site(self) -> Site:
        return site_in(self.story.language)

    @cached_property
    def matches(self) -> list[Match]:
        """What the moderators' rules find in it."""
        return self.matcher.find(self)

    @cached_property
    def matcher(self) -> Matcher:
        return rules.current()

    @cached_property
    def is_proved(self) -> bool:
        """Whether the address is its writer's own, by more than typing it."""
        return trust.is_proved(self.browser, self.email_index, self.user)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same person, place and text; spelling variants do not count."""
        under = self.parent.pk if self.parent else 0
        words = (str(self.story.pk), str(under), self.email_index, self.name, self.body)
        parts = (" ".join(fold(word).split()) for word in words)
        return keyed_hash("fingerprint", "\x1f".join(parts))


@dataclass(frozen=True)
class Finding:
    """Why a comment is not published at once, or is in spite of what would hold it.

    `detail` is for moderators and never translated. `span` is a place in the text, in characters.
    """

    screen: str
    status: str
    detail: str = ""
    rule: int | None = None
    kind: str = ""
    field: str = ""
    span: tuple[int, int] | None = None
    threshold: int | None = None

    def as_reason(self) -> dict[str, Any]:
        """Return what is kept of it with the comment, as JSON has it."""
        kept = {"span": list(self.span)} if self.span else {}
        for name in ("detail", "rule", "kind", "field", "threshold"):
            if getattr(self, name) not in (None, ""):
                kept[name] = getattr(self, name)
        return {"screen": self.screen} | kept


MOST_REASONS = 20

Screen = Callable[[Submission], Finding | list[Finding] | None]


def screen(submission: Submission) -> tuple[str, list[dict[str, Any]]]:
    """Return the status and the reasons for it; raises CommentRefused."""
    screens = SCREENS_OF_EDITS if submission.edited else SCREENS
    try:
        findings = [found for check in screens for found in _each(check(submission))]
    except CommentRefused:
        release(submission)
        raise
    status, kept = weigh(findings)
    return status, [found.as_reason() for found in kept[:MOST_REASONS]]


def weigh(findings: list[Finding]) -> tuple[str, list[Finding]]:
    """Return the status that follows from findings, and those that count for it."""
    spam, held, allowed = (
        [found for found in findings if found.status == status]
        for status in (Status.SPAM, PENDING, Status.APPROVED)
    )
    if spam:
        return Status.SPAM, spam + held
    if held and not allowed:
        return PENDING, held
    return Status.APPROVED, allowed if held else []


def try_out(submission: Submission) -> tuple[str, list[Finding]]:
    """Return what the screens that need neither story nor history would say of a text, with every
    finding, also those that would count for nothing. Nothing is claimed, counted or stored."""
    checks = (by_rules, links, imitation)
    findings = [found for check in checks for found in _each(check(submission))]
    return weigh(findings)[0], findings


def _each(found: Finding | list[Finding] | None) -> list[Finding]:
    return found if isinstance(found, list) else [found] if found else []


def release(submission: Submission) -> None:
    """Give back what the flood screen claimed and counted, when nothing was stored."""
    while submission.claimed:
        throttle.release(submission.claimed.pop())
    while submission.counted:
        throttle.uncount(submission.counted.pop())


def closed(submission: Submission) -> None:
    """Refuse a story that is not public, or takes no comments (now)."""
    require_open(submission.story, submission.site)


def require_open(story: Story, site: Site | None = None) -> None:
    """Raise CommentRefused when readers cannot see `story`, or it takes no comments now."""
    if not story.is_public:
        raise CommentRefused("missing", _("There is no such story."), 404)
    if why := policy.why_closed(story, site or site_in(story.language)):
        raise CommentRefused(why.code, why.message, 403)


def too_long(submission: Submission) -> None:
    """Refuse what exceeds a limit; nothing is ever cut off."""
    for name in ("body", "name", "email", "website"):
        try:
            fields.check_length(name, getattr(submission, name))
        except ValidationError as error:
            raise CommentRefused("too_long", error.message, 422, name) from None


def own_address(submission: Submission) -> None:
    """Refuse a name or a site that would show everybody its writer's address, which browsers that
    fill in forms like to put there."""
    address = submission.email.casefold()
    for name in ("name", "website"):
        if address and address in getattr(submission, name).casefold():
            message = _("This would show your email address to everybody.")
            raise CommentRefused("address", message, 422, name)


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
        raise no_parent()


def require_parent(submission: Submission) -> None:
    """Refuse a reply to what was taken away since `parent` looked; the story is locked."""
    answered = submission.parent
    if answered and not Comment.objects.approved().filter(pk=answered.pk).exists():
        raise no_parent()


def no_parent() -> CommentRefused:
    """The refusal of a reply to what readers do not see."""
    message = _("The comment you reply to is not available. Your text now stands by itself.")
    return CommentRefused("parent", message, 403, "parent")


def duplicate(submission: Submission) -> None:
    """Refuse the same comment again; the database has the last word on twins."""
    same = Comment.objects.filter(fingerprint=submission.fingerprint, legacy_source="")
    if same.exclude(status=Status.TRASH).exclude(pk=submission.edited).exists():
        raise duplicated()


def duplicated() -> CommentRefused:
    """The refusal of a comment that was sent already."""
    message = _("Duplicate comment detected; it looks as though you’ve already said that!")
    return CommentRefused("duplicate", message, 409)


def flood(submission: Submission) -> None:
    """Refuse a second comment within seconds. After all that refuse without it, since it claims."""
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


def rates(submission: Submission) -> None:
    """Refuse what is more than COMMENT_RATES allows one machine, one address, one story."""
    if submission.is_moderator:
        return
    who = {
        "client": rate_network(submission.ip),
        "address": submission.email_index,
        "story": str(submission.story.pk),
    }
    for what, (limit, seconds) in settings.COMMENT_RATES.items():
        if not who[what]:
            continue
        counter = throttle.window(f"rate:{keyed_hash(f'rate.{what}', who[what])}", seconds)
        submission.counted.append(counter)
        if wait := throttle.count(counter, limit):
            message = _rate_messages()["story" if what == "story" else "person"]
            raise CommentRefused("rate", message, 429, retry_after=wait)


def _rate_messages() -> dict[str, str]:
    return {
        "person": _("Many comments came from you in a short time. Send this one a little later."),
        "story": _("Very many comments are coming in here. Send yours again in a moment."),
    }


def _wait_message(seconds: int) -> str:
    return ngettext(
        "You are posting comments too quickly. Wait %(seconds)s second and send it again.",
        "You are posting comments too quickly. Wait %(seconds)s seconds and send it again.",
        seconds,
    ) % {"seconds": seconds}


def by_rules(submission: Submission) -> list[Finding]:
    """What the moderators' rules hold, call spam, or let through."""
    return [] if submission.is_trusted else list(_found(submission))


_STATUS = {Action.HOLD: PENDING, Action.SPAM: Status.SPAM, Action.ALLOW: Status.APPROVED}
_SCREEN_OF: dict[str, str] = {Kind.WORD: "words"}


def _found(submission: Submission) -> Iterator[Finding]:
    is_name_allowed = name_is_allowed(submission)
    for match in submission.matches:
        rule = match.entry
        if rule.action == Action.ALLOW and not _lets_through(match, submission):
            continue
        if rule.action == Action.HOLD and match.field == "name" and is_name_allowed:
            continue
        yield Finding(
            "allowed" if rule.action == Action.ALLOW else _SCREEN_OF.get(rule.kind, rule.kind),
            _STATUS[Action(rule.action)],
            _detail(rule),
            rule=rule.pk,
            kind=rule.kind,
            field=match.field,
            span=match.span if match.field == "body" else None,
        )


def _detail(rule: Entry) -> str:
    """Return what is kept of a rule with the comment: of a machine its network, as everywhere."""
    network = rule.kind == Kind.NETWORK
    return truncate_network(rule.value) if network else rule.value[:100]


def _lets_through(match: Match, submission: Submission) -> bool:
    """Whether an allowing rule speaks for the whole comment."""
    if match.entry.kind == Kind.NETWORK:
        return True
    return match.entry.kind in (Kind.ADDRESS, Kind.DOMAIN) and submission.is_proved


def name_is_allowed(submission: Submission) -> bool:
    """Whether a rule lets the name through, whatever it is like."""
    entries = (match.entry for match in submission.matches)
    return any(entry.kind == Kind.NAME and entry.action == Action.ALLOW for entry in entries)


def links(submission: Submission) -> Finding | None:
    """Many links are what spam is made of. Those of the website field do not count, nor those to
    sites that a rule lets through."""
    most, hosts = settings.COMMENT_MAX_LINKS, link_hosts(submission.body)
    if submission.is_trusted or len(hosts) < most:
        return None
    count = sum(not submission.matcher.allows_site(host) for host in hosts)
    many = count >= most
    return Finding("links", PENDING, str(count), threshold=most) if many else None


def premoderation(submission: Submission) -> Finding | None:
    """Where every comment is looked at first: a language, a section, a story."""
    name = "" if submission.is_trusted else policy.holds_all(submission.story)
    return Finding(name, PENDING) if name else None


def first_comment(submission: Submission) -> Finding | None:
    """A person of whom nothing was approved yet, or not enough."""
    known = submission.is_trusted or trust.previously_approved(
        submission.browser, submission.email_index, submission.user
    )
    enough = settings.COMMENT_TRUST_AFTER
    return None if known else Finding("first", PENDING, threshold=enough if enough > 1 else None)


def recent_rejections(submission: Submission) -> Finding | None:
    """A person much of whose last week was rejected, known before or not."""
    most = settings.COMMENT_REJECTED_PERCENT
    if submission.is_trusted or not most:
        return None
    rejected, decided = trust.rejections(submission.browser, submission.email_index)
    if decided < LEAST_DECIDED or 100 * rejected <= most * decided:
        return None
    return Finding("rejections", PENDING, f"{rejected}/{decided}", threshold=most)


def imitation(submission: Submission) -> Finding | None:
    """A name that could be taken for one of the newsroom's, or for the story's author."""
    if submission.is_trusted or (submission.user and submission.user.is_staff):
        return None
    like = imitates(submission.name, submission.story, submission.site.name)
    is_allowed = like and name_is_allowed(submission)
    return Finding("imitates", PENDING, like, field="name") if like and not is_allowed else None


SCREENS: list[Screen] = [
    closed,
    too_long,
    own_address,
    trap,
    parent,
    duplicate,
    flood,
    rates,
    by_rules,
    links,
    premoderation,
    imitation,
    recent_rejections,
    first_comment,
]
# A text that is changed is looked at anew; where it stands and how soon it came is settled.
SCREENS_OF_EDITS = [check for check in SCREENS if check not in (trap, parent, flood)]

# How moderators read the reasons.
LABELS = {
    "trap": gettext_lazy("filled the hidden field"),
    "words": gettext_lazy("word of a rule"),
    "name": gettext_lazy("name of a rule"),
    "address": gettext_lazy("address of a rule"),
    "domain": gettext_lazy("e-mail domain of a rule"),
    "network": gettext_lazy("network of a rule"),
    "link": gettext_lazy("linked site of a rule"),
    "agent": gettext_lazy("browser or program of a rule"),
    "allowed": gettext_lazy("let through by a rule"),
    "links": gettext_lazy("links"),
    "hold_site": gettext_lazy("every comment in this language is held"),
    "hold_section": gettext_lazy("every comment in this section is held"),
    "hold_story": gettext_lazy("every comment on this story is held"),
    "imitates": gettext_lazy("the name imitates"),
    "rejections": gettext_lazy("rejected in the last 7 days"),
    "first": gettext_lazy("first comment"),
}
