"""An editor composes the Arabic front page, by hand and by keyboard; breaking news comes and goes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Breaking, Pin
from tests.factories import make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ["الأول", "الثاني", "الثالث", "الرابع", "الخامس", "السادس"]


@pytest.fixture
def stories():
    now = timezone.now()
    return [
        make_story(language="ar", headline=name, at=now - timedelta(hours=hours))
        for hours, name in enumerate(NAMES, 1)
    ]


def titles(page):
    return page.locator("[data-places] .place-title")


def test_a_page_is_ordered_by_dragging_and_by_keys(sign_in, open_page, stories):
    desk = sign_in(make_user("edda", "Editor", interface_language="ar"))
    desk.goto("/admin/articles/pin/?language=ar")
    expect(titles(desk)).to_have_text(NAMES[:5])

    places = desk.locator(".place")
    places.nth(3).locator(".place-number").drag_to(places.nth(0).locator(".place-number"))
    expect(titles(desk)).to_have_text(["الرابع", "الأول", "الثاني", "الثالث", "الخامس"])

    desk.locator(f"#story-{stories[3].pk} [data-down]").focus()
    desk.keyboard.press("ArrowDown")
    expect(titles(desk)).to_have_text(["الأول", "الرابع", "الثاني", "الثالث", "الخامس"])
    expect(desk.locator("[data-said]")).to_contain_text("الرابع")
    expect(desk.locator(f"#story-{stories[3].pk} [data-down]")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(titles(desk)).to_have_text(["الأول", "الثاني", "الرابع", "الثالث", "الخامس"])

    desk.fill("#q", "السادس")
    desk.keyboard.press("Enter")
    desk.locator(".found-story [name=place]").select_option("1")
    desk.locator(".found-story button").click()
    expect(titles(desk).first).to_have_text("السادس")
    assert Pin.objects.get(position=1).story == stories[5]

    reader = open_page()
    reader.goto("/ar/")
    expect(reader.locator(".front-lead .card-title")).to_have_text("السادس")


def test_it_works_without_script(sign_in, stories):
    desk = sign_in(make_user("edda", "Editor", interface_language="ar"), java_script_enabled=False)
    desk.goto("/admin/articles/pin/?language=ar")
    with desk.expect_navigation():
        desk.locator(f"#story-{stories[1].pk} [data-up]").click()
    expect(titles(desk)).to_have_text(["الثاني", "الأول", *NAMES[2:5]])


def test_breaking_news_comes_and_goes(sign_in, open_page, stories):
    desk = sign_in(make_user("edda", "Editor", interface_language="ar"))
    desk.goto("/admin/articles/breaking/add/")
    desk.fill("[name=text]", "إغلاق الميناء")
    with desk.expect_navigation():
        desk.locator("[name=_save]").click()
    row = Breaking.objects.get()
    reader = open_page(viewport={"width": 360, "height": 700})
    reader.goto(stories[0].get_absolute_url())
    expect(reader.locator(".breaking")).to_contain_text("إغلاق الميناء")
    width = reader.evaluate("document.documentElement.scrollWidth")
    assert width <= 360

    row.until = timezone.now() - timedelta(seconds=1)
    row.save()
    reader.reload()
    expect(reader.locator(".breaking")).to_have_count(0)
