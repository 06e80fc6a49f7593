"""Posts and pages of an export as stories, through the same verbs that editors use."""

from collections.abc import Iterator
from itertools import count

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from articles import content as contents
from articles import workflow
from articles.models import Pin, Story, Topic
from articles.models.author import Byline
from articles.wordpress.terms import Authors, Sections, fit
from articles.wordpress.text import Surroundings, to_html
from articles.wordpress.wxr import Export, Post, Receipt
from newsroom.lib.html import clean, to_text
from newsroom.lib.text import slugify_unicode

Status = Story.Status
TYPES = {"post": Story.Kind.STORY, "page": Story.Kind.PAGE}
STATUSES = {
    "publish": Status.PUBLISHED,
    "future": Status.PUBLISHED,
    "pending": Status.IN_REVIEW,
    "draft": Status.DRAFT,
    "private": Status.DRAFT,
    "trash": Status.WITHDRAWN,
}
REASONS = {
    "attachment": "files are not brought yet",
    "nav_menu_item": "menus are made in the admin",
    "wp_navigation": "menus are made in the admin",
    "revision": "only the newest text is brought",
}
FIRST_WORDS = 8


def language_of_site(code: str, given: str | None) -> str:
    """Return the language of an export: the given one, else its own where the site has it."""
    return given or _known_language(code) or settings.DEFAULT_LANGUAGE


def save_stories(
    export: Export, *, language: str | None, receipt: Receipt
) -> Iterator[tuple[Post, Story]]:
    """Save what is missing of an export and yield every post with its story.

    Call it in a transaction. With `language` every story is in it; else each is in the language
    of its own (Polylang) and of the site.
    """
    saver, topics = _Saver(export, language, receipt), Topic.objects.count()
    saver.save_terms()
    for post in export.posts():
        story = saver.story(post)
        if story:
            yield post, story
    saver.sections.show_busiest()
    receipt.made["topics"] += Topic.objects.count() - topics


class _Saver:
    def __init__(self, export: Export, language: str | None, receipt: Receipt) -> None:
        self.site = export.site
        self.receipt = receipt
        self.given = language
        self.language = language_of_site(self.site.language, language)
        self.sections = Sections(self.site.categories, receipt)
        self.authors = Authors(self.site.writers, receipt)

    def save_terms(self) -> None:
        """Make every section, author and topic, also those that no post of the file has."""
        for category in self.site.categories.values():
            self.sections.section(category, self.language)
        for login in self.site.writers:
            self.authors.author(login, self.language)
        contents.topics_named(_topics(self.site.tags), self.language)

    def story(self, post: Post) -> Story | None:
        """Return the story of a post, made where there is none yet; None for what is no story."""
        reason = _reason_to_skip(post)
        if reason:
            self.receipt.skipped[post.type, reason] += 1
            return None
        source, story = self._find(post)
        if story:
            self.receipt.known["stories"] += 1
            return story
        story = self._make(post, source)
        self.receipt.stories[story.kind, story.status, story.language] += 1
        return story

    def _find(self, post: Post) -> tuple[str, Story | None]:
        """Return the source to file a post under and its story, if an earlier run brought it.

        Numbers begin anew when a site is set up anew: a post that shares nothing with the story
        of its number is another one and goes under `source#2`.
        """
        for n in count(1):
            source = self.site.source if n == 1 else f"{self.site.source}#{n}"
            story = Story.objects.filter(legacy_source=source, legacy_id=post.number).first()
            if story is None or _is_same(post, story):
                return source, story

    def _make(self, post: Post, source: str) -> Story:
        language = self.given or _known_language(post.language) or self.language
        status = _status(post, self.receipt)
        with override(language):
            content = self._content(post, language, status)
            story = workflow.create(
                content, by=None, language=language, legacy_source=source, legacy_id=post.number
            )
            if post.at:
                Story.objects.filter(pk=story.pk).update(created_at=post.at)
            story = _move(story, status, post)
        if post.is_sticky and story.is_public and story.kind != Story.Kind.PAGE:
            self._pin(story)
        return story

    def _content(self, post: Post, language: str, status: str) -> contents.Content:
        around = Surroundings(self.site.base, post.number, self.site.attachments)
        body = clean(to_html(post.text, around))
        headline = post.title or self._title_from(post, body)
        kind = TYPES[post.type]
        if not to_text(body) and status in (Status.PUBLISHED, Status.WITHDRAWN):
            body = clean(to_html(post.excerpt or headline))
            self.receipt.notes["without text: excerpt or headline stands in its place"] += 1
        slug = slugify_unicode(post.slug) or slugify_unicode(headline) or str(post.number)
        is_page = kind == Story.Kind.PAGE
        section = self.sections.pages if is_page else self.sections.of(post.categories, language)
        return {
            "headline": fit(headline, 250),
            "standfirst": fit(post.excerpt, 600),
            "body_html": body,
            "slug": _free_page_slug(slug, language) if is_page else slug,
            "kind": kind.value,
            "section": section.pk,
            "topics": _topics(post.tags),
            "bylines": self._bylines(post, language),
            "comments_open": post.comments_open,
        }

    def _title_from(self, post: Post, body: str) -> str:
        self.receipt.notes["without title: the first words became the headline"] += 1
        words = to_text(body).split()
        title = " ".join(words[:FIRST_WORDS]) + ("…" if len(words) > FIRST_WORDS else "")
        return title or post.slug.replace("-", " ").strip() or f"#{post.number}"

    def _bylines(self, post: Post, language: str) -> list[dict]:
        if not post.login:
            return []
        author = self.authors.author(post.login, language)
        return [{"author": author.pk, "name": "", "role": Byline.Role.WRITER.value}]

    def _pin(self, story: Story) -> None:
        pins = Pin.objects.filter(language=story.language)
        last = pins.aggregate(last=Max("position"))["last"] or 0
        Pin.objects.create(language=story.language, story=story, position=last + 1)
        self.receipt.notes["sticky: pinned to the front page"] += 1


def _reason_to_skip(post: Post) -> str:
    if post.type not in TYPES:
        return REASONS.get(post.type, "no kind of story")
    if post.status in ("auto-draft", "inherit"):
        return f"status “{post.status}”: never saved by anybody"
    return "" if post.number else "no number to know it by"


def _status(post: Post, receipt: Receipt) -> str:
    if post.status == "trash":
        return Status.WITHDRAWN
    if post.has_password:
        receipt.notes["protected by a password: kept as draft"] += 1
        return Status.DRAFT
    if post.status == "private":
        receipt.notes["private: kept as draft"] += 1
    elif post.status not in STATUSES:
        receipt.notes[f"status “{post.status[:40]}” is not known: kept as draft"] += 1
    return STATUSES.get(post.status, Status.DRAFT)


def _move(story: Story, status: str, post: Post) -> Story:
    if status == Status.IN_REVIEW:
        return workflow.submit(story, by=None)
    if status == Status.DRAFT:
        return story
    story = workflow.publish(story, by=None, at=post.at)
    if status == Status.WITHDRAWN:
        notice = _("This story was taken back before the paper moved here.")
        story = workflow.withdraw(story, by=None, notice=notice)
    return story


def _is_same(post: Post, story: Story) -> bool:
    """Whether a post is the one a story was made from: anything it had then is still there."""
    first = story.revisions.last().content
    return (
        story.created_at == post.at
        or first["headline"] == fit(post.title, 250)
        or first["slug"] == slugify_unicode(post.slug)
        or not (post.title or post.slug or post.at)
    )


def _free_page_slug(slug: str, language: str) -> str:
    """Pages have no number in their address: their slugs are told apart by one."""
    pages = Story.objects.filter(kind=Story.Kind.PAGE, language=language)
    numbered = (slug if n == 1 else f"{slug}-{n}" for n in count(1))
    return next(one for one in numbered if not pages.filter(slug=one).exists())


def _topics(names: list[str]) -> list[str]:
    return [fit(name, 80) for name in names if slugify_unicode(name)]


def _known_language(code: str) -> str:
    """Return the site's language for `ar`, `ar-EG` or `en_US`, "" when it has none."""
    code = code.strip().lower().replace("_", "-")
    known = dict(settings.LANGUAGES)
    return next((one for one in (code, code.partition("-")[0]) if one in known), "")
