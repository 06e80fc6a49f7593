"""The moderators' rules: one entry a row."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments import rules
from comments.models import Rule


class RuleForm(forms.ModelForm):
    """An entry as it is typed; `rules.settle` says what is stored of it."""

    class Meta:
        model = Rule
        fields = ("kind", "action", "value", "with_prefixes", "note", "is_active")
        widgets = {"value": forms.TextInput(attrs={"dir": "auto", "class": "vTextField"})}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "value" in data and ("value" in self.changed_data or not self.instance.pk):
            self._settle(data)
        return data

    def _settle(self, data: dict[str, Any]) -> None:
        # Of a rule that exists the kind is not asked again.
        kind = data.get("kind") or self.instance.kind
        try:
            data["value"], self.instance.key = rules.settle(kind, data["value"])
        except forms.ValidationError as error:
            self.add_error("value", error)
            return
        same = Rule.objects.filter(kind=kind, key=self.instance.key).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("value", _("There is such a rule already."))


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    """What holds a comment, sends it to spam, or lets it through."""

    form = RuleForm
    list_display = ("entry", "kind", "action", "note", "is_active")
    list_filter = ("kind", "action", "is_active")
    search_fields = ("value", "note")
    show_full_result_count = False
    ordering = ("-id",)

    def get_readonly_fields(self, request: HttpRequest, obj: Rule | None = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Rule, form: RuleForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("entry"), ordering="value")
    def entry(self, rule: Rule) -> SafeString:
        return format_html("<bdi>{}</bdi>", rule.value)
