"""By what the list of stories is narrowed. Each filter stands in the address."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.forms import section_choices
from articles.models import Section, Story
from articles.waiting import GROUPS, groups_for, stories_in

STATES = {
    **dict(Story.Status.choices),
    "scheduled": gettext_lazy("scheduled"),
    "ended": gettext_lazy("ended"),
}


def state_of(story: Story) -> str:
    """Return the state as the clock has it: a published story may be scheduled or ended."""
    if story.status != Story.Status.PUBLISHED or story.is_public:
        return story.status
    return "scheduled" if story.is_scheduled else "ended"


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        more = {
            "edited": _("with unpublished edits"),
            "stale": _("translations behind their source"),
        }
        return [*STATES.items(), *more.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        state = self.value()
        if state == "published":
            return queryset.published()
        if state == "scheduled":
            return queryset.among(Story.objects.scheduled(), "published_at")
        if state == "ended":
            return queryset.among(Story.objects.ended(), "-unpublish_at")
        if state == "stale":
            return queryset.filter(is_behind=True)
        if state == "edited":
            return queryset.filter(has_edits=True)
        return queryset.filter(status=state) if state in STATES else queryset


class DeskFilter(admin.SimpleListFilter):
    """The groups of the home, and everything of one's own."""

    title = gettext_lazy("work")
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        groups = [(group.name, group.label) for group in groups_for(request.user)]
        mine = [("mine", _("Yours"))] if request.user.has_perm("articles.add_story") else []
        return [*mine, *groups]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        asked = self.value()
        if asked == "mine":
            return queryset.filter(created_by=request.user)
        group = GROUPS.get(asked or "")
        return stories_in(group, queryset, request.user) if group else queryset


class SectionFilter(admin.SimpleListFilter):
    """Sections in the order of their tree; one stands for those under it too."""

    title = gettext_lazy("section")
    parameter_name = "section"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        language = request.GET.get("language__exact") or request.LANGUAGE_CODE
        return [(str(pk), name) for pk, name in section_choices(language)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        if not value.isdecimal():
            return queryset
        # The ids first: a condition on one column keeps to its index.
        return queryset.filter(section__in=with_those_under(int(value)))


def with_those_under(section: int) -> list[int]:
    """Return the ids of a section and of all that stand below it."""
    found: list[int] = []
    level = 0
    for row, depth in Section.in_tree_order():
        if row.pk == section:
            found, level = [row.pk], depth
        elif found and depth > level:
            found.append(row.pk)
        elif found:
            break
    return found
