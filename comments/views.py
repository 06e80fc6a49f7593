"""What readers send: comments, and what they do on their own signed pages."""

import logging
from typing import Any

from django.core import signing
from django.db import OperationalError
from django.db.models import Case, Q, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles.models import Story
from articles.site import site_of
from articles.views import render_story
from comments import editing, guard, notifications, posting, reasons, signals, threads, trust
from comments.forms import CommentForm, parent_id
from comments.models import Comment
from comments.posting import CommentRefused
from newsroom.lib.caching import private_page, public_page
from newsroom.lib.mail import MailFailed
from newsroom.lib.privacy import client_ip

log = logging.getLogger("newsroom.comments")

PREVIEW_SALT = "comments.held"
PREVIEW_SECONDS = 10 * 60
BUSY_SECONDS = 10


class SeeOther(HttpResponseRedirect):
    """What was posted is read at another address, by GET."""

    status_code = 303


# The guard stands in for the token that a form in a cached page cannot carry.
@csrf_exempt
@private_page
def post(request: HttpRequest, language: str, section: str, pk: int, slug: str) -> HttpResponse:
    """Take a comment; the id alone says on which story."""
    try:
        guard.check(request)
        story = _story(language, pk, request)
    except guard.PostRefused as refusal:
        address = request.path.removesuffix("comments/")
        return small_page(request, refusal, address if refusal.status != 404 else "")
    form = CommentForm(request.POST, user=guard.member(request))
    token = trust.token_of(request)
    try:
        comment = _take(request, story, form, token)
    except OperationalError as error:
        return _busy(request, story, too_busy(error))
    except CommentRefused as refusal:
        signals.refused.send(Comment, reason=refusal.code)
        if refusal.status == 404:  # taken off the site since it was looked up above
            return small_page(request, guard.PostRefused(refusal.message, 404))
        return _same_page(request, story, form, refusal)
    public = comment.status == Comment.Status.APPROVED
    newest = threads.Place.asked_for(request.GET).newest
    response = SeeOther(
        threads.address(comment, newest=newest) if public else preview_address(comment)
    )
    trust.keep(response, token)
    return response


@require_safe
@public_page
def permalink(
    request: HttpRequest, language: str, section: str, pk: int, slug: str, comment: int
) -> HttpResponse:
    """Lead to the page on which a comment stands now, by its number or that of an older system."""
    stories = Story.objects.published().articles().in_language(language)
    number = min(comment, 2**63 - 1)
    asked = Q(pk=number) | Q(legacy_id=number)
    rows = Comment.objects.approved().filter(asked, story=min(pk, 2**63 - 1), story__in=stories)
    # Its own number first: an old one may be the same.
    found = rows.select_related("story").order_by(Case(When(pk=number, then=0), default=1)).first()
    if found is None:
        raise Http404
    newest = threads.Place.asked_for(request.GET).newest
    return redirect(threads.address(found, newest=newest))


def _story(language: str, pk: int, request: HttpRequest) -> Story:
    """Return the story readers see. A draft is missing like one that never was."""
    try:
        parent_id(request.POST.get("comment_parent", ""))
    except ValueError:
        message = _("The site could not understand what was sent.")
        raise guard.PostRefused(message, 400) from None
    stories = Story.objects.published().articles().in_language(language).for_page()
    story = stories.filter(pk=pk).first()
    if story is None:
        raise guard.PostRefused(_("There is no such story."), 404)
    return story


def _take(request: HttpRequest, story: Story, form: CommentForm, token: str) -> Comment:
    # Closed is said before anything that could be corrected in vain.
    posting.require_open(story, site_of(request))
    return posting.post(
        story,
        **form.arguments(),
        ip=client_ip(request),
        user_agent=request.headers.get("User-Agent", ""),
        browser=trust.browser(token),
    )


def _same_page(
    request: HttpRequest, story: Story, form: CommentForm, refusal: CommentRefused
) -> HttpResponse:
    """Show the story again with every word still in the box, and say what is wrong."""
    form.refuse(refusal)
    response = render_story(request, story, status=refusal.status, comment_form=form)
    if refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def too_busy(error: OperationalError) -> CommentRefused:
    """Return the refusal of what the database did not take in time, and log why."""
    log.error("what a reader sent could not be stored: %s", error)
    message = _("The site is very busy. Nothing was sent; please send your comment again.")
    return CommentRefused("busy", message, 503, retry_after=BUSY_SECONDS)


def _busy(request: HttpRequest, story: Story, refusal: CommentRefused) -> HttpResponse:
    """The words go back to who wrote them, without asking the database any further."""
    signals.refused.send(Comment, reason=refusal.code)
    refused = guard.PostRefused(refusal.message, refusal.status)
    response = small_page(request, refused, story.get_absolute_url())
    response["Retry-After"] = str(BUSY_SECONDS)
    return response


def small_page(
    request: HttpRequest, refusal: guard.PostRefused, story_address: str = ""
) -> HttpResponse:
    """Say why nothing was taken, and give back the words there were."""
    context = {
        "message": refusal.message,
        "words": request.POST.get("comment", ""),
        "status": refusal.status,
        "story_address": story_address,
    }
    response = TemplateResponse(request, "comments/refused.html", context, status=refusal.status)
    if refusal.status == 405:
        response["Allow"] = "POST"
    return response


def preview_address(comment: Comment) -> str:
    """Return where its author, and nobody else, sees a held comment for ten minutes."""
    token = signing.dumps(comment.pk, salt=PREVIEW_SALT)
    return reverse("comments:held", args=[comment.story.language, token])


@csrf_exempt
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def held(request: HttpRequest, language: str, token: str) -> HttpResponse:
    """A held comment, for its author alone; spam looks the same. POST mails the link that
    proves the address."""
    comment = _previewed(language, token)
    if comment is None:
        return TemplateResponse(request, "comments/held.html", {"comment": None}, status=404)
    if comment.status == Comment.Status.APPROVED:
        return redirect(threads.address(comment))
    if request.method == "POST":
        return _mail_link(request, comment)
    return _preview(request, comment)


def _previewed(language: str, token: str) -> Comment | None:
    try:
        pk = signing.loads(token, salt=PREVIEW_SALT, max_age=PREVIEW_SECONDS)
    except signing.BadSignature:
        return None
    comments = Comment.objects.select_related("story").filter(story__language=language)
    return comments.filter(pk=pk).first()


def _preview(
    request: HttpRequest, comment: Comment, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "comment": comment,
        "story": comment.story,
        "why": reasons.for_writer(
            comment.reasons, is_pending=comment.status == Comment.Status.PENDING
        ),
        "can_mail": trust.can_mail(comment),
        "can_change": _can_change(request, comment),
        "is_mailed": "mailed" in request.GET,
        "problem": problem,
    }
    return TemplateResponse(request, "comments/held.html", context, status=status)


def who(request: HttpRequest) -> dict[str, Any]:
    """Return by what `editing` knows the writer of a comment."""
    return {"browser": trust.browser(trust.token_of(request)), "user": guard.member(request)}


def _can_change(request: HttpRequest, comment: Comment) -> bool:
    try:
        return editing.require_own(comment, **who(request)) is comment
    except CommentRefused:
        return False


def _mail_link(request: HttpRequest, comment: Comment) -> HttpResponse:
    try:
        guard.check(request)
    except guard.PostRefused as refusal:
        return small_page(request, refusal)
    if not trust.can_mail(comment):
        return _preview(request, comment)
    try:
        wait = trust.mail_link(comment, client_ip(request))
    except MailFailed:
        problem = _("The mail could not be sent. Try again in a few minutes.")
        return _preview(request, comment, problem=problem, status=503)
    if not wait:
        return SeeOther(f"{request.path}?mailed")
    response = _preview(request, comment, problem=_too_soon(wait), status=429)
    response["Retry-After"] = str(wait)
    return response


def _too_soon(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "A link was mailed a short while ago. Another one can be sent in %(minutes)s minute.",
        "A link was mailed a short while ago. Another one can be sent in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


@csrf_exempt
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, language: str, token: str) -> HttpResponse:
    """The mailed link. Opening it proves nothing, since mail scanners open every link: the
    button does."""
    comment = trust.comment_of_link(token)
    if comment is None or comment.story.language != language:
        return TemplateResponse(request, "comments/confirm.html", {"comment": None}, status=404)
    if request.method != "POST":
        return TemplateResponse(request, "comments/confirm.html", {"comment": comment})
    try:
        guard.check(request)
    except guard.PostRefused as refusal:
        return small_page(request, refusal)
    browser_token = trust.token_of(request)
    trust.prove(comment, trust.browser(browser_token))
    notifications.confirm(comment)
    comment = editing.release_proved(comment, trust.browser(browser_token))
    context = {"comment": comment, "is_public": comment.status == Comment.Status.APPROVED}
    if context["is_public"]:
        context["address"] = threads.address(comment)
    response = TemplateResponse(request, "comments/confirm_done.html", context)
    trust.keep(response, browser_token)
    return response
