"""Webhooks at the desk: whom to call with what, the secret once, a test, the last calls."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import logged
from newsroom import webhooks
from newsroom.lib import outgoing
from newsroom.models import Delivery, Webhook

SHOWN = 50
EVENTS = Webhook.Event.choices
REFUSALS = {
    "bad-address": gettext_lazy("Write a whole address, https://…, without a name or password."),
    "not-https": gettext_lazy("Only https:// is called, so that nobody reads along."),
}
# What came of a call, beside the status of HTTP.
ANSWERS = {
    "no-such-host": gettext_lazy("no machine of this name"),
    "timeout": gettext_lazy("no answer in time"),
    "tls": gettext_lazy("its certificate is not believed"),
    "connection": gettext_lazy("nothing answers there"),
    "not-public": gettext_lazy("this address is not of the public network (WEBHOOK_NETWORKS)"),
    "fault": gettext_lazy("a fault on our side; the log tells more"),
    **REFUSALS,
}


def answer_in_words(answer: str) -> str:
    """Return what came of a call, in the language of the desk."""
    return str(ANSWERS.get(answer, answer))


class WebhookForm(forms.ModelForm):
    url = forms.CharField(
        label=gettext_lazy("address"),
        max_length=500,
        widget=forms.TextInput({"dir": "ltr", "class": "vTextField"}),
        help_text=gettext_lazy("https://…; a machine of the public network."),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("events"),
        # The code, too: the list of calls and the other system know an event by it.
        choices=[(code, format_lazy("{} ({})", label, code)) for code, label in EVENTS],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "events", "is_active")

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        try:
            outgoing.check(url)
        except outgoing.CallRefused as refusal:
            raise forms.ValidationError(REFUSALS[str(refusal)]) from None
        return url


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin):
    form = WebhookForm
    fields = ("name", "url", "events", "is_active")
    list_display = ("name", "host", "state", "last_call")
    list_per_page = list_max_show_all = 50
    sortable_by = ("name",)
    show_full_result_count = False
    change_form_template = "admin/newsroom/webhook/change_form.html"

    class Media:
        css = {"all": ["articles/parts.css", "articles/home.css", "newsroom/css/webhooks.css"]}

    # The list.

    def get_queryset(self, request: HttpRequest) -> Any:
        last = Delivery.objects.filter(webhook=OuterRef("pk"), answer__gt="").order_by("-id")
        return (
            super().get_queryset(request).annotate(last_answer=Subquery(last.values("answer")[:1]))
        )

    @admin.display(description=gettext_lazy("machine"))
    def host(self, hook: Webhook) -> SafeString:
        # The whole address may hold a key of its own.
        return format_html('<bdi dir="ltr">{}</bdi>', urlsplit(hook.url).hostname or "")

    @admin.display(description=gettext_lazy("state"))
    def state(self, hook: Webhook) -> SafeString:
        mark, word = "published", _("active")
        if not hook.is_active:
            mark, word = "withdrawn", _("switched off") if hook.stopped_at else _("off")
        elif not hook.salt:
            mark, word = "draft", _("without a secret")
        elif hook.failing_since:
            mark, word = "scheduled", _("failing")
        return format_html('<span class="state state-{}">{}</span>', mark, word)

    @admin.display(description=gettext_lazy("last call"), empty_value="—")
    def last_call(self, hook: Webhook) -> str | None:
        return answer_in_words(hook.last_answer) if hook.last_answer else None

    # The form.

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        if obj.is_active:
            obj.failures, obj.failing_since, obj.stopped_at = 0, None, None
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            webhooks.stop(obj)

    def response_add(
        self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.info(request, _("Now make its secret: nothing is sent before."))
        return self._to(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if hook := kwargs.get("obj"):
            context["may_change"] = self.has_change_permission(request, hook)
            rows = hook.deliveries.order_by("-id")[:SHOWN]
            context["deliveries"] = [(row, answer_in_words(row.answer)) for row in rows]
        return super().render_change_form(request, context, *args, **kwargs)

    # What is done with one.

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/secret/", wrap(self._secret), name="newsroom_webhook_secret"),
            path("<int:pk>/test/", wrap(self._test), name="newsroom_webhook_test"),
            *super().get_urls(),
        ]

    def _secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a new secret and show it, this once."""
        hook = self._hook(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        context = self.admin_site.each_context(request) | {
            "title": _("The secret of “%(name)s”") % {"name": hook.name},
            "opts": self.opts,
            "hook": hook,
            "had_one": bool(hook.salt),
            "secret": hook.renew_secret(),
        }
        self.log_change(request, hook, logged.fields("secret"))
        return TemplateResponse(request, "admin/newsroom/webhook/secret.html", context)

    def _test(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Call it now and say what came of it."""
        hook = self._hook(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not hook.salt:
            messages.error(request, _("Make its secret first."))
            return self._to(hook)
        answer = webhooks.send_test(hook)
        say = messages.success if webhooks.is_taken(answer) else messages.error
        say(request, _("The test came to: %(answer)s") % {"answer": answer_in_words(answer)})
        return self._to(hook)

    def _hook(self, request: HttpRequest, pk: int) -> Webhook:
        hook = get_object_or_404(Webhook, pk=min(pk, 2**63 - 1))
        if not self.has_change_permission(request, hook):
            raise PermissionDenied
        return hook

    def _to(self, hook: Webhook) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:newsroom_webhook_change", args=[hook.pk]))
