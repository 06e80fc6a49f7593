"""An editor fills the library of pictures, and a story from it."""

from io import BytesIO

import pytest
from PIL import Image as Pillow
from playwright.sync_api import expect

from articles.models import Image
from tests.factories import make_draft, make_image, make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIBRARY = "/admin/articles/image/"


@pytest.fixture
def desk(sign_in):
    return sign_in(make_user("edda", "Editor", interface_language="ar"))


def file(name, color="teal", data=None):
    if data is None:
        buffer = BytesIO()
        Pillow.new("RGB", (640, 400), color).save(buffer, "PNG")
        data = buffer.getvalue()
    return {"name": name, "mimeType": "image/png", "buffer": data}


def test_many_files_at_once_each_taken_or_refused_for_itself(desk):
    desk.goto(LIBRARY)
    desk.locator("#upload-files").set_input_files(
        [file("one.png", "red"), file("broken.png", data=b"<svg>"), file("two.png", "blue")]
    )
    rows = desk.locator("[data-uploads] > li")
    expect(rows).to_have_count(3)
    expect(rows.nth(1).locator("[data-note]")).not_to_be_empty()
    expect(rows.locator("form")).to_have_count(2)
    assert Image.objects.count() == 2

    form = rows.nth(0).locator("form")
    form.locator("[name=alt]").fill("مرفأ عند الفجر")
    form.locator("[name=credit]").fill("ليلى")
    form.locator("[type=button]").click()
    expect(rows.nth(2).locator("[name=credit]")).to_have_value("ليلى")
    form.locator("[type=submit]").click()
    expect(rows.nth(0).locator(".is-ready")).to_be_visible()
    text = Image.objects.order_by("id").first().translations.get()
    assert (text.language, text.alt, text.credit) == ("ar", "مرفأ عند الفجر", "ليلى")


def test_files_are_dropped_on_the_library(desk):
    desk.goto(LIBRARY)
    expect(desk.locator("[data-upload]")).to_be_visible()
    desk.evaluate(
        """async () => {
            const canvas = new OffscreenCanvas(640, 400);
            canvas.getContext("2d").fillRect(0, 0, 640, 400);
            const blob = await canvas.convertToBlob({type: "image/png"});
            const data = new DataTransfer();
            data.items.add(new File([blob], "dropped.png", {type: "image/png"}));
            const drop = new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
            document.querySelector("[data-upload]").dispatchEvent(drop);
        }"""
    )
    expect(desk.locator("[data-uploads] form")).to_have_count(1)
    assert Image.objects.count() == 1


def test_a_picture_is_chosen_in_a_story_once_it_has_its_words(desk):
    image = make_image(alt="مرفأ")
    image.translations.filter(language="ar").update(credit="")
    story = make_draft(language="ar")
    desk.goto(f"/admin/articles/story/{story.pk}/change/")
    desk.locator("[data-choose]").click()
    desk.locator(".picture-grid button").first.click()
    texts = desk.locator("dialog form.dialog-form")
    texts.locator("[name=credit]").fill("روزا")
    texts.locator("[type=submit]").click()
    expect(desk.locator("[data-picture-shown] img")).to_be_visible()
    expect(desk.locator("[data-status=saved]")).to_be_visible()
    story.refresh_from_db()
    assert story.picture == image
    assert image.translations.get(language="ar").credit == "روزا"


def test_the_focal_point_is_set_by_click_and_by_keyboard(desk):
    image = make_image()
    desk.goto(f"{LIBRARY}{image.pk}/change/")
    stage = desk.locator("[data-focal]")
    box = stage.locator("img").bounding_box()
    stage.locator("img").click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    expect(desk.locator("#id_focal_x")).to_have_value("25")
    stage.focus()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Shift+ArrowDown")
    expect(desk.locator("#id_focal_x")).to_have_value("26")
    expect(desk.locator("#id_focal_y")).to_have_value("60")


def test_a_replaced_picture_is_another_one_on_the_public_page(desk, open_page):
    image = make_image()
    story = make_story(language="ar", picture=image.pk)
    old = image.rendition_key
    desk.goto(f"{LIBRARY}{image.pk}/change/")
    desk.locator("#replacement").set_input_files(file("new.png", "orange"))
    with desk.expect_navigation():
        desk.locator("button[form=replace-form]").click()
    reader = open_page()
    reader.goto(story.get_absolute_url())
    assert old not in reader.content()
    image.refresh_from_db()
    assert image.rendition_key in reader.content()
