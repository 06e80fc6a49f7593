"""Addresses of comments: posting, and a reader's own signed pages."""

from django.urls import path

from comments import feeds, own, personal, reporting, views

app_name = "comments"

STORY = "<uslug:section>/<int:pk>/<uslug:slug>/"

urlpatterns = [
    path(f"{STORY}comments/", views.post, name="post"),
    path("comments/feed/", feeds.site_comments, name="site_feed"),
    path(f"{STORY}comments/feed/", feeds.story_comments, name="story_feed"),
    path(f"{STORY}comments/<int:comment>/", views.permalink, name="permalink"),
    path("me/comments/", own.own, name="own"),
    path("me/comments/list.json", own.own_list, name="own_list"),
    path("me/comments/<int:pk>/edit/", own.edit, name="edit"),
    path("me/comments/<int:pk>/delete/", own.delete, name="delete"),
    path("me/report/<int:pk>/", reporting.report, name="report"),
    path("me/comment/<str:token>/", views.held, name="held"),
    path("me/confirm/<str:token>/", views.confirm, name="confirm"),
    path("me/mail/<str:token>/", personal.mail, name="mail"),
    path("me/data/", personal.data, name="data"),
    path("me/data/<str:token>/", personal.my_data, name="my_data"),
]
