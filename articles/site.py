"""What every page shows of the site itself, read in one row."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.functional import cached_property

from articles import advertising, languages, strip
from articles.models import (
    Edition,
    MenuItem,
    RootFile,
    Section,
    SectionTranslation,
    Story,
)
from newsroom.lib import caching
from newsroom.lib.html import BASIC, clean
from newsroom.lib.rtl import language_direction

# The sections the house itself needs; `pages` holds what is no news.
GENERAL, PAGES = "general", "pages"
GENERAL_NAMES = {"ar": ("عام", "عام"), "en": ("General", "general"), "fr": ("Général", "general")}


@dataclass(frozen=True)
class Site:
    """The paper in one language, for templates, feeds and metadata."""

    language: str
    name: str
    tagline: str = ""
    description: str = ""
    footer_html: str = ""
    wordmark_svg: str = ""
    comment_rules: str = ""
    snapshot: dict[str, Any] = field(default_factory=dict)

    @property
    def dir(self) -> str:
        return language_direction(self.language)

    @property
    def open_graph_locale(self) -> str:
        return languages.OPEN_GRAPH.get(self.language, self.language)

    @cached_property
    def sections(self) -> list[dict[str, Any]]:
        """Sections of the navigation: dicts with id, name, slug, url and children."""
        rows = [
            {**row, "url": reverse("articles:section", args=[self.language, row["slug"]])}
            for row in self.snapshot.get("sections", [])
        ]
        for row in rows:
            row["children"] = [child for child in rows if child["parent"] == row["id"]]
        known = {row["id"] for row in rows}
        return [row for row in rows if row["parent"] not in known]

    def sections_above(self, section_id: int) -> list[dict[str, Any]]:
        """Return the sections of the navigation above one, the highest first; dicts as above."""
        rows = {row["id"]: row for row in self.snapshot.get("sections", [])}
        found, row = [], rows.get(section_id)
        # A tree that bites its tail is refused on saving; here nothing may ever go round.
        while row and (row := rows.get(row["parent"])) and len(found) < len(rows):
            url = reverse("articles:section", args=[self.language, row["slug"]])
            found.insert(0, {**row, "url": url})
        return found

    @property
    def breaking(self) -> list[dict[str, str]]:
        """Lines of breaking news that run now: dicts with text and url, which may be empty."""
        return strip.shown(self.snapshot.get("breaking", []))

    @cached_property
    def placements(self) -> dict[str, dict[str, Any]]:
        """The advertisements that are on, by place: their address and size."""
        return advertising.shown(self.snapshot.get("placements", {}))

    @property
    def asks_for_ads(self) -> bool:
        return any(row["needs_consent"] for row in self.placements.values())

    @property
    def analytics(self) -> str:
        """The script that counts visits, "" for none."""
        return settings.ANALYTICS_SCRIPT

    @property
    def measures_with_consent(self) -> bool:
        return bool(self.analytics and settings.ANALYTICS_NEEDS_CONSENT)

    @property
    def asks_for_consent(self) -> bool:
        """Whether a page has something that waits for a reader's yes."""
        return self.asks_for_ads or self.measures_with_consent

    @property
    def comment_terms(self) -> dict[str, Any]:
        """How comments are taken in this language, where that differs from the ordinary."""
        return self.snapshot.get("comments", {})

    def closes_comments(self, story: Story) -> str:
        """Return why `story` takes no comments now: "stopped" with all others, or "closed" (by
        itself, or for its age); "" when it takes some."""
        terms = self.comment_terms
        if terms.get("is_stopped"):
            return "stopped"
        days, published_at = terms.get("close_after_days"), story.published_at
        closing = published_at + timedelta(days=days) if days and published_at else None
        if closing:
            caching.ends(closing)
        is_old = closing and closing <= timezone.now()
        return "closed" if is_old or not story.comments_are_open else ""

    def _menu(self, place: str) -> list[dict[str, str]]:
        return self.snapshot.get("menus", {}).get(place, [])

    @property
    def header_menu(self) -> list[dict[str, str]]:
        return self._menu(MenuItem.Place.HEADER)

    @property
    def footer_menu(self) -> list[dict[str, str]]:
        return self._menu(MenuItem.Place.FOOTER)

    @property
    def social_links(self) -> list[dict[str, str]]:
        return self._menu(MenuItem.Place.SOCIAL)


def site_in(language: str) -> Site:
    """Return the site in `language` (one query)."""
    row = Edition.objects.filter(language=language).first()
    if row is None:
        return Site(language=language, name=settings.SITE_NAME)
    names = ("name", "tagline", "description", "footer_html", "wordmark_svg", "comment_rules")
    return Site(
        language=language, snapshot=row.snapshot, **{name: getattr(row, name) for name in names}
    )


def site_of(request: HttpRequest) -> Site:
    """Return the site in the language of `request`, asked for once a request."""
    language = request.LANGUAGE_CODE
    if getattr(request, "_site", None) is None or request._site.language != language:
        request._site = site_in(language)
    return request._site


def absolute(path: str) -> str:
    """Return `path` as an address of this site; never made from what a request says."""
    return f"{settings.SITE_URL}{iri_to_uri(path)}"


@transaction.atomic
def rebuild(edition_id: int | None = None) -> None:
    """Write the `snapshot` of every edition, or of one, anew from sections, menus
    and breaking news.

    The editions are locked before sections and menus are read: of two changes at the same time
    the later one sees both. Only a change of sections locks more than one edition.
    """
    editions = Edition.objects.filter(pk=edition_id) if edition_id else Edition.objects.all()
    for edition in editions.select_for_update().order_by("pk").prefetch_related("menu_items"):
        # What other apps keep there stays.
        snapshot = edition.snapshot | {
            "sections": list(_sections(edition.language)),
            "menus": _menus(edition),
            "breaking": strip.rows(edition.language),
            "placements": advertising.rows(edition.placements.all()),
        }
        # An update, not a save: this runs from the signal of a save.
        Edition.objects.filter(pk=edition.pk).update(snapshot=snapshot)


@transaction.atomic
def keep(language: str, name: str, value: Any) -> None:
    """Write a part of the snapshot in `language` that belongs to another app."""
    for edition in Edition.objects.filter(language=language).select_for_update():
        snapshot = edition.snapshot | {name: value}
        Edition.objects.filter(pk=edition.pk).update(snapshot=snapshot)


def rebuild_in(language: str) -> None:
    """The same for the edition of a language."""
    for pk in Edition.objects.filter(language=language).values_list("pk", flat=True):
        rebuild(pk)


def _sections(language: str):
    rows = SectionTranslation.objects.filter(language=language, section__in_navigation=True)
    for row in rows.select_related("section").order_by("section__position", "section_id"):
        yield {
            "id": row.section_id,
            "parent": row.section.parent_id,
            "name": row.name,
            "slug": row.slug,
        }


def _menus(edition: Edition) -> dict[str, list[dict[str, str]]]:
    menus: dict[str, list[dict[str, str]]] = {}
    for item in edition.menu_items.all():
        menus.setdefault(item.place, []).append({"label": item.label, "url": item.url})
    return menus


def clean_footer(html: str) -> str:
    """Return the footer an editor typed as safe markup."""
    return clean(html, BASIC)


def make_defaults(using: str = "default") -> None:
    """After `migrate`: an edition for every language, the files for machines, and the two sections
    the house needs."""
    for name in RootFile.Name.values:
        RootFile.objects.using(using).get_or_create(name=name)
    for code, _name in settings.LANGUAGES:
        Edition.objects.using(using).get_or_create(
            language=code, defaults={"name": settings.SITE_NAME}
        )
    general, is_new = Section.objects.using(using).get_or_create(
        code=GENERAL, defaults={"in_navigation": False, "position": 1000}
    )
    Section.objects.using(using).get_or_create(
        code=PAGES, defaults={"in_navigation": False, "position": 1001}
    )
    if is_new:
        for code, _name in settings.LANGUAGES:
            name, slug = GENERAL_NAMES.get(code, GENERAL_NAMES["en"])
            SectionTranslation.objects.using(using).create(
                section=general, language=code, name=name, slug=slug
            )


def section_for(code: str) -> Section:
    """Return one of the house's own sections, `GENERAL` or `PAGES`."""
    return Section.objects.get(code=code)
