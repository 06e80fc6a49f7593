"""The list of stories, who may do what with them, and the doors to their screens."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import override as in_language

from articles import locking, pictures, search, workflow
from articles.admin import aids, conflict, revisions, saving, source_panel, story_form
from articles.admin.saving import posted_version
from articles.admin.story_filters import (
    STATES,
    DeskFilter,
    SectionFilter,
    StateFilter,
    state_of,
)
from articles.models import Story
from articles.rights import may_see, may_see_work, visible_to
from articles.templatetags.desk import drift_in_words, drift_of
from articles.templatetags.desk import moment as in_words
from articles.workflow import WorkflowError
from newsroom.lib.paging import BoundedPaginator
from newsroom.lib.rtl import language_direction
from newsroom.lib.text import row_number

# Of what a search finds, the newest are shown.
MOST_FOUND = 400


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):
    """The list of stories. What is saved of one goes through `articles.workflow`, whichever
    screen it comes from: no inline, no editable list, no form of Django's writes a live row."""

    list_display = (
        "thumbnail",
        "title",
        "state",
        "section_name",
        "language_name",
        "names",
        "moment",
        "comment_count",
    )
    list_display_links = ("title",)
    list_filter = (DeskFilter, StateFilter, "language", SectionFilter, "kind")
    list_per_page = 40
    list_max_show_all = 40
    show_full_result_count = False
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("headline",)
    search_help_text = gettext_lazy("Words of the headline or the text, or a story's number.")
    ordering = ("-changed_at",)
    sortable_by = ("moment", "comment_count")  # what an index stands for
    actions = ("submit", "approve", "publish")

    class Media:
        names = ("desk", "writing", "parts", "source", "moves")
        css = {"all": [f"articles/{name}.css" for name in names]}

    # The list.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        writing = locking.present_beside(request.user)
        return (
            visible_to(Story.objects.for_cards(), request.user)
            .select_related("picture", "created_by", "translation_source")
            .prefetch_related(
                "bylines__author__translations", Prefetch("presences", writing, "present")
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if request.GET.get("field_name") == "story":  # the places of the front page ask
            queryset = queryset.published().order_by("-published_at")
        found = _holding(queryset, search_term.strip())
        if found is not queryset:
            # The newest that match are looked for once, and the page and its count asked of them
            # alone.
            newest = found.order_by("-changed_at", "-pk").values_list("pk", flat=True)
            found = queryset.filter(pk__in=list(newest[:MOST_FOUND]))
        return found, False

    @admin.display(description=gettext_lazy("picture"), empty_value="")
    def thumbnail(self, story: Story) -> SafeString | str:
        if not story.picture or not story.picture.rendition_key:
            return ""
        url = pictures.rendition_url(story.picture, "square", 160)
        return format_html('<img src="{}" alt="" width="56" height="56" loading="lazy">', url)

    @admin.display(description=gettext_lazy("headline"), ordering="headline")
    def title(self, story: Story) -> SafeString:
        direction = language_direction(story.language)
        return format_html(
            '<span class="title" dir="{}" lang="{}">{}</span>',
            *(direction, story.language, story.headline or _("without headline")),
        )

    @admin.display(description=gettext_lazy("state"), ordering="status")
    def state(self, story: Story) -> SafeString:
        state = state_of(story)
        shown = format_html('<span class="state state-{}">{}</span>', state, STATES[state])
        if story.has_edits:
            edited = _("unpublished edits")
            shown = format_html('{} <span class="state state-edited">{}</span>', shown, edited)
        if row := drift_of(story):
            drifted = '{} <span class="state state-stale">{}</span>'
            shown = format_html(drifted, shown, drift_in_words(row))
        if writing := locking.in_words([row.user for row in story.present]):
            shown = format_html('{}<br><span class="writing">{}</span>', shown, writing)
        # What an action on many is checked against: the list may have stood open for long.
        seen = '{}<input type="hidden" name="version-{}" value="{}">'
        return format_html(seen, shown, story.pk, story.version)

    @admin.display(description=gettext_lazy("section"), empty_value="—")
    def section_name(self, story: Story) -> str | None:
        return story.section_name

    @admin.display(description=gettext_lazy("language"))
    def language_name(self, story: Story) -> str:
        return dict(settings.LANGUAGES).get(story.language, story.language)

    @admin.display(description=pgettext_lazy("byline", "by"))
    def names(self, story: Story) -> SafeString | str:
        lines = story.bylines.all()
        with in_language(story.language):
            found = [(str(line),) for line in lines]
        if not found and not story.agency and story.created_by:
            found = [(story.created_by.display_name,)]
        return format_html_join(" · ", "<bdi>{}</bdi>", found) if found else story.agency

    @admin.display(description=gettext_lazy("time"), ordering="changed_at")
    def moment(self, story: Story) -> SafeString:
        is_dated = story.status == Story.Status.PUBLISHED
        at = story.published_at if is_dated else story.changed_at
        shown = format_html('{} <span class="when">{}</span>', _moment_word(story), in_words(at))
        if is_dated and story.unpublish_at:
            word, until = pgettext("moment", "until"), in_words(story.unpublish_at)
            shown = format_html('{}<br>{} <span class="when">{}</span>', shown, word, until)
        return shown

    # Moves of many at once.

    @admin.action(description=gettext_lazy("Submit for review"), permissions=["change"])
    def submit(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._move_each(request, queryset, workflow.submit)

    @admin.action(description=gettext_lazy("Approve"), permissions=["review"])
    def approve(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._move_each(request, queryset, workflow.approve)

    @admin.action(description=gettext_lazy("Publish now"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._move_each(request, queryset, workflow.publish)

    def _move_each(self, request: HttpRequest, stories: Iterable[Story], move: Callable) -> None:
        """Move each story that is still at the version the list showed."""
        moved = 0
        for story in stories:
            try:
                seen = posted_version(request, f"version-{story.pk}")
                move(story, by=request.user, version=seen)
            except WorkflowError as refusal:
                why = conflict.refusal(story, refusal)
                messages.error(request, format_html("{}: {}", story.headline, why))
            else:
                moved += 1
                self.log_change(request, story, [{"changed": {}}])
        if moved:
            text = ngettext("%(count)d story done.", "%(count)d stories done.", moved)
            messages.success(request, text % {"count": moved})

    # Who may.

    def has_change_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        if obj is None:
            return super().has_change_permission(request)
        return workflow.may_edit(obj, request.user)

    def has_view_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        allowed = super().has_view_permission(request)
        return allowed and (obj is None or may_see(obj, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False  # stories are withdrawn: their addresses have been linked to

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(workflow.REVIEW)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(workflow.PUBLISH)

    # The screens of one story.

    def get_urls(self) -> list[URLPattern]:
        return [*self._own_urls(), *super().get_urls()]

    def _own_urls(self) -> Iterator[URLPattern]:
        for name, screen in {"autosave": saving.autosave_new, "token": saving.token}.items():
            view = self.admin_site.admin_view(partial(screen, self))
            yield path(f"{name}/", view, name=f"articles_story_{name}_new")
        for name, screen in {"embed": aids.embed, "slug": aids.slug}.items():
            view = self.admin_site.admin_view(partial(screen, self))
            yield path(f"{name}/", view, name=f"articles_story_{name}")
        screens: dict[str, Callable] = {
            "revisions": revisions.history,
            "restore": revisions.restore,
            "preview": revisions.preview,
            "widths": revisions.widths,
            "rename": revisions.rename,
            "share": revisions.share,
            "checklist": aids.story_checklist,
            "autosave": saving.autosave,
            "presence": saving.presence,
            "progress": story_form.progress,
            "source": source_panel.source,
        }
        for name, screen in screens.items():
            view = self.admin_site.admin_view(self._screen(screen))
            yield path(f"<int:pk>/{name}/", view, name=f"articles_story_{name}")

    def _screen(self, screen: Callable) -> Callable:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            story = get_object_or_404(Story, pk=pk)
            allowed = self.has_view_permission(request, story)
            if not (allowed and may_see_work(story, request.user)):
                raise PermissionDenied
            return screen(self, request, story)

        return view

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return story_form.add(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        story = Story.objects.filter(pk=row_number(object_id)).first()
        if story is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, story):
            raise PermissionDenied
        if not may_see_work(story, request.user):
            if request.method == "POST":
                raise PermissionDenied
            # What is public is read where the public reads it: the desk shows the work on it.
            return HttpResponseRedirect(story.get_absolute_url())
        return story_form.change(self, request, story)

    def history_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        number = [row_number(object_id)]
        return HttpResponseRedirect(reverse("admin:articles_story_revisions", args=number))


def _moment_word(story: Story) -> str:
    """Return what happened, or will, at the moment shown of a story."""
    if story.is_public:
        return pgettext("moment", "published")
    if story.status == Story.Status.PUBLISHED:
        return pgettext("moment", "from")
    return pgettext("moment", "changed")


def _holding(stories: QuerySet, term: str) -> QuerySet:
    """Return the stories that hold every word of `term`, or have it as their number."""
    held = search.find(term)
    if term.isascii() and term.isdecimal() and len(term) < 10:
        held = [*(held or ()), int(term)]
    return stories if held is None else stories.filter(pk__in=held)
