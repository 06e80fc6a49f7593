"""Composing the front page and the pages of sections: places held by hand, the rest the newest.

One address, a page of the paper chosen by `?language=…&section=…`. Every change is one small POST
that carries the state of the page as it was seen; the script sends the same forms.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http import HttpResponseRedirect as Redirected
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import placing, search
from articles.admin.story_filters import STATES, state_of
from articles.forms import MomentField, section_choices, zone_label
from articles.models import Pin, Section, Story
from articles.placing import PLACES, Page, PlacingError
from articles.rights import EDIT_ALL, sections_of
from newsroom.lib.rtl import isolate, language_direction

FOUND = 10


class UntilForm(forms.Form):
    until = MomentField(required=False)


@admin.register(Pin)
class PinAdmin(admin.ModelAdmin):
    class Media:
        css = {"all": ["articles/desk.css", "articles/front.css"]}

    def get_urls(self) -> list[URLPattern]:
        # The screen is all there is: no form of Django's sets a place behind the verbs' back. Its
        # other addresses, to which the log links, lead to the screen.
        screen, door = (self.admin_site.admin_view(view) for view in (self.compose_view, self.door))
        return [
            path("", screen, name="articles_pin_changelist"),
            path("add/", door, name="articles_pin_add"),
            *(
                path(f"<path:object_id>/{verb}/", door, name=f"articles_pin_{verb}")
                for verb in ("change", "delete", "history")
            ),
        ]

    def door(self, request: HttpRequest, object_id: str = "") -> HttpResponse:
        """Show the page on which a place is, or was."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        number = object_id if object_id.isdecimal() and len(object_id) < 18 else "0"
        row = Pin.objects.select_related("section").filter(pk=number).first()
        address = _address(Page(row.language, row.section)) if row else ""
        return Redirected(f"{reverse('admin:articles_pin_changelist')}{address}")

    def has_view_permission(self, request: HttpRequest, obj: Pin | None = None) -> bool:
        return request.user.has_perm("articles.view_pin")

    def compose_view(self, request: HttpRequest) -> HttpResponse:
        """The places of one page, what stands there, and what may be put there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = _asked_page(request)
        if not placing.may_compose(page, request.user):
            raise PermissionDenied
        if request.method == "POST":
            return _changed(request, page)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return self._screen(request, page)

    def _screen(self, request: HttpRequest, page: Page) -> HttpResponse:
        query = request.GET.get("q", "")[:200].replace("\x00", "").strip()
        slots, standing = _slots(page)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Compose pages"),
            "media": self.media,
            "page": page,
            "page_name": page.name_row() or _("Front page"),
            "direction": language_direction(page.language),
            "public_url": page.url(),
            "languages": _languages(request, page),
            "sections": _sections(request, page),
            "query": query,
            "found": _found(page, query, standing) if query else None,
            "slots": slots,
            "state": placing.state_of_page(page),
            "places": range(1, PLACES + 1),
            "zone": zone_label(),
        }
        return TemplateResponse(request, "admin/articles/front/compose.html", context)


# Which page.


def _asked_page(request: HttpRequest) -> Page:
    """The page that the address names; without a word, the first this person may compose."""
    known = dict(settings.LANGUAGES)
    language = request.GET.get("language") or request.LANGUAGE_CODE
    if language not in known:
        raise Http404
    number = request.GET.get("section", "")
    if not number and not request.user.has_perm(EDIT_ALL):
        number = str(next(iter(_reached(request, language)), ("",))[0])
    if not number:
        return Page(language)
    section = Section.objects.filter(pk=number).first() if number.isdecimal() else None
    if section is None or section.code == "pages" or len(number) > 18:
        raise Http404
    return Page(language, section)


def _reached(request: HttpRequest, language: str) -> list[tuple[int, str]]:
    choices = list(section_choices(language))
    if request.user.has_perm(EDIT_ALL):
        return choices
    return [choice for choice in choices if choice[0] in sections_of(request.user)]


def _address(page: Page, **query: Any) -> str:
    asked = {"language": page.language, "section": page.section and page.section.pk, **query}
    return "?" + urlencode({name: value for name, value in asked.items() if value})


def _languages(request: HttpRequest, page: Page) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": name,
            "url": _address(Page(code, page.section)),
            "current": code == page.language,
        }
        for code, name in settings.LANGUAGES
    ]


def _sections(request: HttpRequest, page: Page) -> list[dict[str, Any]]:
    current = page.section.pk if page.section else ""
    front = [("", _("Front page"))] if request.user.has_perm(EDIT_ALL) else []
    return [
        {"pk": pk, "name": name, "current": pk == current}
        for pk, name in [*front, *_reached(request, page.language)]
    ]


# What stands there.


def _slots(page: Page) -> tuple[list[dict[str, Any]], set[int]]:
    """Return the places in their order, and the ids of the stories held or shown there.

    A place has what readers see now, and the pin on it, whose story may have its time to come.
    """
    cards = page.stories().for_cards()
    public = cards.published()
    newest = list(public.newest_first()[: PLACES * 2])
    shown = placing.fill(placing.pinned(public, page.language, page.section), newest, PLACES)
    pins = {row.story_id: row for row in page.pins()}
    held = {story.pk: story for story in Story.objects.for_cards().filter(pk__in=pins)}
    at = {story.pk: place for place, story in enumerate(shown, 1) if story.pk in pins}
    waiting: dict[int, list[Pin]] = {}
    for pk, row in pins.items():
        if pk not in at:
            waiting.setdefault(min(max(row.position, 1), PLACES), []).append(row)
    slots = []
    for place in range(1, PLACES + 1):
        story = shown[place - 1] if place <= len(shown) else None
        slots.append(
            {
                "place": place,
                "story": story,
                "state": state_of(story) if story else "",
                "state_name": STATES[state_of(story)] if story else "",
                "pin": pins.get(story.pk) if story else None,
                "waiting": [_waiting(held[row.story_id], row) for row in waiting.get(place, [])],
            }
        )
    return slots, {*pins, *(story.pk for story in shown)}


def _waiting(story: Story, row: Pin) -> dict[str, Any]:
    state = state_of(story)
    return {"story": story, "pin": row, "state": state, "state_name": STATES[state]}


def _found(page: Page, query: str, standing: set[int]) -> list[dict[str, Any]]:
    """Stories that may be held here: public or scheduled, by words or by their number."""
    stories = page.stories().for_cards().filter(status=Story.Status.PUBLISHED)
    now = timezone.now()
    stories = stories.filter(Q(unpublish_at=None) | Q(unpublish_at__gt=now)).newest_first()
    found = list(stories.filter(pk__in=search.find(query) or ())[:FOUND])
    if query.isascii() and query.isdecimal() and len(query) < 10:
        found = [*stories.filter(pk=query), *found][:FOUND]
    return [
        {
            "story": story,
            "state": state_of(story),
            "state_name": STATES[state_of(story)],
            "stands": story.pk in standing,
        }
        for story in found
    ]


# What is changed.


def _changed(request: HttpRequest, page: Page) -> HttpResponse:
    """Make the change that a form asks for; a refusal changes nothing and says why."""
    asked = request.POST
    number, state = asked.get("story", ""), asked.get("state", "")
    is_number = number.isdecimal() and len(number) < 18
    story = Story.objects.filter(pk=number).first() if is_number else None
    verb = VERBS.get(asked.get("do", ""))
    if story is None or verb is None:
        raise Http404
    try:
        messages.success(request, verb(request, story, page, state))
    except PlacingError as refusal:
        messages.error(request, str(refusal))
    anchor = f"#story-{story.pk}"
    return Redirected(f"{request.path}{_address(page, q=request.GET.get('q', ''))}{anchor}")


def _pin(request: HttpRequest, story: Story, page: Page, state: str) -> str:
    place = _place(request)
    until = _until(request)
    fallen = placing.pin(story, page, place, by=request.user, until=until, state=state)
    return _said(story, place, fallen)


def _move(request: HttpRequest, story: Story, page: Page, state: str) -> str:
    place = _place(request)
    fallen = placing.move(story, page, place, by=request.user, state=state)
    return _said(story, place, fallen)


def _unpin(request: HttpRequest, story: Story, page: Page, state: str) -> str:
    placing.unpin(story, page, by=request.user, state=state)
    return _("%(story)s is no longer held.") % {"story": isolate(story.headline)}


VERBS = {"pin": _pin, "move": _move, "unpin": _unpin}


def _place(request: HttpRequest) -> int:
    text = request.POST.get("place", "")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _until(request: HttpRequest) -> datetime | None:
    form = UntilForm(request.POST)
    if not form.is_valid():
        raise PlacingError(_("Enter the date and the time as they are asked for."))
    return form.cleaned_data["until"]


def _said(story: Story, place: int, fallen: list[Story]) -> str:
    said = _("%(story)s holds place %(place)s.") % {
        "story": isolate(story.headline),
        "place": place,
    }
    if fallen:
        names = " · ".join(isolate(row.headline) for row in fallen)
        lost = ngettext("No longer held: %(names)s.", "No longer held: %(names)s.", len(fallen))
        said = f"{said} {lost % {'names': names}}"
    return said
