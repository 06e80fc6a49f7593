"""Tags for pages of stories."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from articles import embeds, metadata, pictures
from articles.models import Image, Story
from newsroom.lib import images
from newsroom.lib.html import trusted

register = template.Library()


@register.simple_tag
def picture(
    story: Story, shape: str = "wide", sizes: str = "100vw", eager: bool = False
) -> SafeString | str:
    """Return the `<picture>` of a story, or nothing where it has none: AVIF, else WebP.

    The alternative text is there only where `for_page` loaded it: in a card the picture repeats
    the headline beside it, and an empty text keeps screen readers from saying it twice.
    """
    if not story.picture_id:
        return ""
    image = story.picture
    width, height = _shown_size(image, shape)
    return format_html(
        '<picture><source type="image/avif" srcset="{}" sizes="{}">'
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" {}="{}"></picture>',
        pictures.srcset(image, shape, "avif"),
        sizes,
        pictures.rendition_url(image, shape),
        pictures.srcset(image, shape),
        sizes,
        width,
        height,
        getattr(story, "picture_alt", None) or "",
        *("fetchpriority", "high") if eager else ("loading", "lazy"),
    )


@register.filter
def body(story: Story) -> SafeString:
    """The story's text as readers get it: embeds are cards, and the credit of the agency closes
    the last paragraph, as papers set it, or stands alone where the text ends with something else.
    """
    text = embeds.shown(story.body_html)
    if story.agency:
        credit = format_html('<span class="agency">({})</span>', story.agency)
        # Stored markup is clean and well-formed: its end is known.
        rest = text.removesuffix("</p>")
        text = f"{rest} {credit}</p>" if rest != text else f"{text}<p>{credit}</p>"
    return trusted(text)


@register.filter
def has_embeds(story: Story) -> bool:
    """Whether the page needs what shows embeds."""
    return "data-embed" in story.body_html


def _shown_size(image: Image, shape: str) -> tuple[int, int]:
    """Width and height of the rendition in `src`, so that the page never moves when it comes."""
    width = pictures.nearest_width(image, shape)
    across, down = images.RATIOS.get(shape, (image.width or 16, image.height or 9))
    return width, round(width * down / across)


@register.simple_tag(takes_context=True)
def story_jsonld(context: Context, story: Story) -> SafeString:
    """Return the story's JSON-LD as a data block, which a content-security policy never runs."""
    data = metadata.news_article(
        story,
        context["site"],
        context.get("bylines", []),
        context.get("corrections", []),
        context.get("answered"),
    )
    return _data_block(data)


def _data_block(data: dict[str, Any]) -> SafeString:
    # json_script escapes <, > and & in the JSON: nothing in it can end the element.
    return trusted(json_script(data).replace("application/json", "application/ld+json", 1))


@register.filter
def search_description(story: Story) -> str:
    """What search results and shared links show under the headline."""
    return metadata.description(story)
