"""A film of another site in an Arabic story: written by its address, loaded by a reader's click."""

import re

import pytest
from playwright.sync_api import expect

from articles.models import Story
from tests.factories import make_draft, make_section, make_user
from tests.journeys.test_editing import new_story, paste, press, save

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
FIGURE = f'<figure data-embed="youtube"><a href="{VIDEO}">{VIDEO}</a></figure>'


@pytest.fixture
def desk(sign_in):
    return sign_in(make_user("edda", "Editor", interface_language="ar"))


def block(page):
    return page.locator(".ProseMirror figure[data-embed=youtube]")


def test_a_pasted_address_becomes_a_film_that_waits_for_a_click(desk, open_page, site):
    make_section()
    new_story(desk, section="العالم", headline="الميناء يصحو باكراً")
    paste(desk, "https://youtu.be/dQw4w9WgXcQ?si=x")
    expect(block(desk)).to_be_visible()
    save(desk)
    assert FIGURE in Story.objects.get().body_html
    press(desk, "publish")

    reader = open_page()
    asked = []
    reader.context.route(
        re.compile(r"https://www\.youtube-nocookie\.com/"),
        lambda route: route.fulfill(content_type="text/html", body="<p>film</p>"),
    )
    reader.on("request", lambda request: asked.append(request.url))
    reader.goto(Story.objects.get().get_absolute_url())
    button = reader.locator(".embed-button")
    expect(button).to_be_visible()
    reader.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith(site)] == []
    assert reader.locator("iframe").count() == 0

    height = reader.locator(".embed-card").bounding_box()["height"]
    button.click()
    frame = reader.locator("iframe[title][sandbox]")
    expect(frame).to_have_attribute("src", re.compile("^https://www.youtube-nocookie.com/embed/"))
    expect(reader.frame_locator("iframe").locator("p")).to_have_text("film")
    assert abs(reader.locator(".embed-card").bounding_box()["height"] - height) < 2
    assert {url for url in asked if not url.startswith(site)} == {
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
    }


def test_without_script_the_card_is_a_link(open_page):
    make_section()
    from articles import workflow

    story = workflow.publish(make_draft(language="ar", body_html=FIGURE), by=None)
    reader = open_page(java_script_enabled=False)
    reader.goto(story.get_absolute_url())
    expect(reader.locator(".embed-link a")).to_have_attribute("href", VIDEO)
    expect(reader.locator(".embed-button")).to_be_hidden()


def test_an_embed_is_set_changed_removed_and_brought_back_by_keyboard(desk):
    make_section()
    new_story(desk, section="العالم", headline="تضمين")
    text = desk.locator(".ProseMirror")
    text.click()
    desk.keyboard.press("Alt+F10")
    expect(desk.locator("[data-name=paragraph]")).to_be_focused()
    desk.keyboard.press("ArrowLeft")  # ahead, in a bar that runs from the right
    expect(desk.locator("[data-name=heading2]")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(text).to_be_focused()

    desk.locator("[data-name=embed]").press("Enter")
    address = desk.locator("dialog [name=address]")
    expect(address).to_be_focused()
    desk.keyboard.type("https://example.org/film")
    desk.keyboard.press("Enter")
    expect(desk.locator("dialog [role=alert]")).to_contain_text("YouTube")
    address.fill("https://youtu.be/dQw4w9WgXcQ")
    desk.fill("dialog [name=caption]", "شرح الفيلم")
    desk.keyboard.press("Enter")
    expect(block(desk)).to_contain_text("شرح الفيلم")

    block(desk).click()
    desk.keyboard.press("Enter")
    expect(address).to_have_value(VIDEO)
    address.fill("https://vimeo.com/76979871")
    desk.keyboard.press("Enter")
    film = desk.locator(".ProseMirror figure[data-embed=vimeo]")
    expect(film).to_contain_text("شرح الفيلم")
    film.click()
    desk.keyboard.press("Delete")
    expect(film).to_have_count(0)
    desk.keyboard.press("Control+z")
    expect(film).to_have_count(1)
    save(desk)
    assert "<figcaption>شرح الفيلم</figcaption>" in Story.objects.get().body_html


def test_undo_makes_of_a_pasted_film_its_link_again(desk):
    make_section()
    new_story(desk, section="العالم", headline="تراجع")
    paste(desk, VIDEO)
    expect(block(desk)).to_be_visible()
    desk.locator(".ProseMirror").press("Control+z")
    expect(block(desk)).to_have_count(0)
    expect(desk.locator(f'.ProseMirror a[href="{VIDEO}"]')).to_be_visible()


def test_lines_of_the_checklist_lead_to_their_field_and_go_when_it_is_filled(desk):
    make_section()
    story = make_draft(
        language="ar",
        standfirst="",
        body_html='<p>نص</p><p><a href="/a">التقرير</a> و<a href="https://example.org">هنا</a></p>',
    )
    desk.goto(f"/admin/articles/story/{story.pk}/change/")
    desk.locator("[data-field=body_html]").click()
    assert desk.evaluate("getSelection().toString()") == "هنا"
    expect(desk.locator(".ProseMirror")).to_be_focused()
    line = desk.locator("[data-field=standfirst]")
    line.click()
    expect(desk.locator("[name=standfirst]")).to_be_focused()
    desk.keyboard.type("القوارب تغادر قبل الضوء.")
    expect(line).to_have_count(0)  # the story saves itself, and the lines follow


def test_a_paragraph_is_turned_and_its_clothes_are_taken_off(desk):
    make_section()
    new_story(desk, section="العالم", headline="اتجاه")
    desk.locator(".ProseMirror").click()
    desk.keyboard.press("Control+b")
    desk.keyboard.type("An English line.")
    desk.locator("[data-name=direction]").click()
    expect(desk.locator("[data-name=direction]")).to_have_attribute("aria-pressed", "true")
    expect(desk.locator(".ProseMirror")).to_be_focused()  # again, a moment after the button
    desk.keyboard.press("Control+a")
    desk.locator("[data-name=clear]").click()
    save(desk)
    assert Story.objects.get().body_html == '<p dir="ltr">An English line.</p>'


def test_the_address_is_proposed_from_the_headline_and_warned_of(desk):
    make_section()
    new_story(desk, section="العالم", headline="")
    desk.locator(".story-main details > summary").first.click()
    desk.fill("[name=headline]", "الميناءُ يصحو: باكراً!")
    expect(desk.locator("[data-shown]")).to_have_text("الميناء-يصحو-باكرا")
