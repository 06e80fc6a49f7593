"""An editor comes to the desk, finds what waits, searches, and reads the paper as staff."""

import pytest
from playwright.sync_api import expect

from articles import workflow
from tests.factories import make_draft, make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def edda():
    return make_user("edda", "Editor", interface_language="ar")


def test_an_editor_finds_what_waits_and_searches(edda, sign_in):
    workflow.submit(make_draft(language="ar", headline="الإمارات تفتح الميناء"), by=None)
    workflow.submit(make_draft(language="ar", headline="القمح"), by=None)
    page = sign_in(edda)
    page.goto("/admin/")
    page.locator("#group-waiting a").click()
    expect(page.locator("#result_list .title")).to_have_count(2)
    page.wait_for_load_state()  # a key is heard by the script, which runs once all is there
    page.locator("body").press("/")
    expect(page.locator("[data-quick-search]")).to_be_focused()
    page.keyboard.type("الامارات")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list .title")).to_have_count(1)
    page.get_by_role("link", name="الإمارات تفتح الميناء").click()
    expect(page.locator("[name=headline]")).to_have_value("الإمارات تفتح الميناء")


def test_an_editor_lets_the_desk_speak_another_language(edda, sign_in):
    page = sign_in(edda)
    page.goto("/admin/account/")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    page.select_option("[name=interface_language]", "en")
    page.locator(".account-form [type=submit]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_edit_link_stands_on_the_story_after_signing_in_and_not_before(edda, open_page):
    edda.set_password("a long enough secret")
    edda.save()
    story = make_story(headline="The harbour")
    asked = []
    reader = open_page()
    reader.on("request", lambda request: asked.append(request.url))
    reader.goto(story.get_absolute_url(), wait_until="networkidle")
    assert not any("/admin/" in url for url in asked)
    page = open_page()
    page.goto("/admin/login/")
    page.fill("[name=username]", "edda")
    page.fill("[name=password]", "a long enough secret")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    page.goto(story.get_absolute_url())
    expect(page.locator(".edit-link")).to_be_visible()
    page.locator(".edit-link").click()
    page.wait_for_url("**/change/")
    page.locator("#user-tools summary").click()
    page.locator("#logout-form button").click()
    page.wait_for_url("**/logout/**")
    page.goto(story.get_absolute_url(), wait_until="networkidle")
    expect(page.locator(".edit-link")).to_have_count(0)


PHONE = {"viewport": {"width": 360, "height": 740}}


def test_on_a_telephone_menus_and_filters_wait_behind_a_button(edda, sign_in):
    make_draft(headline="The harbour")
    page = sign_in(edda, **PHONE)
    page.goto("/admin/articles/story/")
    nav, filters = page.locator("#desk-nav"), page.locator("#changelist-filter")
    expect(nav).to_be_hidden()
    expect(filters).to_be_hidden()
    assert page.locator("#header").bounding_box()["height"] < 80
    page.locator("#header [data-fold]").click()
    expect(nav).to_be_visible()
    expect(page.locator("[data-quick-search]")).to_be_visible()
    page.locator("#changelist [data-fold]").press("Enter")
    expect(filters).to_be_visible()
    expect(page.locator(".field-comment_count")).to_have_attribute("data-name", "التعليقات")


def test_on_a_telephone_the_next_step_is_one_press_away(edda, sign_in):
    story = make_draft(headline="The harbour")
    page = sign_in(edda, **PHONE)
    page.goto(f"/admin/articles/story/{story.pk}/change/")
    expect(page.locator("#moves")).not_to_be_in_viewport()
    page.locator(".to-moves").click()
    expect(page.locator("#moves")).to_be_in_viewport()
