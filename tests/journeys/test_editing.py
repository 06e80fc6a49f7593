"""An editor writes and publishes at the Arabic desk."""

import os
from pathlib import Path

import pytest

from articles.models import Story
from tests.factories import make_section, make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DATA = os.environ.get("NEWSROOM_TEST_DATA", "")
SEED = Path(DATA, "../seed/story-page.ar.txt") if DATA else None


@pytest.fixture
def desk(sign_in):
    return sign_in(make_user("edda", "Editor", interface_language="ar"))


def new_story(page, *, section: str, headline: str):
    page.goto("/admin/articles/story/add/?language=ar")
    page.fill("[name=headline]", headline)
    page.locator("[name=section]").select_option(label=section)


def paste(page, text: str):
    """Paste plain text, as from a mail or another window, into the editor."""
    page.locator(".ProseMirror").click()
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector(".ProseMirror").dispatchEvent(paste);
        }""",
        text,
    )


def press(page, move: str):
    page.locator(f"button[name=_move][value={move}]").click()


def test_from_the_empty_form_to_the_public_page(desk, open_page):
    make_section()
    new_story(desk, section="العالم", headline="الميناء يصحو باكراً")
    assert desk.locator(".ProseMirror").evaluate("box => getComputedStyle(box).direction") == "rtl"
    desk.locator(".ProseMirror").click()
    desk.keyboard.type("القارب الأول غادر في الرابعة.")
    desk.keyboard.press("Enter")
    desk.keyboard.type("عاد الجميع قبل الظهر.")
    desk.locator("[data-save]").first.click()
    story = Story.objects.get()
    assert story.status == "draft"
    press(desk, "publish")
    desk.wait_for_load_state()
    story.refresh_from_db()
    assert story.is_public

    reader = open_page()
    reader.goto(story.get_absolute_url())
    text = reader.locator("article").inner_text()
    assert "القارب الأول غادر في الرابعة." in text
    assert "عاد الجميع قبل الظهر." in text


def test_an_edit_of_a_live_story_waits_for_publish(desk, open_page):
    story = make_story(language="ar", headline="قبل")
    desk.goto(f"/admin/articles/story/{story.pk}/change/")
    desk.fill("[name=headline]", "بعد")
    desk.locator("[data-save]").first.click()
    desk.wait_for_load_state()
    reader = open_page()
    reader.goto(story.get_absolute_url())
    assert reader.locator("h1").inner_text() == "قبل"
    press(desk, "publish")
    desk.wait_for_load_state()
    reader.reload()
    assert reader.locator("h1").inner_text() == "بعد"


def test_a_second_editor_is_told_and_loses_nothing(desk, sign_in):
    story = make_story(language="ar", headline="الأصل")
    other = sign_in(make_user("otto", "Editor", interface_language="ar"))
    for page in (desk, other):
        page.goto(f"/admin/articles/story/{story.pk}/change/")
    desk.fill("[name=headline]", "كلمات الأولى")
    desk.locator("[data-save]").first.click()
    desk.wait_for_load_state()
    other.fill("[name=headline]", "كلمات الثاني")
    other.locator("[data-save]").first.click()
    other.wait_for_load_state()
    assert other.locator("[name=headline]").input_value() == "كلمات الثاني"
    assert "edda" in other.locator(".errornote").inner_text()


@pytest.mark.skipif(not (SEED and SEED.exists()), reason="NEWSROOM_TEST_DATA has no seed page")
def test_the_page_it_all_began_with_keeps_every_line_in_order(desk, open_page):
    lines = [line for line in SEED.read_text(encoding="utf-8").splitlines() if line.strip()]
    section, headline, *body = lines[: lines.index("اترك تعليقاً")]
    make_section({"ar": (section, section.replace(" ", "-"))})
    new_story(desk, section=section, headline=headline)
    agency = "وكالات"
    body[-1] = body[-1].removesuffix(f"({agency})").rstrip()
    paste(desk, "\n\n".join(body))
    desk.fill("[name=agency]", agency)
    desk.locator("[data-save]").first.click()
    desk.wait_for_load_state()
    press(desk, "publish")
    desk.wait_for_load_state()

    reader = open_page()
    reader.goto(Story.objects.get().get_absolute_url())
    shown = " ".join(reader.locator("body").inner_text().split())
    at = 0
    for line in lines:
        found = shown.find(" ".join(line.split()), at)
        assert found >= 0, line
        at = found + len(" ".join(line.split()))
