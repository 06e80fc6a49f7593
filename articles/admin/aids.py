"""What the story's form asks while somebody writes: the checklist, an embed, a slug."""

from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from articles import checklist, embeds, workflow
from articles.content import SLUG_LENGTH, normalise
from articles.models import Story
from newsroom.lib.text import slugify_unicode

if TYPE_CHECKING:
    from articles.admin.story import StoryAdmin

READ = ("GET", "HEAD")


def story_checklist(admin: "StoryAdmin", request: HttpRequest, story: Story) -> HttpResponse:
    """The lines of the panel “Before publishing”, of the newest revision."""
    if request.method not in READ:
        return HttpResponseNotAllowed(READ)
    context = {"findings": findings_of(story), "may_edit": workflow.may_edit(story, request.user)}
    return TemplateResponse(request, "admin/articles/story/_findings.html", context)


def findings_of(story: Story) -> list[checklist.Finding]:
    """Return what there is to say of the newest revision."""
    return checklist.check(story, normalise(workflow.head(story).content))


def embed(admin: "StoryAdmin", request: HttpRequest) -> HttpResponse:
    """The embed that `?url=` names, or in a sentence why it is none."""
    _require_writer(admin, request)
    if request.method not in READ:
        return HttpResponseNotAllowed(READ)
    found = embeds.recognise(request.GET.get("url", ""))
    if found is None:
        names = ", ".join(provider.name for provider in embeds.switched_on())
        text = _("No post or video is known at this address. Embeds come from %(names)s.")
        return JsonResponse({"error": text % {"names": names}}, status=422)
    return JsonResponse({"embed": {"provider": found.provider, "url": found.url}})


def slug(admin: "StoryAdmin", request: HttpRequest) -> HttpResponse:
    """The slug that is made of what was typed as `?slug=`, else of `?headline=`."""
    _require_writer(admin, request)
    if request.method not in READ:
        return HttpResponseNotAllowed(READ)
    typed, headline = (request.GET.get(name, "")[:1000] for name in ("slug", "headline"))
    made = slugify_unicode(unquote(typed), SLUG_LENGTH) or slugify_unicode(headline)
    return JsonResponse({"slug": made})


def _require_writer(admin: "StoryAdmin", request: HttpRequest) -> None:
    """Refuse those who write no stories."""
    if not (admin.has_add_permission(request) or admin.has_change_permission(request)):
        raise PermissionDenied
