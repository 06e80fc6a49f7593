"""Authors and their names."""

from django.contrib import admin
from django.http import HttpRequest

from articles.admin.translations import NamedAdmin, TranslationInline
from articles.models import Author, AuthorTranslation


class AuthorTranslationInline(TranslationInline):
    model = AuthorTranslation
    parent_name = "author"


@admin.register(Author)
class AuthorAdmin(NamedAdmin):
    inlines = (AuthorTranslationInline,)
    fields = ("user",)
    autocomplete_fields = ("user",)
    list_display = ("__str__", "languages", "user", "used")
    list_select_related = ("user",)
    story_field = "bylines__author"
    list_per_page = 100
    search_fields = ("translations__name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Author | None = None) -> tuple:
        # Whose account it is, those say who know the accounts.
        return () if request.user.has_perm("newsroom.view_user") else ("user",)
