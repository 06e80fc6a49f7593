"""The map of the whole site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, register_converter

from articles import converters
from articles import views as stories
from newsroom import crawlers, views
from newsroom.lib import api

register_converter(converters.LanguageConverter, "lang")
register_converter(converters.UnicodeSlugConverter, "uslug")

urlpatterns = [
    path("", stories.root, name="root"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_text, name="metrics"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("ads.txt", crawlers.ads, name="ads"),
    path("", include("articles.sitemaps")),
    path("media/<path:name>", views.media, name="media"),
    path("api/v1/openapi.json", views.openapi, name="openapi"),
    path("api/v1/", include("articles.api")),
    path("api/v1/", include("comments.api")),
    path("api/v1/", api.nowhere, name="api_nowhere"),
    path("api/v1/<path:rest>/", api.nowhere, name="api_nowhere"),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    path("<lang:language>/", include("comments.urls")),
    path("<lang:language>/", include("articles.urls")),
]

handler400 = "newsroom.views.bad_request"
handler403 = "newsroom.views.forbidden"
handler404 = "newsroom.views.not_found"
handler500 = "newsroom.views.server_error"
