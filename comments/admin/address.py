"""A reader's address at the desk: looked at with a reason, on the record, and searched unseen."""

from http import HTTPStatus

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from comments import addresses
from comments.models import Comment
from newsroom.lib.privacy import AddressUnreadable

SAME_PERSON = "same_as"


@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a reason; with one, show the address in this answer alone."""
    if not request.user.has_perm(addresses.REVEAL):
        raise PermissionDenied
    comment = get_object_or_404(Comment.objects.select_related("story"), pk=pk)
    context = {
        **admin.site.each_context(request),
        "title": _("A reader’s address"),
        "comment": comment,
        "looks": comment.reveals.select_related("by")[:50],
    }
    status = HTTPStatus.OK
    if request.method == "POST":
        context["reason"] = request.POST.get("reason", "")
        try:
            context["address"] = addresses.reveal(
                comment, by=request.user, reason=context["reason"]
            )
        except ValidationError as error:
            context["problem"], status = error.messages[0], HTTPStatus.UNPROCESSABLE_ENTITY
        except AddressUnreadable:
            context["problem"] = _("No key opens this address, or it is no longer kept.")
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    return TemplateResponse(request, "admin/comments/comment/address.html", context, status=status)


@sensitive_post_parameters("q")
def search(request: HttpRequest) -> HttpResponse:
    """Search the queue. Sent by POST, so that an address stands in no address bar and no log."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    query = request.GET.copy()
    for name in ("q", "p", SAME_PERSON):
        query.pop(name, None)
    words = request.POST.get("q", "").strip()
    if "@" in words:
        found = addresses.newest_of(words)
        if found:
            query[SAME_PERSON] = str(found.pk)
        else:
            messages.warning(request, _("No comment was written under this address."))
    elif words:
        query["q"] = words
    return HttpResponseRedirect(
        f"{reverse('admin:comments_comment_changelist')}?{query.urlencode()}"
    )
