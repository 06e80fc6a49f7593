"""The admin site, under the paper's name.

Apart from `admin.py`: Django's own admin modules register with the site while that one loads.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from newsroom import kept


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
        """Django's, and the screens that need to know both apps."""
        return [*self._own_urls(), *super().get_urls()]

    def _own_urls(self) -> list:
        from newsroom import account, audit, home  # they need the loaded apps

        return [
            path("account/", self.admin_view(account.account), name="account"),
            path("log/", self.admin_view(audit.log), name="log"),
            path("edit-link/<int:pk>/", home.edit_link, name="edit_link"),
        ]

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The home of the desk."""
        from newsroom import home

        waiting = {"comments": home.comments_waiting(request.user)}
        return super().index(request, waiting | (extra_context or {}))

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        """As Django's, but a form sent after the session ended is not thrown away."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            is_leaving = request.path == reverse("admin:logout")
            if request.method == "POST" and request.user.is_anonymous and not is_leaving:
                return kept.sign_in_first(request)
            return inner(request, *args, **kwargs)

        return guarded

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """As Django's, carrying what was typed before the session ended."""
        carried = {"kept": request.POST.get("kept", "")}
        response = super().login(request, carried | (extra_context or {}))
        if request.method == "POST" and response.status_code == 302:
            return kept.offer(request, response.url) or response
        return response
