"""The read API: public comments of a story as JSON, with what its page shows of their writers."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path

from articles.api import public
from articles.models import Story
from articles.site import absolute
from comments.models import Comment
from newsroom.lib import api


@api.endpoint("cursor", "limit")
def comments(request: HttpRequest, pk: int) -> dict:
    """Public comments of a public story, the oldest first; `parent` may be one not shown."""
    story = get_object_or_404(public().for_cards(), pk=min(pk, 2**63 - 1))
    rows = Comment.objects.filter(story=story).approved().for_thread()
    found, following = api.page(request, rows, "pk")
    return {"data": [described(row, story) for row in found], "next": following or None}


def described(comment: Any, story: Story) -> dict[str, Any]:
    """Return what is told of a public comment (loaded by `for_thread`) under its story."""
    return {
        "id": comment.pk,
        "parent": comment.parent_id,
        "url": absolute(f"{story.get_absolute_url()}comments/{comment.pk}/"),
        "name": comment.name,
        "website": comment.website or None,
        "badge": comment.badge or None,
        "body_html": comment.body_html,
        "created_at": comment.created_at.isoformat(),
        "edited_at": comment.edited_at.isoformat() if comment.edited_at else None,
    }


app_name = "comments_api"
urlpatterns = [path("stories/<int:pk>/comments/", comments, name="comments")]
