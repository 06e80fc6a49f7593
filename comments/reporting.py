"""A reader tells the moderators of a comment. Nothing of the reader is kept but the hash of the
browser, so that each counts once."""

from http import HTTPStatus

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles.models import Story
from comments import guard, moderation, reasons, threads, trust
from comments.models import Comment, Report
from comments.views import SeeOther, too_busy
from newsroom.lib import throttle
from newsroom.lib.caching import private_page
from newsroom.lib.privacy import client_ip, keyed_hash, rate_network
from newsroom.lib.text import grapheme_length, strip_controls

NOTE_LENGTH = 500
# One machine: so many reports in so many seconds, and each comment once in that time.
MOST_REPORTS, SECONDS = 20, 60 * 60


# The guard stands in for a token, as under every story.
@csrf_exempt
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    """Ask why, take the report, say thanks. What is not public can be reported by nobody."""
    comment = _comment(language, pk)
    if "sent" in request.GET and request.method != "POST":
        return TemplateResponse(request, "comments/report.html", {"comment": comment, "sent": True})
    try:
        if request.method == "POST":
            guard.check(request)
        if comment is None:
            raise _gone()
    except guard.PostRefused as refusal:
        return _refused(request, comment, refusal)
    if request.method != "POST":
        return _page(request, comment)
    try:
        return _take(request, comment)
    except Comment.DoesNotExist:
        return _refused(request, None, _gone())
    except OperationalError as error:
        seconds = too_busy(error).retry_after
        message = _("The site is very busy. Nothing was sent; please send it once more.")
        return _later(_page(request, comment, problem=message, status=503), seconds)


def _gone() -> guard.PostRefused:
    return guard.PostRefused(_("This comment is not there (any more)."), 404)


def _comment(language: str, pk: int) -> Comment | None:
    stories = Story.objects.published().articles().in_language(language)
    comments = Comment.objects.approved().filter(story__in=stories).select_related("story")
    return comments.filter(pk=min(pk, 2**63 - 1)).first()


def _take(request: HttpRequest, comment: Comment) -> HttpResponse:
    if problem := _problem(request):
        return _page(request, comment, problem=problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    token = trust.token_of(request)
    browser = trust.browser(token)
    known = Report.objects.filter(comment=comment, browser=browser).exists()
    if not known and (wait := _claim(request, comment)):
        return _later(_page(request, comment, problem=_too_soon(wait), status=429), wait)
    moderation.report(comment, reason=request.POST["reason"], note=_note(request), browser=browser)
    response = SeeOther(f"{request.path}?sent")
    trust.keep(response, token)
    return response


def _later(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Retry-After"] = str(seconds)
    return response


def _problem(request: HttpRequest) -> str:
    if request.POST.get("reason") not in reasons.REPORTS:
        return _("Choose what is wrong with the comment.")
    note = _note(request)
    too_wide = len(note) > Report._meta.get_field("note").max_length
    if too_wide or grapheme_length(note) > NOTE_LENGTH:
        return _("Your note is too long: %(limit)s characters at most.") % {"limit": NOTE_LENGTH}
    return ""


def _note(request: HttpRequest) -> str:
    return strip_controls(request.POST.get("note", "")).strip()


def _claim(request: HttpRequest, comment: Comment) -> int:
    """Return 0, or how many seconds this machine has to wait. Each comment can be reported once
    in an hour from one, since a browser can be made to forget what it is."""
    sender = keyed_hash("report", rate_network(client_ip(request)) or "")
    wait = throttle.claim(f"report:{comment.pk}:{sender}", SECONDS, is_optional=True)
    return wait or throttle.count(throttle.window(f"reports:{sender}", SECONDS), MOST_REPORTS)


def _too_soon(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "The moderators were told from your network a short while ago. "
        "You can report again in %(minutes)s minute.",
        "The moderators were told from your network a short while ago. "
        "You can report again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def _page(
    request: HttpRequest, comment: Comment, *, problem: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "comment": comment,
        "back": threads.address(comment),
        "choices": reasons.REPORTS.items(),
        "chosen": request.POST.get("reason", ""),
        "note": request.POST.get("note", ""),
        "limit": NOTE_LENGTH,
        "problem": problem,
    }
    return TemplateResponse(request, "comments/report.html", context, status=status)


def _refused(
    request: HttpRequest, comment: Comment | None, refusal: guard.PostRefused
) -> HttpResponse:
    context = {
        "title": _("Nothing was reported"),
        "message": refusal.message,
        "words": request.POST.get("note", ""),
        "status": refusal.status,
        "story_address": comment.story.get_absolute_url() if comment else "",
    }
    return TemplateResponse(request, "comments/refused.html", context, status=refusal.status)
