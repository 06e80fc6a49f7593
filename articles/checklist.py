"""What is looked at before a story is published: each finding blocks or warns, by setting.

PUBLISH_BLOCKERS names the codes that block; PUBLISH_CHECKS_OFF those that are not looked for.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import embeds
from articles.content import Content
from articles.models import Image, ImageTranslation, SectionTranslation, Story
from newsroom.lib.html import to_text
from newsroom.lib.text import grapheme_length

# Search engines cut longer ones (Google's guidelines for NewsArticle: 110 characters).
LONGEST_HEADLINE = 110
# What a kind of story needs besides a headline and a text.
NEEDED = {
    Story.Kind.PAGE: frozenset({"text"}),
    Story.Kind.GALLERY: frozenset({"text", "picture", "standfirst"}),
    Story.Kind.VIDEO: frozenset({"text", "picture", "standfirst"}),
}
USUAL = frozenset({"text", "picture", "standfirst", "topics"})
_HEADING = re.compile(r"<h([234])[^>]*>(.*?)</h\1>", re.DOTALL)
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_PICTURE = re.compile(r"<img [^>]*>")
_KEY = re.compile(r'src="/media/([A-Za-z0-9_-]+)/')
_EMBED = re.compile(r'<figure data-embed="[a-z]+"[^>]*>\s*<a href="([^"]+)"')
# Words that say nothing of where a link leads (WCAG 2.2, 2.4.4).
_EMPTY_WORDS = frozenset("here click هنا اضغط انقر ici cliquez more المزيد link رابط lien".split())


@dataclass(frozen=True)
class Finding:
    """Something to mend: which check found it, a sentence, and the field it leads to."""

    code: str
    text: str
    field: str

    @property
    def is_blocking(self) -> bool:
        return self.code in settings.PUBLISH_BLOCKERS

    @property
    def level(self) -> str:
        return "block" if self.is_blocking else "warn"


Check = Callable[[Story, Content], Iterator[tuple[str, str]]]


def check(story: Story, content: Content) -> list[Finding]:
    """Return what is to be mended in `content` before readers get it, what blocks first.

    A constant number of queries, whatever the text.
    """
    found = [
        Finding(code, str(text), field)
        for code, reader in CHECKS.items()
        if code not in settings.PUBLISH_CHECKS_OFF
        for text, field in reader(story, content)
    ]
    return sorted(found, key=lambda row: not row.is_blocking)


def _needs(content: Content, name: str) -> bool:
    return name in NEEDED.get(content["kind"], USUAL)


def _headline(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    if not content["headline"]:
        yield _("The story has no headline."), "id_headline"


def _headline_length(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    length = grapheme_length(content["headline"])
    if length > LONGEST_HEADLINE:
        text = ngettext(
            "The headline has %(count)d character; search engines cut it after %(limit)d.",
            "The headline has %(count)d characters; search engines cut it after %(limit)d.",
            length,
        )
        yield text % {"count": length, "limit": LONGEST_HEADLINE}, "id_headline"


def _standfirst(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    if _needs(content, "standfirst") and not content["standfirst"]:
        yield _("The story has no standfirst."), "id_standfirst"


def _text(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    if not content["body_html"]:
        yield _("The story has no text."), "id_body_html"


def _slug(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    if not content["slug"]:
        yield _("The story needs a slug with letters or digits."), "id_slug"


def _slug_changed(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    if story.is_public and content["slug"] != story.slug:
        yield _("The address changes; the old one will lead to the new one."), "id_slug"


def _section(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    names = SectionTranslation.objects.filter(language=story.language)
    is_page = content["kind"] == Story.Kind.PAGE
    if not is_page and not names.filter(section=content["section"]).exists():
        yield _("The section has no name in the language of the story."), "id_section"


def _picture(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    if _needs(content, "picture") and not content["picture"]:
        yield _("The story has no main picture."), "id_picture"


def _words_of_picture(story: Story, content: Content) -> ImageTranslation | None:
    texts = ImageTranslation.objects.filter(language=story.language)
    return texts.filter(image=content["picture"]).first()


def _picture_alt(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    words = content["picture"] and _words_of_picture(story, content)
    if content["picture"] and not (words and words.alt):
        text = _("The main picture has no alternative text in the language of the story.")
        yield text, "id_picture"


def _picture_credit(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    words = content["picture"] and _words_of_picture(story, content)
    if content["picture"] and not (words and words.credit):
        yield _("The main picture has no credit in the language of the story."), "id_picture"


def _pictures_in_text(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    pictures = _PICTURE.findall(content["body_html"])
    lacking = sum('alt=""' in tag or "alt=" not in tag for tag in pictures)
    if lacking:
        text = ngettext(
            "%(count)d picture in the text has no alternative text.",
            "%(count)d pictures in the text have no alternative text.",
            lacking,
        )
        yield text % {"count": lacking}, "id_body_html"
    keys = {key for tag in pictures for key in _KEY.findall(tag)}
    known = set(Image.objects.filter(keys__key__in=keys).values_list("keys__key", flat=True))
    known |= set(
        Image.objects.filter(rendition_key__in=keys).values_list("rendition_key", flat=True)
    )
    if keys - known:
        yield _("A picture in the text is not in the library any more."), "id_body_html"


def _known(keys: set[str]) -> set[str]:
    return {
        key
        for name in ("rendition_key", "keys__key")
        for key in Image.objects.filter(**{f"{name}__in": keys}).values_list(name, flat=True)
    }


def _headings(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    before = 1
    for level, text in _HEADING.findall(content["body_html"]):
        words = to_text(text)
        if int(level) > before + 1:
            text = _("The heading “%(words)s” skips a level.") % {"words": words[:60]}
            yield text, "id_body_html"
        before = int(level)


def _links(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    without_embeds = re.sub(
        r"<figure data-embed.*?</figure>", "", content["body_html"], flags=re.DOTALL
    )
    for href, markup in _LINK.findall(without_embeds):
        words = to_text(markup)
        if words.startswith(("http://", "https://", "www.")) or words == href:
            text = _("A link shows its bare address: %(words)s") % {"words": words[:60]}
            yield text, "id_body_html"
        elif words.strip(" .،:»«").casefold() in _EMPTY_WORDS:
            text = _("The link “%(words)s” does not say where it leads.") % {"words": words}
            yield text, "id_body_html"


def _embeds(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    for href in _EMBED.findall(content["body_html"]):
        if embeds.recognise(href.replace("&amp;", "&")) is None:
            text = _("This can only be shown as a link: %(address)s") % {"address": href[:80]}
            yield text, "id_body_html"


def _topics(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    if _needs(content, "topics") and not content["topics"]:
        yield _("The story has no topics."), "id_topics"


def _dates(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    start, end = story.published_at, story.unpublish_at
    if start and end and end <= start:
        yield _("The story ends before it is published."), "id_unpublish_at"


def _metadata(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    """What the story's NewsArticle could not be without (schema.org, Google's guidelines)."""
    description = content["search_description"] or content["standfirst"]
    if content["headline"] and not (description or to_text(content["body_html"])):
        yield _("Search engines have nothing to describe the story by."), "id_standfirst"


def _author(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    is_page = content["kind"] == Story.Kind.PAGE
    if not is_page and not content["bylines"] and not content["agency"]:
        yield _("Nobody is named as the author, and no agency."), "bylines"


def _languages(story: Story, content: Content) -> Iterator[tuple[str, str]]:
    """Versions in other languages name each other only when all of them are public."""
    others = Story.objects.filter(translation_key=story.translation_key).exclude(pk=story.pk)
    names = dict(settings.LANGUAGES)
    for language, status in others.values_list("language", "status"):
        if status == Story.Status.WITHDRAWN:
            text = _("The version in %(language)s was withdrawn.")
            yield text % {"language": names.get(language, language)}, "languages"
        elif status != Story.Status.PUBLISHED:
            text = _("The version in %(language)s is not published yet.")
            yield text % {"language": names.get(language, language)}, "languages"


CHECKS: dict[str, Check] = {
    "headline": _headline,
    "headline-length": _headline_length,
    "standfirst": _standfirst,
    "text": _text,
    "slug": _slug,
    "slug-changed": _slug_changed,
    "section": _section,
    "picture": _picture,
    "picture-alt": _picture_alt,
    "picture-credit": _picture_credit,
    "pictures-in-text": _pictures_in_text,
    "headings": _headings,
    "links": _links,
    "embeds": _embeds,
    "topics": _topics,
    "dates": _dates,
    "metadata": _metadata,
    "author": _author,
    "languages": _languages,
}
