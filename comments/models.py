"""Comments, decisions on them, the rules they are screened by, what their writers asked."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models import Byline, Section, Story
from articles.models.language import LanguageField
from articles.site import keep
from comments import reasons
from newsroom.lib.privacy import EncryptedEmailField

# Wider than any limit of the form, which counts what readers see (grapheme clusters); the
# database counts code points and only has to stop the absurd.
BODY_BOUND = 100_000


def _section_of_story() -> dict[str, Any]:
    """Return what adds the slug of the story's section, in the story's language, to a query."""
    names = "story__section__translations"
    same_language = Q(**{f"{names}__language": F("story__language")})
    return {
        "section_row": FilteredRelation(names, condition=same_language),
        "section_slug": F("section_row__slug"),
    }


class CommentQuerySet(models.QuerySet):
    def approved(self) -> "CommentQuerySet":
        """Comments that readers see."""
        return self.filter(status=Comment.Status.APPROVED)

    def pending(self) -> "CommentQuerySet":
        """Comments that wait for a moderator."""
        return self.filter(status=Comment.Status.PENDING)

    def for_thread(self) -> "CommentQuerySet":
        """What the story page shows: nothing private is even loaded."""
        written = Byline.objects.filter(story=OuterRef("story"), author__user=OuterRef("user"))
        return (
            self.select_related("user")
            .annotate(by_story_author=Exists(written))
            .only(
                *("story_id", "parent_id", "path", "thread", "thread_at", "depth", "kind"),
                *("name", "website", "body_html", "created_at", "edited_at", "legacy_id"),
                *("is_newsroom", "user__is_staff"),
            )
        )

    def for_feed(self) -> "CommentQuerySet":
        """What a feed tells: the words, the name over them, the story's address; one query."""
        return (
            self.select_related("story")
            .annotate(**_section_of_story())
            .only(
                *("name", "body_html", "created_at", "story__headline", "story__language"),
                *("story__kind", "story__slug", "story__section"),
            )
        )

    def for_queue(self) -> "CommentQuerySet":
        """What the moderators' list shows, in one query."""
        return (
            self.select_related("story", "parent", "user")
            .annotate(**_section_of_story())
            .defer("story__body_html", "story__search_text", "parent__body_html")
        )


class Comment(models.Model):
    """`status` is written by `comments.posting` and `comments.moderation`, by nobody else.

    Where a comment stands (`path`, `thread`, `thread_at`, `depth`) is written by `threads.plant`.
    """

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("comment", "pending")
        APPROVED = "approved", pgettext_lazy("comment", "approved")
        SPAM = "spam", pgettext_lazy("comment", "spam")
        TRASH = "trash", pgettext_lazy("comment", "trash")

    class Kind(models.TextChoices):
        COMMENT = "comment", pgettext_lazy("kind", "comment")
        PINGBACK = "pingback", pgettext_lazy("kind", "pingback")

    story = models.ForeignKey(
        Story, models.CASCADE, verbose_name=_("story"), related_name="comments"
    )
    parent = models.ForeignKey(
        "self",
        models.RESTRICT,
        verbose_name=_("reply to"),
        related_name="replies",
        null=True,
        blank=True,
    )
    # Ids from the thread's first comment down to this one, "12/15/20": a placeholder for an
    # ancestor that is not public can be shown without loading it.
    path = models.CharField(max_length=255, editable=False, blank=True)
    thread = models.BigIntegerField(editable=False, default=0)
    # When the thread's first comment was posted: threads stand in this order.
    thread_at = models.DateTimeField(editable=False)
    depth = models.PositiveSmallIntegerField(editable=False, default=1)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.COMMENT)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PENDING, editable=False
    )

    name = models.CharField(_("name"), max_length=1000)
    email = EncryptedEmailField(_("e-mail"), blank=True)
    # Of an account without an address, an index of the account.
    email_index = models.CharField(max_length=64, editable=False, blank=True, db_index=True)
    website = models.CharField(_("website"), max_length=800, blank=True)
    body = models.TextField(_("comment"))
    body_html = models.TextField(editable=False)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ip = models.GenericIPAddressField(_("network"), null=True, blank=True, editable=False)
    user_agent = models.CharField(max_length=254, blank=True, editable=False)
    # Keyed hash of the token in the browser the comment was posted from.
    browser = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    # Keyed hash of story, parent, name, address and text: the same comment twice is refused.
    fingerprint = models.CharField(max_length=64, editable=False)
    # Why the screens held it: a list of {"screen": …, "detail": …}, and where they apply "rule",
    # "span" (two offsets into the text) and "threshold".
    reasons = models.JSONField(default=list, editable=False)
    # Readers' reports that nobody has looked at. Written only by `moderation.recount_reports()`.
    report_count = models.PositiveIntegerField(_("reports"), default=0, editable=False)
    # Written by the newsroom itself: the paper's name stands over it.
    is_newsroom = models.BooleanField(_("as the newsroom"), default=False, editable=False)
    created_at = models.DateTimeField(_("posted"), db_index=True)
    published_at = models.DateTimeField(null=True, editable=False)
    # When its writer last changed the text.
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    # When everything personal was taken out of it; then it has neither name nor index.
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, editable=False)
    legacy_source = models.CharField(max_length=200, blank=True, editable=False)
    legacy_id = models.PositiveBigIntegerField(null=True, editable=False, db_index=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [
            ("moderate_comment", _("Can moderate comments")),
            ("erase_commenter", _("Can export and erase what a commenter left")),
            ("reveal_address", _("Can reveal a reader’s address, giving a reason")),
        ]
        constraints = [
            models.CheckConstraint(
                name="comment_required_fields",
                condition=(
                    ~Q(name="") & ~Q(body="") & (~Q(email_index="") | ~Q(legacy_source=""))
                    | Q(anonymised_at__isnull=False)
                ),
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                name="comment_once",
                condition=~Q(status="trash") & Q(legacy_source="", anonymised_at=None),
            ),
            models.UniqueConstraint(
                fields=["legacy_source", "legacy_id"],
                name="comment_imported_once",
                condition=Q(legacy_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["story", "status", "thread_at", "thread"], name="comment_threads"),
            models.Index(fields=["status", "-created_at", "-id"], name="comment_queue"),
            models.Index(
                fields=["-report_count", "-id"],
                name="comment_reported",
                condition=Q(report_count__gt=0),
            ),
            models.Index(fields=["story"], name="comment_waiting", condition=Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def as_seen(self) -> str:
        """What a page of the desk says it showed: the status, and since when the text is so."""
        return f"{self.status} {self.edited_at.isoformat()}" if self.edited_at else self.status

    def get_absolute_url(self) -> str:
        """The comment on the first page of comments; `threads.address` asks which page it is."""
        return f"{self.story.get_absolute_url()}#comment-{self.pk}"


class Decision(models.Model):
    """What was decided on a comment, by whom, when and why. Rows are added, never changed."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="decisions")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    from_status = models.CharField(_("from"), max_length=10, choices=Comment.Status.choices)
    to_status = models.CharField(_("to"), max_length=10, choices=Comment.Status.choices)
    # A code of `comments.reasons`.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="decision_newest")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"

    @property
    def why(self) -> str:
        """The reason, as moderators read it."""
        return reasons.label(self.reason)

    def save(self, *args, **kwargs) -> None:
        if self.pk:
            raise PermissionDenied("A decision is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs) -> None:
        raise PermissionDenied("A decision is never deleted by itself.")


class Reveal(models.Model):
    """That somebody looked at a reader's address, and why. Rows are added, never changed."""

    comment = models.ForeignKey(Comment, models.SET_NULL, null=True, related_name="reveals")
    # Stays when the comment is gone.
    comment_number = models.PositiveBigIntegerField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    reason = models.CharField(_("reason"), max_length=250)

    class Meta:
        verbose_name = _("look at an address")
        verbose_name_plural = _("looks at addresses")
        ordering = ["-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="reveal_newest")]

    def __str__(self) -> str:
        return f"#{self.comment_number}"

    def save(self, *args, **kwargs) -> None:
        if self.pk:
            raise PermissionDenied("A look at an address is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs) -> None:
        raise PermissionDenied("A look at an address is never deleted.")


class Report(models.Model):
    """A reader's word that a comment should be looked at; one a browser."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reports")
    # A code of `comments.reasons`.
    reason = models.CharField(_("reason"), max_length=40)
    note = models.CharField(_("note"), max_length=500, blank=True)
    browser = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    # When a moderator decided on the comment; null while it waits.
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["comment", "browser"], name="report_once_a_browser")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Lease(models.Model):
    """A comment that one moderator is deciding; it is nobody else's until the lease is over."""

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True, related_name="lease")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"#{self.pk}"


class Note(models.Model):
    """What moderators tell each other of a commenter, known by the index of the address."""

    email_index = models.CharField(max_length=64, db_index=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    text = models.CharField(_("note"), max_length=500)

    class Meta:
        verbose_name = _("note on a commenter")
        verbose_name_plural = _("notes on commenters")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class RuleStamp(models.Model):
    """Changed with every change of a rule: what processes keep of the rules goes by it."""

    token = models.UUIDField(default=uuid4)

    @classmethod
    def renew(cls) -> None:
        """Say that the rules changed; in the transaction of the change."""
        cls.objects.update_or_create(pk=1, defaults={"token": uuid4()})

    def __str__(self) -> str:
        return str(self.token)


class RuleQuerySet(models.QuerySet):
    """Rules; whatever changes many of them at once renews the stamp too."""

    @transaction.atomic
    def bulk_create(self, *args: Any, **kwargs: Any) -> list:
        RuleStamp.renew()
        return super().bulk_create(*args, **kwargs)

    @transaction.atomic
    def update(self, **kwargs: Any) -> int:
        RuleStamp.renew()
        return super().update(**kwargs)

    @transaction.atomic
    def delete(self) -> tuple[int, dict[str, int]]:
        RuleStamp.renew()
        return super().delete()


class Rule(models.Model):
    """One entry of what holds a comment, sends it to spam, or lets it through.

    `value` and `key` are what `comments.rules.settle()` makes of the typed entry: of an address
    only the mask and the index are kept.
    """

    class Kind(models.TextChoices):
        WORD = "word", pgettext_lazy("rule", "word or phrase")
        NAME = "name", pgettext_lazy("rule", "name")
        ADDRESS = "address", pgettext_lazy("rule", "e-mail address")
        DOMAIN = "domain", pgettext_lazy("rule", "e-mail domain")
        NETWORK = "network", pgettext_lazy("rule", "IP address or range")
        LINK = "link", pgettext_lazy("rule", "linked site")

    class Action(models.TextChoices):
        HOLD = "hold", _("hold for review")
        SPAM = "spam", _("reject, as spam")
        ALLOW = "allow", _("let through")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.WORD)
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    value = models.CharField(_("entry"), max_length=300)
    # What two spellings of the same entry have in common; what is compared.
    key = models.CharField(max_length=300, editable=False)
    with_prefixes = models.BooleanField(
        _("also with and, by, for, like, the"),
        default=True,
        help_text=_("Finds the word also behind the prefixes و ف ب ك ل ال."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="rule_once")]

    def __str__(self) -> str:
        return self.value

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        RuleStamp.renew()
        super().save(*args, **kwargs)

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        RuleStamp.renew()
        return super().delete(*args, **kwargs)


class Policy(models.Model):
    """How comments are taken in one language, where that differs from the ordinary."""

    language = LanguageField(unique=True)
    is_stopped = models.BooleanField(
        _("stop all comments"),
        default=False,
        help_text=_("No story of this language takes comments until this is lifted."),
    )
    stop_message = models.CharField(_("message while stopped"), max_length=500, blank=True)
    closed_message = models.CharField(_("message below a closed story"), max_length=500, blank=True)
    premoderate = models.BooleanField(_("hold every comment"), default=False)
    premoderated_sections = models.ManyToManyField(
        Section, verbose_name=_("hold every comment in"), related_name="+", blank=True
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("close stories after days"),
        null=True,
        blank=True,
        help_text=_("Counted from publication. Empty: stories stay open."),
    )

    class Meta:
        verbose_name = _("comment policy")
        verbose_name_plural = _("comment policies")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_language_display()

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        # Pages read it in the row of their edition.
        keep(self.language, "comments", self.terms())

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        keep(self.language, "comments", {})
        return super().delete(*args, **kwargs)

    def terms(self) -> dict[str, Any]:
        """Return what pages must know of it."""
        names = ("is_stopped", "stop_message", "closed_message", "close_after_days")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


class StoryPolicy(models.Model):
    """A story whose comments are all held, set by a moderator."""

    story = models.OneToOneField(
        Story, models.CASCADE, primary_key=True, related_name="comment_policy"
    )
    premoderate = models.BooleanField(_("hold every comment"), default=False)

    def __str__(self) -> str:
        return f"#{self.pk}"


class Subscription(models.Model):
    """What the writer of a comment asked to be mailed; nothing goes out before the address is
    proved, nor after an end."""

    comment = models.OneToOneField(Comment, models.CASCADE, related_name="subscription")
    replies = models.BooleanField(default=False)
    verdict = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


class MailStop(models.Model):
    """An address that wants no mail of ours any more."""

    email_index = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


class Notice(models.Model):
    """A mail that is due to the writer of `comment`. `tick` sends it; it names nobody."""

    class Kind(models.TextChoices):
        CONFIRM = "confirm"
        DATA = "data"
        REPLY = "reply"
        PUBLISHED = "published"
        REJECTED = "rejected"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="notices")
    # The reply it tells of.
    about = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "comment"], name="notice_once", condition=Q(about=None)
            ),
            models.UniqueConstraint(
                fields=["kind", "comment", "about"], name="notice_once_about_another"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="notice_due", condition=Q(sent_at=None))
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Digest(models.Model):
    """How often a moderator is mailed what waits."""

    class Every(models.TextChoices):
        HOUR = "hour", pgettext_lazy("digest", "every hour")
        DAY = "day", pgettext_lazy("digest", "every day")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="comment_digest"
    )
    every = models.CharField(_("digest of waiting comments"), max_length=5, choices=Every.choices)
    last_sent_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"#{self.pk}"


class Erasure(models.Model):
    """That a person's data were erased; replayed on what a backup brings back. Rows are added,
    never changed."""

    class Via(models.TextChoices):
        DESK = "desk", pgettext_lazy("erasure", "at the desk")
        COMMAND = "command", pgettext_lazy("erasure", "by command")
        READER = "reader", pgettext_lazy("erasure", "by the reader")

    email_index = models.CharField(max_length=64, db_index=True, editable=False)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    via = models.CharField(_("way"), max_length=10, choices=Via.choices)
    comment_count = models.PositiveIntegerField(_("comments"), default=0)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class VerifiedAddress(models.Model):
    """A browser in which the link mailed to an address was opened: proof that both are one's."""

    browser = models.CharField(max_length=64)
    email_index = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["browser", "email_index"], name="verified_once")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
