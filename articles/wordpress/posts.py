"""One post of WordPress, with the fields of its plugins and themes, as the content of a story."""

import re
from itertools import count

from articles import content as contents
from articles.models import Section, Story
from articles.models.author import Byline
from articles.wordpress import tongues
from articles.wordpress.media import Library
from articles.wordpress.receipt import Receipt
from articles.wordpress.terms import Authors, Sections, fit
from articles.wordpress.text import Picture, Surroundings, shortcodes_in, to_html
from articles.wordpress.wxr import Category, Post, Site
from newsroom.lib.html import to_text
from newsroom.lib.text import one_line, slugify_unicode

Status = Story.Status
STATUSES = {
    "publish": Status.PUBLISHED,
    "future": Status.PUBLISHED,
    "pending": Status.IN_REVIEW,
    "draft": Status.DRAFT,
    "private": Status.DRAFT,
    "trash": Status.WITHDRAWN,
}
KINDS = {"post": Story.Kind.STORY, "page": Story.Kind.PAGE}
FIRST_WORDS = 8
# Yoast and Rank Math write what changes from page to page as %%title%%, %title%.
_VARIABLE = re.compile(r"%%?[a-z_]{2,40}%%?")
_EDGES = " -–—|·•:»«\u200f\u200e"


class Reader:
    """Makes content of posts. `words` holds what each text of a batch says before it is saved."""

    def __init__(
        self, site: Site, sections: Sections, authors: Authors, library: Library, receipt: Receipt
    ) -> None:
        self.site, self.sections, self.authors = site, sections, authors
        self.library, self.receipt = library, receipt
        self.words: dict[tuple[int, str], str] = {}
        self.page_slugs: set[tuple[str, str]] = set()

    def begin(self) -> None:
        """Forget the batch before."""
        self.words, self.page_slugs = {}, set()

    def content(
        self, post: Post, language: str, status: str, *, story: Story | None = None
    ) -> contents.Content:
        """Return the content of a post; `story` is the one it is already."""
        body = self._body(post, language)
        headline = post.title or self._title_from(post, body)
        if not to_text(body) and "<img" not in body and status in _SHOWN:
            body = to_html(post.excerpt or headline)
            self._note(post, story, "without text: excerpt or headline stands in its place")
        is_page = post.type == "page"
        standfirst, search = self._lines(post, headline, story)
        slug = slugify_unicode(post.slug, contents.SLUG_LENGTH) or slugify_unicode(headline)
        slug = slug or str(post.number)
        headline = fit(headline, 250)
        self.words[post.number, post.edition] = f"{one_line(headline)} {to_text(body)}"
        return {
            "headline": headline,
            "standfirst": standfirst,
            "body_html": body,
            "slug": self._free_page_slug(slug, language, story) if is_page else slug,
            "kind": KINDS[post.type].value,
            "section": (self.sections.pages if is_page else self._section(post, language)).pk,
            "picture": self._picture(post, language, story),
            "topics": [
                name for tag in post.tags for name in [self.topic_name(tag, language)] if name
            ],
            "bylines": self._bylines(post, language),
            "comments_open": post.comments_open,
            **search,
        }

    def topic_name(self, tag: Category, language: str) -> str:
        """Return what a tag is called as a topic, "" for one of signs alone."""
        name = fit(tongues.in_any(tag.name, [language]), 80)
        return name if slugify_unicode(name) else ""

    def _body(self, post: Post, language: str) -> str:
        def picture(address: str) -> Picture | None:
            return self.library.picture(address, language)

        text = post.text
        film = post.first("tie_video_url") or post.first("tie_embed_code")
        if film and film not in text:
            text = f"{film}\n\n{text}"
        around = Surroundings(self.site.base, post.number, self.site.attachments, picture)
        body = to_html(text, around).strip()
        for name in sorted(shortcodes_in(body)):
            self.receipt.note(f"shortcode [{name}] of a plugin: shown as text", post.number)
        return body

    def _title_from(self, post: Post, body: str) -> str:
        self.receipt.note("without title: the first words became the headline", post.number)
        words = to_text(body).split()
        title = " ".join(words[:FIRST_WORDS]) + ("…" if len(words) > FIRST_WORDS else "")
        return title or post.slug.replace("-", " ").strip() or f"#{post.number}"

    def _lines(self, post: Post, headline: str, story: Story | None) -> tuple[str, dict[str, str]]:
        """Return the standfirst, and what search engines are told: of Yoast, Rank Math, Jannah."""
        own = [post.language] if post.editions else []
        subtitle = tongues.in_any(one_line(to_text(post.first("tie_post_sub_title"))), own)
        told = tongues.in_any(post.first("_yoast_wpseo_metadesc", "rank_math_description"), own)
        title = tongues.in_any(post.first("_yoast_wpseo_title", "rank_math_title"), own)
        description = _filled(told, headline, post.excerpt)
        if subtitle and post.excerpt and not description:
            description = post.excerpt
        elif subtitle and post.excerpt:
            self._note(post, story, "subtitle and excerpt: the excerpt is left out")
        title = _filled(title, headline, post.excerpt)
        return fit(subtitle or post.excerpt, 600), {
            "search_title": "" if title == headline else fit(title, 120),
            "search_description": fit(description, 300),
        }

    def _section(self, post: Post, language: str) -> Section:
        named = post.first(
            "_yoast_wpseo_primary_category", "rank_math_primary_category", "tie_primary_category"
        )
        primary = self.site.category_numbered(named)
        own = {one.code for one in post.categories}
        first = [primary] if primary and primary.code in own else []
        return self.sections.of([*first, *post.categories], language)

    def _picture(self, post: Post, language: str, story: Story | None) -> int | None:
        number = post.first("_thumbnail_id")
        attachment = self.site.attachments.get(int(number)) if number.isdecimal() else None
        image = self.library.bring(attachment, language) if attachment else None
        if image and not image.translations.filter(language=language).exists():
            self._note(post, story, "main picture without alternative text")
        return image.pk if image else None

    def _bylines(self, post: Post, language: str) -> list[dict]:
        logins = list(dict.fromkeys(filter(None, post.guests))) or [post.login]
        return [
            {
                "author": self.authors.author(login, language).pk,
                "name": "",
                "role": Byline.Role.WRITER.value,
            }
            for login in logins
            if login
        ]

    def _free_page_slug(self, slug: str, language: str, story: Story | None) -> str:
        """Pages have no number in their address: their slugs are told apart by one."""
        pages = Story.objects.filter(kind=Story.Kind.PAGE, language=language)
        pages = pages.exclude(pk=story.pk) if story else pages
        for n in count(1):
            one = slug if n == 1 else f"{slug}-{n}"
            if (language, one) not in self.page_slugs and not pages.filter(slug=one).exists():
                self.page_slugs.add((language, one))
                return one
        raise AssertionError("counting ends")

    def _note(self, post: Post, story: Story | None, text: str) -> None:
        if story is None:
            self.receipt.note(text, post.number)


_SHOWN = (Status.PUBLISHED, Status.WITHDRAWN)


def status_of(post: Post, receipt: Receipt) -> str:
    """Return the status a post has here; the receipt names those that have none."""
    if post.status == "trash":
        return Status.WITHDRAWN
    if post.has_password:
        receipt.note("protected by a password: kept as draft", post.number)
        return Status.DRAFT
    if post.status == "private":
        receipt.note("private: kept as draft", post.number)
    elif post.status not in STATUSES:
        receipt.note(f"status “{post.status[:40]}” is not known: kept as draft", post.number)
    return STATUSES.get(post.status, Status.DRAFT)


def _filled(pattern: str, headline: str, excerpt: str) -> str:
    """Return a line of an SEO plugin with its variables filled in as far as they say anything
    here; "" where nothing of its own is left."""
    values = {"title": headline, "excerpt": excerpt, "excerpt_only": excerpt}
    line = _VARIABLE.sub(lambda found: values.get(found[0].strip("%"), ""), pattern)
    return one_line(to_text(line)).strip(_EDGES)
