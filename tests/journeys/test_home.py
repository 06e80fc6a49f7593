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
    page.locator("#group-waiting a").click()
    expect(page.locator("#result_list .title")).to_have_count(2)
    page.locator("body").press("/")
    expect(page.locator("[data-quick-search]")).to_be_focused()
    page.keyboard.type("الامارات")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list .title")).to_have_count(1)
    page.get_by_role("link", name="الإمارات تفتح الميناء").click()
    expect(page.locator("[name=headline]")).to_have_value("الإمارات تفتح الميناء")


def test_an_editor_lets_the_desk_speak_another_language(edda, sign_in):
    page = sign_in(edda)
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    page.goto("/admin/account/")
    page.select_option("[name=interface_language]", "en")
    page.locator(".account-form [type=submit]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_edit_link_stands_on_the_story_after_signing_in_and_not_before(
    edda, sign_in, open_page
):
    story = make_story(headline="The harbour")
    asked = []
    reader = open_page()
    reader.on("request", lambda request: asked.append(request.url))
    reader.goto(story.get_absolute_url(), wait_until="networkidle")
    assert not any("/admin/" in url for url in asked)
    page = sign_in(edda)
    page.goto(story.get_absolute_url())
    expect(page.locator(".edit-link")).to_be_visible()
    page.locator(".edit-link").click()
    page.wait_for_url("**/change/")
    page.locator("#user-tools summary").click()
    page.locator("#logout-form button").click()
    page.wait_for_url("**/logout/**")
    page.goto(story.get_absolute_url(), wait_until="networkidle")
    expect(page.locator(".edit-link")).to_have_count(0)
