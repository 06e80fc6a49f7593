"""Public addresses of stories. `<lang:language>` is an ordinary path part."""

from django.urls import path

from articles import drafts, feeds, views
from articles.search.views import search

app_name = "articles"

urlpatterns = [
    path("", views.front_page, name="front"),
    path("feed/", feeds.stories_feed, name="feed"),
    path("search/", search, name="search"),
    path("topics/<uslug:slug>/", views.topic, name="topic"),
    path("authors/<uslug:slug>/", views.author, name="author"),
    path("authors/<uslug:slug>/feed/", feeds.author_feed, name="author_feed"),
    path("archive/<int:year>/<int:month>/", views.archive, name="archive"),
    path("corrections/", views.corrections, name="corrections"),
    path("pages/<uslug:slug>/", views.static_page, name="page"),
    path("me/drafts/<str:token>/", drafts.shared_draft, name="shared_draft"),
    path("me/read/<int:pk>/", views.note_read, name="read"),
    path("<uslug:section>/", views.section, name="section"),
    path("<uslug:section>/feed/", feeds.section_feed, name="section_feed"),
    path("<uslug:section>/<int:pk>/<uslug:slug>/", views.story, name="story"),
]
