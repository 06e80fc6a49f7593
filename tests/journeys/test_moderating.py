"""A moderator works through the queue without a mouse."""

import pytest
from playwright.sync_api import expect

from comments.models import Comment, Lease
from tests.factories import make_comment, make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = "/admin/comments/comment/"


def states() -> dict[str, str]:
    return dict(Comment.objects.values_list("body", "status"))


@pytest.fixture
def waiting():
    story = make_story()
    for name in ("First", "Second", "Third"):
        make_comment(story, status="pending", name=name, body=f"{name} words")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_by_keys_alone(sign_in, waiting, language):
    page = sign_in(make_user("mona", "Moderator", interface_language=language))
    page.goto(QUEUE)
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(3)
    page.keyboard.press("j")  # the newest
    expect(page.locator("tr.is-current")).to_contain_text("Third words")
    page.keyboard.press("j")
    expect(page.locator("tr.is-current")).to_contain_text("Second words")
    with page.expect_navigation():
        page.keyboard.press("a")
    expect(rows).to_have_count(2)
    assert states()["Second words"] == "approved"
    # The list is where it was: on what came after.
    expect(page.locator("tr.is-current")).to_contain_text("First words")
    page.keyboard.press("e")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert states()["First words"] == "trash"
    with page.expect_navigation():
        page.keyboard.press("u")
    assert states()["First words"] == "pending"


def test_the_keys_are_told_and_do_nothing_while_one_types(sign_in, waiting):
    page = sign_in(make_user("mona", "Moderator", interface_language="ar"))
    page.goto(QUEUE)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("#searchbar").focus()
    page.keyboard.type("jat")
    assert set(states().values()) == {"pending"}


def test_who_looks_has_it_alone(sign_in, waiting):
    first = sign_in(make_user("mona", "Moderator", first_name="Mona", interface_language="en"))
    first.goto(QUEUE)
    with first.expect_response("**/lease/"):
        first.keyboard.press("j")
    assert Lease.objects.count() == 1
    second = sign_in(make_user("otis", "Moderator", interface_language="en"))
    second.goto(QUEUE)
    row = second.locator("#result_list tbody tr").first
    expect(row.locator(".holder")).to_contain_text("Mona")
    row.locator("[value=approve]").click()
    expect(second.locator(".messagelist")).to_contain_text("Mona is deciding on it right now.")
    assert set(states().values()) == {"pending"}
