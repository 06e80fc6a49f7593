"""The admin site, under the paper's name.

Apart from `admin.py`: Django's own admin modules register with the site while that one loads.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from newsroom import kept
from newsroom.lib import mail
from newsroom.lib.rows import keep_rows_chosen


class NewsroomAdminSite(admin.AdminSite):
    """Django's admin under the paper's name."""

    index_title = _("Desk")
    site_url = "/"
    enable_nav_sidebar = False  # the screens stand in the header

    def each_context(self, request: HttpRequest) -> dict:
        name = settings.SITE_NAME
        return super().each_context(request) | {
            "site_title": name,
            "site_header": name,
            "languages": settings.LANGUAGES,
            "may_read_log": request.user.has_perm("articles.edit_all_stories"),
        }

    def get_urls(self) -> list:
        """Django's, the screens that need to know both apps, and the pages before the desk."""
        return [*self._own_urls(), *self._door_urls(), *super().get_urls()]

    def _own_urls(self) -> list:
        from newsroom import account, audit, home  # they need the loaded apps

        return [
            path("account/", self.admin_view(account.account), name="account"),
            path("log/", self.admin_view(audit.log), name="log"),
            path("edit-link/<int:pk>/", home.edit_link, name="edit_link"),
            # Before Django's, which tells the address of any draft.
            path(
                "r/<int:content_type_id>/<path:object_id>/",
                self.admin_view(home.view_on_site),
                name="view_on_site",
            ),
        ]

    def _door_urls(self) -> list:
        from newsroom import password_pages, signin_pages

        return [
            path("second-factor/", signin_pages.own, name="second_factor"),
            path("second-factor/code/", signin_pages.code, name="second_factor_code"),
            path("second-factor/remove/", signin_pages.remove, name="second_factor_remove"),
            path(
                "second-factor/recovery-codes/",
                signin_pages.recovery_codes,
                name="second_factor_recovery_codes",
            ),
            path("password/", password_pages.forgotten, name="forgotten_password"),
            path("password/sent/", password_pages.sent, name="forgotten_password_sent"),
            path("password/choose/", password_pages.choose, name="choose_password"),
        ]

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The home of the desk."""
        from newsroom import home

        waiting = {
            "comments": home.comments_waiting(request.user),
            "clock": home.clock_problem(request.user),
            "stopped_webhooks": home.stopped_webhooks(request.user),
        }
        return super().index(request, waiting | (extra_context or {}))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's, but the keys of second factors are on no screen."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        shown = [model for model in models if not model._meta.app_label.startswith("otp_")]
        super().register(shown, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person may enter: with all that is asked of them, not the password alone."""
        from newsroom import second_factor

        return super().has_permission(request) and second_factor.has_passed(request)

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        """As Django's, but a form sent after the session ended is not thrown away, and whose
        group is asked for a second factor meanwhile is led there."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.path == reverse("admin:logout"):
                return inner(request, *args, **kwargs)
            if request.method == "POST" and request.user.is_anonymous:
                return kept.sign_in_first(request)
            if admin.AdminSite.has_permission(self, request) and not self.has_permission(request):
                from newsroom import signin_pages

                return signin_pages.step_still_missing(request)
            if request.method == "POST":
                keep_rows_chosen(request)
            return inner(request, *args, **kwargs)

        return guarded

    def password_change(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """As Django's, with a form that nobody guesses the old password by."""
        from django.contrib.auth.views import PasswordChangeView  # they need the loaded apps

        from newsroom.people_forms import OwnPasswordForm

        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            extra_context=self.each_context(request) | (extra_context or {}),
        )
        return view(request)

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """As Django's, carrying what was typed before the session ended, and with a second step."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        from newsroom.people_forms import SignInForm  # they need the loaded apps
        from newsroom.signin_pages import SignInView

        context = self.each_context(request) | {
            "title": _("Log in"),
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            "kept": request.POST.get("kept", ""),
            "can_mail": mail.is_configured(),
        }
        view = SignInView.as_view(
            template_name="admin/login.html",
            authentication_form=SignInForm,
            extra_context=context | (extra_context or {}),
        )
        return never_cache(view)(request)
