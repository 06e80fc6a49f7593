"""Nothing an editor does in the desk reaches readers before it is published."""

import json

import pytest
from django.apps import apps
from django.core import serializers
from django.urls import reverse

from articles import workflow
from articles.models import Story
from tests.articles import desk
from tests.factories import make_author, make_image, make_story, make_user

pytestmark = pytest.mark.django_db

# What a save is: a revision, its trace, and the counter and names of who saved last.
MAY_CHANGE = {"articles.revision", "articles.transition", "admin.logentry", "sessions.session"}
# `pictures` is an index of where pictures are used, of the newest revision too: no reader sees it.
OF_THE_STORY = {"version", "changed_at", "changed_by", "pictures", "has_edits"}


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor", interface_language="en"))
    return client


@pytest.fixture
def story():
    return make_story(
        picture=make_image().pk,
        topics=["Sea", "Trade"],
        bylines=[{"author": make_author().pk, "name": "", "role": "writer"}],
    )


def live_rows() -> dict:
    """Every row of the articles app, apart from what a save is."""
    models = list(apps.get_app_config("articles").get_models())
    models.append(Story.topics.through)
    rows = {}
    for model in models:
        if model._meta.label_lower in MAY_CHANGE:
            continue
        for row in json.loads(serializers.serialize("json", model.objects.order_by("pk"))):
            if row["model"] == "articles.story":
                row["fields"] = {
                    name: value for name, value in row["fields"].items() if name not in OF_THE_STORY
                }
            rows[row["model"], row["pk"]] = row["fields"]
    return rows


def everything(other_author, other_image) -> dict:
    return {
        "kicker": "K",
        "headline": "Another headline",
        "standfirst": "Another standfirst",
        "body_html": "<p>Another text</p>",
        "slug": "another",
        "kind": "opinion",
        "agency": "Agency",
        "topics": "Fresh, Other",
        "picture": other_image.pk,
        "search_title": "S",
        "search_description": "D",
        "comments_close_at": "2031-01-01T10:00",
        "bylines-0-author": other_author.pk,
        "bylines-1-name": "Guest",
    }


def test_a_save_of_every_field(edda, story):
    fields = everything(make_author(), make_image())
    before = live_rows()
    response = desk.save(edda, story, **fields)
    assert "Readers see the change when it is published." in desk.messages(response)
    assert story.revisions.count() == 2
    assert live_rows() == before


@pytest.mark.parametrize("move", ["submit", "approve", "send_back", "withdraw", "unknown"])
def test_a_save_with_a_button_that_is_refused(edda, story, move):
    before = live_rows()
    desk.save(edda, story, kicker="K", topics="Fresh", _move=move)
    assert workflow.head(story).content["kicker"] == "K"
    assert live_rows() == before


def test_a_preview(edda, story):
    desk.save(edda, story, headline="Unseen so far", topics="Fresh")
    before = live_rows()
    page = edda.get(reverse("admin:articles_story_preview", args=[story.pk])).content.decode()
    assert "Unseen so far" in page
    assert "Fresh" in page
    assert live_rows() == before


def test_restoring_an_older_revision(edda, story):
    first = workflow.head(story)
    desk.save(edda, story, headline="Second")
    before = live_rows()
    url = reverse("admin:articles_story_restore", args=[story.pk])
    story.refresh_from_db()
    edda.post(url, {"revision": first.pk, "version": story.version})
    assert workflow.head(story).content == first.content
    assert story.revisions.count() == 3
    assert live_rows() == before


def test_the_list_has_nothing_to_edit(edda, story):
    before = live_rows()
    data = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": story.pk}
    edda.post("/admin/articles/story/", data | {"form-0-headline": "X", "_save": "Save"})
    assert live_rows() == before


@pytest.mark.parametrize("action", ["submit", "approve", "delete_selected"])
def test_actions_on_many_that_do_not_publish(edda, story, action):
    desk.save(edda, story, headline="Second")
    before = live_rows()
    story.refresh_from_db()
    edda.post("/admin/articles/story/", desk.many(action, story))
    assert live_rows() == before


def test_publishing_brings_the_whole_revision(edda, story):
    author, image = make_author(), make_image()
    desk.save(edda, story, **everything(author, image))
    desk.save(edda, story, _move="publish")
    story.refresh_from_db()
    assert (story.headline, story.kind, story.picture) == ("Another headline", "opinion", image)
    assert [str(line) for line in story.bylines.all()] == [str(author), "Guest"]
    assert {str(topic.translations.get()) for topic in story.topics.all()} == {"Fresh", "Other"}
