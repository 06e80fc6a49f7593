"""What the writers of comments asked for, and what is left of those who were forgotten."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comments.models.comment import Comment


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


class Forgotten(models.Model):
    """How many comments of a day were deleted for good, so that figures of then stay right."""

    day = models.DateField(_("day"))
    language = models.CharField(_("language"), max_length=10)
    # What the comments were: a status, or `figures.AT_ONCE`.
    fate = models.CharField(_("state"), max_length=10)
    count = models.PositiveIntegerField(_("comments"))

    class Meta:
        verbose_name = _("count of deleted comments")
        verbose_name_plural = _("counts of deleted comments")
        ordering = ["-day", "language", "fate"]
        constraints = [
            models.UniqueConstraint(fields=["day", "language", "fate"], name="forgotten_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.language} {self.fate}: {self.count}"
