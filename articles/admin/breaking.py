"""The strip of breaking news: written, ended early, ended by the clock."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from articles import logged, strip
from articles.admin.translations import without_pop_ups
from articles.forms import MomentField, zone_label
from articles.models import Breaking, Story
from articles.templatetags.desk import moment
from newsroom.lib.rows import RowSearch
from newsroom.lib.rtl import language_direction
from newsroom.lib.text import one_line

LASTS = timedelta(hours=2)


class BreakingForm(forms.ModelForm):
    until = MomentField(label=gettext_lazy("until"))

    class Meta:
        model = Breaking
        fields = ("language", "text", "story", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "text" in self.fields:
            self.fields["text"].widget.attrs |= {"dir": "auto", "class": "vTextField"}
            self.fields["text"].help_text = _("One line, as readers see it over every page.")
        if "story" in self.fields:
            self.fields["story"].help_text = _("Readers get there from the line.")
        if "until" in self.fields:
            self.fields["until"].help_text = zone_label()
            if not self.instance.pk:
                self.initial.setdefault("until", timezone.now() + LASTS)

    def clean_text(self) -> str:
        text = one_line(self.cleaned_data["text"])
        if not text:
            raise forms.ValidationError(_("The line has no words."))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        story: Story | None = cleaned.get("story")
        language = cleaned.get("language") or self.instance.language
        if story and story.language != language:
            self.add_error("story", _("This story is in another language."))
        elif story and not (story.is_public or story.is_scheduled):
            self.add_error("story", _("Only a published story can be linked."))
        until = cleaned.get("until")
        if until and "until" in self.changed_data and until <= timezone.now():
            self.add_error("until", _("This time is past."))
        return cleaned


@admin.register(Breaking)
class BreakingAdmin(admin.ModelAdmin):
    form = BreakingForm
    autocomplete_fields = ("story",)
    list_display = ("line", "language", "state", "ends", "created_by", "end_now")
    list_display_links = ("line",)
    list_filter = ("language",)
    list_select_related = ("created_by",)
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    actions = None

    class Media:
        css = {"all": ["articles/desk.css", "articles/front.css"]}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"language": request.LANGUAGE_CODE, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Breaking | None = None) -> tuple:
        return ("language",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = RowSearch(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return without_pop_ups(super().formfield_for_dbfield(db_field, request, **kwargs))

    def save_model(
        self, request: HttpRequest, obj: Breaking, form: BreakingForm, change: bool
    ) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("text"))
    def line(self, row: Breaking) -> SafeString:
        direction = language_direction(row.language)
        return format_html(
            '<span class="title" dir="{}" lang="{}">{}</span>', direction, row.language, row.text
        )

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Breaking) -> SafeString:
        if row.until > timezone.now():
            return format_html('<span class="state state-breaking">{}</span>', _("on the site"))
        return format_html('<span class="state state-ended">{}</span>', _("over"))

    @admin.display(description=gettext_lazy("until"))
    def ends(self, row: Breaking) -> SafeString:
        return format_html('<bdi class="when">{}</bdi>', moment(row.until))

    @admin.display(description="")
    def end_now(self, row: Breaking) -> str:
        if row.until <= timezone.now():
            return ""
        return render_to_string("admin/articles/front/_end.html", {"row": row})

    def get_urls(self) -> list[URLPattern]:
        end = self.admin_site.admin_view(self.end_view)
        return [path("<int:pk>/end/", end, name="articles_breaking_end"), *super().get_urls()]

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a line down now."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = get_object_or_404(Breaking, pk=pk)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if strip.end(row):
            self.log_change(request, row, logged.fields(gettext_noop("until")))
            messages.success(request, _("The line is off the site."))
        else:
            messages.info(request, _("The line was over already."))
        return HttpResponseRedirect(reverse("admin:articles_breaking_changelist"))
