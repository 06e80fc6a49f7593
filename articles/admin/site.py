"""The paper itself, an edition a language: its name, its wordmark, its menus, its footer."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from articles.admin.translations import FollowsItsParent
from articles.forms import ProseEditor
from articles.models import Edition, MenuItem, Placement
from articles.site import clean_footer
from newsroom.lib.rtl import language_direction
from newsroom.lib.svg import clean_svg


class EditionForm(forms.ModelForm):
    wordmark = forms.FileField(
        label=_("new wordmark"),
        required=False,
        widget=forms.FileInput({"accept": ".svg,image/svg+xml"}),
        help_text=_("An SVG drawing of shapes. It takes the colour of the text around it."),
    )
    no_wordmark = forms.BooleanField(
        label=_("set the name in type, without a wordmark"), required=False
    )

    class Meta:
        model = Edition
        fields = ("language", "name", "tagline", "description", "footer_html", "comment_rules")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.instance.language or settings.DEFAULT_LANGUAGE
        if "footer_html" in self.fields:
            self.fields["footer_html"].widget = ProseEditor(language, tools="footer")
        for name in ("name", "tagline", "description", "comment_rules"):
            if name in self.fields:
                self.fields[name].widget.attrs["dir"] = language_direction(language)

    def clean_wordmark(self) -> str:
        file = self.cleaned_data["wordmark"]
        return clean_svg(file.read()) if file else ""

    def clean_footer_html(self) -> str:
        return clean_footer(self.cleaned_data["footer_html"])


class MenuItemInline(FollowsItsParent, admin.TabularInline):
    model = MenuItem
    parent_name = "edition"
    extra = 2

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """As Django's, each field with its name: the heads of the columns label nothing."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = capfirst(field.label)
        return field


class PlacementInline(FollowsItsParent, admin.StackedInline):
    model = Placement
    parent_name = "edition"
    extra = 0
    max_num = len(Placement.Place.choices)
    fields = (
        ("place", "is_on"),
        "url",
        ("width", "height"),
        ("small_width", "small_height"),
        "needs_consent",
    )


@admin.register(Edition)
class EditionAdmin(admin.ModelAdmin):
    form = EditionForm
    inlines = (MenuItemInline, PlacementInline)
    list_display = ("name", "language", "tagline")
    change_form_template = "admin/articles/edition.html"
    fieldsets = (
        (None, {"fields": ("language", "name", "tagline", "description")}),
        (_("wordmark"), {"fields": ("wordmark", "no_wordmark")}),
        (_("footer"), {"fields": ("footer_html",)}),
        (_("comments"), {"fields": ("comment_rules",)}),
    )

    class Media:
        css = {"all": ["articles/desk.css", "articles/parts.css"]}

    def get_readonly_fields(self, request: HttpRequest, obj: Edition | None = None) -> tuple:
        return ("language",) if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        has_room = Edition.objects.count() < len(settings.LANGUAGES)
        return has_room and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        return False  # the site has an edition for every language it publishes in

    def save_model(
        self, request: HttpRequest, obj: Edition, form: EditionForm, change: bool
    ) -> None:
        if form.cleaned_data["no_wordmark"]:
            obj.wordmark_svg = ""
        elif form.cleaned_data["wordmark"]:
            obj.wordmark_svg = form.cleaned_data["wordmark"]
        super().save_model(request, obj, form, change)
