"""What editors set by hand: places on front page and section pages, and the breaking strip."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.language import LanguageField


class CurrentQuerySet(models.QuerySet):
    """Rows that hold until a time, or for good."""

    def current(self) -> "CurrentQuerySet":
        """Those whose time has not run out."""
        return self.filter(Q(until=None) | Q(until__gt=timezone.now()))


class Pin(models.Model):
    """A story held at a place of its language's front page, or of a section's page. Place 1 is
    the lead; places that hold no pin are filled with the newest stories."""

    language = LanguageField()
    section = models.ForeignKey(
        "articles.Section",
        models.CASCADE,
        verbose_name=_("section"),
        related_name="pins",
        null=True,
        blank=True,
        help_text=_("Empty for the front page."),
    )
    position = models.PositiveSmallIntegerField(
        _("place"), default=1, validators=[MinValueValidator(1)]
    )
    story = models.ForeignKey(
        "articles.Story", models.CASCADE, verbose_name=_("story"), related_name="pins"
    )
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = CurrentQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["language", "section", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["language", "story"],
                name="pin_story_once",
                condition=Q(section__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["language", "section", "story"],
                name="pin_story_once_in_section",
                condition=Q(section__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.position}"


class Breaking(models.Model):
    """A line of breaking news over every page of its language, until its time is over."""

    language = LanguageField()
    text = models.CharField(_("text"), max_length=160)
    story = models.ForeignKey(
        "articles.Story",
        models.SET_NULL,
        verbose_name=_("story"),
        related_name="+",
        null=True,
        blank=True,
    )
    until = models.DateTimeField(_("until"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = CurrentQuerySet.as_manager()

    class Meta:
        verbose_name = _("breaking news")
        verbose_name_plural = _("breaking news")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.text
