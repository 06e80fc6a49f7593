"""What only the wiring can put on the desk's home and on a reader's page: it knows both apps."""

from http import HTTPStatus
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from articles import clock, rights
from articles.models import Story
from comments.models import Comment
from newsroom import webhooks
from newsroom.lib.rtl import language_direction
from newsroom.models import User, Webhook

SHOWN = 5
MOST_COUNTED = 99


def comments_waiting(user: User) -> dict[str, Any] | None:
    """The comments that wait for a moderator, counted up to a bound; None for who may not look."""
    if not user.has_perm("comments.view_comment"):
        return None
    pending = Comment.objects.pending()
    count = pending.values("pk")[: MOST_COUNTED + 1].count()
    newest = pending.for_queue().order_by("-created_at", "-id")[:SHOWN]
    return {
        "count": min(count, MOST_COUNTED),
        "is_more": count > MOST_COUNTED,
        "rows": list(newest),
        "url": reverse("admin:comments_comment_changelist"),
    }


def clock_problem(user: User) -> dict[str, Any] | None:
    """What who may publish should know of a clock that stands still; None while all is well."""
    if not user.has_perm(rights.PUBLISH) or not clock.is_asleep():
        return None
    run = clock.last_run()
    return {"last_at": run.ended_at if run else None}


def stopped_webhooks(user: User) -> list[Webhook]:
    """The webhooks that were switched off since nobody answers, for who may switch them on."""
    if not user.has_perm("newsroom.change_webhook"):
        return []
    return list(webhooks.stopped()[:SHOWN])


@require_GET
def edit_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the reader of a story, being of the staff, may write in it. Never kept by a cache:
    the story's own page is the same for everybody."""
    response = _edit_link(request, pk)
    response["Cache-Control"] = "private, no-store"
    return response


def _edit_link(request: HttpRequest, pk: int) -> HttpResponse:
    from django.contrib import admin

    if not admin.site.has_permission(request):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    story = Story.objects.defer("body_html").filter(pk=pk).first()
    if story is None:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    if not rights.may_edit(story, request.user):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    language = get_language() or ""
    return JsonResponse(
        {
            "url": reverse("admin:articles_story_change", args=[story.pk]),
            "label": _("Edit this story"),
            "lang": language,
            "dir": language_direction(language),
        }
    )


def view_on_site(request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponse:
    """Lead to the public page of a section, an author …; stories have a link of their own, and the
    address of a draft, made of its headline, is for those who may see it."""
    if ContentType.objects.get_for_model(Story).pk == content_type_id:
        raise Http404
    return shortcut(request, content_type_id, object_id)
