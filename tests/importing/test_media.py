"""Moving in from WordPress: pictures from a copy of wp-content/uploads."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from PIL import Image as Pillow

from articles import pictures
from articles.models import Image, ImageTranslation
from newsroom.lib import images, throttle
from tests.importing.export import everything, item, old, run, wxr

pytestmark = pytest.mark.django_db

UPLOADS = "https://one.example/wp-content/uploads"


def draw(folder: Path, name: str, color: str = "teal", size: tuple[int, int] = (900, 600)) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    file = BytesIO()
    Pillow.new("RGB", size, color).save(file, "JPEG")
    path.write_bytes(file.getvalue())
    return path


def attachment(number: int, name: str, *fields: tuple[str, str], caption: str = "") -> str:
    meta = "".join(
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
        for key, value in fields
    )
    return (
        f"<item><title>IMG_{number}</title><link>https://one.example/img-{number}/</link>"
        '<excerpt:encoded xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/">'
        f"{caption}</excerpt:encoded><wp:post_id>{number}</wp:post_id><wp:post_parent>1"
        "</wp:post_parent><wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type>"
        f"<wp:attachment_url>{UPLOADS}/{name}</wp:attachment_url>{meta}</item>"
    )


def shown(number: int = 20) -> str:
    return (
        f"<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key>"
        f"<wp:meta_value>{number}</wp:meta_value></wp:postmeta>"
    )


STAGE = attachment(
    20, "2021/03/stage.jpg", ("_wp_attachment_image_alt", "A stage"), caption="The stage at dusk"
)


@pytest.fixture
def media(tmp_path) -> Path:
    folder = tmp_path / "uploads"
    draw(folder, "2021/03/stage.jpg")
    return folder


class TestBrought:
    def test_the_main_picture_has_its_texts(self, tmp_path, media):
        receipt = run(wxr(tmp_path, item(1, shown()), STAGE), media=media, language="en")
        picture = old(1).picture
        assert (picture.width, picture.height) == (900, 600)
        row = picture.in_language("en")
        assert (row.alt, row.caption) == ("A stage", "The stage at dusk")
        assert list(old(1).pictures.all()) == [picture]
        assert "pictures: brought: 1" in receipt

    @pytest.mark.parametrize(
        "name", ["stage.jpg", "stage-300x200.jpg", "stage-1024x683.jpg", "stage-scaled.jpg"]
    )
    def test_a_text_shows_it_whatever_size_it_names(self, tmp_path, media, name):
        text = f'<img src="{UPLOADS}/2021/03/{name}" alt="Theirs" width="300" />'
        run(wxr(tmp_path, item(1, text=f"Before.\n\n{text}\n\nAfter."), STAGE), media=media)
        source = pictures.rendition_url(Image.objects.get(), "full")
        assert (
            f'<figure><img src="{source}" alt="Theirs" width="900" height="600"></figure>'
            in old(1).body_html
        )
        assert old(1).body_html.startswith("<p>Before.</p>")

    def test_a_link_to_the_picture_itself_goes_and_others_stay(self, tmp_path, media):
        image = f'<img src="{UPLOADS}/2021/03/stage-300x200.jpg" alt="x">'
        text = (
            f'<a href="{UPLOADS}/2021/03/stage.jpg">{image}</a>\n\n'
            f'<a href="https://other.example/">{image}</a>'
        )
        run(wxr(tmp_path, item(1, text=text), STAGE), media=media)
        assert old(1).body_html.count("<img ") == 2
        assert old(1).body_html.count("<a ") == 1
        assert '<a href="https://other.example/"><img ' in old(1).body_html

    def test_a_gallery_and_a_caption_become_figures(self, tmp_path, media):
        draw(media, "2021/03/curtain.jpg", "maroon")
        text = (
            f'[caption width="300"]<img src="{UPLOADS}/2021/03/stage.jpg" alt="S"> Dusk[/caption]'
            '\n\n[gallery ids="20,21"]'
        )
        curtain = attachment(21, "2021/03/curtain.jpg", caption="The curtain")
        run(wxr(tmp_path, item(1, text=text), STAGE, curtain), media=media)
        body = old(1).body_html
        assert body.count("<figure><img ") == 3
        assert "<figcaption>Dusk</figcaption>" in body
        assert "<figcaption>The curtain</figcaption>" in body
        assert old(1).pictures.count() == 2

    def test_a_gallery_block_holds_no_figure_in_a_figure(self, tmp_path, media):
        image = f'<figure class="wp-block-image"><img src="{UPLOADS}/2021/03/stage.jpg"/></figure>'
        text = (
            '<!-- wp:gallery --><figure class="wp-block-gallery">'
            f"<!-- wp:image -->{image}<!-- /wp:image -->"
            '<figcaption class="blocks-gallery-caption">All</figcaption></figure>'
            "<!-- /wp:gallery -->"
        )
        run(wxr(tmp_path, item(1, text=text), STAGE), media=media)
        body = " ".join(old(1).body_html.split())
        assert body.startswith("<figure><img ")
        assert body.endswith("</figure> <p>All</p>")

    def test_a_file_no_attachment_tells_of_is_found_too(self, tmp_path, media):
        run(wxr(tmp_path, item(1, text=f'<img src="{UPLOADS}/2021/03/stage.jpg">')), media=media)
        assert "<img " in old(1).body_html

    def test_a_folder_may_be_wp_content_or_hold_it(self, tmp_path):
        draw(tmp_path / "copy", "wp-content/uploads/2021/03/stage.jpg")
        run(wxr(tmp_path, item(1, shown()), STAGE), media=tmp_path / "copy")
        assert old(1).picture

    def test_the_place_the_export_tells_goes_before_the_address(self, tmp_path, media):
        draw(media, "2021/03/stage-edited.jpg", size=(500, 400))
        told = attachment(
            20, "2021/03/stage.jpg", ("_wp_attached_file", "2021/03/stage-edited.jpg")
        )
        run(wxr(tmp_path, item(1, shown()), told), media=media)
        assert old(1).picture.width == 500


class TestOnce:
    def test_a_second_run_copies_nothing(self, tmp_path, media):
        file = wxr(tmp_path, item(1, shown()), STAGE)
        run(file, media=media)
        before = everything(), list(Image.objects.values_list())
        receipt = run(file, media=media)
        assert (everything(), list(Image.objects.values_list())) == before
        assert "pictures:" not in receipt

    def test_the_same_bytes_are_one_picture(self, tmp_path, media):
        draw(media, "2022/01/again.jpg")
        twin = attachment(21, "2022/01/again.jpg")
        receipt = run(wxr(tmp_path, item(1, shown(21)), STAGE, twin), media=media)
        assert Image.objects.count() == 1
        assert "pictures: in the library already: 1" in receipt

    def test_texts_that_editors_wrote_stay(self, tmp_path, media):
        file = wxr(tmp_path, item(1, shown()), STAGE)
        run(file, media=media, language="en")
        ImageTranslation.objects.update(alt="Ours")
        run(file, media=media, language="en", update=True)
        assert ImageTranslation.objects.get().alt == "Ours"

    def test_B229_texts_link_to_the_old_site_until_pictures_come(self, tmp_path, media):
        file = wxr(
            tmp_path, item(1, shown(), text=f'<img src="{UPLOADS}/2021/03/stage.jpg">'), STAGE
        )
        receipt = run(file)
        assert "skipped: attachment (no --media folder was given): 1" in receipt
        assert f'<a href="{UPLOADS}/2021/03/stage.jpg">' in old(1).body_html
        run(file, media=media, update=True)
        assert old(1).picture
        assert "<img " in old(1).body_html


class TestInTheBackground:
    def test_renditions_are_made_by_the_tick(self, tmp_path, media, client):
        run(wxr(tmp_path, item(1, shown()), STAGE), media=media)
        image = Image.objects.get()
        name = images.rendition_name(image.rendition_key, "full", 640)
        assert image.is_waiting
        assert not default_storage.exists(name)
        assert pictures.make_waiting(60) == 1
        assert default_storage.exists(name)
        assert not Image.objects.get().is_waiting
        assert pictures.make_waiting(60) == 0

    def test_or_when_a_reader_asks_for_one(self, tmp_path, media, client):
        run(wxr(tmp_path, item(1, shown()), STAGE), media=media)
        address = pictures.rendition_url(Image.objects.get(), "full")
        assert client.get(address)["Content-Type"] == "image/jpeg"
        assert not Image.objects.get().is_waiting

    def test_one_at_a_time(self, tmp_path, media, client):
        run(wxr(tmp_path, item(1, shown()), STAGE), media=media)
        throttle.claim("renditions-asked-for", 60)
        address = pictures.rendition_url(Image.objects.get(), "full")
        assert client.get(address).status_code == 404
        throttle.release("renditions-asked-for")
        assert client.get(address).status_code == 200

    def test_or_by_the_command_for_all_at_once(self, tmp_path, media, capsys):
        run(wxr(tmp_path, item(1, shown()), STAGE), media=media)
        call_command("make_renditions")
        assert "Pictures made anew: 1." in capsys.readouterr().out
        assert not Image.objects.filter(is_waiting=True).exists()

    def test_a_file_that_went_meanwhile_waits_no_longer(self, tmp_path, media):
        run(wxr(tmp_path, item(1, shown()), STAGE), media=media)
        image = Image.objects.get()
        image.original.storage.delete(image.original.name)
        assert pictures.make_waiting(60) == 0
        assert not Image.objects.get().is_waiting

    @pytest.mark.parametrize("name", ["stage.jpg", "stage-300x200.jpg", "stage-scaled.jpg"])
    def test_B229_old_addresses_of_every_size_lead_to_it(self, tmp_path, media, client, name):
        run(wxr(tmp_path, item(1, shown()), STAGE), media=media)
        answer = client.get(f"/wp-content/uploads/2021/03/{name}")
        assert answer.status_code == 301
        assert client.get(answer["Location"])["Content-Type"] == "image/jpeg"
        assert client.get("/img-20/")["Location"] == answer["Location"]


class TestRefused:
    def test_what_is_no_picture_is_named_and_the_story_comes(self, tmp_path, media):
        (media / "2021/03/stage.jpg").write_bytes(b"<script>alert(1)</script>")
        receipt = run(wxr(tmp_path, item(1, shown()), STAGE), media=media)
        assert old(1).picture is None
        assert "refused: picture /wp-content/uploads/2021/03/stage.jpg: " in receipt

    @pytest.mark.parametrize(
        "name", ["../../secret.jpg", "2021/../../secret.jpg", "%2e%2e/secret.jpg", "/etc/passwd"]
    )
    def test_nothing_outside_the_folder_is_read(self, tmp_path, media, name):
        draw(tmp_path, "secret.jpg")
        hostile = attachment(20, name, ("_wp_attached_file", name))
        run(wxr(tmp_path, item(1, shown()), hostile), media=media)
        assert not Image.objects.exists()

    def test_not_even_through_a_link(self, tmp_path, media):
        draw(tmp_path, "secret.jpg")
        (media / "2021/03/out.jpg").symlink_to(tmp_path / "secret.jpg")
        out = attachment(20, "2021/03/out.jpg")
        receipt = run(wxr(tmp_path, item(1, shown()), out), media=media)
        assert not Image.objects.exists()
        assert "pictures: not found: 1" in receipt

    def test_on_trial_files_are_only_counted(self, tmp_path, media):
        receipt = run(wxr(tmp_path, item(1, shown()), STAGE), media=media, dry_run=True)
        assert "pictures: would be brought: 1" in receipt
        assert not Image.objects.exists()
        assert not list((tmp_path / "originals").rglob("*.jpg"))
