"""What a story was at each save, and every move it made."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SCHEMA = 2


class Revision(models.Model):
    """A whole state of a story's content. The newest is what editors work on (the head)."""

    story = models.ForeignKey("articles.Story", models.CASCADE, related_name="revisions")
    content = models.JSONField(_("content"))
    schema = models.PositiveSmallIntegerField(default=SCHEMA)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    # Later than `created_at` where a stretch of autosaves went into one revision.
    saved_at = models.DateTimeField(_("saved"), auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=250, blank=True)
    # What the desk itself says of it, as `articles.logged` writes and reads it.
    detail = models.CharField(max_length=60, blank=True)
    # Saved by the editor's page, not by a press of a button: the next save may take its place.
    is_autosave = models.BooleanField(_("saved by itself"), default=False)
    # A named version is never pruned.
    name = models.CharField(_("name"), max_length=80, blank=True)
    # An edit of a live story that readers get at this time, by `manage.py tick`.
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    publish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["story", "-id"], name="revision_of_story"),
            models.Index(
                fields=["publish_at"],
                name="revision_due",
                condition=Q(publish_at__isnull=False),
            ),
            models.Index(
                fields=["saved_at"], name="revision_autosaves", condition=Q(is_autosave=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["story"],
                name="revision_one_timed_edit",
                condition=Q(publish_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name or f"{self.story_id}/{self.pk}"


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
    # What the desk itself says of it, as `articles.logged` writes and reads it.
    detail = models.CharField(max_length=60, blank=True)
    # For when it was set, where a move was to take effect later.
    due_at = models.DateTimeField(_("for"), null=True, blank=True)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="transition_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.story_id}"
