"""A reader looks for a story: from the masthead, on a telephone, without script."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def stories():
    for number in range(12):
        make_story(
            language="ar",
            headline=f"خبر {number}",
            body_html="<p>وصلت القوارب إلى <strong>الميناء</strong> عند الفجر.</p>",
            at=timezone.now() - timedelta(days=number),
        )
    make_story(language="ar", headline="موانئ وقوارب", body_html="<p>ميناءان قديمان.</p>")
    make_story(language="en", headline="The harbour wakes", body_html="<p>Boats leave.</p>")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_masthead_to_a_story_of_the_second_page(open_page, stories, script):
    page = open_page(java_script_enabled=script)
    page.goto("/ar/")
    box = page.locator(".masthead-search input")
    box.fill("الميناء")
    box.press("Enter")
    expect(page.locator("#q")).to_have_value("الميناء")
    assert page.locator(".hit").count() == 10
    assert page.locator(".hit mark").first.inner_text() == "الميناء"
    page.locator("[rel=next]").click()
    expect(page.locator(".hit")).to_have_count(2 + 1)
    expect(page.locator("#q")).to_have_value("الميناء")
    page.locator(".hit h2 a").first.click()
    expect(page.locator("h1")).to_have_text(re.compile("خبر"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_on_a_telephone_a_search_is_narrowed_and_widened(open_page, stories, script):
    page = open_page(**PHONE, java_script_enabled=script)
    page.goto("/ar/")
    page.locator(".masthead-search a").click()
    page.fill("#q", "ميناء")
    page.locator("#q").press("Enter")
    expect(page.locator(".hit")).to_have_count(10)
    page.locator("summary").click()
    day = (timezone.localdate() - timedelta(days=1)).isoformat()
    page.fill("[name=since]", day)
    page.locator(".narrow-done button").click()
    expect(page.locator(".hit")).to_have_count(3)
    assert f"since={day}" in page.url
    expect(page.locator("[name=since]")).to_have_value(day)
    page.locator(".narrowed a").click()
    expect(page.locator(".hit")).to_have_count(10)
    assert "since" not in page.url


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_state_fits_and_can_be_used_by_keyboard(open_page, stories, language, width):
    page = open_page(viewport={"width": width, "height": 800}, locale=language)
    for asked in ("", "?q=zzz", "?q=harbour", "?q=الميناء&since=x&section=gone&until=2026-01-01"):
        page.goto(f"/{language}/search/{asked}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Every field has its name, what is wrong is told with it, and targets are large enough.
        for field in page.locator("main :is(input, select, button, summary):visible").all():
            assert field.bounding_box()["height"] >= 24
            has_name = "field => !!(field.labels?.length || field.innerText)"
            assert field.evaluate(has_name)
        assert page.locator("h1").count() == 1
    page.locator("#q").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
