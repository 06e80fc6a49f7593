"""Topics: what a story is about, typed as words, kept as rows."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.language import LanguageField, Translated
from articles.models.section import validate_slug


class Topic(Translated):
    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        row = self.in_language()
        return row.name if row else f"#{self.pk}"


class TopicTranslation(models.Model):
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="translations")
    language = LanguageField()
    name = models.CharField(_("name"), max_length=80)
    slug = models.CharField(_("slug"), max_length=80, validators=[validate_slug])
    # The name without harakat, hamza forms and case: «الاقتصاد» and «الإقتصاد» are one topic.
    folded = models.CharField(max_length=80, editable=False)

    class Meta:
        verbose_name = _("topic name")
        verbose_name_plural = _("topic names")
        constraints = [
            models.UniqueConstraint(fields=["topic", "language"], name="topic_language"),
            models.UniqueConstraint(fields=["language", "slug"], name="topic_slug"),
            models.UniqueConstraint(fields=["language", "folded"], name="topic_folded"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        from newsroom.lib.folding import fold

        self.folded = fold(self.name)[:80]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("articles:topic", args=[self.language, self.slug])


class FormerTopicName(models.Model):
    """What a topic was called before: revisions keep names, and lead to the topic by them."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="former_names")
    language = LanguageField()
    folded = models.CharField(max_length=80)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["language", "folded"], name="topic_former_name")
        ]

    def __str__(self) -> str:
        return self.folded
