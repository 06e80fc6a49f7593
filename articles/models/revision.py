"""What a story was at each save, and every move it made."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

SCHEMA = 1


class Revision(models.Model):
    """A whole state of a story's content. The newest is what editors work on (the head)."""

    story = models.ForeignKey("articles.Story", models.CASCADE, related_name="revisions")
    content = models.JSONField(_("content"))
    schema = models.PositiveSmallIntegerField(default=SCHEMA)
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["story", "-id"], name="revision_of_story")]

    def __str__(self) -> str:
        return f"{self.story_id}/{self.pk}"


class Transition(models.Model):
    """One move of a story: who did what, when, from where to where. Never changed."""

    story = models.ForeignKey("articles.Story", models.CASCADE, related_name="transitions")
    action = models.CharField(_("action"), max_length=20)
    from_status = models.CharField(_("from"), max_length=20)
    to_status = models.CharField(_("to"), max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.action} {self.story_id}"
