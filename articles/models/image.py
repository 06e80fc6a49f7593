"""Pictures: a private original, public renditions, texts per language."""

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.language import LanguageField, Translated


def originals() -> Storage:
    """The private storage: what lies in it has no public address."""
    return storages["originals"]


class Image(Translated):
    original = models.FileField(
        _("picture"), storage=originals, upload_to="pictures/%Y/%m/", max_length=255
    )
    width = models.PositiveIntegerField(_("width"), editable=False, default=0)
    height = models.PositiveIntegerField(_("height"), editable=False, default=0)
    # What must stay in view when the picture is cropped, in hundredths from the top left corner.
    focal_x = models.PositiveSmallIntegerField(
        _("focal point, across"), default=50, validators=[MaxValueValidator(100)]
    )
    focal_y = models.PositiveSmallIntegerField(
        _("focal point, down"), default=50, validators=[MaxValueValidator(100)]
    )
    sha256 = models.CharField(max_length=64, editable=False, blank=True, db_index=True)
    rendition_key = models.CharField(max_length=64, editable=False, blank=True)
    # Its renditions are still to be made, in the background: many pictures came at once.
    is_waiting = models.BooleanField(default=False, editable=False)
    # The folded words of all its texts: what the library searches in.
    search_text = models.TextField(editable=False, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-id"], name="image_waiting", condition=models.Q(is_waiting=True))
        ]

    def __str__(self) -> str:
        row = self.in_language()
        return (row and (row.caption or row.alt)) or self.original.name.rsplit("/", 1)[-1]


class ImageKey(models.Model):
    """A key that renditions of a picture lie, or once lay, under: what a text with a key names."""

    key = models.CharField(max_length=64, primary_key=True)
    image = models.ForeignKey(Image, models.CASCADE, related_name="keys")

    class Meta:
        verbose_name = _("key of renditions")
        verbose_name_plural = _("keys of renditions")

    def __str__(self) -> str:
        return self.key


class ImageTranslation(models.Model):
    image = models.ForeignKey(Image, models.CASCADE, related_name="translations")
    language = LanguageField()
    alt = models.CharField(
        _("alternative text"),
        max_length=250,
        help_text=_("What the picture shows, for readers who cannot see it."),
    )
    caption = models.CharField(_("caption"), max_length=400, blank=True)
    credit = models.CharField(_("credit"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("picture text")
        verbose_name_plural = _("picture texts")
        constraints = [models.UniqueConstraint(fields=["image", "language"], name="image_language")]

    def __str__(self) -> str:
        return self.caption or self.alt
