"""What editors lift to the top of a front page by hand."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.language import LanguageField


class FrontPagePinQuerySet(models.QuerySet):
    def current(self) -> "FrontPagePinQuerySet":
        """Pins whose time has not run out."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=timezone.now()))


class FrontPagePin(models.Model):
    """A story held at a place of its language's front page: 1 is the lead."""

    language = LanguageField()
    position = models.PositiveSmallIntegerField(_("place"), default=1)
    story = models.ForeignKey("articles.Story", models.CASCADE, verbose_name=_("story"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = FrontPagePinQuerySet.as_manager()

    class Meta:
        verbose_name = _("front page place")
        verbose_name_plural = _("front page places")
        ordering = ["language", "position"]
        constraints = [models.UniqueConstraint(fields=["language", "story"], name="pin_story_once")]

    def __str__(self) -> str:
        return f"{self.language} {self.position}"
