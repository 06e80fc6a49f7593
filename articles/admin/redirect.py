"""Old addresses: the list, one by hand, many by file."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles import redirects
from articles.models import Redirect
from articles.redirects import Receipt, RedirectRefused, Row


class RedirectForm(forms.ModelForm):
    # Wider than the column: what is too long is said by `redirects`, of the decoded address.
    old_path = forms.CharField(
        label=gettext_lazy("old address"),
        max_length=3000,
        widget=forms.TextInput({"dir": "ltr", "class": "vTextField"}),
        help_text=gettext_lazy("As readers have it: /old/path/, with or without ?p=123."),
    )
    new_path = forms.CharField(
        label=gettext_lazy("new address"),
        max_length=3000,
        widget=forms.TextInput({"dir": "ltr", "class": "vTextField"}),
        help_text=gettext_lazy("A path of this site (/en/…) or a whole address (https://…)."),
    )

    class Meta:
        model = Redirect
        fields = ("old_path", "new_path")

    def clean_old_path(self) -> str:
        return self._cleaned(redirects.clean_old, "old_path")

    def clean_new_path(self) -> str:
        return self._cleaned(redirects.clean_new, "new_path")

    def _cleaned(self, clean: Any, name: str) -> str:
        try:
            return clean(self.cleaned_data[name])
        except RedirectRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        others = Redirect.objects.exclude(pk=self.instance.pk)
        if others.filter(old_path=cleaned["old_path"]).exists():
            self.add_error("old_path", _("This old address leads somewhere already."))
            return cleaned
        for _line, problem in self.add(only_check=True).problems:
            self.add_error(None, problem)
        return cleaned

    def add(self, *, only_check: bool = False) -> Receipt:
        """Keep the row, or only ask whether it could be kept."""
        row = Row(1, self.cleaned_data["old_path"], self.cleaned_data["new_path"])
        replaces = self.instance if self.instance.pk else None
        return redirects.add([row], replaces=replaces, only_check=only_check)


@admin.register(Redirect)
class RedirectAdmin(admin.ModelAdmin):
    form = RedirectForm
    fields = ("old_path", "new_path")
    list_display = ("old", "new", "created_at")
    list_display_links = ("old",)
    search_fields = ("old_path", "new_path")
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    sortable_by = ("old", "created_at")
    change_list_template = "admin/articles/front/redirects.html"

    class Media:
        css = {"all": ["articles/desk.css", "articles/front.css"]}

    @admin.display(description=gettext_lazy("old address"), ordering="old_path")
    def old(self, row: Redirect) -> SafeString:
        return format_html('<bdi dir="ltr" class="address">{}</bdi>', row.old_path)

    @admin.display(description=gettext_lazy("new address"))
    def new(self, row: Redirect) -> SafeString:
        return format_html('<bdi dir="ltr" class="address">{}</bdi>', row.new_path)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple:
        # An address is pasted as browsers copy it: encoded, with its host.
        term = redirects.normalise(search_term) if "%" in search_term else search_term
        return super().get_search_results(request, queryset, term.replace("\x00", ""))

    def save_model(
        self, request: HttpRequest, obj: Redirect, form: RedirectForm, change: bool
    ) -> None:
        # The form's instance already carries the new row: what is kept is found by its address.
        form.add()
        kept = Redirect.objects.get(old_path=form.cleaned_data["old_path"])
        obj.pk, obj.new_path, obj.created_at = kept.pk, kept.new_path, kept.created_at
        obj._state.adding = False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("import/", wrap(self.import_view), name="articles_redirect_import"),
            path("export/", wrap(self.export_view), name="articles_redirect_export"),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """The whole table as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = StreamingHttpResponse(
            redirects.write_csv(), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = 'attachment; filename="redirects.csv"'
        response["Cache-Control"] = "private, no-store"
        return response

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """A file of old and new addresses: all of it, or nothing and every bad line named."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        refusal, receipt = "", None
        if request.method == "POST":
            try:
                receipt = self._imported(request)
            except RedirectRefused as refused:
                refusal = str(refused)
            if receipt and not receipt.problems:
                self._tell(request, receipt)
                return HttpResponseRedirect(reverse("admin:articles_redirect_changelist"))
        problems = receipt.problems if receipt else []
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import redirects"),
            "media": self.media,
            "refusal": refusal,
            "problems": problems[: redirects.MAX_PROBLEMS],
            "problem_count": len(problems),
        }
        template = "admin/articles/front/redirect_import.html"
        return TemplateResponse(
            request, template, context, status=422 if problems or refusal else 200
        )

    def _imported(self, request: HttpRequest) -> Receipt:
        file = request.FILES.get("file")
        if file is None:
            raise RedirectRefused(_("Choose a file."))
        if file.size > redirects.MAX_BYTES:
            raise RedirectRefused(_("The file is too large: 5 MB at most."))
        return redirects.add(redirects.read_csv(file.read()))

    def _tell(self, request: HttpRequest, receipt: Receipt) -> None:
        parts = [
            ngettext("%(n)s redirect added", "%(n)s redirects added", receipt.added)
            % {"n": receipt.added},
            ngettext("%(n)s changed", "%(n)s changed", receipt.changed) % {"n": receipt.changed},
            ngettext("%(n)s shortened", "%(n)s shortened", receipt.shortened)
            % {"n": receipt.shortened},
        ]
        said = " · ".join(parts)
        messages.success(request, said)
        # Files are many rows: the log names the newest of them and says how many there were.
        if row := Redirect.objects.order_by("-pk").first():
            self.log_change(request, row, f"{_('Import')}: {said}")
