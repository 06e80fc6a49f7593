"""What is looked at before a story is published: each a line for its editor, some a bar.

`PUBLISH_BLOCKERS` names the checks that keep a story from being published, PUBLISH_CHECKS_OFF
those that are not made. A check says in a sentence what is wrong and in which field. How many
queries are asked depends on neither the text's length nor what is found.
"""

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from itertools import islice

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import embeds, metadata
from articles.content import Content
from articles.models import (
    Author,
    AuthorTranslation,
    Image,
    ImageKey,
    ImageTranslation,
    SectionTranslation,
    Story,
)
from articles.outline import Outline, outline
from articles.site import site_in
from newsroom.lib.folding import fold
from newsroom.lib.rtl import isolate
from newsroom.lib.text import grapheme_length

BLOCK, WARN = "block", "warn"
# Of one check at most so many lines: a text full of bare links says it with ten.
MOST = 10
RECENT = timedelta(days=30)
# What shared links and search results ask for.
SMALLEST_PICTURE = 1200


@dataclass(frozen=True)
class Needs:
    """What a kind of story should have, and from which length on its lines are cut elsewhere."""

    parts: frozenset[str]
    lengths: dict[str, int] = field(default_factory=dict)


_USUAL = frozenset({"standfirst", "picture", "topics"})
_LENGTHS = {"headline": 110, "kicker": 40, "standfirst": 300, "search_description": 200}
KINDS: dict[str, Needs] = {
    Story.Kind.STORY: Needs(_USUAL, _LENGTHS),
    Story.Kind.OPINION: Needs(_USUAL | {"byline"}, _LENGTHS),
    Story.Kind.PAGE: Needs(frozenset(), _LENGTHS),
    Story.Kind.LIVE: Needs(_USUAL, _LENGTHS | {"headline": 90}),
    Story.Kind.VIDEO: Needs(_USUAL | {"video"}, _LENGTHS),
    Story.Kind.GALLERY: Needs(_USUAL | {"gallery"}, _LENGTHS),
}


@dataclass(frozen=True)
class Finding:
    """One line: `at` is a place in the text ("link 2"), `url` a page where to mend it instead."""

    text: str
    field: str
    at: str = ""
    url: str = ""
    code: str = ""
    level: str = WARN

    @property
    def href(self) -> str:
        """Where a click on the line leads: the field in the story's form."""
        return self.url or ("#bylines" if self.field == "bylines" else f"#id_{self.field}")

    @property
    def is_blocking(self) -> bool:
        return self.level == BLOCK


@dataclass
class Draft:
    """A story as it would be with `content`, and what several checks ask of the database."""

    story: Story
    content: Content

    @property
    def language(self) -> str:
        return self.story.language

    @property
    def needs(self) -> Needs:
        return KINDS.get(self.content["kind"], KINDS[Story.Kind.STORY])

    @property
    def is_page(self) -> bool:
        return self.content["kind"] == Story.Kind.PAGE

    @cached_property
    def outline(self) -> Outline:
        return outline(self.content["body_html"])

    @cached_property
    def section(self) -> SectionTranslation | None:
        rows = SectionTranslation.objects.filter(language=self.language)
        return rows.filter(section=self.content["section"]).first()

    @cached_property
    def picture(self) -> Image | None:
        return Image.objects.filter(pk=self.content["picture"]).first()

    @cached_property
    def picture_text(self) -> ImageTranslation:
        rows = ImageTranslation.objects.filter(language=self.language)
        return rows.filter(image=self.content["picture"]).first() or ImageTranslation()

    @cached_property
    def twins(self) -> list[Story]:
        rows = Story.objects.filter(translation_key=self.story.translation_key)
        return list(rows.exclude(pk=self.story.pk).only("pk", "language", "status"))

    @cached_property
    def authors(self) -> list[int]:
        return [line["author"] for line in self.content["bylines"] if line["author"]]


def check(story: Story, content: Content) -> list[Finding]:
    """Return what there is to say of `content`, whole and clean, what blocks first."""
    wanted = [code for code in CHECKS if code not in settings.PUBLISH_CHECKS_OFF]
    wanted = [code for code in wanted if code not in ASKED_FOR or code in settings.PUBLISH_BLOCKERS]
    found = list(_findings(Draft(story, content), wanted))
    return sorted(found, key=lambda finding: not finding.is_blocking)


def blockers(story: Story, content: Content) -> list[Finding]:
    """Return what keeps `content` from being published."""
    wanted = [code for code in CHECKS if code in settings.PUBLISH_BLOCKERS]
    wanted = [code for code in wanted if code not in settings.PUBLISH_CHECKS_OFF]
    return list(_findings(Draft(story, content), wanted))


def _findings(draft: Draft, codes: Iterable[str]) -> Iterator[Finding]:
    for code in codes:
        level = BLOCK if code in settings.PUBLISH_BLOCKERS else WARN
        for finding in islice(CHECKS[code](draft), MOST):
            yield replace(finding, code=code, level=level)


def lengths(name: str) -> dict[str, int]:
    """Return for each kind from which length on a line is too long; none where nobody looks."""
    if "length" in settings.PUBLISH_CHECKS_OFF:
        return {}
    return {kind: needs.lengths[name] for kind, needs in KINDS.items() if name in needs.lengths}


# The lines of a story.


def _headline(draft: Draft) -> Iterator[Finding]:
    if not draft.content["headline"]:
        yield Finding(_("The story has no headline."), "headline")


def _length(draft: Draft) -> Iterator[Finding]:
    sentences = {
        "headline": _("The headline has %(length)d characters; others cut it after %(limit)d."),
        "kicker": _("The kicker has %(length)d characters; more than %(limit)d fill a line."),
        "standfirst": _("The standfirst has %(length)d characters; %(limit)d are plenty."),
        "search_description": _(
            "The search description has %(length)d characters; search results cut it after "
            "%(limit)d."
        ),
    }
    for name, limit in draft.needs.lengths.items():
        length = grapheme_length(draft.content[name])
        if length > limit:
            yield Finding(sentences[name] % {"length": length, "limit": limit}, name)


def _standfirst(draft: Draft) -> Iterator[Finding]:
    if "standfirst" in draft.needs.parts and not draft.content["standfirst"]:
        yield Finding(_("There is no standfirst."), "standfirst")


def _text(draft: Draft) -> Iterator[Finding]:
    if not draft.content["body_html"]:
        yield Finding(_("The story has no text."), "body_html")


def _byline(draft: Draft) -> Iterator[Finding]:
    if "byline" in draft.needs.parts and not draft.content["bylines"]:
        yield Finding(_("An opinion needs a name above it."), "bylines")


def _topics(draft: Draft) -> Iterator[Finding]:
    if "topics" in draft.needs.parts and not draft.content["topics"]:
        yield Finding(_("There are no topics."), "topics")


# Where it stands.


def _slug(draft: Draft) -> Iterator[Finding]:
    if not draft.content["slug"]:
        yield Finding(_("The story needs a slug with letters or digits."), "slug")


def _address(draft: Draft) -> Iterator[Finding]:
    story, slug = draft.story, draft.content["slug"]
    if story.is_public and slug and story.slug != slug:
        yield Finding(
            _("The address changes with this edit. The old one keeps working: it leads on."), "slug"
        )


def _section(draft: Draft) -> Iterator[Finding]:
    if not draft.is_page and draft.section is None:
        yield Finding(_("The section has no name in the language of the story."), "section")


# The main picture.


def _picture(draft: Draft) -> Iterator[Finding]:
    if "picture" in draft.needs.parts and not draft.content["picture"]:
        yield Finding(_("There is no main picture."), "picture")


def _picture_alt(draft: Draft) -> Iterator[Finding]:
    if draft.content["picture"] and not draft.picture_text.alt:
        text = _("The main picture has no alternative text in the language of the story.")
        yield Finding(text, "picture")


def _picture_credit(draft: Draft) -> Iterator[Finding]:
    if draft.content["picture"] and not draft.picture_text.credit:
        text = _("The main picture has no credit in the language of the story.")
        yield Finding(text, "picture")


def _picture_size(draft: Draft) -> Iterator[Finding]:
    if draft.content["picture"] and draft.picture and draft.picture.width < SMALLEST_PICTURE:
        text = _("The main picture is %(width)d pixels wide; shared links ask for %(wanted)d.")
        facts = {"width": draft.picture.width, "wanted": SMALLEST_PICTURE}
        yield Finding(text % facts, "picture")


# What stands in the text.


def _headings(draft: Draft) -> Iterator[Finding]:
    before = 1  # the headline
    for part in draft.outline.headings:
        at, name = f"heading {part.place}", isolate(_short(part.text))
        if not part.text.strip():
            yield Finding(_("A heading is empty."), "body_html", at)
        elif part.level > before + 1:
            text = _("The heading “%(text)s” skips a level.")
            yield Finding(text % {"text": name}, "body_html", at)
        before = part.level


def _links(draft: Draft) -> Iterator[Finding]:
    for part in draft.outline.links:
        at, words = f"link {part.place}", part.text.strip()
        if not words:
            yield Finding(_("A link has no words."), "body_html", at)
        elif _BARE.fullmatch(words):
            text = _("A link shows its bare address: %(text)s")
            yield Finding(text % {"text": isolate(_short(words))}, "body_html", at)
        elif fold(words).strip(" .:…!") in _VAGUE:
            text = _("A link says only “%(text)s”: say where it leads.")
            yield Finding(text % {"text": isolate(words)}, "body_html", at)


_BARE = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_VAGUE = frozenset(
    fold(words)
    for words in (
        *("here", "click here", "this", "link", "this link", "more", "read more"),
        *("هنا", "اضغط هنا", "انقر هنا", "الرابط", "هذا الرابط", "المزيد", "للمزيد", "اقرأ المزيد"),
        *("ici", "cliquez ici", "lien", "ce lien", "plus", "lire la suite", "en savoir plus"),
    )
)


def _pictures_alt(draft: Draft) -> Iterator[Finding]:
    for part in draft.outline.pictures:
        if not part.text:
            text = _("A picture in the text has no alternative text.")
            yield Finding(text, "body_html", f"picture {part.place}")


def _tables(draft: Draft) -> Iterator[Finding]:
    for part in draft.outline.tables:
        if not part.level:
            yield Finding(_("A table has no heading cells."), "body_html", f"table {part.place}")


def _video(draft: Draft) -> Iterator[Finding]:
    if "video" in draft.needs.parts and not draft.outline.embeds:
        yield Finding(_("A video story has no video in its text."), "body_html")


def _gallery(draft: Draft) -> Iterator[Finding]:
    if "gallery" in draft.needs.parts and not draft.outline.pictures:
        yield Finding(_("A gallery has no pictures in its text."), "body_html")


def _gone(draft: Draft) -> Iterator[Finding]:
    """What the content names and nobody has any more: pictures, authors, embeds."""
    if draft.content["picture"] and draft.picture is None:
        yield Finding(_("The main picture has been deleted."), "picture")
    known = set(Author.objects.filter(pk__in=draft.authors).values_list("pk", flat=True))
    if set(draft.authors) - known:
        yield Finding(_("An author named here has been deleted."), "bylines")
    keys = {part.place: _key(part.address) for part in draft.outline.pictures}
    there = _known_keys(set(keys.values()))
    for place, key in keys.items():
        if key not in there:
            text = _("A picture in the text is not there any more.")
            yield Finding(text, "body_html", f"picture {place}")
    for part in draft.outline.embeds:
        if embeds.recognise(part.address) is None:
            text = _("An embed cannot be shown, only linked to: %(address)s")
            address = isolate(_short(part.address))
            yield Finding(text % {"address": address}, "body_html", f"embed {part.place}")


def _key(address: str) -> str:
    return address.removeprefix("/media/").partition("/")[0]


def _known_keys(keys: set[str]) -> set[str]:
    now = Image.objects.filter(rendition_key__in=keys).values_list("rendition_key", flat=True)
    once = ImageKey.objects.filter(key__in=keys).values_list("key", flat=True)
    return {*now, *once}


# What others read of it.


def _dates(draft: Draft) -> Iterator[Finding]:
    story = draft.story
    begins = story.published_at if story.status == Story.Status.PUBLISHED else None
    ends = story.unpublish_at
    if begins and ends and ends <= begins:
        yield Finding(_("The story would end before it is published."), "unpublish_at")
    if begins and story.modified_at and story.modified_at < begins and story.is_public:
        yield Finding(_("The story was changed before it was published."), "publish_at")
    timed = story.revisions.filter(publish_at__isnull=False).values_list("publish_at", flat=True)
    at = timed.first()
    if at and ends and at >= ends:
        text = _("Edits are to be published after the story ends.")
        yield Finding(text, "unpublish_at")


# What NewsArticle must tell, and the field to mend where it does not.
_TOLD = {
    "headline": "headline",
    "description": "standfirst",
    "articleSection": "section",
    "author": "bylines",
    "publisher": "headline",
    "datePublished": "publish_at",
    "dateModified": "publish_at",
    "url": "slug",
}


def _metadata(draft: Draft) -> Iterator[Finding]:
    """What search engines are told of the story as it would be."""
    if draft.is_page:
        return
    data = metadata.news_article(_as_published(draft), site_in(draft.language), _names(draft))
    for name, mended in _TOLD.items():
        told = data.get(name)
        people = told if isinstance(told, list) else [told]
        is_told = all(one.get("name") if isinstance(one, dict) else one for one in people)
        # The field itself has a line already where it is empty.
        if not is_told and (name == "publisher" or draft.content.get(mended)):
            text = _("Search engines would miss a part of the story: %(name)s.")
            yield Finding(text % {"name": isolate(name)}, mended)


def _as_published(draft: Draft) -> Story:
    """Return a copy of the story with the content on it, which is never saved."""
    shown, content = copy.copy(draft.story), draft.content
    names = ("headline", "standfirst", "agency", "body_html", "kind", "slug", "search_description")
    for name in names:
        setattr(shown, name, content[name])
    shown.picture = draft.picture
    shown.published_at = draft.story.published_at or timezone.now()
    shown.section_name = draft.section.name if draft.section else ""
    shown.section_slug = draft.section.slug if draft.section else "-"
    return shown


def _names(draft: Draft) -> list[dict[str, str]]:
    rows = AuthorTranslation.objects.filter(author__in=draft.authors)
    names = {row.author_id: row.name for row in rows}
    lines = draft.content["bylines"]
    return [
        {"name": names.get(line["author"], "") if line["author"] else line["name"], "url": ""}
        for line in lines
    ]


def _languages(draft: Draft) -> Iterator[Finding]:
    for twin in draft.twins:
        if twin.status == Story.Status.WITHDRAWN:
            text = _("The version in %(language)s is withdrawn: should this one stay?")
            yield _of_twin(twin, text)


def _translations(draft: Draft) -> Iterator[Finding]:
    """Every language of the site, each of them public: asked for by PUBLISH_BLOCKERS alone."""
    ready = (Story.Status.PUBLISHED, Story.Status.APPROVED)
    have = {twin.language: twin for twin in draft.twins}
    for code, name in settings.LANGUAGES:
        twin = have.get(code)
        if code == draft.language or (twin and twin.status in ready):
            continue
        if twin:
            yield _of_twin(
                twin, _("The version in %(language)s is neither published nor approved.")
            )
        else:
            text = _("There is no version in %(language)s.")
            yield Finding(text % {"language": isolate(name)}, "languages")


def _of_twin(twin: Story, text: str) -> Finding:
    name = dict(settings.LANGUAGES).get(twin.language, twin.language)
    url = reverse("admin:articles_story_change", args=[twin.pk])
    return Finding(text % {"language": isolate(name)}, "languages", url=url)


def _duplicate(draft: Draft) -> Iterator[Finding]:
    headline = draft.content["headline"]
    recent = Story.objects.published().in_language(draft.language).exclude(pk=draft.story.pk)
    recent = recent.filter(published_at__gt=timezone.now() - RECENT, headline=headline)
    count = recent.count() if headline else 0
    if count:
        text = ngettext(
            "%(count)d story of the last days has the same headline.",
            "%(count)d stories of the last days have the same headline.",
            count,
        )
        yield Finding(text % {"count": count}, "headline")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


# By the names that settings use, in the order of the form.
CHECKS: dict[str, Callable[[Draft], Iterable[Finding]]] = {
    "headline": _headline,
    "length": _length,
    "duplicate": _duplicate,
    "standfirst": _standfirst,
    "text": _text,
    "headings": _headings,
    "links": _links,
    "pictures-alt": _pictures_alt,
    "tables": _tables,
    "video": _video,
    "gallery": _gallery,
    "gone": _gone,
    "byline": _byline,
    "slug": _slug,
    "address": _address,
    "section": _section,
    "topics": _topics,
    "picture": _picture,
    "picture-alt": _picture_alt,
    "picture-credit": _picture_credit,
    "picture-size": _picture_size,
    "dates": _dates,
    "metadata": _metadata,
    "languages": _languages,
    "translations": _translations,
}
# Made only where PUBLISH_BLOCKERS names them: most papers do not translate every story.
ASKED_FOR = frozenset({"translations"})
