"""`{% load comments %}`: `{% comments story %}` shows a story's threads and its form."""

from typing import Any

import regex
from django import template
from django.conf import settings
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import get_language

from articles.models import Story
from articles.site import site_of
from comments import threads
from comments.fields import limit_of
from comments.forms import CommentForm, parent_id
from comments.policy import why_closed
from newsroom.lib import mail

register = template.Library()

# As many as there are classes in comments.css.
DISC_COLOURS = 6


@register.inclusion_tag("comments/_section.html", takes_context=True)
def comments(context: Context, story: Story) -> dict[str, Any]:
    """The comments of `story`: one query. `?comments=N` names the page, `?replytocom=ID` the
    comment that is answered; a form that was refused stands in the context."""
    request = context["request"]
    asked, closed = request.GET, why_closed(story, site_of(request))
    page = threads.page(story, threads.Place.asked_for(asked))
    form = context.get("comment_form") or CommentForm()
    answered = form.parent_id if form.is_bound else _parent_id(asked.get("replytocom", ""))
    return {
        "story": story,
        "threads": page.nodes,
        "comment_pages": page,
        "comment_count": story.comment_count,
        "comments_open": closed is None,
        "comments_closed": closed,
        "comment_form": form,
        "can_mail": mail.is_configured(),
        "limit": limit_of("body"),
        "edit_minutes": settings.COMMENT_EDIT_MINUTES,
        "reply_to": page.find(answered),
        "parent_id": answered if form.is_bound or page.find(answered) else None,
        **_addresses(story, page),
        "site": context.get("site"),
        "LANGUAGE_CODE": get_language(),
    }


def _addresses(story: Story, page: threads.Page) -> dict[str, str]:
    """Whole addresses: after a refusal the page stands at the address of the form."""
    query = page.place.query
    path = [story.language, story.slug_of_section(), story.pk, story.slug]
    return {
        "story_url": story.get_absolute_url(),
        "page_url": story.get_absolute_url() + query,
        "order": threads.Place(newest=page.place.newest).query,
        "form_action": reverse("comments:post", args=path) + query,
    }


@register.filter
def disc(number: int) -> str:
    """The class that colours the disc of a comment: by its number, so that nothing tells which
    comments are by one person."""
    return f"disc-{number % DISC_COLOURS}"


@register.filter
def initial(name: str) -> str:
    """The first letter of a name as readers see it, with its marks."""
    found = regex.search(r"(?=\p{L})\X", name) or regex.search(r"\X", name)
    return found.group()[:8].upper() if found else ""


def _parent_id(text: str) -> int | None:
    try:
        return parent_id(text)
    except ValueError:
        return None
