"""How often stories are read: numbers by the hour, and the ranking made of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.language import LanguageField
from articles.models.story import Story


class Reads(models.Model):
    """How often one story was read in one hour. Nobody is counted but the story."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="reads")
    hour = models.DateTimeField(_("hour"))
    count = models.PositiveIntegerField(_("reads"))

    class Meta:
        verbose_name = _("reads of an hour")
        verbose_name_plural = _("reads by the hour")
        ordering = ["-hour", "story"]
        constraints = [models.UniqueConstraint(fields=["story", "hour"], name="reads_story_hour")]
        indexes = [models.Index(fields=["hour"], name="reads_hour")]

    def __str__(self) -> str:
        return f"{self.story_id}: {self.count}"


class MostRead(models.Model):
    """A place among the most read of a language; written anew by `articles.reads.rank()`."""

    language = LanguageField()
    place = models.PositiveSmallIntegerField(_("place"))
    story = models.OneToOneField(Story, models.CASCADE, related_name="most_read")

    class Meta:
        verbose_name = _("most read")
        verbose_name_plural = _("most read")
        ordering = ["language", "place"]
        constraints = [
            models.UniqueConstraint(fields=["language", "place"], name="most_read_place")
        ]

    def __str__(self) -> str:
        return f"{self.place}. {self.story_id}"
