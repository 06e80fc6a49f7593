"""What the desk itself remembers: who is writing, who else may read a draft, whether the clock
runs."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Presence(models.Model):
    """Somebody has a story open to write in it, and was seen there at `seen_at`."""

    story = models.ForeignKey("articles.Story", models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["story", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.story_id}"


class ShareLinkQuerySet(models.QuerySet):
    def open(self) -> "ShareLinkQuerySet":
        """Links that still lead to their draft."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class ShareLink(models.Model):
    """A story's draft shown to whoever holds a signed address, until it expires or is revoked."""

    story = models.ForeignKey("articles.Story", models.CASCADE, related_name="share_links")
    label = models.CharField(_("for whom"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.label or f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        """`open()` for one row."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class TickRun(models.Model):
    """When `manage.py tick` last came to its end, on whatever machine. Its only row has id 1."""

    ended_at = models.DateTimeField(_("ended"))
    published = models.PositiveIntegerField(_("published edits"), default=0)
    failed = models.PositiveIntegerField(_("edits not published"), default=0)
    # Of all runs together. A run of the version before this one knows nothing of them.
    mails_sent = models.PositiveBigIntegerField(db_default=0)
    mails_failed = models.PositiveBigIntegerField(db_default=0)

    class Meta:
        verbose_name = _("run of the clock")
        verbose_name_plural = _("runs of the clock")

    def __str__(self) -> str:
        return f"{self.ended_at:%Y-%m-%d %H:%M}"
