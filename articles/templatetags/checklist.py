"""`{% load checklist %}`: what stands beside a story's form before it is published."""

from typing import Any
from urllib.parse import unquote

from django import template
from django.urls import reverse

from articles import workflow
from articles.admin.aids import findings_of
from articles.models import Story
from articles.site import absolute
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
def address_around(story: Story | None, language: str, part: str) -> str:
    """The story's full address as people read it, before or after its slug."""
    if story is None:
        return absolute(f"/{language}/…/").replace("%E2%80%A6", "…") if part == "before" else "/"
    whole = unquote(absolute(story.get_absolute_url()))
    before, _slash, _slug = whole.rstrip("/").rpartition("/")
    return f"{before}/" if part == "before" else "/"
