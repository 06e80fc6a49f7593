"""The places of the front page that editors fill by hand."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.admin.story_filters import STATES, state_of
from articles.admin.translations import without_pop_ups
from articles.forms import MomentField, zone_label
from articles.models import Pin, Story
from newsroom.lib.rtl import language_direction


class PinForm(forms.ModelForm):
    until = MomentField(label=_("until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].help_text = zone_label()

    def clean_story(self) -> Story:
        story = self.cleaned_data["story"]
        if not story.is_public and not story.is_scheduled:
            raise ValidationError(gettext("Only a published story can stand on the front page."))
        pins = Pin.objects.filter(language=story.language, story=story)
        if pins.exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext("This story has a place on the front page already."))
        return story


@admin.register(Pin)
class PinAdmin(admin.ModelAdmin):
    form = PinForm
    fields = ("story", "position", "until")
    autocomplete_fields = ("story",)
    list_display = ("headline", "language", "position", "state", "until")
    list_display_links = ("headline",)
    list_filter = ("language",)
    list_select_related = ("story",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ["articles/desk.css", "articles/parts.css"]}

    def save_model(
        self, request: HttpRequest, obj: Pin, form: forms.ModelForm, change: bool
    ) -> None:
        obj.language = obj.story.language  # a story stands on the front page of its own language
        super().save_model(request, obj, form, change)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return without_pop_ups(super().formfield_for_dbfield(db_field, request, **kwargs))

    @admin.display(description=_("story"))
    def headline(self, pin: Pin) -> SafeString:
        direction = language_direction(pin.language)
        return format_html('<span class="title" dir="{}">{}</span>', direction, pin.story.headline)

    @admin.display(description=_("state"))
    def state(self, pin: Pin) -> SafeString:
        state = state_of(pin.story)
        return format_html('<span class="state state-{}">{}</span>', state, STATES[state])
