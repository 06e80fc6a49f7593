"""Comments, the decisions taken on them, the rules they are screened by."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models import Byline, Story
from newsroom.lib.privacy import EncryptedEmailField

# Wider than any limit of the form, which counts what readers see (grapheme clusters); the
# database counts code points and only has to stop the absurd.
BODY_BOUND = 100_000


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
                *("name", "website", "body_html", "created_at", "legacy_id", "user__is_staff"),
            )
        )

    def for_queue(self) -> "CommentQuerySet":
        """What the moderators' list shows, in one query."""
        names = "story__section__translations"
        return (
            self.select_related("story", "parent", "user")
            .annotate(
                section_row=FilteredRelation(
                    names, condition=Q(**{f"{names}__language": F("story__language")})
                ),
                section_slug=F("section_row__slug"),
            )
            .defer("story__body_html", "story__search_text", "parent__body", "parent__body_html")
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
    # Why the screens held it: a list of {"screen": …, "detail": …}.
    reasons = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(_("posted"), db_index=True)
    published_at = models.DateTimeField(null=True, editable=False)
    legacy_source = models.CharField(max_length=200, blank=True, editable=False)
    legacy_id = models.PositiveBigIntegerField(null=True, editable=False, db_index=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [("moderate_comment", _("Can moderate comments"))]
        constraints = [
            models.CheckConstraint(
                name="comment_required_fields",
                condition=~Q(name="") & ~Q(body="") & (~Q(email_index="") | ~Q(legacy_source="")),
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                name="comment_once",
                condition=~Q(status="trash") & Q(legacy_source=""),
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
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

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
    reason = models.CharField(
        _("reason"), max_length=40, choices=[("proved", _("address proved"))], blank=True
    )
    note = models.CharField(_("note"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="decision_newest")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"

    def save(self, *args, **kwargs) -> None:
        if self.pk:
            raise PermissionDenied("A decision is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs) -> None:
        raise PermissionDenied("A decision is never deleted by itself.")


class Rule(models.Model):
    """Words that hold a comment, or send it to spam."""

    class Action(models.TextChoices):
        HOLD = "hold", _("hold for review")
        SPAM = "spam", _("mark as spam")

    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    words = models.TextField(
        _("words"),
        help_text=_("One word or phrase a line. Vowel marks, hamza forms and case do not matter."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("word rule")
        verbose_name_plural = _("word rules")

    def __str__(self) -> str:
        return self.note or self.get_action_display()


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
