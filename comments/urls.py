"""Addresses of comments: posting, and a reader's own signed pages."""

from django.urls import path

from comments import views

app_name = "comments"

STORY = "<uslug:section>/<int:pk>/<uslug:slug>/"

urlpatterns = [
    path(f"{STORY}comments/", views.post, name="post"),
    path("me/comment/<str:token>/", views.held, name="held"),
    path("me/confirm/<str:token>/", views.confirm, name="confirm"),
]
