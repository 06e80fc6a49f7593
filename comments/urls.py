"""Addresses of comments: posting, and a reader's own signed pages."""

from django.urls import path

from comments import personal, views

app_name = "comments"

STORY = "<uslug:section>/<int:pk>/<uslug:slug>/"

urlpatterns = [
    path(f"{STORY}comments/", views.post, name="post"),
    path("me/comment/<str:token>/", views.held, name="held"),
    path("me/confirm/<str:token>/", views.confirm, name="confirm"),
    path("me/mail/<str:token>/", personal.mail, name="mail"),
    path("me/data/", personal.data, name="data"),
    path("me/data/<str:token>/", personal.my_data, name="my_data"),
]
