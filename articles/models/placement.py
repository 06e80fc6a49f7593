"""Where advertisements stand on the readers' pages; none does until somebody switches it on."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.site import Edition

SIDE = [MinValueValidator(32), MaxValueValidator(1200)]


class Placement(models.Model):
    """An advertisement of one size at one place. The page keeps the room for it free, so that
    nothing moves when it comes; on a telephone it has a size of its own or stays away."""

    class Place(models.TextChoices):
        FRONT = "front", pgettext_lazy("advertisement", "front page, under the first stories")
        SECTION = "section", pgettext_lazy("advertisement", "section page, under its first story")
        STORY = "story", pgettext_lazy("advertisement", "story, under its text")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="placements")
    place = models.CharField(_("place"), max_length=10, choices=Place.choices)
    is_on = models.BooleanField(pgettext_lazy("advertisement", "shown"), default=False)
    url = models.CharField(
        _("address"),
        max_length=500,
        validators=[URLValidator(["https"])],
        help_text=_("Loaded in a closed frame. Its site must be one of AD_ORIGINS."),
    )
    width = models.PositiveSmallIntegerField(_("width"), default=728, validators=SIDE)
    height = models.PositiveSmallIntegerField(_("height"), default=90, validators=SIDE)
    small_width = models.PositiveSmallIntegerField(
        _("width on a telephone"), null=True, blank=True, validators=[*SIDE, MaxValueValidator(328)]
    )
    small_height = models.PositiveSmallIntegerField(
        _("height on a telephone"), null=True, blank=True, validators=SIDE
    )
    needs_consent = models.BooleanField(
        _("only with consent"),
        default=True,
        help_text=_("What sets cookies or follows readers must wait for their yes."),
    )

    class Meta:
        verbose_name = _("place for an advertisement")
        verbose_name_plural = _("places for advertisements")
        ordering = ["edition", "place"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "place"], name="placement_once"),
        ]

    def __str__(self) -> str:
        return self.get_place_display()

    def clean(self) -> None:
        """Refuse half a size for telephones, and an address that no page may load."""
        from articles.advertising import is_allowed

        if (self.small_width is None) != (self.small_height is None):
            raise ValidationError({"small_height": _("Give both sides, or neither.")})
        if self.url and not is_allowed(self.url):
            raise ValidationError({"url": _("Pages may load nothing from there: see AD_ORIGINS.")})
