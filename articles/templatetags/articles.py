"""Tags for pages of stories."""

import re
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from articles import embeds, metadata, pictures, pull_quotes, sharing
from articles.models import AuthorTranslation, Image, SectionTranslation, Story
from articles.site import absolute
from newsroom.lib import rtl, text
from newsroom.lib.html import trusted

register = template.Library()

_TAG = re.compile("<[^>]*>")


@register.simple_tag
def picture(
    story: Story, shape: str = "wide", sizes: str = "100vw", eager: bool = False
) -> SafeString | str:
    """Return the `<picture>` of a story, or nothing where it has none: AVIF, else JPEG.

    The alternative text is there only where `for_page` loaded it: in a card the picture repeats
    the headline beside it, and an empty text keeps screen readers from saying it twice.
    """
    if not story.picture_id:
        return ""
    alt = getattr(story, "picture_alt", None) or ""
    return _picture(story.picture, shape, sizes, alt, eager)


@register.simple_tag
def portrait(
    image: Image, size: str, width: int = 160, alt: str = "", eager: bool = False
) -> SafeString:
    """Return the `<picture>` of a person, square, `size` (a CSS length) wide, of `width` pixels
    where a browser knows no `srcset`. Without `alt` where the name stands beside it."""
    return _picture(image, "square", size, alt, eager, width)


def _picture(
    image: Image, shape: str, sizes: str, alt: str, eager: bool, asked: int | None = None
) -> SafeString:
    width, height = pictures.shown_size(image, shape)
    return format_html(
        '<picture><source type="image/avif" srcset="{}" sizes="{}">'
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" {}="{}"></picture>',
        pictures.srcset(image, shape, "avif"),
        sizes,
        pictures.rendition_url(image, shape, asked),
        pictures.srcset(image, shape),
        sizes,
        width,
        height,
        alt,
        *("fetchpriority", "high") if eager else ("loading", "lazy"),
    )


@register.simple_tag(takes_context=True)
def story_jsonld(context: Context, story: Story) -> SafeString:
    """Return the story's JSON-LD and that of the way to it, as data blocks, which a
    content-security policy never runs."""
    site = context["site"]
    data = metadata.news_article(
        story,
        site,
        context.get("bylines", []),
        context.get("corrections", []),
        context.get("answered"),
    )
    section_url = reverse("articles:section", args=[story.language, story.slug_of_section()])
    section = {"name": story.section_name or "", "url": section_url}
    way = metadata.breadcrumbs(site, story.section_id, section, story.headline)
    return trusted(_data_block(data) + _data_block(way))


@register.simple_tag(takes_context=True)
def section_jsonld(context: Context, section: SectionTranslation) -> SafeString:
    """Return the JSON-LD of the way to a section."""
    named = {"name": section.name, "url": section.get_absolute_url()}
    return _data_block(metadata.breadcrumbs(context["site"], section.section_id, named))


@register.simple_tag(takes_context=True)
def author_jsonld(context: Context, author: AuthorTranslation) -> SafeString:
    """Return the JSON-LD of an author's page: who it is about."""
    data = metadata.profile(author, context["site"], context["contacts"], context["total"])
    return _data_block(data)


@register.simple_tag(takes_context=True)
def paper_jsonld(context: Context) -> SafeString:
    """Return the JSON-LD of the site itself."""
    return _data_block(metadata.paper(context["site"]))


@register.simple_tag(takes_context=True)
def share_picture(context: Context, story: Story | None = None) -> dict[str, Any] | None:
    """Return what goes with a link to the story, or to a page that is none: a dict with the
    absolute `url`, `width`, `height` and `type` of a picture; None where there is none."""
    site = context["site"]
    shared = sharing.of_story(story, site) if story else sharing.of_paper(site)
    return {**vars(shared), "url": absolute(shared.url)} if shared else None


@register.simple_tag
def share_portrait(image: Image) -> dict[str, Any]:
    """Return what goes with a link to an author: the portrait, as `share_picture` has it."""
    width, height = pictures.pixels(image, "share-square")
    url = absolute(pictures.rendition_url(image, "share-square"))
    return {"url": url, "width": width, "height": height, "type": "image/jpeg"}


def _data_block(data: dict[str, Any]) -> SafeString:
    # json_script escapes <, > and & in the JSON: nothing in it can end the element.
    return trusted(json_script(data).replace("application/json", "application/ld+json", 1))


@register.simple_tag
def parts(story: Story) -> dict[str, str]:
    """Return the stored text of a story as the page of its kind sets it: the `film` that stands
    over a video, the `text` under it, and in what `sizes` pictures stand there."""
    if story.kind == Story.Kind.VIDEO:
        film, under = embeds.first_film(story.body_html)
        return {"film": film, "text": under, "sizes": pictures.IN_TEXT_SIZES}
    if story.kind == Story.Kind.GALLERY:
        total = picture_count(story)
        numbered = pictures.numbered(
            story.body_html, lambda place: rtl.digits(f"{place}/{total}", story.language)
        )
        return {"film": "", "text": numbered, "sizes": pictures.IN_GALLERY_SIZES}
    return {"film": "", "text": story.body_html, "sizes": pictures.IN_TEXT_SIZES}


@register.filter
def reading_minutes(story: Story) -> int:
    """In how many minutes the text is read, at least one; 0 for what is watched or looked at."""
    if story.kind in (Story.Kind.VIDEO, Story.Kind.GALLERY):
        return 0
    return text.reading_minutes(_TAG.sub(" ", story.body_html), story.language)


@register.filter
def picture_count(story: Story) -> int:
    """How many pictures stand in the text of a story."""
    return story.body_html.count("<img ")


@register.filter
def body(markup: str | None, sizes: str = pictures.IN_TEXT_SIZES) -> SafeString:
    """The text of a story as readers see it: stored markup, with a card for each embed, its pull
    quotes set apart, and every width and format of its pictures."""
    shown = pull_quotes.set_apart(embeds.with_cards(markup or ""))
    return trusted(pictures.with_sources(shown, sizes))


@register.filter
def has_embeds(story: Story) -> bool:
    """Whether the page of a story has something to load on demand."""
    return embeds.has_embeds(story.body_html)


@register.filter
def search_description(story: Story) -> str:
    """What search results and shared links show under the headline."""
    return metadata.description(story)
