"""The library of pictures: where they are used, replaced, searched, uploaded many at once."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image as Pillow

from articles import pictures, workflow
from articles.models import Image, ImageKey, ImageTranslation
from tests.factories import content, make_draft, make_image, make_story, make_user

pytestmark = pytest.mark.django_db

LIBRARY = "/admin/articles/image/"


@pytest.fixture
def edda():
    return make_user("edda", "Editor")


@pytest.fixture
def desk(client, edda):
    client.force_login(edda)
    return client


def png(color=(200, 30, 30), size=(900, 600)) -> ContentFile:
    file = BytesIO()
    Pillow.new("RGB", size, color).save(file, "PNG")
    return ContentFile(file.getvalue(), name="new.png")


def upload(name="boat.png", data=None):
    return SimpleUploadedFile(name, data if data is not None else png().read(), "image/png")


def in_text(image, name="full-960.jpg"):
    return f'<p>One.</p><figure><img src="/media/{image.rendition_key}/{name}" alt="A"></figure>'


class TestInTheText:
    def test_a_picture_gets_its_size_and_its_present_address(self):
        image = make_image(width=1400, height=900)
        ImageKey.objects.create(key="oldkey", image=image)
        body = make_draft(
            body_html='<p>x</p><img src="/media/oldkey/full-640.webp" alt="A &amp; B">'
        ).body_html
        source = f"/media/{image.rendition_key}/full-960.jpg"
        assert body == (f'<p>x</p><img src="{source}" alt="A &amp; B" width="1400" height="900">')

    def test_what_is_in_no_library_stays_as_it_is(self):
        body = '<p>x</p><img src="/media/gone/full-640.webp" alt="A">'
        assert make_draft(body_html=body).body_html == body

    def test_readers_get_every_width_and_format_and_its_size(self, client):
        image = make_image(width=1400, height=900)
        page = client.get(make_story(body_html=in_text(image)).get_absolute_url()).content.decode()
        part = page[page.index('<div class="story-body">') :]
        key = image.rendition_key
        assert f'<source type="image/avif" srcset="/media/{key}/full-640.avif 640w, ' in part
        assert f"/media/{key}/full-1280.jpg 1280w" in part
        assert "1920w" not in part
        assert 'width="1400" height="900"' in part
        assert 'loading="lazy"' in part

    def test_dressing_twice_changes_nothing(self):
        image = make_image()
        once = pictures.dressed(in_text(image))
        assert pictures.dressed(once) == once

    @pytest.mark.parametrize("number", [1, 3])
    def test_one_query_however_many(self, number, django_assert_num_queries):
        body = "".join(in_text(make_image()) for _ in range(number))
        with django_assert_num_queries(1):
            pictures.dressed(body)


class TestWhereUsed:
    def test_counts_the_main_picture_and_those_in_the_text(self):
        main, inside = make_image(), make_image()
        story = make_draft(picture=main.pk, body_html=in_text(inside))
        assert set(story.pictures.all()) == {main, inside}
        workflow.save_draft(story, content(), by=None)
        assert not story.pictures.exists()

    def test_counts_what_readers_see_and_what_waits(self):
        live, waiting = make_image(), make_image()
        story = make_story(picture=live.pk)
        workflow.save_draft(story, content(picture=waiting.pk), by=None)
        assert set(story.pictures.all()) == {live, waiting}
        workflow.publish(story, by=None)
        assert set(story.pictures.all()) == {waiting}

    def test_is_listed_for_who_may_see_the_story(self, client, desk):
        image = make_image()
        make_story(headline="Public story", picture=image.pk)
        make_draft(headline="Bait", picture=image.pk)
        page = desk.get(f"{LIBRARY}{image.pk}/change/").content.decode()
        assert "Public story" in page
        assert "Bait" in page
        client.force_login(make_user("rosa", "Reporter"))
        page = client.get(f"{LIBRARY}{image.pk}/change/").content.decode()
        assert "Public story" in page
        assert "Bait" not in page
        assert "and 1 more story" in page

    def test_keeps_a_picture_from_being_deleted(self, desk):
        image = make_image()
        make_draft(headline="It stands here", body_html=in_text(image))
        page = desk.post(f"{LIBRARY}{image.pk}/delete/", {"post": "yes"}).content.decode()
        assert "It stands here" in page
        assert Image.objects.filter(pk=image.pk).exists()


class TestReplace:
    def test_shows_the_new_one_everywhere(self, client, edda, django_capture_on_commit_callbacks):
        image = make_image()
        old = image.rendition_key
        story = make_story(picture=image.pk, body_html=in_text(image))
        first = workflow.head(story)
        edited = workflow.save_draft(story, first.content | {"headline": "Waiting"}, by=None)
        with django_capture_on_commit_callbacks(execute=True):
            touched = pictures.replace(image, png(), by=edda)
        assert touched == [story]
        page = client.get(story.get_absolute_url()).content.decode()
        assert old not in page
        assert f"/media/{image.rendition_key}/full-" in page
        assert 'width="900" height="600"' in page
        story.refresh_from_db()
        assert story.version == edited.version + 1
        assert story.transitions.first().action == "replace_picture"
        assert not default_storage.exists(f"{old}/wide-640.jpg")
        restored = workflow.restore(story, first, by=None)
        assert old not in workflow.head(restored).content["body_html"]

    def test_of_what_is_no_picture_changes_nothing(self, edda):
        image = make_image()
        with pytest.raises(ValidationError):
            pictures.replace(image, ContentFile(b"<svg>", name="a.png"), by=edda)
        assert Image.objects.get().rendition_key == Image.objects.get().keys.get().key

    def test_is_for_who_edits_every_story(self, client):
        image = make_image()
        rosa = make_user("rosa", "Reporter")
        with pytest.raises(PermissionDenied):
            pictures.replace(image, png(), by=rosa)
        client.force_login(rosa)
        address = f"{LIBRARY}{image.pk}/replace/"
        assert client.post(address, {"original": upload()}).status_code == 403
        assert client.get(address).status_code == 405

    def test_is_a_form_of_the_picture_s_page(self, desk):
        image = make_image()
        desk.post(f"{LIBRARY}{image.pk}/replace/", {"original": upload()})
        image.refresh_from_db()
        assert (image.width, image.height) == (900, 600)
        answer = desk.post(
            f"{LIBRARY}{image.pk}/replace/", {"original": upload(data=b"no")}, follow=True
        )
        assert "not a picture that can be read" in answer.content.decode()


class TestLibrary:
    @pytest.mark.parametrize(
        ("alt", "asked"),
        [("ميناء الإمارات", "الامارات"), ("مُؤتمر", "مؤتمر"), ("Harbour", "HARBOUR")],
    )
    def test_is_searched_however_it_is_spelt(self, desk, alt, asked):
        make_image(alt="A bakery")
        image = make_image(alt=alt)
        image.translations.all().delete()
        ImageTranslation.objects.create(image=image, language="ar", alt=alt, credit="N")
        page = desk.get(LIBRARY, {"q": asked}).content.decode()
        assert page.count("library-name") == (2 if asked == "HARBOUR" else 1)
        assert alt in page

    def test_is_filtered_by_what_is_missing_and_by_use(self, desk):
        whole, lacking = make_image(alt="Whole"), make_image(alt="Lacking")
        lacking.translations.filter(language="ar").update(credit="")
        make_draft(picture=whole.pk)
        page = desk.get(LIBRARY, {"lacks": "ar"}).content.decode()
        assert "Lacking." in page
        assert "Whole." not in page
        page = desk.get(LIBRARY, {"use": "unused"}).content.decode()
        assert "Whole." not in page
        assert "العربية: texts or credit missing" in page

    @pytest.mark.parametrize("number", [1, 3])
    def test_costs_the_same_for_any_number(self, desk, number, django_assert_num_queries):
        desk.get(LIBRARY)
        for _ in range(number):
            make_image()
        with django_assert_num_queries(8):
            desk.get(LIBRARY)


class TestManyAtOnce:
    def test_each_file_is_taken_or_refused_for_itself(self, desk):
        answer = desk.post(f"{LIBRARY}upload/", {"original": upload()})
        assert answer.status_code == 201
        assert answer.json()["picture"]["alt"] == ""
        answer = desk.post(f"{LIBRARY}upload/", {"original": upload(data=b"<script>")})
        assert answer.status_code == 422
        assert "not a picture" in answer.json()["errors"]["original"]
        assert Image.objects.count() == 1

    def test_the_same_file_again_is_the_same_picture(self, desk):
        first = desk.post(f"{LIBRARY}upload/", {"original": upload()}).json()["picture"]
        again = desk.post(f"{LIBRARY}upload/", {"original": upload("other.png")})
        assert (again.status_code, again.json()["picture"]["id"]) == (200, first["id"])
        assert again.json()["picture"]["is_known"]

    def test_is_for_who_may_add_pictures_and_a_post(self, client, desk):
        assert desk.get(f"{LIBRARY}upload/").status_code == 405
        client.force_login(make_user("mona", "Moderator"))
        assert client.post(f"{LIBRARY}upload/", {"original": upload()}).status_code == 403


def test_renditions_are_made_anew_after_an_upgrade(capsys):
    image = make_image()
    old = image.rendition_key
    Image.objects.filter(pk=image.pk).update(rendition_key="made-in-another-way")
    call_command("make_renditions")
    call_command("make_renditions")
    image.refresh_from_db()
    assert image.rendition_key == old
    assert capsys.readouterr().out.splitlines() == [
        "Pictures made anew: 1.",
        "Pictures made anew: 0.",
    ]
