"""Posts and pages of an export as stories, many at once; late edits of those that came before."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from articles import content as contents
from articles import workflow
from articles.arriving import Arrival, Arriving
from articles.models import Pin, Story, Topic
from articles.wordpress import tongues
from articles.wordpress.addresses import Addresses, path_of
from articles.wordpress.media import Library
from articles.wordpress.posts import Reader, status_of
from articles.wordpress.receipt import Receipt
from articles.wordpress.terms import UNCATEGORIZED, Authors, Sections, fit
from articles.wordpress.wxr import Category, Export, Post
from newsroom.lib.html import to_text
from newsroom.lib.text import one_line, slugify_unicode

Status = Story.Status
TYPES = frozenset({"post", "page"})
REASONS = {
    "nav_menu_item": "menus are made in the admin",
    "wp_navigation": "menus are made in the admin",
    "revision": "only the newest text is brought",
}
# So many are saved in one transaction: others may write between two of them, and what an import
# that was cut off had saved stays.
BATCH = 50
# Under which posts that are each other's translations get one key, today and in the next run.
_GROUPS = UUID("6e0f4f0c-6a55-4d0e-9f3e-0d6c1e6a7b57")


@dataclass
class Ready:
    """A post that was read: its story where it is here already, else what is to be brought."""

    post: Post
    language: str
    source: str
    story: Story | None = None
    arrival: Arrival | None = None


class Mover:
    """Brings an export: `save_terms()`, then `prepare` and `save` for each of `batches()`, then
    `finish()`. `updates` brings late edits of stories that nobody touched here."""

    def __init__(
        self,
        export: Export,
        receipt: Receipt,
        *,
        language: str | None = None,
        library: Library | None = None,
        updates: bool = False,
    ) -> None:
        self.export, self.site, self.receipt = export, export.site, receipt
        self.language = language_of_site(self.site.language, language)
        self.updates = updates
        self.addresses = library.addresses if library else Addresses()
        self.library = library or Library(None, self.site.attachments, self.addresses, receipt)
        self.sections = Sections(self.site.categories, receipt, self.addresses)
        self.authors = Authors(self.site.writers, receipt, self.addresses)
        self.arriving = Arriving()
        self.topics_before = Topic.objects.count()
        self.tags_noted: set[tuple[str, str]] = set()
        self.reader = Reader(self.site, self.sections, self.authors, self.library, receipt)

    def save_terms(self) -> None:
        """Make every section, author and topic, also those that no post of the file has."""
        with transaction.atomic():
            for category in self.site.categories.values():
                for language in self._spoken("category", category):
                    if category.code in UNCATEGORIZED:
                        self.addresses.of_section(category, self.sections.general, language)
                    else:
                        self.sections.section(category, language)
            for login in self.site.writers:
                self.authors.author(login, self.language)
            for tag in self.site.tags.values():
                for language in self._spoken("post_tag", tag):
                    self._note_tag(tag, language)
            self.addresses.save(self.receipt)

    def batches(self) -> Iterator[list[Post]]:
        """Yield the items of the file, BATCH at a time; no number stands twice in one batch."""
        batch: dict[int, Post] = {}
        for post in self.export.posts():
            if len(batch) >= BATCH or post.number in batch:
                yield list(batch.values())
                batch = {}
            batch[post.number or -len(batch) - 1] = post
        if batch:
            yield list(batch.values())

    def prepare(self, posts: list[Post]) -> list[Ready]:
        """Read posts, find those that are here already, and bring the pictures of the others."""
        wanted = [version for post in posts if self._is_wanted(post) for version in self._of(post)]
        numbers = [post.number for post in wanted]
        rows = Story.objects.filter(legacy_id__in=numbers).defer("body_html")
        known = {(story.legacy_source, story.legacy_id): story for story in rows}
        self.reader.begin()
        ready = [self._ready(post, known) for post in wanted]
        self._join(ready)
        return ready

    @transaction.atomic
    def save(self, ready: list[Ready]) -> list[tuple[Post, Story]]:
        """Save what was prepared; return every post that may have comments with its story."""
        new = [one for one in ready if one.arrival]
        stories = self.arriving.bring([one.arrival for one in new if one.arrival])
        for one, story in zip(new, stories, strict=True):
            one.story = story
            self.receipt.stories[story.kind, story.status, story.language] += 1
            if one.post.is_sticky and story.is_public and story.kind != Story.Kind.PAGE:
                self._pin(story, one.post)
        self._compare(new)
        for one in ready:
            self._note_addresses(one)
            if one.arrival is None:
                self._meet_again(one)
        self.addresses.save(self.receipt)
        return [(one.post, one.story) for one in ready if one.story and not one.post.edition]

    def finish(self) -> None:
        """Choose the sections that stand in the navigation, and count topics."""
        self.sections.show_busiest()
        self.receipt.made["topics"] += Topic.objects.count() - self.topics_before

    # Which posts come, and in which languages.

    def _spoken(self, domain: str, term: Category) -> list[str]:
        """Return the languages a category or tag has a name in: those of its posts, those its
        name is marked with, else the site's."""
        codes = [
            *sorted(self.site.spoken.get((domain, term.code), ())),
            *tongues.codes_in(term.name),
        ]
        known = dict.fromkeys(filter(None, map(known_language, codes)))
        return list(known) or [self.language]

    def _is_wanted(self, post: Post) -> bool:
        if post.type == "attachment":
            self._take_file(post)
            return False
        reason = _reason_to_skip(post)
        if reason:
            self.receipt.skip(post.type, reason)
        return not reason

    def _take_file(self, post: Post) -> None:
        attachment = self.site.attachments.get(post.number)
        image = self.library.bring(attachment, self.language) if attachment else None
        if image:
            self.addresses.of_picture([path_of(post.link)], image, self.language)
        elif not self.library.is_dry:
            given = self.library.folder
            reason = "no picture, or not in the folder" if given else "no --media folder was given"
            self.receipt.skip("attachment", reason)

    def _of(self, post: Post) -> list[Post]:
        """Return a post once for each language it has side by side; most have one."""
        codes = tongues.codes_in(f"{post.title}{post.text}")
        if not codes:
            return [post]
        for code in codes:
            if not known_language(code):
                self.receipt.note(f"language “{code}” is none of the site's: left out", post.number)
        has_text = tongues.codes_in(post.text)
        known = [code for code in codes if known_language(code)]
        known = [code for code in known if not has_text or code in has_text] or codes[:1]
        known.sort(key=lambda code: known_language(code) != self.language)
        return [
            replace(
                post,
                title=tongues.in_language(post.title, code),
                text=tongues.in_language(post.text, code),
                excerpt=tongues.in_language(post.excerpt, code),
                language=code,
                group=post.group or f"post-{post.number}",
                editions=known,
                edition="" if at == 0 else code,
            )
            for at, code in enumerate(known)
        ]

    def _ready(self, post: Post, known: dict[tuple[str, int], Story]) -> Ready:
        language = known_language(post.language) or self.language
        if post.language and not known_language(post.language):
            note = f"language “{post.language[:20]}” is none of the site's: stands in {language}"
            self.receipt.note(note, post.number)
        source, story = self._find(post, known)
        ready = Ready(post, language, source, story)
        if story is None:
            with override(language):
                ready.arrival = self._arrival(ready)
        return ready

    def _find(self, post: Post, known: dict[tuple[str, int], Story]) -> tuple[str, Story | None]:
        """Return the source to file a post under and its story, if an earlier run brought it.

        Numbers begin anew when a site is set up anew: a post that shares nothing with the story
        of its number is another one and goes under `source#2`.
        """
        home = f"{self.site.source}:{post.edition}" if post.edition else self.site.source
        for n in count(1):
            source = home if n == 1 else f"{home}#{n}"
            story = known.get((source, post.number))
            if story is None or _is_same(post, story):
                return source, story
        raise AssertionError("counting ends")

    def _arrival(self, ready: Ready) -> Arrival:
        post, status = ready.post, status_of(ready.post, self.receipt)
        return Arrival(
            content=self.reader.content(post, ready.language, status),
            language=ready.language,
            status=status,
            at=post.at,
            source=ready.source,
            number=post.number,
            notice=_("This story was taken back before the paper moved here."),
        )

    def _join(self, ready: list[Ready]) -> None:
        """Give posts that are each other's translations one key; one language stands once in it."""
        keys = {
            id(one): uuid5(_GROUPS, f"{self.site.source}/{one.post.group}")
            for one in ready
            if one.arrival and one.post.group
        }
        rows = Story.objects.filter(translation_key__in=set(keys.values()))
        taken = set(rows.values_list("translation_key", "language")) if keys else set()
        for one in ready:
            key = keys.get(id(one))
            if key is None or one.arrival is None:
                continue
            if (key, one.language) in taken:
                self.receipt.note(
                    "a second translation in one language: stands alone", one.post.number
                )
                continue
            taken.add((key, one.language))
            one.arrival.translation_key = key

    # What is written beside the stories.

    def _pin(self, story: Story, post: Post) -> None:
        pins = Pin.objects.filter(language=story.language)
        last = pins.aggregate(last=Max("position"))["last"] or 0
        Pin.objects.create(language=story.language, story=story, position=last + 1)
        self.receipt.note("sticky: pinned to the front page", post.number)

    def _note_addresses(self, one: Ready) -> None:
        if one.story:
            self.addresses.of_story(one.post, one.story, one.post.editions)
        for tag in one.post.tags:
            self._note_tag(self.site.tags.get(tag.code, tag), one.language)

    def _note_tag(self, tag: Category, language: str) -> None:
        if (tag.code, language) not in self.tags_noted:
            self.tags_noted.add((tag.code, language))
            name = self.reader.topic_name(tag, language)
            for topic in self.arriving.topics_named([name] if name else [], language):
                self.addresses.of_topic(tag, topic, language)

    def _compare(self, new: list[Ready]) -> None:
        """Read what was saved again and compare its words with those that came."""
        rows = Story.objects.filter(pk__in=[one.story.pk for one in new if one.story])
        kept = {pk: texts for pk, *texts in rows.values_list("pk", "headline", "body_html")}
        for one in new:
            headline, body = kept[one.story.pk]
            before = self.reader.words[one.post.number, one.post.edition]
            after = f"{headline} {to_text(body)}"
            self.receipt.words_in.add(before)
            self.receipt.words_out.add(after)
            if "".join(before.split()) != "".join(after.split()):
                self.receipt.note("words of the text changed on the way", one.post.number)

    # Stories that came before.

    def _meet_again(self, one: Ready) -> None:
        if self.updates and one.story and self._is_late(one):
            return
        self.receipt.known["stories"] += 1

    def _is_late(self, one: Ready) -> bool:
        """Bring a late edit of the old site; whether there was one and it could be brought."""
        story = Story.objects.get(pk=one.story.pk)
        ours, base = _history(story)
        with override(one.language):
            status = status_of(one.post, Receipt())
            content = contents.normalise(
                self.reader.content(one.post, one.language, status, story=story)
            )
        is_new_text = content != contents.normalise(base)
        is_new_date = status == Status.PUBLISHED and one.post.at not in (None, story.published_at)
        if not (is_new_text or is_new_date or status != story.status):
            return False
        if ours:
            self.receipt.note("changed there and edited here: ours stays", one.post.number)
            return False
        try:
            with transaction.atomic():
                self._update(story, content, status, one)
        except workflow.WorkflowError as refusal:
            self.receipt.refuse(one.post.type, one.post.number, one.post.line, str(refusal))
            return False
        self.receipt.updated["stories"] += 1
        return True

    def _update(self, story: Story, content: contents.Content, status: str, one: Ready) -> None:
        story = workflow.save_draft(story, content, by=None)
        if status == Status.PUBLISHED:
            is_moved = story.status != status or one.post.at != story.published_at
            workflow.publish(story, by=None, at=one.post.at if is_moved else None, checked=False)
        elif status == Status.WITHDRAWN and story.status != status:
            if story.status != Status.PUBLISHED:
                story = workflow.publish(story, by=None, at=one.post.at, checked=False)
            notice = _("This story was taken back before the paper moved here.")
            workflow.withdraw(story, by=None, notice=notice)
        elif status != story.status:
            if story.status in (Status.PUBLISHED, Status.WITHDRAWN):
                story = workflow.unpublish(story, by=None)
            if status == Status.IN_REVIEW:
                workflow.submit(story, by=None)
            elif story.status == Status.IN_REVIEW:
                workflow.send_back(story, by=None, note="WordPress: draft")


def language_of_site(code: str, given: str | None) -> str:
    """Return the language of what names none: the given one, else the export's, else the site's."""
    return given or known_language(code) or settings.DEFAULT_LANGUAGE


def known_language(code: str) -> str:
    """Return the site's language for `ar`, `ar-EG` or `en_US`, "" when it has none."""
    code = code.strip().lower().replace("_", "-")
    known = dict(settings.LANGUAGES)
    return next((one for one in (code, code.partition("-")[0]) if one in known), "")


def _reason_to_skip(post: Post) -> str:
    if post.type not in TYPES:
        return REASONS.get(post.type, "no kind of story")
    if post.status in ("auto-draft", "inherit"):
        return f"status “{post.status}”: never saved by anybody"
    return "" if post.number else "no number to know it by"


def _history(story: Story) -> tuple[bool, contents.Content]:
    """Return whether somebody here touched a story, and what was brought of it last."""
    moves = story.transitions.exclude(by=None).exists()
    revisions = story.revisions.exclude(created_by=None).exists()
    brought = story.revisions.filter(created_by=None).first()
    return moves or revisions or brought is None, brought.content if brought else {}


def _is_same(post: Post, story: Story) -> bool:
    """Whether a post is the one a story was made from: anything it had then is still there."""
    if story.created_at == post.at:
        return True
    first = story.revisions.last().content
    return (
        first["headline"] == one_line(fit(post.title, 250))
        or first["slug"] == slugify_unicode(post.slug, contents.SLUG_LENGTH)
        or not (post.title or post.slug or post.at)
    )
