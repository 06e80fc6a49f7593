"""What a reader has just written, to be changed or deleted. No cache keeps these pages, and the
browser that sent a comment is the only one that gets anything here."""

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from comments import editing, fields, guard, threads
from comments.models import Comment
from comments.posting import CommentRefused
from comments.views import SeeOther, preview_address, too_busy, who
from newsroom.lib.caching import private_page
from newsroom.lib.privacy import client_ip


@require_safe
@private_page
def own(request: HttpRequest, language: str) -> HttpResponse:
    """What was sent from this browser and can still be changed, as a page."""
    found = [
        {
            "comment": comment,
            "until": editing.until(comment),
            "is_public": _is_public(comment),
            **_addresses(comment),
        }
        for comment in _own(request, language)
    ]
    is_deleted = "deleted" in request.GET
    return TemplateResponse(request, "comments/own.html", {"own": found, "is_deleted": is_deleted})


@require_safe
@private_page
def own_list(request: HttpRequest, language: str) -> HttpResponse:
    """The same for the script of a story's page: links to stand under the comments."""
    words = {"edit": _("Edit"), "delete": _("Delete")}
    rows = [
        {
            "id": comment.pk,
            "until": editing.until(comment).isoformat(),
            "links": [
                {"href": address, "label": words[verb]}
                for verb, address in _addresses(comment).items()
            ],
        }
        for comment in _own(request, language)
    ]
    return JsonResponse({"comments": rows})


def _own(request: HttpRequest, language: str) -> list[Comment]:
    return list(editing.own(**who(request)).filter(story__language=language))


def _addresses(comment: Comment) -> dict[str, str]:
    where = [comment.story.language, comment.pk]
    return {verb: reverse(f"comments:{verb}", args=where) for verb in ("edit", "delete")}


@csrf_exempt
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    """Another text for one's own comment."""
    comment, typed = None, request.POST.get("comment", "")
    try:
        comment = _asked_for(request, language, pk)
        if request.method != "POST":
            return _edit_page(request, comment, comment.body)
        changed = editing.edit(comment, body=typed, ip=client_ip(request), **who(request))
    except (guard.PostRefused, editing.NotChangeable) as refusal:
        return _refused(request, comment, refusal)
    except CommentRefused as refusal:
        return _edit_page(request, comment, typed, refusal)
    except OperationalError as error:
        if comment is None:
            raise
        return _edit_page(request, comment, typed, too_busy(error))
    return SeeOther(_read_at(changed))


@csrf_exempt
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    """The end of one's own comment, after a question."""
    comment = None
    try:
        comment = _asked_for(request, language, pk)
        if request.method != "POST":
            return _page(request, "comments/delete.html", comment)
        editing.withdraw(comment, **who(request))
    except (guard.PostRefused, editing.NotChangeable) as refusal:
        return _refused(request, comment, refusal)
    return SeeOther(f"{reverse('comments:own', args=[language])}?deleted")


def _asked_for(request: HttpRequest, language: str, pk: int) -> Comment:
    """Return the comment if it is this reader's; raises PostRefused and NotChangeable."""
    if request.method == "POST":
        guard.check(request)
    found = Comment.objects.select_related("story", "parent", "user")
    found = found.filter(pk=min(pk, 2**63 - 1), story__language=language).first()
    return editing.require_own(found, **who(request))


def _read_at(comment: Comment) -> str:
    """Return where its writer reads the comment: under the story, or in the preview."""
    return threads.address(comment) if _is_public(comment) else preview_address(comment)


def _is_public(comment: Comment) -> bool:
    return comment.status == Comment.Status.APPROVED


def _page(
    request: HttpRequest, template: str, comment: Comment, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"comment": comment, "story": comment.story, "until": editing.until(comment)}
    return TemplateResponse(request, template, context | {"back": _read_at(comment)}, status=status)


def _edit_page(
    request: HttpRequest, comment: Comment, typed: str, refusal: CommentRefused | None = None
) -> HttpResponse:
    limit = fields.limit_of("body")
    problem, status = (refusal.message, refusal.status) if refusal else ("", 200)
    response = _page(
        request,
        "comments/edit.html",
        comment,
        status=status,
        typed=typed,
        problem=problem,
        limit=limit,
    )
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _refused(
    request: HttpRequest,
    comment: Comment | None,
    refusal: guard.PostRefused | editing.NotChangeable,
) -> HttpResponse:
    """Say why nothing was changed, and give back the words there were."""
    context = {
        "title": _("Nothing was changed"),
        "message": refusal.message,
        "words": request.POST.get("comment", ""),
        "status": refusal.status,
        "story_address": comment.story.get_absolute_url() if comment else "",
    }
    return TemplateResponse(request, "comments/refused.html", context, status=refusal.status)
