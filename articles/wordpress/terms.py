"""Sections and authors of the old site as ours, each found again by the code it had there."""

from collections.abc import Callable
from itertools import count

from django.db.models import Max

from articles.models import Author, AuthorTranslation, Section, SectionTranslation, Story
from articles.models.section import MAX_DEPTH, RESERVED_SLUGS
from articles.site import GENERAL, PAGES, section_for
from articles.wordpress import tongues
from articles.wordpress.addresses import Addresses
from articles.wordpress.receipt import Receipt
from articles.wordpress.wxr import Category, Writer
from newsroom.lib.text import slugify_unicode

# What WordPress calls the category of posts that have none, by its language.
UNCATEGORIZED = frozenset("uncategorized uncategorised non-classe غير-مصنف غير-مصنفة".split())
# More sections than this do not fit into the navigation of a page.
NAVIGATION_SIZE = 8


class Sections:
    """Sections by the nicename of their category; those that are missing are made."""

    def __init__(
        self, categories: dict[str, Category], receipt: Receipt, addresses: Addresses
    ) -> None:
        self.categories = categories
        self.receipt = receipt
        self.addresses = addresses
        self.general = section_for(GENERAL)
        self.pages = section_for(PAGES)
        self.found: dict[str, Section] = dict.fromkeys(UNCATEGORIZED, self.general)
        self.depths: dict[int, int] = {self.general.pk: 1}
        self.named: set[tuple[int, str]] = set()
        self.ready: dict[tuple[str, str], Section] = {}
        self.made: list[Section] = []

    def of(self, categories: list[Category], language: str) -> Section:
        """Return the section of a post: its first category that is one, else the general one."""
        chosen = next((one for one in categories if one.code not in UNCATEGORIZED), None)
        return self.section(chosen, language) if chosen else self.general

    def section(self, category: Category, language: str) -> Section:
        """Return the section of a category, with a name in `language`, below its parents."""
        if (category.code, language) not in self.ready:
            for one in self._line_of(category):
                section = self._find_or_make(one, language)
                if section != self.general:
                    self._name(section, one, language)
                self.addresses.of_section(one, section, language)
            self.ready[category.code, language] = section
        return self.ready[category.code, language]

    def _line_of(self, category: Category) -> list[Category]:
        """Return the category after those it stands under. A circle ends where it begins."""
        line = [self.categories.get(category.code, category)]
        seen = {line[0].code}
        while (parent := self.categories.get(line[-1].parent)) and parent.code not in seen:
            line.append(parent)
            seen.add(parent.code)
        return line[::-1]

    def _find_or_make(self, category: Category, language: str) -> Section:
        if category.code not in self.found:
            section = Section.objects.filter(code=_code(category)).first()
            section = section or self._called(category, language) or self._make(category)
            self.found[category.code] = section
        return self.found[category.code]

    def _called(self, category: Category, language: str) -> Section | None:
        """A section that editors made before, under the same slug."""
        slug = slugify_unicode(category.code)
        rows = SectionTranslation.objects.filter(language=language, slug=slug)
        row = rows.select_related("section").first()
        return row.section if row else None

    def _make(self, category: Category) -> Section:
        parent = None if category.parent in UNCATEGORIZED else self.found.get(category.parent)
        while parent and self._depth(parent) >= MAX_DEPTH:
            parent = parent.parent
        last = Section.objects.filter(position__lt=1000).aggregate(last=Max("position"))["last"]
        section = Section.objects.create(
            parent=parent,
            code=_code(category),
            position=min((last or 0) + 1, 999),
            in_navigation=False,
        )
        self.made.append(section)
        self.receipt.made["sections"] += 1
        return section

    def _depth(self, section: Section) -> int:
        if section.pk not in self.depths:
            self.depths[section.pk] = 1 + (self._depth(section.parent) if section.parent else 0)
        return self.depths[section.pk]

    def _name(self, section: Section, category: Category, language: str) -> None:
        if (section.pk, language) in self.named:
            return
        self.named.add((section.pk, language))
        if section.translations.filter(language=language).exists():
            return
        rows = SectionTranslation.objects.filter(language=language)
        SectionTranslation.objects.create(
            section=section,
            language=language,
            name=fit(tongues.in_any(category.name, [language]), 80),
            slug=_free_slug(
                category.code,
                f"section-{section.pk}",
                lambda slug: slug in RESERVED_SLUGS or rows.filter(slug=slug).exists(),
            ),
            description=fit(tongues.in_language(category.description, language), 300),
        )

    def show_busiest(self) -> None:
        """Put the new sections with the most stories into the navigation, as far as they fit."""
        tops = [section for section in self.made if section.parent_id is None]
        room = NAVIGATION_SIZE - Section.objects.filter(in_navigation=True, parent=None).count()
        sizes = {section: _stories_under(section) for section in tops}
        busiest = sorted((one for one in tops if sizes[one]), key=sizes.get, reverse=True)
        for section in busiest[: max(0, room)]:
            section.in_navigation = True
            section.save()


class Authors:
    """Authors by login; a login the file does not introduce is its own name (WXR 1.0)."""

    def __init__(self, writers: dict[str, Writer], receipt: Receipt, addresses: Addresses) -> None:
        self.writers = writers
        self.receipt = receipt
        self.addresses = addresses
        self.found: dict[tuple[str, str], Author] = {}

    def author(self, login: str, language: str) -> Author:
        """Return the author with this login, with a name in `language`."""
        if (login, language) not in self.found:
            author, is_new = Author.objects.get_or_create(code=login[:200])
            self.receipt.made["authors"] += is_new
            writer = self.writers.get(login) or Writer(login, login)
            if not author.translations.filter(language=language).exists():
                self._name(author, writer, language)
            self.addresses.of_author(login, writer.number, author, language)
            self.found[login, language] = author
        return self.found[login, language]

    def _name(self, author: Author, writer: Writer, language: str) -> None:
        rows = AuthorTranslation.objects.filter(language=language)
        AuthorTranslation.objects.create(
            author=author,
            language=language,
            name=fit(writer.name, 120),
            slug=_free_slug(
                writer.login, f"author-{author.pk}", lambda slug: rows.filter(slug=slug).exists()
            ),
            bio=fit(writer.about, 2000),
        )


def fit(text: str, limit: int) -> str:
    """Return the text in at most `limit` code points, cut between words where there are any."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return f"{(cut.rpartition(' ')[0] or cut).rstrip()}…"


def _code(category: Category) -> str:
    # `pages` is the house's own section for what is no news.
    return f"{PAGES}-2" if category.code == PAGES else category.code[:200]


def _free_slug(text: str, otherwise: str, is_taken: Callable[[str], bool]) -> str:
    slug = slugify_unicode(text, max_length=70) or otherwise
    if not is_taken(slug):
        return slug
    return next(f"{slug}-{n}" for n in count(2) if not is_taken(f"{slug}-{n}"))


def _stories_under(section: Section) -> int:
    return Story.objects.filter(section__in=section.descendants()).count()
