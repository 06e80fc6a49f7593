"""What a translation was made from, so that it shows when the source says something else."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TranslationSource(models.Model):
    """A story and the one it is a translation of, with the source's paragraphs as the translator
    last dealt with them. Written only by `articles.translations`."""

    story = models.OneToOneField(
        "articles.Story", models.CASCADE, related_name="translation_source"
    )
    source = models.ForeignKey("articles.Story", models.CASCADE, related_name="translation_rows")
    # The source's paragraphs in order, each as [kind, text]: see `articles.paragraphs`.
    paragraphs = models.JSONField(default=list)
    changed_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("source of a translation")
        verbose_name_plural = _("sources of translations")
        indexes = [
            models.Index(
                fields=["story"],
                name="translation_stale",
                condition=models.Q(changed_count__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.story_id}"
