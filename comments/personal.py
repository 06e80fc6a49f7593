"""A reader's own pages: the end of mails, and what is kept of them. None is kept by any cache.

Who a reader is, is proved by a link that was mailed to the address.
"""

import json
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from comments import addresses, guard, notifications, privacy, retention
from comments.models import Comment, Erasure
from comments.views import SeeOther, small_page
from newsroom.lib import mail as mails
from newsroom.lib import throttle
from newsroom.lib.caching import private_page
from newsroom.lib.privacy import client_ip, keyed_hash, rate_network, validate_address

ASK_SECONDS = 60
ADDRESS_SECONDS = 60 * 60


# The token is the right: a mail client that ends the mails (RFC 8058) has neither page nor cookie.
@csrf_exempt
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, language: str, token: str) -> HttpResponse:
    """End the mails about a comment, or all of them. Opening the page ends nothing."""
    subscription = notifications.subscription_of(token)
    if subscription is None:
        return TemplateResponse(request, "comments/mail.html", {}, status=404)
    context = {"comment": subscription.comment, "is_ended": subscription.ended_at is not None}
    if request.method == "POST":
        everything = "everything" in request.POST
        notifications.end(subscription, everything=everything)
        context |= {"is_ended": True, "everything": everything}
    return TemplateResponse(request, "comments/mail.html", context)


@csrf_exempt
@sensitive_post_parameters("email")
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def data(request: HttpRequest, language: str) -> HttpResponse:
    """What is kept of commenters, and the request for a link to one's own. The answer is the
    same whether anything is kept under an address or not."""
    if request.method != "POST":
        return _data_page(request)
    try:
        guard.check(request)
    except guard.PostRefused as refusal:
        return small_page(request, refusal)
    if not mails.is_configured():
        return _data_page(request)
    typed = request.POST.get("email", "")
    try:
        address = validate_address(typed)
    except ValidationError as error:
        return _data_page(request, typed=typed, problem=error.messages[0], status=422)
    wait = _claim(request, address)
    if wait:
        return _data_page(request, typed=typed, problem=_too_soon(wait), status=429)
    found = addresses.newest_of(address)
    if found and found.email:
        notifications.data_requested(found)
    return SeeOther(f"{request.path}?asked")


def _claim(request: HttpRequest, address: str) -> int:
    sender = keyed_hash("data", rate_network(client_ip(request)))
    owner = keyed_hash("data.address", privacy.index_of(address))
    return throttle.claim(f"data:{sender}", ASK_SECONDS) or throttle.claim(
        f"data:{owner}", ADDRESS_SECONDS
    )


def _too_soon(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "You asked a short while ago. Ask again in %(minutes)s minute.",
        "You asked a short while ago. Ask again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def _data_page(
    request: HttpRequest, *, typed: str = "", problem: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "clocks": retention.CLOCKS,
        "can_mail": mails.is_configured(),
        "is_asked": "asked" in request.GET,
        "contact": settings.CONTACT_EMAIL,
        "keeps_texts": not settings.COMMENT_ERASE_TEXTS,
        "typed": typed,
        "problem": problem,
    }
    response = TemplateResponse(request, "comments/data.html", context, status=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = str(ASK_SECONDS)
    return response


@csrf_exempt
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest, language: str, token: str) -> HttpResponse:
    """What is kept of whoever opened a mailed link: a copy to save, and the end of it all."""
    comment = notifications.comment_of_data_link(token)
    if comment is None:
        return TemplateResponse(request, "comments/my_data.html", {}, status=404)
    if request.method != "POST":
        return _my_data_page(request, comment)
    try:
        guard.check(request)
    except guard.PostRefused as refusal:
        return small_page(request, refusal)
    if request.POST.get("do") == "copy":
        return _copy(comment.email_index)
    if request.POST.get("sure") != "yes":
        problem = _("Tick the box first: what is erased cannot be brought back.")
        return _my_data_page(request, comment, problem=problem, status=422)
    erased = privacy.erase(comment.email_index, via=Erasure.Via.READER)
    return TemplateResponse(request, "comments/my_data.html", {"erased": erased})


def _my_data_page(
    request: HttpRequest, comment: Comment, *, problem: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    own = Comment.objects.filter(email_index=comment.email_index)
    context = {
        "comment": comment,
        "count": own.count(),
        "newest": own.select_related("story").order_by("-created_at", "-id")[:20],
        "keeps_texts": not settings.COMMENT_ERASE_TEXTS,
        "problem": problem,
    }
    return TemplateResponse(request, "comments/my_data.html", context, status=status)


def _copy(index: str) -> HttpResponse:
    text = json.dumps(privacy.export(index), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="my-comments.json"'
    return response
