"""The moderators' rules: one entry a row, many at once, and a box to try them in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles import logged
from comments import rules
from comments.admin import trying
from comments.models import Rule
from newsroom.lib.folding import fold

# Lines of a receipt that are shown.
MOST_LINES = 100


def _rules_added(values: dict[str, Any]) -> str:
    return ngettext("%(n)s rule added.", "%(n)s rules added.", values["n"]) % values


logged.SENTENCES["rules_added"] = _rules_added


class RuleForm(forms.ModelForm):
    """An entry as it is typed; `rules.settle` says what is stored of it."""

    class Meta:
        model = Rule
        fields = ("kind", "action", "value", "with_prefixes", "note", "is_active")
        widgets = {"value": forms.TextInput(attrs={"dir": "auto", "class": "vTextField"})}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind = data.get("kind") or self.instance.kind
        if kind == Rule.Kind.AGENT and data.get("action") == Rule.Action.ALLOW:
            self.add_error("action", NO_TRUST)
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


NO_TRUST = gettext_lazy("Any program can give itself any name: it lets nothing through.")


class ManyForm(forms.Form):
    """Entries of one kind, one a line."""

    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=Rule.Kind.choices)
    action = forms.ChoiceField(label=gettext_lazy("action"), choices=Rule.Action.choices)
    with_prefixes = forms.BooleanField(
        label=Rule._meta.get_field("with_prefixes").verbose_name,
        help_text=Rule._meta.get_field("with_prefixes").help_text,
        required=False,
        initial=True,
    )
    note = forms.CharField(label=gettext_lazy("note"), max_length=200, required=False)
    entries = forms.CharField(
        label=gettext_lazy("entries, one a line"),
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
        strip=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if (data.get("kind"), data.get("action")) == (Rule.Kind.AGENT, Rule.Action.ALLOW):
            self.add_error("action", NO_TRUST)
        return data


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    """What holds a comment, sends it to spam, or lets it through."""

    form = RuleForm
    list_display = ("entry", "kind", "action", "note", "is_active", "created_at")
    list_filter = ("kind", "action", "is_active")
    list_per_page = 100
    list_max_show_all = 100
    search_fields = ("value", "note")
    search_help_text = gettext_lazy("Words are found in any spelling; an address is never shown.")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ("created_at",)
    ordering = ("-id",)

    class Media:
        css = {"all": ["comments/desk.css", "comments/rules.css"]}

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("many/", wrap(self.many_view), name="comments_rule_many"),
            path("try/", wrap(self.try_view), name="comments_rule_try"),
            *super().get_urls(),
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        # By nothing else: who may ask for keys by their first letters soon has an address's index.
        return lookup.partition("__")[0] in self.list_filter

    def get_readonly_fields(self, request: HttpRequest, obj: Rule | None = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        term = " ".join(search_term.replace("\x00", "").split())
        if not term:
            return queryset, False
        found = Q(value__icontains=term) | Q(note__icontains=term)
        if key := " ".join(fold(term).split()):
            found |= Q(key__contains=key) & ~Q(kind=Rule.Kind.ADDRESS)
        return queryset.filter(found), False

    def save_model(self, request: HttpRequest, obj: Rule, form: RuleForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("entry"), ordering="value")
    def entry(self, rule: Rule) -> SafeString:
        return format_html("<bdi>{}</bdi>", rule.value)

    def many_view(self, request: HttpRequest) -> HttpResponse:
        """Add many entries; what could not be taken stays in the box, with its line's number."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        form = ManyForm(request.POST or None)
        receipt = self._added(request, form) if form.is_valid() else None
        context: dict[str, Any] = {
            "form": form,
            "receipt": receipt,
            "title": _("Add many rules"),
        }
        if receipt:
            context |= {
                "known": receipt.known[:MOST_LINES],
                "refused": receipt.refused[:MOST_LINES],
            }
        is_wrong = bool(form.errors or (receipt and receipt.refused))
        return self._page(request, "many", context, 422 if is_wrong else 200)

    def _added(self, request: HttpRequest, form: ManyForm) -> rules.Receipt | None:
        shared = {name: value for name, value in form.cleaned_data.items() if name != "entries"}
        text = form.cleaned_data["entries"]
        try:
            receipt = rules.add_many(text, by=request.user, **shared)
        except forms.ValidationError as error:
            form.add_error("entries", error)
            return None
        lines = text.splitlines()
        form.data = form.data.copy()
        form.data["entries"] = "\n".join(lines[number - 1] for number, _why in receipt.refused)
        if receipt.added and (newest := Rule.objects.order_by("-pk").first()):
            # The log names the newest of them and says how many there were.
            self.log_addition(request, newest, logged.sentence("rules_added", n=receipt.added))
            messages.success(request, _rules_added({"n": receipt.added}))
        return receipt

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Say what the rules would do to a text. Nothing of it is stored, nor in an address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        form = trying.TryForm(request.POST or None)
        context: dict[str, Any] = {"form": form, "title": _("Try the rules")}
        if form.is_valid():
            context["verdict"] = trying.judge(form.cleaned_data)
        response = self._page(request, "try", context, 422 if form.errors else 200)
        response["Cache-Control"] = "private, no-store"
        return response

    def _page(
        self, request: HttpRequest, name: str, context: dict[str, Any], status: int
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            **context,
        }
        return TemplateResponse(request, f"admin/comments/rule/{name}.html", context, status=status)
