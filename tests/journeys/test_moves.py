"""An editor times, corrects, shares and compares at the Arabic desk; readers see what they should."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles import workflow
from articles.models import Revision, Story
from tests.factories import content, make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(sign_in):
    return sign_in(make_user("edda", "Editor", interface_language="ar"))


@pytest.fixture
def story():
    return make_story(language="ar", headline="الميناء يصحو باكراً", body_html="<p>نص</p>")


def open_form(page, story):
    page.goto(f"/admin/articles/story/{story.pk}/change/")


def press(page, selector):
    with page.expect_navigation():
        page.locator(selector).click()


def unfold(page, selector):
    """Open the folded part that holds `selector`, as somebody would: by its summary."""
    part = page.locator("details", has=page.locator(selector)).last
    if part.get_attribute("open") is None:
        part.locator("> summary").click()


def test_edits_are_timed_and_the_time_is_forgotten(desk, story):
    open_form(desk, story)
    desk.fill("[name=kicker]", "بحر")
    unfold(desk, "[name=edits_at]")
    at = timezone.localtime(timezone.now() + timedelta(hours=2))
    desk.fill("[name=edits_at]", at.strftime("%Y-%m-%dT%H:%M"))
    press(desk, "button[value=edits_at]")
    assert Revision.objects.filter(publish_at__isnull=False).count() == 1
    expect(desk.locator(".set-times")).to_contain_text(at.strftime("%H:%M"))
    press(desk, "button[value=cancel_edits_at]")
    expect(desk.locator(".set-times")).to_have_count(0)
    assert not Revision.objects.filter(publish_at__isnull=False).exists()


def test_a_correction_stands_on_the_public_page(desk, open_page, story):
    open_form(desk, story)
    unfold(desk, "[name=correction]")
    desk.select_option("[name=grade]", "apology")
    desk.fill("[name=correction]", "كان العدد 12 وليس 21.")
    press(desk, "button[value=correct]")
    reader = open_page()
    reader.goto(story.get_absolute_url())
    expect(reader.locator("#corrections .is-apology")).to_contain_text("كان العدد 12 وليس 21.")
    reader.locator("a[href='#corrections']").click()
    expect(reader.locator("#corrections")).to_be_in_viewport()
    reader.goto("/ar/corrections/")
    expect(reader.locator(".corrections-list a")).to_have_text("الميناء يصحو باكراً")


def test_a_draft_is_shown_to_somebody_without_an_account_and_no_longer(desk, open_page):
    draft = workflow.create(content(headline="مسودة سرية"), by=None, language="ar")
    open_form(desk, draft)
    desk.fill("#share-label", "المحامي")
    press(desk, "button[form=share-form]:not([name])")
    address = desk.locator("[data-share]").input_value()
    counsel = open_page(viewport={"width": 360, "height": 740})
    assert counsel.goto(address).status == 200
    expect(counsel.locator("h1")).to_have_text("مسودة سرية")
    assert "/admin/" not in counsel.content()
    press(desk, "button[name=revoke]")
    assert counsel.goto(address).status == 410
    expect(counsel.locator("body")).not_to_contain_text("مسودة سرية")


def test_two_arabic_revisions_are_compared_and_the_old_one_restored(desk, story):
    for body in ("<p>وصل القارب الأول.</p>", "<p>وصل القارب الثاني.</p>"):
        workflow.save_draft(story, content(headline=story.headline, body_html=body), by=None)
    old, new = Revision.objects.order_by("-id")[1], workflow.head(story)
    desk.goto(f"/admin/articles/story/{story.pk}/revisions/")
    desk.locator(f"[name=old][value='{old.pk}']").check()
    desk.locator(f"[name=new][value='{new.pk}']").check()
    press(desk, ".revision-list form[method=get] button.default")
    diff = desk.locator(".changes .diff", has=desk.locator("ins"))
    expect(diff.locator("del")).to_have_text("الأول.")
    expect(diff.locator("ins")).to_have_text("الثاني.")
    assert diff.evaluate("box => getComputedStyle(box).direction") == "rtl"
    gone, come = (diff.locator(tag).bounding_box() for tag in ("del", "ins"))
    assert come["x"] < gone["x"]  # read from the right: first what went, then what came
    press(desk, f"button[form=restore][value='{old.pk}']")
    assert "الأول" in workflow.head(Story.objects.get()).content["body_html"]


def test_the_preview_is_seen_at_three_widths(desk, story):
    desk.goto(f"/admin/articles/story/{story.pk}/widths/")
    frame = desk.locator("iframe")
    expect(desk.frame_locator("iframe").locator("h1")).to_have_text(story.headline)
    for name, width in (("tablet", 768), ("telephone", 360)):
        desk.locator(f"[data-width={name}]").click()
        expect(desk.locator(f"[data-width={name}]")).to_have_attribute("aria-current", "true")
        assert frame.evaluate("box => box.clientWidth") <= width
        assert frame.evaluate("box => box.clientWidth") > width - 10
