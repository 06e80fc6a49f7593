"""Topics: words that were typed on stories, with their names in other languages."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

from articles.admin.translations import NamedAdmin, TranslationForm, TranslationInline
from articles.models import Story, Topic, TopicTranslation
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
class TopicAdmin(NamedAdmin):
    inlines = (TopicTranslationInline,)
    fields = ()
    list_display = ("__str__", "languages", "used")
    used_by, use_field = Story.topics.through, "topic"
    list_per_page = 100
    search_fields = ("translations__folded",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return super().get_search_results(request, queryset, fold(search_term))
