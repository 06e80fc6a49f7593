"""`{% load html %}`: markup that was cleaned when it was written."""

from django import template
from django.utils.safestring import SafeString

from newsroom.lib import html

register = template.Library()


@register.filter
def trusted(markup: str | None) -> SafeString:
    """Show stored markup as it is; everything else in a template is escaped."""
    return html.trusted(markup)


@register.filter
def plain(markup: str | None) -> str:
    """The words of stored markup, for attributes and descriptions."""
    return html.to_text(markup or "")
