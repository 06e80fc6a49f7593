"""A translator takes an Arabic story into English, and is told what changes in it (N12)."""

import pytest
from playwright.sync_api import expect

from articles import workflow
from articles.models import Story
from tests.factories import content, make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST, SECOND, SECOND_NOW, NEW = (
    "غادر القارب الأول المرفأ في الرابعة فجراً.",
    "انتظر القارب الثاني المد عند الرصيف.",
    "انتظر القارب الثاني المد ساعتين عند الرصيف.",
    "وافتتح السوق متأخراً يوم الجمعة.",
)


def body(*texts):
    return "".join(f"<p>{text}</p>" for text in texts)


def test_a_translation_is_told_what_changed_and_keeps_its_words(sign_in):
    edda = make_user("edda", "Editor", interface_language="en")
    source = make_story(language="ar", headline="الميناء يصحو", body_html=body(FIRST, SECOND))
    page = sign_in(edda)
    page.goto(f"/admin/articles/story/{source.pk}/change/")
    page.click("#languages >> text=Translate into English")
    panel = page.locator("[data-source]")
    expect(panel.locator(".source-text")).to_contain_text(SECOND)
    expect(panel.locator(".source-text")).to_have_attribute("dir", "rtl")
    page.fill("[name=headline]", "The harbour wakes")
    page.locator(".ProseMirror").click()
    page.keyboard.type("The first boat left at four.")
    page.keyboard.press("Enter")
    page.keyboard.type("The second boat waited for the tide.")
    page.click("[data-save]")
    expect(page.locator(".messagelist")).to_contain_text("Saved.")
    twin = Story.objects.get(language="en")

    edited = content(headline="الميناء يصحو", body_html=body(FIRST, SECOND_NOW, NEW))
    workflow.publish(workflow.save_draft(source, edited, by=None), by=None)
    page.goto("/admin/articles/story/")
    expect(page.locator("#result_list")).to_contain_text("2 of 5 paragraphs changed")
    page.goto(f"/admin/articles/story/{twin.pk}/change/")
    page.wait_for_selector(".ProseMirror")
    expect(panel).to_contain_text("2 of 5 paragraphs changed in the source")
    changed, added = (panel.locator(".drift-change").nth(place) for place in (0, 1))
    expect(changed.locator("ins")).to_contain_text("ساعتين")
    expect(changed).to_contain_text("The second boat waited for the tide.")

    added.get_by_role("button", name="Insert into my text").click()
    expect(page.locator(".ProseMirror p").nth(2)).to_have_text(NEW)
    expect(page.locator(".ProseMirror p").nth(2)).to_have_attribute("dir", "rtl")
    added.get_by_role("button", name="Accept").click()
    expect(panel).to_contain_text("1 of 5 paragraphs changed in the source")
    expect(page.locator(".ProseMirror p").nth(2)).to_have_text(NEW)
    panel.get_by_role("button", name="Keep my text").click()
    expect(panel).to_contain_text("Nothing changed in the source")
    expect(page.locator(".ProseMirror p").nth(1)).to_have_text(
        "The second boat waited for the tide."
    )
    expect(page.locator("[name=headline]")).to_have_value("The harbour wakes")


def test_a_translator_without_a_script_decides_on_a_page_of_its_own(sign_in):
    edda = make_user("edda", "Editor", interface_language="ar")
    source = make_story(language="en", body_html=body("The first boat left.", "It rained."))
    page = sign_in(edda, java_script_enabled=False)
    page.goto(f"/admin/articles/story/add/?language=ar&translation_of={source.pk}")
    page.fill("[name=headline]", "الميناء يصحو")
    page.fill("[name=body_html]", "<p>غادر القارب الأول.</p><p>هطل المطر.</p>")
    page.click("[data-save]")
    twin = Story.objects.get(language="ar")
    edited = content(body_html=body("The first boat left.", "It rained all night."))
    workflow.publish(workflow.save_draft(source, edited, by=None), by=None)
    page.goto(f"/admin/articles/story/{twin.pk}/source/")
    expect(page.locator(".drift-change")).to_have_count(1)
    expect(page.locator(".side-by-side")).to_contain_text("هطل المطر.")
    page.click("button[value^='accept:']")
    expect(page.locator(".drift-change")).to_have_count(0)
    twin.refresh_from_db()
    assert twin.body_html == "<p>غادر القارب الأول.</p><p>هطل المطر.</p>"
