"""Who wrote it: authors known to the paper, and guests named on one story."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.image import Image
from articles.models.language import LanguageField, Translated
from articles.models.section import validate_slug


class Author(Translated):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("account"),
        related_name="author",
        null=True,
        blank=True,
    )
    picture = models.ForeignKey(
        Image,
        models.PROTECT,
        verbose_name=_("portrait"),
        related_name="authors",
        null=True,
        blank=True,
    )
    # One address a line, as `articles.contacts.clean` left them.
    contacts = models.TextField(_("links"), max_length=2000, blank=True)
    # A stable name for programs: the login an imported author had.
    code = models.CharField(max_length=200, null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        row = self.in_language()
        return row.name if row else f"#{self.pk}"


class AuthorTranslation(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, related_name="translations")
    language = LanguageField()
    name = models.CharField(_("name"), max_length=120)
    slug = models.CharField(_("slug"), max_length=120, validators=[validate_slug])
    title = models.CharField(_("title"), max_length=120, blank=True)
    bio = models.TextField(_("about"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("author name")
        verbose_name_plural = _("author names")
        constraints = [
            models.UniqueConstraint(fields=["author", "language"], name="author_language"),
            models.UniqueConstraint(fields=["language", "slug"], name="author_slug"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("articles:author", args=[self.language, self.slug])


class Byline(models.Model):
    """One name over a story: an `Author`, or a guest's name as free text."""

    class Role(models.TextChoices):
        WRITER = "writer", pgettext_lazy("byline", "by")
        REPORTER = "reporter", pgettext_lazy("byline", "reporting")
        PHOTOGRAPHER = "photographer", pgettext_lazy("byline", "pictures")
        TRANSLATOR = "translator", pgettext_lazy("byline", "translation")
        EDITOR = "editor", pgettext_lazy("byline", "editing")

    story = models.ForeignKey("articles.Story", models.CASCADE, related_name="bylines")
    author = models.ForeignKey(
        Author, models.PROTECT, related_name="bylines", null=True, blank=True
    )
    name = models.CharField(_("guest"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.WRITER)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="byline_author_or_guest",
                condition=Q(author__isnull=False, name="") | Q(author__isnull=True) & ~Q(name=""),
            )
        ]
        indexes = [models.Index(fields=["author", "story"], name="byline_stories")]

    def __str__(self) -> str:
        return self.name or str(self.author)
