"""Forms of an account: inviting somebody, and changing them."""

import re
import unicodedata
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    PasswordChangeForm,
    UserChangeForm,
)
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from articles.models import Section
from articles.site import PAGES
from newsroom import people
from newsroom.lib.rows import RowsField
from newsroom.models import User


class GroupsField(RowsField):
    """Groups by their translated names, as boxes."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, group: Group) -> str:
        return people.group_name(group)


class PermissionsField(RowsField):
    """Permissions as boxes, named in the language of the desk. What is no screen is left out."""

    widget = forms.CheckboxSelectMultiple
    VERBS = {
        "add": pgettext_lazy("permission", "add"),
        "change": pgettext_lazy("permission", "change"),
        "delete": pgettext_lazy("permission", "delete"),
        "view": pgettext_lazy("permission", "view"),
    }
    NO_SCREEN = ("admin", "axes", "contenttypes", "otp_static", "otp_totp", "sessions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rows = Permission.objects.select_related("content_type")
        shown = rows.exclude(content_type__app_label__in=self.NO_SCREEN)
        order = ("content_type__app_label", "content_type__model", "codename")
        super().__init__(shown.order_by(*order), *args, **kwargs)

    def label_from_instance(self, permission: Permission) -> str:
        model = permission.content_type.model_class()
        verb, _rest, noun = permission.codename.partition("_")
        if model and noun == model._meta.model_name and verb in self.VERBS:
            return f"{capfirst(model._meta.verbose_name_plural)}: {self.VERBS[verb]}"
        return _(permission.name)

    def limit_to(self, labels: set[str]) -> None:
        """Offer no more than these, written as `app.codename`."""
        rows = self.queryset
        within = [
            row.pk for row in rows if f"{row.content_type.app_label}.{row.codename}" in labels
        ]
        self.queryset = rows.filter(pk__in=within)


class GroupForm(forms.ModelForm):
    """A group and what it may do; nobody gives it more than they may do themselves."""

    by: User
    permissions = PermissionsField(label=gettext_lazy("permissions"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permissions" in self.fields and not self.by.is_superuser:
            self.fields["permissions"].limit_to(self.by.get_all_permissions())
        if "name" in self.fields and people.is_named_in_settings(self.instance):
            self.fields["name"].help_text = self._why_it_stays()

    @staticmethod
    def _why_it_stays() -> str:
        return _("A second factor is asked of this group by its name (SECOND_FACTOR_GROUPS).")

    def clean_name(self) -> str:
        """A group of which a second factor is asked keeps its name, by which it is known."""
        name = self.cleaned_data["name"]
        if "name" in self.changed_data and people.is_named_in_settings(self.instance):
            raise ValidationError(self._why_it_stays())
        return name

    def clean_permissions(self) -> Any:
        """What the form does not show stays as it is."""
        return _with_hidden(self, "permissions")


def _with_hidden(form: forms.ModelForm, name: str) -> Any:
    """Return the chosen permissions with those that there are and no box offers."""
    field, chosen = form.fields[name], form.cleaned_data[name]
    if not form.instance.pk:
        return chosen
    hidden = getattr(form.instance, name).exclude(pk__in=field.queryset.values("pk"))
    return Permission.objects.filter(
        pk__in=[*chosen.values_list("pk", flat=True), *hidden.values_list("pk", flat=True)]
    )


class AccountMixin(forms.ModelForm):
    """What both forms share. `by` is who fills it in: nobody gives rights beyond their own."""

    by: User
    groups = GroupsField(Group.objects.none(), label=gettext_lazy("groups"), required=False)
    sections = RowsField(
        Section.objects.none(),
        label=gettext_lazy("sections"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For section editors: where they edit, sections below included."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            self.fields["groups"].queryset = people.groups_within(self.by)
        if "sections" in self.fields:
            named = Section.objects.exclude(code=PAGES).prefetch_related("translations")
            self.fields["sections"].queryset = named
            if self.instance.pk:
                self.initial["sections"] = self.instance.sections.all()

    def clean_email(self) -> str:
        """An address belongs to one person of the desk."""
        email = self.cleaned_data["email"].strip()
        if people.is_taken(email, by_other_than=self.instance.pk):
            raise ValidationError(_("Another account of the desk has this address."))
        return email

    def _save_m2m(self) -> None:
        super()._save_m2m()
        if "sections" in self.fields:
            offered = self.fields["sections"].queryset.values("pk")
            # What no box offers stays as it is.
            hidden = list(self.instance.sections.exclude(pk__in=offered))
            self.instance.sections.set([*self.cleaned_data["sections"], *hidden])


class PersonForm(AccountMixin, UserChangeForm):
    """Changing an account."""

    user_permissions = PermissionsField(label=gettext_lazy("user permissions"), required=False)

    def clean_user_permissions(self) -> Any:
        return _with_hidden(self, "user_permissions")


class PasswordForm(AdminPasswordChangeForm):
    """A new password for somebody else: accounts end by being deactivated, not without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)


class OwnPasswordForm(PasswordChangeForm):
    """Another password for oneself; the old one is not guessed here either."""

    required_css_class = "required"

    def clean_old_password(self) -> str:
        typed = self.cleaned_data["old_password"]
        people.require_password(self.user, typed, self.error_messages["password_incorrect"])
        return typed


class SignInForm(AdminAuthenticationForm):
    """Django's, with a plain word for what was wrong."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "The user name or the password is wrong. Capital letters count in both."
        ),
    }


class InvitationForm(AccountMixin):
    """Somebody new, who will choose a password by a mailed link."""

    email = forms.EmailField(label=gettext_lazy("e-mail address"))
    username = forms.CharField(
        label=gettext_lazy("user name"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("For signing in. Left empty, it is made from the address."),
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "username", "groups", "interface_language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = self.fields["groups"]
        groups.required = True
        groups.error_messages["required"] = _("Choose one: without a group nobody does anything.")

    def clean_username(self) -> str:
        name = unicodedata.normalize("NFKC", self.cleaned_data["username"].strip())
        # No suffix for one that was typed: that it is taken is said beside the field.
        return name or self._free_name(self.data.get("email", "").split("@")[0])

    def _free_name(self, wanted: str) -> str:
        base = re.sub(r"[^\w.-]", "", wanted.casefold())[:100] or "person"
        taken = set(
            User.objects.filter(username__istartswith=base).values_list("username", flat=True)
        )
        number, name = 1, base
        while name in taken:
            number += 1
            name = f"{base}{number}"
        return name
