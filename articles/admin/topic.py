"""Topics: words that were typed on stories, with their names in other languages."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.admin.translations import TranslationForm, TranslationInline, languages_of
from articles.models import Topic, TopicTranslation
from newsroom.lib.folding import fold


class TopicTranslationForm(TranslationForm):
    def clean(self) -> dict:
        """Refuse a second topic of the same name, however its hamzas are written."""
        data = super().clean()
        same = TopicTranslation.objects.filter(
            language=data.get("language"), folded=fold(data.get("name") or "")[:80]
        ).exclude(pk=self.instance.pk)
        if data.get("name") and (other := same.first()):
            message = gettext("There is a topic of this name already: %(name)s.")
            raise ValidationError({"name": message % {"name": other.name}})
        return data


class TopicTranslationInline(TranslationInline):
    model = TopicTranslation
    parent_name = "topic"
    form: type[forms.ModelForm] = TopicTranslationForm


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    inlines = (TopicTranslationInline,)
    fields = ()
    list_display = ("__str__", "languages", "stories")
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("translations__folded",)

    class Media:
        css = {"all": ["articles/desk.css", "articles/parts.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        stories = Count("stories", distinct=True)
        return Topic.objects.prefetch_related("translations").annotate(story_count=stories)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return super().get_search_results(request, queryset, fold(search_term))

    @admin.display(description=_("languages"))
    def languages(self, topic: Topic) -> str:
        return languages_of(topic)

    @admin.display(description=_("stories"))
    def stories(self, topic: Topic) -> int:
        return topic.story_count
