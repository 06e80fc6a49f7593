"""`{% load comments %}`: `{% comments story %}` shows a story's threads and its form."""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import regex
from django import template
from django.conf import settings
from django.core.signals import setting_changed
from django.template.context import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString
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
# So many comments a process keeps as they are shown: about 5 MB.
MOST_KEPT = 1000


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


class Shown(NamedTuple):
    """Everything that the article of a comment shows: where it is equal, so are the bytes."""

    pk: int
    name: str
    website: str
    badge: str
    body_html: str
    created_at: datetime
    edited_at: datetime | None
    can_reply: bool
    story_url: str
    page_url: str
    order: str
    language: str


@register.simple_tag
def comment_article(
    node: threads.Node, story_url: str, page_url: str, order: str, is_open: bool
) -> SafeString:
    """The comment of a node, without the replies under it."""
    comment = node.comment
    return _article(
        Shown(
            pk=comment.pk,
            name=comment.name,
            website=comment.website,
            badge=comment.badge,
            body_html=comment.body_html,
            created_at=comment.created_at,
            edited_at=comment.edited_at,
            can_reply=is_open and node.can_reply,
            story_url=story_url,
            page_url=page_url,
            order=order,
            language=get_language() or "",
        )
    )


@lru_cache(maxsize=MOST_KEPT)
def _article(comment: Shown) -> SafeString:
    """Render a comment once and not each time that another one comes under its story.

    What it shows is the key: nothing has to be forgotten when something changes.
    """
    return get_template("comments/_comment_article.html").render({"comment": comment})


@setting_changed.connect
def _forget(**changed: Any) -> None:
    """Settings change while tests run, and never else."""
    _article.cache_clear()


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
