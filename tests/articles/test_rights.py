"""Who reaches which address and which move of a story: every person, every address there is.

The addresses are read off the admin's own map, so that one made tomorrow is asked as well.
"""

import re

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages

from articles import workflow
from articles.models import Revision, ShareLink, Story, Transition
from articles.workflow import WorkflowError
from tests.articles import desk
from tests.factories import make_draft, make_section, make_story, make_user, world

pytestmark = pytest.mark.django_db

OTHER = {"ar": ("ثقافة", "ثقافة"), "en": ("Culture", "culture"), "fr": ("Culture", "culture")}
PEOPLE = {
    "otto": "",
    "rosa": "Reporter",  # writes the story
    "ruth": "Reporter",
    "sana": "Section editor",  # of its section
    "sami": "Section editor",  # of another one
    "edda": "Editor",
    "mona": "Moderator",
    "adam": "Administrator",
}
# Who may see the work on a draft of rosa's and who may write in it, the same in review, and once
# it is public, when the others are led to the public page.
SEES = {
    "draft": {"rosa", "sana", "edda", "adam"},
    "in_review": {"rosa", "sana", "edda", "adam"},
    "published": {"rosa", "sana", "edda", "adam"},
}
WRITES = {
    "draft": {"rosa", "sana", "edda", "adam"},
    "in_review": {"sana", "edda", "adam"},
    "published": {"sana", "edda", "adam"},
}
# Sent by somebody who may only read, these must say that they refuse, and not only do nothing.
WRITING = {"change", "restore", "autosave", "rename", "share"}
REFUSALS = {"error"}
STATES = ("draft", "in_review", "published")


def own_addresses() -> dict[str, str]:
    """Return the addresses of one story's screens by name."""
    patterns = admin.site._registry[Story].get_urls()
    found = {}
    for pattern in patterns:
        route = str(pattern.pattern)
        if "<" in route and pattern.name:
            found[pattern.name.removeprefix("articles_story_")] = route
    return found


ADDRESSES = own_addresses()


@pytest.fixture(scope="module")
def people(made_once):
    with made_once():
        users = {name: make_user(name, group, is_active=True) for name, group in PEOPLE.items()}
        world().editors.add(users["sana"])
        make_section(OTHER).editors.add(users["sami"])
        yield users


def story_of(people: dict, state: str) -> Story:
    if state == "published":
        return make_story(by=people["rosa"])
    story = make_draft(by=people["rosa"])
    return workflow.submit(story, by=people["rosa"]) if state == "in_review" else story


def address_of(name: str, story: Story) -> str:
    route = re.sub(r"<[^>]*(?:pk|object_id)>", str(story.pk), ADDRESSES[name])
    return "/admin/articles/story/" + re.sub(r"<[^>]+>", "1", route)


def state_of(story: Story) -> tuple:
    """What a request must not have changed."""
    story.refresh_from_db()
    return (
        story.status,
        story.headline,
        story.version,
        list(Revision.objects.filter(story=story).values_list("pk", "name")),
        ShareLink.objects.filter(story=story).count(),
        Transition.objects.filter(story=story).count(),
    )


def is_kept_out(response) -> bool:
    is_led_out = response.status_code == 302 and not response.url.startswith("/admin/articles/")
    return is_led_out or response.status_code in (403, 404)


def test_the_map_of_addresses_is_read():
    assert {"change", "delete", "revisions", "restore", "preview", "autosave"} <= set(ADDRESSES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", PEOPLE)
def test_every_address_is_closed_to_who_may_not_see_the_story(client, people, name, state):
    story = story_of(people, state)
    client.force_login(people[name])
    if name in SEES[state]:
        assert client.get(address_of("change", story)).status_code == 200
        return
    before, open_ones = state_of(story), []
    for address in ADDRESSES:
        if address == "history":
            continue  # leads to the revisions, which are asked themselves
        for method in (client.get, client.post):
            response = method(address_of(address, story))
            if not is_kept_out(response) and response.status_code != 405:
                open_ones.append((address, method.__name__, response.status_code))
            assert story.headline not in response.content.decode()
    assert open_ones == []
    assert state_of(story) == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", PEOPLE)
def test_every_writing_address_is_closed_to_who_may_only_read(client, people, name, state):
    if name not in SEES[state] - WRITES[state]:
        return
    story = story_of(people, state)
    client.force_login(people[name])
    before = state_of(story)
    for address in ADDRESSES:
        form = desk.typed(desk.form_of(story), headline="Taken over", _move="publish")
        form |= {"revision": workflow.head(story).pk, "name": "x"}
        response = client.post(address_of(address, story), form)
        said = {message.level_tag for message in get_messages(response.wsgi_request)}
        if address in WRITING:
            assert is_kept_out(response) or said == REFUSALS, (address, response.status_code)
        assert state_of(story) == before, address


@pytest.mark.parametrize("name", PEOPLE)
def test_deleting_is_for_nobody(client, people, name):
    story = story_of(people, "draft")
    client.force_login(people[name])
    assert is_kept_out(client.post(address_of("delete", story), {"post": "yes"}))
    assert Story.objects.filter(pk=story.pk).exists()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", PEOPLE)
def test_lists_show_what_the_person_may_see(client, people, name, state):
    story = story_of(people, state)
    client.force_login(people[name])
    response = client.get("/admin/articles/story/")
    shown = response.status_code == 200 and story.headline in response.content.decode()
    assert shown == (name in SEES[state] or (state == "published" and name != "otto"))


EDITORS = {"sana", "edda", "adam"}
MOVES = [
    ("draft", "submit", {}, {"rosa", *EDITORS}),
    ("in_review", "send_back", {"note": "Who says so?"}, EDITORS),
    ("in_review", "approve", {}, EDITORS),
    ("draft", "publish", {}, EDITORS),
    ("in_review", "publish", {}, EDITORS),
    ("published", "publish", {}, EDITORS),
    ("published", "unpublish", {}, EDITORS),
    ("published", "withdraw", {"notice": "Wrong from the start."}, EDITORS),
]


@pytest.mark.parametrize(
    ("state", "verb", "words", "allowed"), MOVES, ids=[f"{m[0]}-{m[1]}" for m in MOVES]
)
@pytest.mark.parametrize("name", PEOPLE)
def test_every_move_for_every_person(people, name, state, verb, words, allowed):
    story = story_of(people, state)
    move = getattr(workflow, verb)
    if name in allowed:
        assert move(story, by=people[name], **words)
        return
    before = state_of(story)
    with pytest.raises(WorkflowError):
        move(story, by=people[name], **words)
    assert state_of(story) == before


@pytest.mark.parametrize("name", ["rosa", "ruth", "sami", "mona"])
def test_a_move_is_not_reached_by_an_action_on_many(client, people, name):
    story = story_of(people, "in_review")
    client.force_login(people[name])
    for action in ("approve", "publish"):
        client.post("/admin/articles/story/", desk.many(action, story))
        story.refresh_from_db()
        assert story.status == "in_review"


def test_a_section_editor_does_not_carry_a_story_into_a_section_of_others(client, people):
    story = story_of(people, "draft")
    culture = people["sami"].sections.get()
    client.force_login(people["sana"])
    page = desk.save(client, story, section=culture.pk)
    story.refresh_from_db()
    head = workflow.head(story).content["section"]
    assert page.status_code == 200
    # Handing it over is theirs to do; publishing it there is not.
    if head == culture.pk:
        with pytest.raises(WorkflowError):
            workflow.publish(story, by=people["sana"])
