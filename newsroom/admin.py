"""The people who may enter the desk, and their groups."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom import people, second_factor, webhook_desk  # noqa: F401  (registering is importing)
from newsroom.lib import mail
from newsroom.lib.text import row_number
from newsroom.models import User
from newsroom.people_forms import GroupForm, InvitationForm, PasswordForm, PersonForm

ABOVE_ALL = ("is_superuser", "user_permissions")


class GroupFilter(admin.SimpleListFilter):
    title = gettext_lazy("group")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        groups = Group.objects.order_by("pk")
        return [(str(group.pk), people.group_name(group)) for group in groups]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        return queryset.filter(groups=row_number(value)) if value.isdecimal() else queryset


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts. Nobody changes the account of somebody who may do more, nor gives rights that
    they do not have; who leaves is deactivated, so that bylines and history stay."""

    form = PersonForm
    change_password_form = PasswordForm
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2")}),)
    list_display = ("person", "email", "group_names", "state", "factor", "last_login")
    list_display_links = ("person",)
    list_filter = (GroupFilter, "is_active")
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50
    ordering = ("username",)
    add_form_template = "admin/newsroom/user/add_form.html"
    change_form_template = "admin/newsroom/user/change_form.html"
    readonly_fields = ("state", "factor", "last_login", "date_joined")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (
            gettext_lazy("Person"),
            {"fields": ("first_name", "last_name", "email", "interface_language")},
        ),
        (
            gettext_lazy("Rights"),
            {"fields": ("is_staff", "groups", "sections", "is_superuser")},
        ),
        (
            gettext_lazy("Permissions besides those of the groups"),
            {"fields": ("user_permissions",), "classes": ("collapse",)},
        ),
        (gettext_lazy("State"), {"fields": ("state", "factor", "last_login", "date_joined")}),
    )
    invitation_fieldsets = (
        (
            None,
            {
                "fields": (
                    *("first_name", "last_name", "email", "username"),
                    *("groups", "sections", "interface_language"),
                )
            },
        ),
    )

    class Media:
        css = {"all": ["articles/parts.css", "newsroom/css/people.css"]}

    # The list.

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=gettext_lazy("person"), ordering="username")
    def person(self, user: User) -> SafeString:
        name = user.get_full_name()
        shown = format_html("<bdi>{}</bdi>", user.get_username())
        return format_html("{} · <bdi>{}</bdi>", shown, name) if name else shown

    @admin.display(description=gettext_lazy("groups"), empty_value="—")
    def group_names(self, user: User) -> str | None:
        names = [people.group_name(group) for group in user.groups.all()]
        return " · ".join(names) or None

    @admin.display(description=gettext_lazy("state"))
    def state(self, user: User) -> SafeString:
        mark, word = "published", _("active")
        if not user.is_active:
            mark, word = "withdrawn", _("deactivated")
        elif people.is_invited(user):
            mark, word = "scheduled", _("invited, not yet in")
        return format_html('<span class="state state-{}">{}</span>', mark, word)

    @admin.display(description=gettext_lazy("second factor"))
    def factor(self, user: User) -> str:
        return _("yes") if user.second_factor_at else _("no")

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # one by one: who left a trace is not deleted
        return actions

    # The forms.

    def get_form(
        self, request: HttpRequest, obj: User | None = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj is None and mail.is_configured():
            kwargs["form"] = InvitationForm
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            invites = mail.is_configured()
            return self.invitation_fieldsets if invites else super().get_fieldsets(request, obj)
        left_out = () if request.user.is_superuser else ABOVE_ALL
        if not request.user.has_perm("articles.change_section"):
            left_out = (*left_out, "sections")
        parts = [
            (title, part | {"fields": [name for name in part["fields"] if name not in left_out]})
            for title, part in super().get_fieldsets(request, obj)
        ]
        return [(title, part) for title, part in parts if part["fields"]]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change and isinstance(form, InvitationForm):
            obj.set_unusable_password()
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        if obj.has_usable_password() or not mail.is_configured():
            return super().response_add(request, obj, post_url_continue)
        self._invite(request, obj)
        return self._to(obj)

    def _invite(self, request: HttpRequest, user: User) -> None:
        try:
            people.invite(user)
        except mail.MailFailed:
            text = _("The mail was not accepted. The account is there: send the invitation again.")
            messages.error(request, text)
        else:
            messages.success(request, _("The invitation is on its way."))

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user = kwargs.get("obj")
        if user and self.has_change_permission(request, user):
            context["steps"] = list(self._steps(request, user))
        context["invites"] = mail.is_configured()
        return super().render_change_form(request, context, *args, **kwargs)

    def _steps(self, request: HttpRequest, user: User) -> Iterator[tuple[str, str]]:
        """Yield what can be done with an account besides changing it: address and button."""
        own = user == request.user
        if user.is_active and user.email and people.is_invited(user) and mail.is_configured():
            yield self._address("invite", user), _("Send the invitation again")
        if user.second_factor_at and not own:
            yield self._address("reset_factor", user), _("Reset the second factor")
        if not own:
            name = "deactivate" if user.is_active else "activate"
            words = {"deactivate": _("Deactivate"), "activate": _("Let in again")}
            yield self._address(name, user), words[name]

    # What is done with an account.

    def get_urls(self) -> list[URLPattern]:
        steps: dict[str, Callable] = {
            "invite": self._invite_again,
            "deactivate": self._deactivate,
            "activate": self._activate,
            "reset_factor": self._reset_factor,
        }
        own = [
            path(
                f"<int:pk>/{name.replace('_', '-')}/",
                self.admin_site.admin_view(partial(self._step, step=step)),
                name=f"newsroom_user_{name}",
            )
            for name, step in steps.items()
        ]
        return [*own, *super().get_urls()]

    def _step(self, request: HttpRequest, pk: int, step: Callable) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if user == request.user:
            messages.error(request, _("Your own account is changed by somebody else."))
        else:
            step(request, user)
        return self._to(user)

    def _invite_again(self, request: HttpRequest, user: User) -> None:
        if not (user.is_active and user.email and people.is_invited(user) and mail.is_configured()):
            messages.error(request, _("Only somebody who did not come in yet is invited by mail."))
            return
        self._invite(request, user)
        self.log_change(request, user, [{"changed": {"fields": ["invited again"]}}])

    def _deactivate(self, request: HttpRequest, user: User) -> None:
        people.deactivate(user)
        self.log_change(request, user, [{"changed": {"fields": ["deactivated"]}}])
        messages.success(request, _("Deactivated. Every session has ended; bylines stay."))

    def _activate(self, request: HttpRequest, user: User) -> None:
        people.activate(user)
        self.log_change(request, user, [{"changed": {"fields": ["active"]}}])
        messages.success(request, _("This person may enter again."))

    def _reset_factor(self, request: HttpRequest, user: User) -> None:
        second_factor.remove(user)
        self.log_change(request, user, [{"changed": {"fields": ["second factor reset"]}}])
        messages.success(request, _("The second factor is reset; a new one can be begun."))

    def _address(self, name: str, user: User) -> str:
        return reverse(f"admin:newsroom_user_{name}", args=[user.pk])

    def _to(self, user: User) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:newsroom_user_change", args=[user.pk]))

    # Who may.

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_within = obj is None or people.reaches(request.user, obj)
        return is_within and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_within = obj is None or (obj != request.user and people.reaches(request.user, obj))
        return is_within and super().has_delete_permission(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        user = self.get_object(request, object_id)
        if user and self.has_delete_permission(request, user) and people.has_traces(user):
            text = _(
                "This account has written or decided something and cannot be deleted. Deactivate "
                "it: nobody enters with it any more, and bylines and history stay."
            )
            messages.error(request, text)
            return self._to(user)
        return super().delete_view(request, object_id, extra_context)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """Groups. Nobody changes one that may do more, nor gives it what they may not do."""

    form = GroupForm
    filter_horizontal = ()
    list_display = ("shown_name",)

    class Media:
        css = {"all": ["newsroom/css/people.css"]}

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def shown_name(self, group: Group) -> str:
        return people.group_name(group)

    def get_form(
        self, request: HttpRequest, obj: Group | None = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        is_within = obj is None or people.gives(request.user, obj)
        return is_within and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        is_free = obj is None or not people.is_named_in_settings(obj)
        is_within = obj is None or people.gives(request.user, obj)
        return is_free and is_within and super().has_delete_permission(request, obj)
