"""What a person asked of the paper by letter: a copy of everything kept of them, and to be
forgotten. Reached from any comment of theirs; the address is nowhere on the page."""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from comments import addresses, privacy
from comments.models import Comment, Erasure, MailStop, Note, Rule
from newsroom.lib.privacy import AddressUnreadable


@never_cache
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what there is of whoever wrote a comment; a POST copies it or erases it."""
    if not request.user.has_perm(privacy.ERASE):
        raise PermissionDenied
    comment = get_object_or_404(Comment.objects.select_related("story"), pk=pk)
    if not comment.email_index:
        return _page(request, comment, problem=_("This comment is nobody’s any more."))
    do = request.POST.get("do") if request.method == "POST" else ""
    if do == "copy":
        return _copy(request, comment)
    return _erase(request, comment) if do == "erase" else _page(request, comment)


def _copy(request: HttpRequest, comment: Comment) -> HttpResponse:
    """The copy holds the address, so it asks what a look at the address asks."""
    reason = request.POST.get("reason", "")
    try:
        addresses.reveal(comment, by=request.user, reason=reason)
    except ValidationError as error:
        return _page(request, comment, reason=reason, problem=error.messages[0])
    except AddressUnreadable:
        # The copy has no address, and everything else: who took it stands in the log all the same.
        addresses.note_look(comment, by=request.user, reason=reason)
    text = json.dumps(privacy.export(comment.email_index), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="commenter-{comment.pk}.json"'
    return response


def _erase(request: HttpRequest, comment: Comment) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        problem = _("Tick the box first: what is erased cannot be brought back.")
        return _page(request, comment, problem=problem)
    erased = privacy.erase(comment.email_index, via=Erasure.Via.DESK, by=request.user)
    return _answer(request, {"erased": erased})


def _page(
    request: HttpRequest, comment: Comment, *, reason: str = "", problem: str = ""
) -> HttpResponse:
    index = comment.email_index
    own = Comment.objects.filter(email_index=index) if index else Comment.objects.none()
    counts = dict(own.order_by().values_list("status").annotate(Count("pk")))
    kept = {
        "notes": Note.objects.filter(email_index=index).count() if index else 0,
        "reports": privacy.reports_by(index).count(),
        "has_stopped_mail": bool(index) and MailStop.objects.filter(email_index=index).exists(),
        "rules": Rule.objects.filter(kind=Rule.Kind.ADDRESS, key=index).count() if index else 0,
    }
    states = [(label, counts[code]) for code, label in Comment.Status.choices if code in counts]
    context = {
        "comment": comment,
        "states": states,
        "kept": kept,
        "may_copy": request.user.has_perm(addresses.REVEAL),
        "keeps_texts": not settings.COMMENT_ERASE_TEXTS,
        "reason": reason,
        "problem": problem,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return _answer(request, context, status)


def _answer(
    request: HttpRequest, context: dict[str, Any], status: int = HTTPStatus.OK
) -> HttpResponse:
    context |= {**admin.site.each_context(request), "title": _("A commenter’s data")}
    return TemplateResponse(request, "admin/comments/comment/person.html", context, status=status)
