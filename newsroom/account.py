"""Everybody's own account: name, address, and the language the desk speaks to them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from comments.models import Digest
from comments.moderation import MODERATE
from newsroom import people
from newsroom.lib import mail
from newsroom.models import User


class AccountForm(forms.ModelForm):
    """What people may change of themselves. A new address needs the password: who finds a desk
    left open must not have links for a new password sent to themselves."""

    interface_language = forms.ChoiceField(label=gettext_lazy("language of the desk"))
    current_password = forms.CharField(
        label=gettext_lazy("current password"),
        help_text=gettext_lazy("Needed only for another e-mail address."),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    digest = forms.ChoiceField(
        label=gettext_lazy("mail about waiting comments"),
        help_text=gettext_lazy("How many wait and of which stories; nothing of who wrote them."),
        choices=[("", gettext_lazy("none")), *Digest.Every.choices],
        required=False,
    )

    class Meta:
        model = User
        fields = ("interface_language", "first_name", "last_name", "email")
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name", "dir": "auto"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name", "dir": "auto"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["interface_language"].choices = settings.LANGUAGES
        if not self.instance.interface_language:
            self.initial["interface_language"] = settings.DEFAULT_LANGUAGE
        if not (mail.is_configured() and self.instance.has_perm(MODERATE)):
            del self.fields["digest"]
        elif digest := Digest.objects.filter(user=self.instance).first():
            self.initial["digest"] = digest.every

    def save(self, commit: bool = True) -> User:
        if every := self.cleaned_data.get("digest"):
            Digest.objects.update_or_create(user=self.instance, defaults={"every": every})
        elif "digest" in self.fields:
            Digest.objects.filter(user=self.instance).delete()
        return super().save(commit)

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip()
        if people.is_taken(email, by_other_than=self.instance.pk):
            raise ValidationError(_("Another account of the desk has this address."))
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "email" in self.changed_data:
            wrong = _("Enter your password to change your address.")
            try:
                people.require_password(self.instance, data.get("current_password", ""), wrong)
            except ValidationError as error:
                self.add_error("current_password", error)
        return data


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account; a save is in force at once."""
    form = AccountForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.interface_language):
            messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("admin:account"))
    context = admin.site.each_context(request) | {"title": _("My account"), "form": form}
    return TemplateResponse(request, "admin/account.html", context)
