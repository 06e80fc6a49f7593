"""Behaviours of publishing (N) that no other file names by their id."""

import pytest
from django.urls import reverse

from articles import workflow
from articles.workflow import WorkflowError
from tests.articles import desk
from tests.factories import make_draft, make_image, make_story, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def edda():
    return make_user("edda", "Editor")


@pytest.fixture
def rosa():
    return make_user("rosa", "Reporter")


def test_b198_unpublishing_wants_the_right_and_a_post(client, rosa, edda):
    story = make_story()
    with pytest.raises(WorkflowError, match="may not"):
        workflow.unpublish(story, by=rosa)
    client.force_login(edda)
    client.get(reverse("admin:articles_story_change", args=[story.pk]), {"_move": "unpublish"})
    story.refresh_from_db()
    assert story.is_public
    desk.save(client, story, _move="unpublish")
    story.refresh_from_db()
    assert story.status == "draft"


def test_b205_a_story_sent_back_is_handed_in_again(rosa, edda):
    story = workflow.submit(make_draft(by=rosa), by=rosa)
    story = workflow.send_back(story, by=edda, note="Who says so?")
    assert workflow.submit(story, by=rosa).status == "in_review"


def test_b206_a_story_is_handed_in_once(rosa):
    story = workflow.submit(make_draft(by=rosa), by=rosa)
    with pytest.raises(WorkflowError):
        workflow.submit(story, by=rosa)
    assert story.transitions.filter(action="submit").count() == 1


@pytest.mark.parametrize("name", ["revisions", "preview", "widths"])
def test_b207_drafts_and_old_revisions_are_for_who_may_see_the_story(client, rosa, name):
    story = make_draft(headline="Bait")
    address = reverse(f"admin:articles_story_{name}", args=[story.pk])
    assert client.get(address).status_code == 302
    client.force_login(rosa)
    answer = client.get(address)
    assert (answer.status_code, b"Bait" in answer.content) == (403, False)


def test_b209_the_original_of_a_picture_has_no_address(client, edda):
    image = make_image()
    client.force_login(edda)
    for folder in ("/media/", "/media/originals/", "/originals/"):
        assert client.get(f"{folder}{image.original.name}").status_code == 404
