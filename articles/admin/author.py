"""Authors and their names."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.admin.translations import TranslationInline, languages_of
from articles.models import Author, AuthorTranslation


class AuthorTranslationInline(TranslationInline):
    model = AuthorTranslation
    parent_name = "author"


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    inlines = (AuthorTranslationInline,)
    fields = ("user",)
    autocomplete_fields = ("user",)
    list_display = ("__str__", "languages", "user", "stories")
    list_select_related = ("user",)
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("translations__name",)

    class Media:
        css = {"all": ["articles/desk.css", "articles/parts.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Author]:
        stories = Count("bylines__story", distinct=True)
        return Author.objects.prefetch_related("translations").annotate(story_count=stories)

    @admin.display(description=_("languages"))
    def languages(self, author: Author) -> str:
        return languages_of(author)

    @admin.display(description=_("stories"))
    def stories(self, author: Author) -> int:
        return author.story_count
