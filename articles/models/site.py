"""What editors set of the site, one edition a language: names, logo, menus, footer."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.language import LanguageField


class Edition(models.Model):
    """The paper in one language."""

    language = LanguageField(unique=True)
    name = models.CharField(_("name of the paper"), max_length=80)
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    description = models.CharField(
        _("description"), max_length=300, blank=True, help_text=_("For search engines and feeds.")
    )
    # Only what `newsroom.lib.svg.clean_svg` let through; drawn in `currentColor`.
    wordmark_svg = models.TextField(_("wordmark"), blank=True, editable=False)
    footer_html = models.TextField(_("footer"), blank=True)
    comment_rules = models.TextField(_("community rules"), blank=True)
    # Sections and menus of this language as the navigation shows them: every page needs them,
    # so they are read in one row. Written only by `articles.site.rebuild()`.
    snapshot = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class MenuItem(models.Model):
    """A link of the header, the footer or the paper's social pages."""

    class Place(models.TextChoices):
        HEADER = "header", _("header")
        FOOTER = "footer", _("footer")
        SOCIAL = "social", _("social pages")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="menu_items")
    place = models.CharField(_("place"), max_length=10, choices=Place.choices, default=Place.FOOTER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label = models.CharField(_("label"), max_length=60)
    url = models.CharField(
        _("address"),
        max_length=300,
        validators=[
            RegexValidator(
                r"^(https?://[^\s]+|/(?!/)[^\s]*|mailto:[^\s]+)\Z",
                _("Begin with https://, http://, mailto: or a single slash."),
            )
        ],
    )

    class Meta:
        verbose_name = _("menu item")
        verbose_name_plural = _("menu items")
        ordering = ["place", "position", "id"]

    def __str__(self) -> str:
        return self.label


class RootFile(models.Model):
    """What editors say to machines in a file at the root of the site."""

    class Name(models.TextChoices):
        ADS = "ads.txt", "ads.txt"
        ROBOTS = "robots.txt", "robots.txt"

    name = models.CharField(
        _("file"), max_length=20, choices=Name.choices, unique=True, editable=False
    )
    text = models.TextField(_("text"), max_length=100_000, blank=True)

    class Meta:
        verbose_name = _("file for machines")
        verbose_name_plural = _("files for machines")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
