"""One tree of sections; names, slugs and descriptions are per language."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.language import LanguageField, Translated

# The fixed words of the address map: a section of that name could never be reached.
RESERVED_SLUGS = frozenset(
    "search topics authors archive pages corrections me feed sections comments api admin "
    "media".split()
)
MAX_DEPTH = 4
# Static pages stand in a section that readers never see, so it has no names of its own.
CODE_NAMES = {"pages": _("static pages")}

validate_slug = RegexValidator(
    r"^[\w][\w-]*\Z", _("Use letters, digits, hyphens and underscores only.")
)


class Section(Translated):
    """A place in the paper: World, Culture…"""

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("parent section"),
        related_name="children",
        null=True,
        blank=True,
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0, db_index=True)
    in_navigation = models.BooleanField(_("in the navigation"), default=True)
    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("section editors"),
        related_name="sections",
        blank=True,
        limit_choices_to={"is_staff": True},
        help_text=_("Who edits here and in the sections below, without editing everywhere."),
    )
    # A stable name for programs: `general`, `pages`, or the slug an imported category had.
    code = models.CharField(max_length=200, null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        row = self.in_language()
        return row.name if row else str(CODE_NAMES.get(self.code, f"#{self.pk}"))

    def clean(self) -> None:
        """Refuse a tree that bites its own tail or grows deeper than `MAX_DEPTH`."""
        ancestor, depth = self.parent, 1
        while ancestor:
            if ancestor.pk == self.pk and self.pk:
                raise ValidationError({"parent": _("A section cannot stand under itself.")})
            ancestor, depth = ancestor.parent, depth + 1
            if depth > MAX_DEPTH:
                raise ValidationError({"parent": _("Sections nest no deeper than four levels.")})

    @classmethod
    def in_tree_order(cls) -> list[tuple["Section", int]]:
        """Return every section with its depth, each one followed by those under it (one query)."""
        below: dict[int | None, list[Section]] = {}
        for section in cls.objects.all():
            below.setdefault(section.parent_id, []).append(section)

        def walk(parent: int | None, depth: int) -> list[tuple["Section", int]]:
            return [
                found
                for section in below.get(parent, [])
                for found in [(section, depth), *walk(section.pk, depth + 1)]
            ]

        return walk(None, 0)

    def descendants(self) -> list[int]:
        """Return the ids of this section and of all below it (one query a level)."""
        found, level = [self.pk], [self.pk]
        for _depth in range(MAX_DEPTH):
            level = list(Section.objects.filter(parent__in=level).values_list("pk", flat=True))
            found += level
            if not level:
                break
        return found


class SectionTranslation(models.Model):
    section = models.ForeignKey(Section, models.CASCADE, related_name="translations")
    language = LanguageField()
    name = models.CharField(_("name"), max_length=80)
    slug = models.CharField(_("slug"), max_length=80, validators=[validate_slug])
    description = models.CharField(_("description"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("section name")
        verbose_name_plural = _("section names")
        constraints = [
            models.UniqueConstraint(fields=["section", "language"], name="section_language"),
            models.UniqueConstraint(fields=["language", "slug"], name="section_slug"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("This word belongs to an address of the site.")})

    def get_absolute_url(self) -> str:
        return reverse("articles:section", args=[self.language, self.slug])
