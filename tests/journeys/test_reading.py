"""A reader reads, in Arabic, on a telephone."""

import re

import pytest
from playwright.sync_api import expect

from articles import reads
from articles.models import Story
from tests.factories import make_author, make_image, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def story():
    return make_story(
        language="ar",
        headline="الميناء يصحو باكراً",
        body_html="".join(
            f"<p>{number} القارب الأول غادر في الرابعة فجراً.</p>" for number in range(30)
        ),
        picture=make_image(width=1600, height=1000).pk,
    )


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_front_page_to_the_story_and_back_to_its_top(open_page, story, script):
    page = open_page(**PHONE, java_script_enabled=script)
    page.goto("/ar/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.get_by_role("link", name="الميناء يصحو باكراً").last.click()
    expect(page.locator("h1")).to_have_text("الميناء يصحو باكراً")
    page.wait_for_function("document.querySelector('.story-picture img').naturalWidth > 0")
    page.get_by_text("زر الذهاب إلى الأعلى").click()
    page.wait_for_function("window.scrollY === 0")


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("address", ["front", "story", "section", "search"])
def test_nothing_reaches_beyond_the_side_of_the_screen(open_page, story, width, address):
    addresses = {
        "front": "/ar/",
        "story": story.get_absolute_url(),
        "section": "/ar/العالم/",
        "search": "/ar/search/?q=القارب",
    }
    page = open_page(viewport={"width": width, "height": 800})
    page.goto(addresses[address])
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 768])
def test_nor_does_a_word_without_end(open_page, world_of_long_words, width):
    page = open_page(viewport={"width": width, "height": 800})
    for address in world_of_long_words:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.fixture
def world_of_long_words():
    """Addresses of pages that show words of as many letters as their fields take."""
    long = make_author({"ar": "ل" * 120})
    topics = ["ض" * 60]
    line = {"author": long.pk, "name": "", "role": "writer"}
    words = {"headline": "و" * 250, "kicker": "ك" * 60, "standfirst": "س" * 600}
    made = [
        make_story(
            language="ar",
            slug=f"s-{number}",
            bylines=[line],
            topics=topics,
            agency="م" * 120,
            **words,
        )
        for number in range(7)
    ]
    Story.objects.filter(pk=made[0].pk).update(body_html=f"<p>{'ن' * 500}</p>")
    author = long.translations.get().get_absolute_url()
    search = f"/ar/search/?q={'و' * 64}&author={'ل' * 120}"
    return ["/ar/", "/ar/العالم/", author, search, made[0].get_absolute_url()]


def test_the_language_switch_leads_to_the_same_story(open_page, story):
    make_story(headline="The harbour wakes early", translation_key=story.translation_key)
    page = open_page()
    page.goto(story.get_absolute_url())
    page.get_by_role("link", name="English").first.click()
    expect(page.locator("h1")).to_have_text("The harbour wakes early")
    assert page.locator("html").get_attribute("dir") == "ltr"


def test_fonts_are_our_own_and_the_page_asks_for_most_of_them_at_once(open_page, story, site):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(story.get_absolute_url(), wait_until="networkidle")
    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    links = page.locator("link[rel=preload][as=font]")
    preloaded = {f"{site}{link.get_attribute('href')}" for link in links.all()}
    fonts = {url for url in asked if re.search(r"\.woff2$", url)}
    # Latin letters and digits inside a text come when there are any.
    assert preloaded
    assert len(fonts - preloaded) <= 1


def test_a_story_in_view_counts_as_read_without_a_cookie(open_page, site, story, monkeypatch):
    monkeypatch.setattr(reads, "tally", reads.Tally())
    monkeypatch.setattr(reads, "WRITE_SECONDS", 0)
    page = open_page()
    page.context.add_cookies([{"name": "who", "value": "me", "url": site}])
    page.clock.install()
    page.goto(story.get_absolute_url())
    with page.expect_response("**/me/read/*/") as answered:
        page.clock.fast_forward(6000)
    assert answered.value.status == 204
    assert "cookie" not in answered.value.request.all_headers()
    assert story.reads.get().count == 1


def test_paper_gets_the_story_its_picture_and_an_address_one_can_read(open_page, story):
    page = open_page()
    page.goto(story.get_absolute_url())
    page.emulate_media(media="print")
    address = page.locator(".print-address")
    expect(address).to_be_visible()
    assert "الميناء-يصحو-باكرا" in address.inner_text()
    expect(page.locator(".story-picture img")).to_be_visible()
    expect(page.locator(".comments")).to_be_hidden()
    expect(page.locator(".sections")).to_be_hidden()
    size = page.locator(".story-body").evaluate("it => getComputedStyle(it).fontSize")
    assert size == "16px"  # 12 points


def test_the_browser_understands_every_header_and_objects_to_nothing(open_page, story):
    """A feature that it does not know, or a file that the policy forbids, it says in its console."""
    page, said = open_page(), []
    page.on("console", lambda message: said.append(message.text))
    for address in ("/ar/", story.get_absolute_url(), "/admin/login/"):
        page.goto(address)
    assert [text for text in said if "olicy" in text] == []
