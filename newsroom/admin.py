"""The people who may enter the desk."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from newsroom.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts, with the language each person reads the desk in."""

    list_display = ("username", "email", "first_name", "last_name", "is_active", "last_login")
    fieldsets = (
        *DjangoUserAdmin.fieldsets,
        (_("The desk"), {"fields": ("interface_language",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple:
        """Only somebody who may do everything makes another who may."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else (*fields, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_within_reach(request, obj)

    def _is_within_reach(self, request: HttpRequest, obj: User | None) -> bool:
        return obj is None or request.user.is_superuser or not obj.is_superuser
