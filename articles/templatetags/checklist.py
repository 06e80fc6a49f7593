"""`{% load checklist %}`: what stands beside a story's form before it is published."""

from typing import Any
from urllib.parse import unquote

from django import template
from django.conf import settings
from django.urls import reverse

from articles import workflow
from articles.admin.aids import findings_of
from articles.models import Story
from newsroom.models import User

register = template.Library()


@register.inclusion_tag("admin/articles/story/_checklist.html")
def checklist(story: Story | None, user: User) -> dict[str, Any]:
    """The panel: of a story that was never saved there is nothing to say yet."""
    return {
        "story": story,
        "findings": findings_of(story) if story else [],
        "may_edit": story is None or workflow.may_edit(story, user),
        "url": reverse("admin:articles_story_checklist", args=[story.pk]) if story else "",
    }


@register.simple_tag
def address_before(story: Story | None, language: str) -> list[str]:
    """The story's address up to its slug, as people read it: parts, since each may be of another
    direction. A new story has no number yet."""
    if story is None:
        return [settings.SITE_URL, language, "…"]
    path = unquote(story.get_absolute_url()).strip("/").split("/")
    return [settings.SITE_URL, *path[:-1]]
