"""Who changes what readers see of a picture: its texts, how it is cropped, its file."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from articles import pictures
from articles.models import Image
from tests.articles.test_pictures import LIBRARY, png, upload
from tests.factories import make_draft, make_image, make_story, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa(client):
    user = make_user("rosa", "Reporter", interface_language="en")
    client.force_login(user)
    return client


def texts(image, **more) -> dict:
    return {"image": image.pk, "language": "en", "alt": "Mine", "credit": "Me"} | more


def alt_of(image, language="en") -> str:
    return image.translations.get(language=language).alt


def crop(image, **more) -> dict:
    empty = {"translations-TOTAL_FORMS": 0, "translations-INITIAL_FORMS": 0}
    return {"focal_x": 1, "focal_y": 1} | empty | more


class TestOfAPublicPicture:
    @pytest.fixture
    def image(self):
        image = make_image()
        make_story(picture=image.pk)
        return image

    def test_a_reporter_is_told_who_changes_its_texts(self, rosa, image):
        before = alt_of(image)
        answer = rosa.post(f"{LIBRARY}choose/", texts(image))
        # Not 403, by which the dialogs mean a session that ended.
        assert answer.status_code == 422
        assert "those who publish" in answer.json()["errors"]["__all__"]
        assert alt_of(image) == before

    def test_its_own_screen_says_so_and_takes_nothing(self, rosa, image):
        page = rosa.get(f"{LIBRARY}{image.pk}/change/").content.decode()
        assert "those who publish" in page
        assert "data-focal" not in page
        assert '<fieldset class="panel" disabled>' in page
        assert rosa.post(f"{LIBRARY}{image.pk}/change/", crop(image)).status_code == 403
        assert Image.objects.get(pk=image.pk).focal_x == 50

    def test_what_no_reader_sees_yet_is_completed(self, rosa, image):
        image.translations.filter(language="fr").delete()
        answer = rosa.post(f"{LIBRARY}choose/", texts(image, language="fr"))
        assert (answer.status_code, alt_of(image, "fr")) == (200, "Mine")

    def test_what_is_read_in_that_language_is_not(self, rosa, image):
        image.translations.filter(language="en").delete()
        assert rosa.post(f"{LIBRARY}choose/", texts(image)).status_code == 422
        assert not image.translations.filter(language="en").exists()

    def test_the_same_file_once_more_does_not_complete_it(self, rosa, image):
        original = image.original.open().read()
        image.translations.filter(language="en").update(caption="")
        form = texts(image, original=upload(data=original), caption="A word of mine")
        del form["image"]
        answer = rosa.post(f"{LIBRARY}choose/", form)
        assert answer.json()["picture"]["id"] == image.pk
        assert image.translations.get(language="en").caption == ""

    @pytest.mark.parametrize("group", ["Editor", "Section editor"])
    def test_who_publishes_changes_its_texts(self, client, image, group):
        client.force_login(make_user("sana", group))
        assert client.post(f"{LIBRARY}choose/", texts(image)).status_code == 200
        assert alt_of(image) == "Mine"


class TestOfAPictureNoReaderSees:
    def test_a_reporter_changes_its_texts_and_its_crop(self, rosa):
        image = make_image()
        make_draft(picture=image.pk)
        assert rosa.post(f"{LIBRARY}choose/", texts(image)).status_code == 200
        rosa.post(f"{LIBRARY}{image.pk}/change/", crop(image))
        assert (alt_of(image), Image.objects.get(pk=image.pk).focal_x) == ("Mine", 1)
        assert "those who publish" not in rosa.get(f"{LIBRARY}{image.pk}/change/").content.decode()

    def test_ones_own_upload_stays_ones_own_until_it_is_public(self, rosa):
        form = texts(Image(), original=upload(data=png((4, 5, 6)).read()), alt="A boat")
        del form["image"]
        image = Image.objects.get(pk=rosa.post(f"{LIBRARY}choose/", form).json()["picture"]["id"])
        rosa.post(f"{LIBRARY}choose/", texts(image, alt="A ship"))
        assert alt_of(image) == "A ship"
        make_story(picture=image.pk)
        rosa.post(f"{LIBRARY}choose/", texts(image, alt="A whale"))
        assert alt_of(image) == "A ship"


class TestTwoAtOnce:
    """Both opened the picture before either was done with it."""

    @pytest.fixture
    def edda(self):
        return make_user("edda", "Editor")

    def kept(self) -> set[str]:
        """The keys under which something lies where everybody may fetch it."""
        folders = default_storage.listdir("")[0]
        return {folder for folder in folders if default_storage.listdir(folder)[1]}

    def test_the_later_replacement_is_refused_and_leaves_no_file(self, edda):
        image = make_image()
        mine = Image.objects.get(pk=image.pk)
        pictures.replace(image, upload(data=png((1, 2, 3)).read()), by=edda)
        before = self.kept()
        with pytest.raises(ValidationError, match="replaced"):
            pictures.replace(mine, upload(data=png((3, 2, 1)).read()), by=edda)
        assert Image.objects.get(pk=image.pk).sha256 == image.sha256
        assert self.kept() == before

    def test_a_crop_of_what_was_replaced_leaves_no_file(self, edda):
        image = make_image()
        mine = Image.objects.get(pk=image.pk)
        # The file is read before it is gone.
        mine.original.open()
        pictures.replace(image, upload(data=png((1, 2, 3)).read()), by=edda)
        before = self.kept()
        mine.focal_x = 10
        with pytest.raises(ValidationError, match="replaced"):
            pictures.store(mine)
        assert self.kept() == before

    def test_what_was_deleted_does_not_come_back(self, edda):
        image = make_image()
        mine = Image.objects.get(pk=image.pk)
        pictures.delete(image)
        with pytest.raises(ValidationError, match="replaced"):
            pictures.replace(mine, upload(data=png((1, 2, 3)).read()), by=edda)
        assert not Image.objects.exists()
