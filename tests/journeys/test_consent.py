"""A reader is asked before anything of others is loaded, and keeps the last word."""

import pytest
from playwright.sync_api import expect

from articles.models import Edition, Placement
from tests.factories import make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])


@pytest.fixture
def story(settings):
    settings.AD_ORIGINS = ["https://ads.example"]
    edition, _new = Edition.objects.get_or_create(language="ar", defaults={"name": "المرسى"})
    size = {"width": 728, "height": 90, "small_width": 320, "small_height": 100}
    url = "https://ads.example/one.html"
    Placement.objects.create(edition=edition, place="story", is_on=True, url=url, **size)
    return make_story(language="ar")


@pytest.fixture
def asked(open_page):
    """Return a function that opens a page and the list of what it asks of others."""

    def open_asked(width: int, **options):
        page = open_page(viewport={"width": width, "height": 800}, **options)
        others: list[str] = []

        def answer(route):
            others.append(route.request.url)
            route.fulfill(content_type="text/html", body="<p>Boats for sale</p>")

        page.route("https://ads.example/**", answer)
        return page, others

    return open_asked


@WIDTHS
def test_a_yes_loads_one_frame_and_is_remembered(asked, story, width):
    page, others = asked(width)
    page.goto(story.get_absolute_url(), wait_until="networkidle")
    assert others == []
    room = page.locator(".ad").bounding_box()
    page.locator("[data-consent-answer=yes]").click()
    expect(page.locator("[data-consent-bar]")).to_be_hidden()
    page.locator(".ad").scroll_into_view_if_needed()
    shown = page.frame_locator(".ad-small" if width == 360 else ".ad-wide")
    expect(shown.get_by_text("Boats for sale")).to_be_visible()
    # The room was kept: nothing moved. And the frame of the other size was not loaded.
    assert page.locator(".ad").bounding_box()["height"] == room["height"]
    assert len(others) == 1
    page.reload(wait_until="networkidle")
    expect(page.locator("[data-consent-bar]")).to_be_hidden()
    page.locator(".ad").scroll_into_view_if_needed()
    expect(shown.get_by_text("Boats for sale")).to_be_visible()


@WIDTHS
def test_a_no_is_kept_and_can_be_taken_back(asked, story, width):
    page, others = asked(width)
    page.goto(story.get_absolute_url())
    page.locator("[data-consent-answer=no]").click()
    page.reload(wait_until="networkidle")
    expect(page.locator("[data-consent-bar]")).to_be_hidden()
    page.locator(".ad").scroll_into_view_if_needed()
    assert others == []
    page.locator("[data-consent-again]").click()
    page.locator("[data-consent-answer=yes]").click()
    page.locator(".ad").scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    expect(page.locator("[data-consent-bar]")).to_be_hidden()
    assert len(others) == 1


def test_without_script_nothing_is_loaded_or_asked(asked, story):
    page, others = asked(1280, java_script_enabled=False)
    page.goto(story.get_absolute_url())
    expect(page.locator("[data-consent-bar]")).to_be_hidden()
    page.locator(".ad").scroll_into_view_if_needed()
    assert others == []


def test_the_keyboard_comes_to_nothing_under_the_question(asked, story):
    page, _others = asked(360)
    page.goto(story.get_absolute_url(), wait_until="networkidle")
    expect(page.locator("[data-consent-bar]")).to_be_visible()
    hidden = """() => {
        const at = document.activeElement.getBoundingClientRect();
        const bar = document.querySelector("[data-consent-bar]");
        const inside = bar.contains(document.activeElement);
        return !inside && at.top >= bar.getBoundingClientRect().top;
    }"""
    for _step in range(25):
        page.keyboard.press("Tab")
        assert not page.evaluate(hidden), page.evaluate("document.activeElement.outerHTML")
