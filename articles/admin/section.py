"""The tree of sections."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles.admin.translations import NamedAdmin, TranslationInline, without_pop_ups
from articles.models import Section, SectionTranslation
from articles.site import GENERAL, PAGES


class SectionTranslationInline(TranslationInline):
    model = SectionTranslation
    parent_name = "section"


@admin.register(Section)
class SectionAdmin(NamedAdmin):
    inlines = (SectionTranslationInline,)
    fields = ("parent", "position", "in_navigation")
    list_display = ("name", "languages", "in_navigation", "position", "used")
    list_display_links = ("name",)
    story_field = "section"
    list_per_page = 200
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Section]:
        tree = Section.in_tree_order()
        places = {section.pk: place for place, (section, _depth) in enumerate(tree)}
        depths = {section.pk: depth for section, depth in tree}
        named = super().get_queryset(request)
        return named.annotate(place=_case(places), depth=_case(depths))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # Forms with a field for a section ask too, and know nothing of the list's columns.
        in_list = request.resolver_match.url_name == "articles_section_changelist"
        return ("place",) if in_list else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        named = Section.objects.exclude(code=PAGES).prefetch_related("translations")
        return super().formfield_for_foreignkey(db_field, request, queryset=named, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return without_pop_ups(super().formfield_for_dbfield(db_field, request, **kwargs))

    @admin.display(description=_("section"))
    def name(self, section: Section) -> SafeString:
        name = _("static pages") if section.code == PAGES else section
        return format_html('<span class="tree tree-{}">{}</span>', section.depth, name)

    def has_delete_permission(self, request: HttpRequest, obj: Section | None = None) -> bool:
        if obj is not None and obj.code in (GENERAL, PAGES):
            return False  # the house itself needs these two
        return super().has_delete_permission(request, obj)


def _case(values: dict[int, int]) -> Case:
    rows = [When(pk=pk, then=Value(value)) for pk, value in values.items()]
    return Case(*rows, default=Value(0), output_field=IntegerField())
