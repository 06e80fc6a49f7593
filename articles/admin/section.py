"""The tree of sections."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import logged, placing
from articles.admin.translations import NamedAdmin, TranslationInline, without_pop_ups
from articles.models import Section, SectionTranslation
from articles.site import GENERAL, PAGES
from newsroom.lib.rows import RowsField
from newsroom.lib.rtl import isolate
from newsroom.models import User


def may_name_editors(user: User) -> bool:
    """Whether `user` may say who edits a section."""
    return user.is_superuser or user.has_perm("newsroom.change_user")


class SectionTranslationInline(TranslationInline):
    model = SectionTranslation
    parent_name = "section"


@admin.register(Section)
class SectionAdmin(NamedAdmin):
    inlines = (SectionTranslationInline,)
    fields = ("parent", "position", "in_navigation")
    list_display = ("name", "languages", "in_navigation", "moves", "used")
    list_display_links = ("name",)
    use_field, story_field = "section", "pk"
    list_per_page = 200
    sortable_by = ()

    class Media:
        css = {"all": ["articles/front.css"]}

    def get_fields(self, request: HttpRequest, obj: Section | None = None) -> tuple[str, ...]:
        # Who edits a section is a matter of rights: for those who may change people.
        return (*self.fields, "editors") if may_name_editors(request.user) else self.fields

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "editors":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True).order_by(
                "username"
            )
            kwargs["widget"] = forms.CheckboxSelectMultiple({"class": "section-editors"})
            kwargs["form_class"] = RowsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        move = self.admin_site.admin_view(self.move_view)
        return [path("<int:pk>/move/", move, name="articles_section_move"), *super().get_urls()]

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move a section up or down among its neighbours."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        section = get_object_or_404(Section, pk=pk)
        step = {"up": -1, "down": 1}.get(request.POST.get("step", ""))
        if step is None:
            raise Http404
        try:
            has_moved = placing.move_section(section, step, by=request.user)
        except placing.PlacingError as refusal:
            raise PermissionDenied from refusal
        if has_moved:
            field = Section._meta.get_field("position")
            self.log_change(request, section, logged.fields(field.verbose_name))
            messages.success(
                request, _("%(section)s has moved.") % {"section": isolate(str(section))}
            )
        else:
            messages.info(request, _("There is nothing to move past in this direction."))
        return HttpResponseRedirect(f"{reverse('admin:articles_section_changelist')}#move-{pk}")

    @admin.display(description=gettext_lazy("order"))
    def moves(self, section: Section) -> str:
        context = {"section": section, "name": str(section)}
        return render_to_string("admin/articles/front/_section_moves.html", context)

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

    @admin.display(description=gettext_lazy("section"))
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
