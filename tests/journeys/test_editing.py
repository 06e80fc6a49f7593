"""An editor writes and publishes at the Arabic desk."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from articles.models import Story
from tests.factories import make_image, make_section, make_story, make_user

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


def paste(page, text: str, kind: str = "text/plain"):
    """Paste text, as from a mail or another window, into the editor."""
    page.locator(".ProseMirror").click()
    page.evaluate(
        """([text, kind]) => {
            const data = new DataTransfer();
            data.setData(kind, text);
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector(".ProseMirror").dispatchEvent(paste);
        }""",
        [text, kind],
    )


def save(page):
    with page.expect_navigation():
        page.locator("[data-save]").first.click()


def press(page, move: str):
    with page.expect_navigation():
        page.locator(f"button[name=_move][value={move}]").click()


def test_from_the_empty_form_to_the_public_page(desk, open_page):
    make_section()
    new_story(desk, section="العالم", headline="الميناء يصحو باكراً")
    assert desk.locator(".ProseMirror").evaluate("box => getComputedStyle(box).direction") == "rtl"
    desk.locator(".ProseMirror").click()
    desk.keyboard.type("القارب الأول غادر في الرابعة.")
    desk.keyboard.press("Enter")
    desk.keyboard.type("عاد الجميع قبل الظهر.")
    save(desk)
    story = Story.objects.get()
    assert story.status == "draft"
    press(desk, "publish")
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
    save(desk)
    reader = open_page()
    reader.goto(story.get_absolute_url())
    assert reader.locator("h1").inner_text() == "قبل"
    press(desk, "publish")
    reader.reload()
    assert reader.locator("h1").inner_text() == "بعد"


def test_a_second_editor_is_told_and_loses_nothing(desk, sign_in):
    story = make_story(language="ar", headline="الأصل")
    other = sign_in(make_user("otto", "Editor", interface_language="ar"))
    for page in (desk, other):
        page.goto(f"/admin/articles/story/{story.pk}/change/")
    desk.fill("[name=headline]", "كلمات الأولى")
    save(desk)
    other.fill("[name=headline]", "كلمات الثاني")
    save(other)
    assert other.locator("[name=headline]").input_value() == "كلمات الثاني"
    assert "edda" in other.locator(".errornote").inner_text()


WORD = """<html xmlns:o="urn:x"><head><style>p{color:red}</style></head><body>
<h1 style="color:red">عنوان</h1><p class=MsoNormal dir=RTL style='text-align:right'>
<span lang=AR-SA style="font-size:14pt">قال <b>الوزير</b><o:p></o:p></span></p><p><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><!--[if !supportLists]--><span>·</span>
<!--[endif]-->بند</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><!--[if !supportLists]--><span>1.</span>
<!--[endif]-->أولاً</p><p><img src="file:///C:/x.png">خاتمة</p></body></html>"""


def test_a_text_from_word_keeps_its_structure_and_loses_its_clothes(desk):
    new_story(desk, section="عام", headline="من وورد")
    paste(desk, WORD, "text/html")
    save(desk)
    text = Story.objects.get().body_html
    for part in ("<h2>عنوان</h2>", "<strong>الوزير</strong>", "<p>خاتمة</p>"):
        assert part in text
    assert re.search(r"<ul><li>(<p>)?بند", text)
    assert re.search(r"<ol[^>]*><li>(<p>)?أولاً", text)
    for rest in ("style", "Mso", "AR-SA", "img", "dir=", "·", "1."):
        assert rest not in text


def test_a_link_is_set_without_the_mouse(desk):
    new_story(desk, section="عام", headline="رابط")
    desk.locator(".ProseMirror").click()
    desk.locator("[data-name=link]").press("Enter")
    expect(desk.locator("dialog[open] input")).to_be_focused()
    desk.keyboard.type("example.org/page")
    desk.keyboard.press("Enter")
    expect(desk.locator(".ProseMirror")).to_be_focused()
    desk.keyboard.type(" بعد")
    save(desk)
    link = '<a href="https://example.org/page">https://example.org/page</a> بعد'
    assert link in Story.objects.get().body_html


def test_a_picture_without_words_in_the_language_asks_for_them(desk):
    image = make_image()
    image.translations.filter(language="ar").delete()
    new_story(desk, section="عام", headline="صورة")
    desk.locator("[data-choose]").click()
    desk.locator(".picture-grid button").first.click()
    expect(desk.locator("dialog[open] [name=alt]")).to_be_focused()
    desk.keyboard.type("مرفأ عند الفجر")
    desk.locator("dialog[open] [name=credit]").fill("ليلى حداد")
    desk.keyboard.press("Enter")
    desk.locator("dialog").wait_for(state="detached")
    assert desk.locator("[name=picture]").input_value() == str(image.pk)
    assert image.translations.get(language="ar").alt == "مرفأ عند الفجر"


def test_a_lost_session_loses_no_word(desk):
    new_story(desk, section="عام", headline="كلمات ثمينة")
    desk.locator(".ProseMirror").click()
    desk.keyboard.type("لا تضيع.")
    other = desk.context.new_page()  # the same person, in another tab
    other.goto("/admin/")
    other.locator("#user-tools summary").click()
    with other.expect_navigation():
        other.locator("#logout-form button").click()
    save(desk)
    desk.fill("[name=username]", "edda")
    desk.fill("[name=password]", "a long enough secret")
    desk.keyboard.press("Enter")
    desk.locator("input[name=headline]").wait_for(state="attached")
    desk.locator("#content form button").click()
    desk.wait_for_url("**/change/")
    story = Story.objects.get()
    assert story.headline == "كلمات ثمينة"
    assert "لا تضيع." in story.body_html


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
    save(desk)
    press(desk, "publish")

    reader = open_page()
    reader.goto(Story.objects.get().get_absolute_url())
    shown = " ".join(reader.locator("body").inner_text().split())
    at = 0
    for line in lines:
        found = shown.find(" ".join(line.split()), at)
        assert found >= 0, line
        at = found + len(" ".join(line.split()))
