"""The project as an app: start-up checks, sign-in privacy, and its own admin site."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as django_admin
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    """Registers what must be in place before the first request."""

    default = True
    name = "newsroom"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        from newsroom import checks, signin  # noqa: F401  (registering is importing)

        is_told = settings.PAGE_STORE_SECONDS or settings.REPLICA_URL or settings.PURGE_URLS
        if is_told and not settings.TESTING:
            from newsroom import pages
            from newsroom.lib import stamps

            stamps.watch(pages.watched_table(), pages.SHOWN.__contains__)

        if settings.SENTRY_DSN:
            from newsroom import faults

            faults.start(settings.SENTRY_DSN)


class AdminConfig(django_admin.AdminConfig):
    """Django's admin, with this project's site in its place."""

    default = False
    default_site = "newsroom.desk.NewsroomAdminSite"
