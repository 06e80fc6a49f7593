"""The admin site, under the paper's name.

Apart from `admin.py`: Django's own admin modules register with the site while that one loads.
"""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class NewsroomAdminSite(admin.AdminSite):
    """Django's admin under the paper's name."""

    index_title = _("Desk")
    site_url = "/"
    enable_nav_sidebar = False  # the screens stand in the header

    def each_context(self, request: HttpRequest) -> dict:
        name = settings.SITE_NAME
        return super().each_context(request) | {"site_title": name, "site_header": name}
