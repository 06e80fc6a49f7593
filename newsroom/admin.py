"""The people who may enter the desk."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
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
