"""The library of pictures: where they are used, replaced, searched, uploaded many at once."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Pillow

from articles import pictures, workflow
from articles.models import Image, ImageKey, ImageTranslation
from articles.models.image import originals
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


def in_text(image, name="full-768.jpg"):
    return f'<p>One.</p><figure><img src="/media/{image.rendition_key}/{name}" alt="A"></figure>'


def tall() -> bytes:
    file = BytesIO()
    Pillow.new("L", (1, 60_000)).save(file, "PNG")
    return file.getvalue()


HOSTILE = {
    "empty.jpg": b"",
    "page.jpg": b"<html><script>alert(1)</script>",
    "drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "cut.png": png().read()[:200],
    "head.png": png().read()[:33],
    "tall.png": tall(),
    "program.gif": b"GIF89a" + b"\xff" * 400,
    "zip.webp": b"PK\x03\x04" + b"RIFF\x00\x00\x00\x00WEBPVP8 ",
}


def plain_form() -> dict[str, str]:
    """What the plain form sends beside the file: no texts in any language."""
    names = {"TOTAL_FORMS": "3", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "3"}
    codes = {
        f"translations-{place}-language": code for place, code in enumerate(("ar", "en", "fr"))
    }
    return {f"translations-{name}": value for name, value in names.items()} | codes


class TestInTheText:
    def test_a_picture_gets_its_size_and_its_present_address(self):
        image = make_image(width=1400, height=900)
        ImageKey.objects.create(key="oldkey", image=image)
        body = make_draft(
            body_html='<p>x</p><img src="/media/oldkey/full-640.webp" alt="A &amp; B">'
        ).body_html
        source = f"/media/{image.rendition_key}/full-768.jpg"
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

    def test_counts_what_waits_for_its_time_and_no_longer_what_was_taken_out(self):
        live, timed, newest = make_image(), make_image(), make_image()
        story = make_story(picture=live.pk)
        workflow.save_draft(story, content(picture=timed.pk), by=None)
        at = timezone.now() + timedelta(hours=2)
        workflow.publish_edits_at(story, by=None, at=at)
        workflow.save_draft(story, content(body_html=in_text(newest)), by=None)
        assert set(story.pictures.all()) == {live, timed, newest}
        workflow.save_draft(story, content(), by=None)
        assert set(story.pictures.all()) == {live, timed}
        with time_machine.travel(at + timedelta(minutes=1)):
            workflow.publish_due_edits()
        assert set(story.pictures.all()) == {timed}


class TestDelete:
    def test_takes_the_files_with_it(self, desk, django_capture_on_commit_callbacks):
        image = make_image()
        key, original = image.rendition_key, image.original.name
        Image.objects.filter(pk=image.pk).update(focal_x=10)
        image.refresh_from_db()
        pictures.store(image)
        with django_capture_on_commit_callbacks(execute=True):
            desk.post(f"{LIBRARY}{image.pk}/delete/", {"post": "yes"})
        assert not Image.objects.exists()
        for one in (key, image.rendition_key):
            assert not default_storage.exists(f"{one}/wide-320.jpg")
        assert not originals().exists(original)

    def test_is_refused_while_a_story_has_it(self):
        image = make_image()
        make_draft(picture=image.pk)
        with pytest.raises(PermissionDenied):
            pictures.delete(image)
        assert default_storage.exists(f"{image.rendition_key}/wide-320.jpg")

    def test_names_only_stories_this_person_may_see(self, client):
        image = make_image()
        make_story(headline="Public story", picture=image.pk)
        make_draft(headline="Bait", picture=image.pk)
        rosa = make_user("rosa", "Reporter")
        rosa.user_permissions.add(Permission.objects.get(codename="delete_image"))
        client.force_login(rosa)
        page = client.get(f"{LIBRARY}{image.pk}/delete/").content.decode()
        assert "Public story</a>" in page
        assert "Bait" not in page
        assert "and 1 more story" in page


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

    def test_reaches_what_editors_work_on(self, edda):
        image, other = make_image(), make_image()
        old = image.rendition_key
        story = make_story(picture=other.pk)
        edits = content(body_html=in_text(image) + in_text(other))
        workflow.save_draft(story, edits, by=None)
        saved_at = workflow.head(story).saved_at
        pictures.replace(image, png(), by=edda)
        head = workflow.head(story)
        assert old not in head.content["body_html"]
        assert image.rendition_key in head.content["body_html"]
        assert other.rendition_key in head.content["body_html"]
        assert head.saved_at == saved_at

    def test_deletes_every_size_there_ever_was_and_the_old_original(
        self, edda, django_capture_on_commit_callbacks
    ):
        image = make_image()
        first, original = image.rendition_key, image.original.name
        image.focal_x = 10
        pictures.store(image)
        second = image.rendition_key
        make_story(body_html=in_text(image).replace(second, first))
        with django_capture_on_commit_callbacks(execute=True):
            pictures.replace(image, png(), by=edda)
        for key in (first, second):
            assert not default_storage.exists(f"{key}/wide-320.jpg")
        assert not originals().exists(original)
        assert default_storage.exists(f"{image.rendition_key}/wide-320.jpg")

    def test_by_one_that_is_in_the_library_too_leaves_each_its_own(
        self, edda, django_capture_on_commit_callbacks
    ):
        image, twin = make_image(), Image(original=png())
        pictures.store(twin)
        story = make_story(body_html=in_text(image))
        pictures.replace(image, png(), by=edda)
        assert image.rendition_key != twin.rendition_key
        assert set(story.pictures.all()) == {image}
        with django_capture_on_commit_callbacks(execute=True):
            pictures.delete(twin)
        assert default_storage.exists(f"{image.rendition_key}/wide-320.jpg")

    def test_by_itself_is_refused(self, desk, edda):
        image = make_image()
        with image.original.open() as file:
            same = ContentFile(file.read(), name="same.png")
        with pytest.raises(ValidationError):
            pictures.replace(image, same, by=edda)
        answer = desk.post(
            f"{LIBRARY}{image.pk}/replace/", {"original": upload(data=same.read())}, follow=True
        )
        assert "This picture is in the library already." in answer.content.decode()

    @pytest.mark.parametrize("number", [1, 3])
    def test_costs_the_same_for_each_story(self, edda, number, django_assert_num_queries):
        image = make_image()
        for _ in range(number):
            make_story(body_html=in_text(image))
        with CaptureQueriesContext(connection) as asked:
            pictures.replace(image, png(), by=edda)
        assert len(asked) == 17 + 6 * number

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

    def test_the_same_file_in_a_story_keeps_its_texts_and_gets_those_it_lacks(self, desk):
        first = desk.post(f"{LIBRARY}upload/", {"original": upload()}).json()["picture"]
        texts = {"language": "en", "alt": "Red", "credit": "Leila"}
        for typed in (texts, texts | {"alt": "Another red", "caption": "A wall."}):
            answer = desk.post(f"{LIBRARY}choose/", {"original": upload(), **typed})
            assert answer.status_code == 200
        picture = answer.json()["picture"]
        assert picture["id"] == first["id"]
        assert (picture["alt"], picture["caption"]) == ("Red", "A wall.")
        assert picture["line"] == "A wall. — Picture: Leila"
        assert Image.objects.count() == 1

    def test_the_plain_form_says_that_it_is_there(self, desk):
        first = desk.post(f"{LIBRARY}upload/", {"original": upload()}).json()["picture"]
        page = desk.post(f"{LIBRARY}add/", plain_form() | {"original": upload()}).content.decode()
        assert f"This picture is in the library already. #{first['id']}" in page
        assert Image.objects.count() == 1

    @pytest.mark.parametrize("address", ["upload/", "choose/", "add/"])
    @pytest.mark.parametrize("name", sorted(HOSTILE))
    def test_what_is_broken_or_hostile_gets_a_sentence(self, desk, address, name):
        texts = {"language": "en", "alt": "A", "credit": "B"}
        sent = {"original": upload(name, HOSTILE[name]), **texts, **plain_form()}
        answer = desk.post(f"{LIBRARY}{address}", sent)
        assert answer.status_code == (200 if address == "add/" else 422)
        words = answer.content.decode()
        assert "not a picture" in words or "is empty" in words or "is longer than" in words
        assert not Image.objects.exists()

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


class TestAtTheSameTime:
    def test_a_crop_does_not_bring_a_replaced_picture_back(self, edda):
        image = make_image()
        mine = Image.objects.get(pk=image.pk)
        pictures.replace(image, upload(data=png((1, 2, 3)).read()), by=edda)
        mine.focal_x = 10
        with pytest.raises(ValidationError, match="replaced"):
            pictures.store(mine)
        assert Image.objects.get(pk=image.pk).original.name == image.original.name

    def test_the_same_file_twice_at_one_instant_makes_two_pictures(self):
        twins = [Image(original=upload()), Image(original=upload())]
        for twin in twins:  # both looked for a free key before either was saved
            pictures._fill_in(twin, pictures.images.inspect(twin.original.file))
            pictures.make_renditions(twin)
        for twin in twins:
            pictures._save(twin)
        assert twins[0].rendition_key != twins[1].rendition_key
        owners = dict(ImageKey.objects.values_list("key", "image"))
        assert [owners[twin.rendition_key] for twin in twins] == [twin.pk for twin in twins]

    def test_a_picture_whose_file_is_gone_says_so(self, desk):
        image = make_image()
        image.original.storage.delete(image.original.name)
        form = {"focal_x": 10, "focal_y": 10}
        form |= {"translations-TOTAL_FORMS": 0, "translations-INITIAL_FORMS": 0}
        answer = desk.post(f"{LIBRARY}{image.pk}/change/", form, follow=True)
        assert answer.status_code == 200
        assert Image.objects.get(pk=image.pk).focal_x == 50


@pytest.mark.parametrize("name", ["ص" * 240 + ".png", "a" * 300 + ".png", "ص.png", ".png"])
def test_a_name_of_any_length_is_kept_in_what_a_disk_takes(desk, name):
    answer = desk.post(
        f"{LIBRARY}choose/",
        {"original": upload(name), "language": "en", "alt": "A boat", "credit": "Rima"},
    )
    assert answer.status_code in (201, 422)
    if answer.status_code == 201:
        kept = Image.objects.get().original.name.rpartition("/")[2]
        assert len(kept.encode()) < 160


def test_what_replaces_a_picture_may_have_a_long_name_too(edda):
    image = make_image()
    pictures.replace(image, upload("ص" * 240 + ".png"), by=edda)
    kept = Image.objects.get(pk=image.pk).original.name.rpartition("/")[2]
    assert (len(kept.encode()) < 160, kept[-4:]) == (True, ".png")
