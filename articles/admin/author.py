"""Authors and their names."""

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest

from articles.admin.translations import (
    NamedAdmin,
    TranslationInline,
    stories_named,
    without_pop_ups,
)
from articles.models import Author, AuthorTranslation, Byline, Story
from newsroom.lib.rows import RowSearch


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
    used_by, use_field = Byline, "author"
    list_per_page = 100
    search_fields = ("translations__name",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
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
