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
    page.evaluate("window.isTheSamePage = true")
    page.keyboard.press("a")
    expect(rows).to_have_count(2)
    assert states()["Second words"] == "approved"
    # The list is where it was: on what came after.
    expect(page.locator("tr.is-current")).to_contain_text("First words")
    page.keyboard.press("e")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    assert states()["First words"] == "trash"
    expect(page.locator("[data-said]")).not_to_be_empty()
    page.keyboard.press("u")
    expect(rows).to_have_count(2)
    assert states()["First words"] == "pending"
    assert page.evaluate("window.isTheSamePage")


def test_the_key_of_notes_opens_the_box_for_one(sign_in, waiting):
    page = sign_in(make_user("mona", "Moderator", interface_language="en"))
    page.goto(QUEUE)
    page.keyboard.press("n")  # no comment is chosen yet
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.wait_for_url("**/change/**")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#text")).to_have_value("")


def test_reasons_are_brought_into_view(sign_in, waiting):
    page = sign_in(
        make_user("mona", "Moderator", interface_language="en"),
        viewport={"width": 1000, "height": 480},
    )
    page.goto(QUEUE)
    for key in "jje":
        page.keyboard.press(key)
    reasons = page.locator("tr.is-current .rejections button")
    expect(reasons.last).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_telephone_shows_the_newest_week(sign_in, waiting, language):
    page = sign_in(
        make_user("mona", "Moderator", interface_language=language),
        viewport={"width": 360, "height": 800},
    )
    page.goto(f"{QUEUE}figures/")
    weeks = page.locator(".figures-chart .figures-week")
    # They are drawn in the order in which the eye meets them, from one side to the other.
    oldest, newest = (weeks.last, weeks.first)[:: 1 if language == "ar" else -1]
    expect(newest).to_be_in_viewport(ratio=1)
    expect(oldest).not_to_be_in_viewport()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_one_comment_is_as_wide_as_a_telephone(sign_in, waiting, language):
    page = sign_in(
        make_user("mona", "Moderator", interface_language=language),
        viewport={"width": 360, "height": 800},
    )
    page.goto(f"{QUEUE}{Comment.objects.latest('pk').pk}/change/")
    expect(page.locator("#answer")).to_be_visible()
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0


@pytest.mark.parametrize("language", ["ar", "en"])
def test_ten_decisions_without_a_page_load(sign_in, language):
    story = make_story(language=language)
    for number in range(12):
        make_comment(story, status="pending", body=f"Words {number}")
    page = sign_in(make_user("mona", "Moderator", interface_language=language))
    page.goto(QUEUE)
    page.evaluate("window.isTheSamePage = true")
    rows = page.locator("#result_list tbody tr")
    page.keyboard.press("j")
    for done in range(1, 11):
        page.keyboard.press("s" if done % 3 == 0 else "a")
        expect(rows).to_have_count(12 - done)
        expect(page.locator("tr.is-current")).to_be_focused()
    assert page.evaluate("window.isTheSamePage")
    decided = Comment.objects.exclude(status="pending").values_list("status", flat=True)
    assert sorted(decided) == ["approved"] * 7 + ["spam"] * 3
    expect(page.locator(".states [aria-current]")).to_contain_text("2")


def test_a_decision_without_a_connection_is_not_taken(sign_in, waiting):
    page = sign_in(make_user("mona", "Moderator", interface_language="en"))
    page.goto(QUEUE)
    page.route("**/decide/", lambda route: route.abort())
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("[data-said]")).to_contain_text("Nothing was decided")
    assert set(states().values()) == {"pending"}
    page.unroute("**/decide/")
    page.keyboard.press("a")
    expect(page.locator("#result_list tbody tr")).to_have_count(2)


def test_a_session_that_ended_is_carried_through_the_sign_in(sign_in, waiting):
    mona = make_user("mona", "Moderator", interface_language="en")
    page = sign_in(mona)
    page.goto(QUEUE)
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.fill("[name=username]", "mona")
    page.fill("[name=password]", "a long enough secret")
    page.click("[type=submit]")
    page.get_by_role("button", name="Send it again").click()
    page.wait_for_url("**/comments/comment/**")
    assert states()["Third words"] == "approved"


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
    expect(second.locator("[data-said]")).to_contain_text("Mona is deciding on it right now.")
    assert set(states().values()) == {"pending"}
