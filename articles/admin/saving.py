"""What the page of a story asks while somebody writes: to save, who else is there, a fresh token.

Answers are JSON for `articles/static/articles/`; nothing here is needed to write without script.
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles import locking, workflow
from articles.forms import StoryForm
from articles.models import Story
from articles.workflow import StaleStory, WorkflowError
from newsroom.models import User

if TYPE_CHECKING:
    from articles.admin.story import StoryAdmin


def posted_version(request: HttpRequest, name: str = "version") -> int:
    """Return the version of the story that a page was made from; 0, which none has, if unsaid."""
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def autosave(
    admin: "StoryAdmin", request: HttpRequest, story: Story
) -> JsonResponse | HttpResponseNotAllowed:
    """Keep what stands in the form of `story` as its newest revision."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workflow.may_edit(story, request.user):
        return _refused(_("You may not change this story in its present state."), 403)
    form = StoryForm(request.POST, language=story.language, story=story)
    if not form.is_valid():
        return _invalid(form)
    try:
        version = posted_version(request)
        saved = workflow.save_draft(
            story, form.content(), by=request.user, version=version, autosave=True
        )
    except StaleStory:
        return _stale(story, request.user)
    except WorkflowError as refusal:
        return _refused(str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _saved(saved, voided=saved.status != story.status)


def autosave_new(
    admin: "StoryAdmin", request: HttpRequest
) -> JsonResponse | HttpResponseNotAllowed:
    """Make a draft of the form of a new story as soon as it can be one; sent twice it is one."""
    from articles.admin import story_form

    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not admin.has_add_permission(request):
        return _refused(_("You may not write new stories."), 403)
    form = StoryForm(request.POST, language=story_form.language_of(request))
    if found := story_form.sent_before(admin, request, form):
        # A colleague's is not this form's story at another version: it never saw it.
        is_own = found.created_by_id == request.user.pk
        return autosave(admin, request, found) if is_own else _refused(story_form.exists(), 409)
    if not form.is_valid():
        return _invalid(form)
    try:
        story = story_form.create(admin, request, form, autosave=True)
    except (WorkflowError, IntegrityError) as refusal:
        return _refused(str(refusal) if isinstance(refusal, WorkflowError) else story_form.exists())
    return _saved(story)


def presence(
    admin: "StoryAdmin", request: HttpRequest, story: Story
) -> JsonResponse | HttpResponseNotAllowed:
    """Note that somebody has the story open to write in it, and tell them, or who only reads it,
    who else has, and whether it was saved."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if "leave" in request.POST:
        locking.left(story, request.user)
        return _json({})
    if workflow.may_edit(story, request.user):
        locking.seen(story, request.user)
    others = locking.others(story, request.user)
    return _json(
        {
            "others": [user.display_name for user in others],
            "writing": locking.in_words(others),
            "version": story.version,
            "by": _who(story),
        }
    )


def token(admin: "StoryAdmin", request: HttpRequest) -> JsonResponse:
    """Return the token of this session's forms, and whose it is: a page outlives the session it
    was opened in, and the next one may be somebody else's."""
    user = request.user
    return _json({"token": get_token(request), "user": user.pk, "name": user.display_name})


def _saved(story: Story, *, voided: bool = False) -> JsonResponse:
    from articles.admin.story_filters import state_of

    change = reverse("admin:articles_story_change", args=[story.pk])
    return _json(
        {
            "pk": story.pk,
            "version": story.version,
            "at": date_format(timezone.localtime(), "H:i"),
            "change": change,
            "autosave": reverse("admin:articles_story_autosave", args=[story.pk]),
            "presence": reverse("admin:articles_story_presence", args=[story.pk]),
            "voided": voided,
            "is_edited": story.has_edits,
            "state": state_of(story),
            "progress": reverse("admin:articles_story_progress", args=[story.pk]),
        }
    )


def _invalid(form: StoryForm) -> JsonResponse:
    found = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
    labels = {name: str(form.fields[name].label) for name in found if name in form.fields}
    first = next(
        (f"{labels.get(name, '')}: {errors[0]}".lstrip(": ") for name, errors in found.items()),
        _("Bylines"),
    )
    return _refused(first, errors=found)


def _stale(story: Story, user: User) -> JsonResponse:
    story.refresh_from_db()
    answer = {"version": story.version, "by": _who(story)}
    return _json(answer, HTTPStatus.CONFLICT)


def _who(story: Story) -> str:
    return story.changed_by.display_name if story.changed_by else _("Somebody else")


def _refused(message: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY, **more: Any) -> Any:
    return _json({"message": message, **more}, status)


def _json(data: dict[str, Any], status: int = HTTPStatus.OK) -> JsonResponse:
    response = JsonResponse(data, status=status)
    response["Cache-Control"] = "no-store"
    return response
