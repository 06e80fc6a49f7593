"""What moderators decide, look at and tell each other; what readers report."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext_lazy as _

from comments import reasons
from comments.models.comment import Comment


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
    # Readers count to 500: letters with their vowel signs, which the database counts one by one.
    note = models.CharField(_("note"), max_length=5000, blank=True)
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
