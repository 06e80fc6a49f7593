"""What a paper says of its own mistakes, under the story and on the page of corrections."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Correction(models.Model):
    """A note on a published story. Written and taken back by `articles.workflow` alone."""

    class Grade(models.TextChoices):
        """From the lightest to the gravest."""

        UPDATE = "update", pgettext_lazy("correction", "update")
        CLARIFICATION = "clarification", pgettext_lazy("correction", "clarification")
        CORRECTION = "correction", pgettext_lazy("correction", "correction")
        APOLOGY = "apology", pgettext_lazy("correction", "apology")
        RETRACTION = "retraction", pgettext_lazy("correction", "retraction")

    story = models.ForeignKey("articles.Story", models.CASCADE, related_name="corrections")
    grade = models.CharField(
        _("grade"), max_length=20, choices=Grade.choices, default=Grade.CORRECTION
    )
    text = models.TextField(_("text"), max_length=1000)
    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_grade_display()}: {self.text[:60]}"
