"""Authors and their names."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from js_asset import Script

from articles import contacts, pictures
from articles.admin.translations import (
    NamedAdmin,
    TranslationInline,
    stories_named,
    without_pop_ups,
)
from articles.forms import picture_words
from articles.models import Author, AuthorTranslation, Byline, Image, Story
from newsroom.lib.rows import RowSearch
from newsroom.lib.text import row_number


class AuthorForm(forms.ModelForm):
    class Meta:
        model = Author
        fields = ("user", "picture", "contacts")
        widgets = {"contacts": forms.Textarea({"rows": 3, "dir": "ltr"})}
        help_texts = {
            "contacts": _(
                "Shown to everybody on the author's page, one address a line: a site, X, Facebook; "
                "an e-mail address only if readers may write to it."
            )
        }

    def clean_contacts(self) -> str:
        return contacts.clean(self.cleaned_data["contacts"])


class PortraitNumber(forms.NumberInput):
    """The number of a picture, which the page's script lets one choose from the library."""

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        image = Image.objects.filter(pk=row_number(str(value or ""))).first()
        has_edition = get_language() in dict(settings.LANGUAGES)
        words = {**picture_words(), "remove": gettext("Remove"), "open": gettext("Choose…")}
        context["widget"]["attrs"] |= {
            "lang": get_language() if has_edition else settings.DEFAULT_LANGUAGE,
            "data-portrait": pictures.rendition_url(image, "square") if image else "",
            "data-pictures": reverse("admin:articles_image_choose"),
            "data-words": json.dumps(words, ensure_ascii=False),
        }
        return context


class AuthorTranslationInline(TranslationInline):
    model = AuthorTranslation
    parent_name = "author"


@admin.register(Author)
class AuthorAdmin(NamedAdmin):
    inlines = (AuthorTranslationInline,)
    form = AuthorForm
    fields = ("user", "picture", "contacts")
    autocomplete_fields = ("user",)
    list_display = ("name", "languages", "user", "used")
    list_select_related = ("user", "picture")
    used_by, use_field = Byline, "author"
    list_per_page = 100
    search_fields = ("translations__name",)

    class Media:
        css = {"all": ["articles/editor.css", "articles/portrait.css"]}
        js = [Script("articles/portrait.js", type="module")]

    @admin.display(description=_("author"))
    def name(self, author: Author) -> SafeString:
        if author.picture is None:
            return format_html("<bdi>{}</bdi>", author)
        url = pictures.rendition_url(author.picture, "square")
        face = '<img class="portrait" src="{}" alt="" width="40" height="40" loading="lazy">'
        return format_html(f"{face} <bdi>{{}}</bdi>", url, author)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "picture":
            kwargs["widget"] = PortraitNumber({"min": 1})
            kwargs["help_text"] = _(
                "The number of a picture, cut to a square round its focal point."
            )
        else:
            kwargs["widget"] = RowSearch(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        return without_pop_ups(super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        """Bylines keep an author; the stories under them are what there is to show."""
        found, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if protected:
            stories = Story.objects.filter(bylines__author__in=[obj.pk for obj in objs])
            protected = stories_named(stories.distinct(), request.user) or protected
        return found, counts, lacking, protected

    def get_readonly_fields(self, request: HttpRequest, obj: Author | None = None) -> tuple:
        # Whose account it is, those say who know the accounts.
        return () if request.user.has_perm("newsroom.view_user") else ("user",)
