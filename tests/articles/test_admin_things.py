"""The screens of what stands in stories and round them."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from articles import workflow
from articles.models import (
    Author,
    Edition,
    Image,
    MenuItem,
    Section,
    SectionTranslation,
    Story,
    Topic,
    TopicTranslation,
)
from articles.site import GENERAL, PAGES, section_for
from tests.articles import desk
from tests.factories import (
    make_author,
    make_draft,
    make_image,
    make_section,
    make_story,
    make_user,
    world,
)

pytestmark = pytest.mark.django_db

ADMIN = "/admin/articles"


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor", interface_language="en"))
    return client


@pytest.fixture
def rosa(client):
    client.force_login(make_user("rosa", "Reporter", interface_language="en"))
    return client


def png(width=800, height=500, name="a.png"):
    file = BytesIO()
    Pillow.new("RGB", (width, height), (10, 90, 60)).save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


def rows(*forms, initial=0, prefix="translations", **extra):
    """What an inline of translations posts: a dict a language, in the order of the form."""
    data = {
        f"{prefix}-TOTAL_FORMS": len(forms),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for place, fields in enumerate(forms):
        data |= {f"{prefix}-{place}-{name}": value for name, value in fields.items()}
    return data | extra


NOTHING = [{"language": code} for code in ("ar", "en", "fr")]


class TestPictures:
    def test_an_upload_makes_renditions_and_keeps_its_texts(self, rosa):
        texts = [{"language": "ar", "alt": "مرفأ", "credit": "روزا"}, *NOTHING[1:]]
        data = rows(*texts, original=png())
        response = rosa.post(f"{ADMIN}/image/add/", data, follow=True)
        image = Image.objects.get()
        assert response.status_code == 200
        assert (image.width, image.height, image.translations.get().alt) == (800, 500, "مرفأ")
        assert image.created_by.username == "rosa"
        assert default_storage.exists(f"{image.rendition_key}/wide-640.jpg")
        assert image.sha256

    def test_a_language_that_is_filled_needs_an_alternative_text(self, rosa):
        texts = [{"language": "ar", "caption": "تعليق"}, *NOTHING[1:]]
        response = rosa.post(f"{ADMIN}/image/add/", rows(*texts, original=png()))
        assert "This field is required." in response.content.decode()
        assert not Image.objects.exists()

    def test_what_is_no_picture_is_refused(self, rosa):
        data = rows(*NOTHING, original=SimpleUploadedFile("a.png", b"<svg onload=x>"))
        response = rosa.post(f"{ADMIN}/image/add/", data)
        assert "This is not a picture that can be read." in response.content.decode()

    def test_another_focal_point_makes_renditions_anew(self, edda):
        image = make_image()
        texts = image.translations.order_by("pk")
        forms = [
            {
                "id": row.pk,
                "image": image.pk,
                "language": row.language,
                "alt": row.alt,
                "credit": "N",
            }
            for row in texts
        ]
        data = rows(*forms, initial=3, focal_x=10, focal_y=90)
        edda.post(f"{ADMIN}/image/{image.pk}/change/", data)
        changed = Image.objects.get()
        assert (changed.focal_x, changed.focal_y) == (10, 90)
        assert changed.rendition_key != image.rendition_key
        assert default_storage.exists(f"{changed.rendition_key}/square-160.jpg")

    def test_the_screen_shows_renditions_and_never_the_original(self, edda):
        image = make_image()
        page = edda.get(f"{ADMIN}/image/{image.pk}/change/").content.decode()
        assert f"/media/{image.rendition_key}/" in page
        assert image.original.name not in page
        assert "data-focal" in page

    def test_the_chooser_finds_by_words_in_the_storys_language(self, rosa):
        image, _other = make_image(alt="A harbour at dawn"), make_image(alt="A bakery")
        answer = rosa.get(f"{ADMIN}/image/choose/", {"q": "dawn", "language": "en"}).json()
        assert [row["id"] for row in answer["pictures"]] == [image.pk]
        assert answer["pictures"][0]["alt"] == "A harbour at dawn"
        assert answer["pictures"][0]["url"].startswith(f"/media/{image.rendition_key}/full-")

    def test_the_chooser_takes_a_new_picture(self, rosa):
        data = {"original": png(), "language": "en", "alt": "A boat", "credit": "Rosa"}
        answer = rosa.post(f"{ADMIN}/image/choose/", data)
        assert answer.status_code == 201
        assert answer.json()["picture"]["alt"] == "A boat"
        assert Image.objects.get().translations.get().credit == "Rosa"

    def test_the_chooser_says_what_is_missing(self, rosa):
        answer = rosa.post(f"{ADMIN}/image/choose/", {"original": png(), "language": "en"})
        assert answer.status_code == 422
        assert "alt" in answer.json()["errors"]

    def test_the_chooser_takes_the_texts_a_picture_lacks(self, rosa):
        image = make_image()
        image.translations.filter(language="ar").delete()
        data = {"image": image.pk, "language": "ar", "alt": "مرفأ", "credit": "روزا"}
        answer = rosa.post(f"{ADMIN}/image/choose/", data)
        assert (answer.status_code, answer.json()["picture"]["alt"]) == (200, "مرفأ")
        assert image.translations.get(language="ar").credit == "روزا"
        assert image.translations.get(language="en").alt == "A harbour at dawn"

    @pytest.mark.parametrize("changes", [{"alt": ""}, {"credit": ""}, {"language": "xx"}])
    def test_and_says_what_is_wrong_with_them(self, rosa, changes):
        data = {"image": make_image().pk, "language": "ar", "alt": "مرفأ", "credit": "ر"} | changes
        answer = rosa.post(f"{ADMIN}/image/choose/", data)
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == [*changes]

    @pytest.mark.parametrize("number", ["", "x", "999"])
    def test_the_texts_of_no_picture_are_not_found(self, rosa, number):
        data = {"image": number, "language": "ar", "alt": "مرفأ"}
        assert rosa.post(f"{ADMIN}/image/choose/", data).status_code == 404

    def test_a_new_picture_stays_open_for_its_focal_point(self, rosa):
        data = rows(*NOTHING, original=png(), _save="1")
        response = rosa.post(f"{ADMIN}/image/add/", data)
        assert response.url == f"{ADMIN}/image/{Image.objects.get().pk}/change/"

    def test_the_chooser_is_for_those_who_have_pictures(self, client):
        client.force_login(make_user("mona", "Moderator"))
        assert client.get(f"{ADMIN}/image/choose/").status_code == 403
        assert client.post(f"{ADMIN}/image/choose/", {}).status_code == 403

    def test_a_picture_in_use_cannot_be_deleted(self, edda):
        image = make_image()
        make_story(picture=image.pk)
        page = edda.get(f"{ADMIN}/image/{image.pk}/delete/").content.decode()
        assert "is in use and stays" in page
        assert "The harbour wakes" in page
        edda.post(f"{ADMIN}/image/{image.pk}/delete/", {"post": "yes"})
        assert Image.objects.exists()


class TestSections:
    def test_each_stands_after_its_parent(self, edda):
        first = make_section({"en": ("Culture", "culture")})
        make_section({"en": ("Sport", "sport")})
        make_section({"en": ("Books", "books")}, parent=first)
        page = edda.get(f"{ADMIN}/section/").content.decode()
        at = [page.index(f">{name}</span>") for name in ("Culture", "Books", "Sport")]
        assert at == sorted(at)
        assert 'class="tree tree-1">Books' in page

    def test_a_name_makes_its_slug(self, edda):
        texts = [{"language": "ar", "name": "أخبار العالم"}, *NOTHING[1:]]
        edda.post(f"{ADMIN}/section/add/", rows(*texts, position=1, in_navigation="on"))
        row = SectionTranslation.objects.get(name="أخبار العالم")
        assert (row.language, row.slug) == ("ar", "أخبار-العالم")

    @pytest.mark.parametrize("slug", ["search", "feed"])
    def test_words_of_the_address_map_are_refused(self, edda, slug):
        texts = [{"language": "ar", "name": "س", "slug": slug}, *NOTHING[1:]]
        response = edda.post(f"{ADMIN}/section/add/", rows(*texts, position=1))
        assert "This word belongs to an address of the site." in response.content.decode()

    def test_it_needs_a_name_in_one_language(self, edda):
        response = edda.post(f"{ADMIN}/section/add/", rows(*NOTHING, position=1))
        assert "Give it a name in one language at least." in response.content.decode()
        assert not Section.objects.filter(position=1).exists()

    def test_the_last_name_is_not_removed(self, edda):
        section = make_section({"en": ("Culture", "culture")})
        row = section.translations.get()
        kept = {"id": row.pk, "section": section.pk, "language": "en", "name": "Culture"}
        data = rows(kept | {"DELETE": "on"}, *NOTHING[:1], NOTHING[2], initial=1, position=1)
        response = edda.post(f"{ADMIN}/section/{section.pk}/change/", data)
        assert "Give it a name in one language at least." in response.content.decode()
        assert section.translations.exists()

    def test_static_pages_need_no_name(self, edda):
        pages = section_for(PAGES)
        response = edda.post(f"{ADMIN}/section/{pages.pk}/change/", rows(*NOTHING, position=9))
        assert response.status_code == 302

    def test_two_of_one_slug_are_told_apart_in_plain_words(self, edda):
        make_section({"en": ("Culture", "culture")})
        texts = [NOTHING[0], {"language": "en", "name": "Culture"}, NOTHING[2]]
        response = edda.post(f"{ADMIN}/section/add/", rows(*texts, position=1))
        assert "Another one has this slug in this language." in response.content.decode()

    def test_the_houses_own_are_not_deleted(self, edda):
        general = section_for(GENERAL)
        url = f"{ADMIN}/section/{general.pk}/delete/"
        assert edda.post(url, {"post": "yes"}).status_code == 403
        data = {"action": "delete_selected", "_selected_action": [general.pk], "post": "yes"}
        edda.post(f"{ADMIN}/section/", data)
        assert Section.objects.filter(pk=general.pk).exists()

    def test_one_with_stories_is_not_deleted_and_says_why(self, edda):
        make_story()
        page = edda.get(f"{ADMIN}/section/{world().pk}/delete/").content.decode()
        assert "The harbour wakes" in page
        edda.post(f"{ADMIN}/section/{world().pk}/delete/", {"post": "yes"})
        assert Section.objects.filter(pk=world().pk).exists()

    def test_reporters_only_read(self, rosa):
        assert rosa.get(f"{ADMIN}/section/{world().pk}/change/").status_code == 200
        assert rosa.post(f"{ADMIN}/section/{world().pk}/change/", {}).status_code == 403

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_same_questions_for_any_number(self, edda, number, django_assert_num_queries):
        for place in range(number):
            make_section({"en": (f"S{place}", f"s{place}"), "ar": (f"س{place}", f"س{place}")})
        edda.get(f"{ADMIN}/section/")
        with django_assert_num_queries(9):
            edda.get(f"{ADMIN}/section/")


class TestAuthorsAndTopics:
    def test_an_author_with_bylines_is_not_deleted(self, edda):
        author = make_author()
        make_story(bylines=[{"author": author.pk, "name": "", "role": "writer"}])
        edda.post(f"{ADMIN}/author/{author.pk}/delete/", {"post": "yes"})
        assert Author.objects.exists()

    def test_the_refusal_names_the_stories_that_keep_an_author(self, edda):
        author = make_author()
        story = make_story(
            headline="Her report",
            bylines=[{"author": author.pk, "name": "", "role": "writer"}] * 2,
        )
        page = edda.get(f"{ADMIN}/author/{author.pk}/delete/").content.decode()
        link = f'<a href="{ADMIN}/story/{story.pk}/change/" lang="en" dir="ltr">Her report</a>'
        assert page.count(link) == 1

    def test_no_account_is_changed_or_deleted_from_an_authors_form(self, edda):
        author = make_author()
        page = edda.get(f"{ADMIN}/author/{author.pk}/change/").content.decode()
        assert "related-widget-wrapper-link" not in page

    def test_the_list_of_authors_is_found_by_name(self, edda):
        make_author()
        make_author({"en": "Sami Najjar"})
        page = edda.get(f"{ADMIN}/author/", {"q": "Sami"}).content.decode()
        assert "Sami Najjar" in page
        assert "Leila Haddad" not in page

    def test_the_list_of_topics_counts_their_stories(self, rosa):
        make_story(topics=["Sea"])
        make_story(topics=["Sea"])
        page = rosa.get(f"{ADMIN}/topic/").content.decode()
        assert '<td class="field-used">2</td>' in page

    def test_who_deletes_a_topic_is_told_in_how_many_stories_it_stands(self, edda):
        make_story(topics=["Sea"])
        make_story(topics=["Sea"])
        topic = Topic.objects.get()
        page = edda.get(f"{ADMIN}/topic/{topic.pk}/delete/").content.decode()
        assert "It disappears from 2 stories." in page
        assert "Story_topics" not in page
        edda.post(f"{ADMIN}/topic/{topic.pk}/delete/", {"post": "yes"})
        assert not Topic.objects.exists()

    def test_a_list_with_nothing_in_it_says_so_and_offers_no_actions(self, edda):
        page = edda.get(f"{ADMIN}/topic/").content.decode()
        assert "Nothing here yet." in page
        assert 'name="action"' not in page
        make_story(topics=["Sea"])
        page = edda.get(f"{ADMIN}/topic/", {"q": "mountain"}).content.decode()
        assert "Nothing is found." in page

    def test_a_second_topic_of_the_same_name_is_refused(self, rosa):
        topic = Topic.objects.create()
        TopicTranslation.objects.create(topic=topic, language="ar", name="اقتصاد", slug="اقتصاد")
        texts = [{"language": "ar", "name": "إقتصاد"}, *NOTHING[1:]]
        response = rosa.post(f"{ADMIN}/topic/add/", rows(*texts))
        assert "There is a topic of this name already: اقتصاد." in response.content.decode()
        assert Topic.objects.count() == 1


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
    b'<script>x()</script><path d="M0 0h9" onclick="x()"/></svg>'
)


class TestEdition:
    def given(self, edition, **fields):
        names = ("name", "tagline", "description", "footer_html", "comment_rules")
        data = {name: getattr(edition, name) for name in names}
        return rows(prefix="menu_items", **rows(prefix="placements", **(data | fields)))

    def test_a_wordmark_is_reduced_to_shapes(self, edda):
        edition = Edition.objects.get(language="ar")
        url = f"{ADMIN}/edition/{edition.pk}/change/"
        edda.post(url, self.given(edition, wordmark=SimpleUploadedFile("w.svg", SVG)))
        edition.refresh_from_db()
        assert 'd="M0 0h9"' in edition.wordmark_svg
        assert "script" not in edition.wordmark_svg
        assert "onclick" not in edition.wordmark_svg
        assert edition.wordmark_svg in edda.get(url).content.decode()
        edda.post(url, self.given(edition, no_wordmark="on"))
        edition.refresh_from_db()
        assert edition.wordmark_svg == ""

    def test_what_is_no_drawing_is_refused(self, edda):
        edition = Edition.objects.get(language="ar")
        data = self.given(edition, wordmark=SimpleUploadedFile("w.svg", b"GIF89a"))
        response = edda.post(f"{ADMIN}/edition/{edition.pk}/change/", data)
        assert "This is not an SVG drawing" in response.content.decode()

    def test_the_footer_is_cleaned_and_menus_are_kept(self, edda):
        edition = Edition.objects.get(language="en")
        fields = {
            "footer_html": "<p>Printed daily</p><script>x()</script>",
            "menu_items-TOTAL_FORMS": 1,
            "menu_items-0-place": "footer",
            "menu_items-0-position": 1,
            "menu_items-0-label": "About",
            "menu_items-0-url": "/en/pages/about/",
        }
        edda.post(f"{ADMIN}/edition/{edition.pk}/change/", self.given(edition) | fields)
        edition.refresh_from_db()
        assert edition.footer_html == "<p>Printed daily</p>"
        assert MenuItem.objects.get().label == "About"
        assert edition.snapshot["menus"]["footer"][0]["label"] == "About"

    def test_a_dangerous_address_is_refused(self, edda):
        edition = Edition.objects.get(language="en")
        fields = {
            "menu_items-TOTAL_FORMS": 1,
            "menu_items-0-place": "footer",
            "menu_items-0-position": 1,
            "menu_items-0-label": "About",
            "menu_items-0-url": "javascript:alert(1)",
        }
        edda.post(f"{ADMIN}/edition/{edition.pk}/change/", self.given(edition) | fields)
        assert not MenuItem.objects.exists()

    def test_reporters_do_not_reach_it(self, rosa):
        assert rosa.get(f"{ADMIN}/edition/").status_code == 403


class TestDesk:
    def test_the_first_screen_shows_what_waits(self, rosa):
        desk.add(rosa, headline="My draft", section=world().pk)
        make_draft(headline="Of somebody else")
        page = rosa.get("/admin/").content.decode()
        assert "My draft" in page
        assert "Of somebody else" not in page

    def test_and_why_a_story_came_back(self, rosa):
        desk.add(rosa, headline="My draft", section=world().pk)
        story = workflow.submit(Story.objects.get(), by=None)
        workflow.send_back(story, by=None, note="Who says so?")
        assert "Who says so?" in rosa.get("/admin/").content.decode()
        workflow.submit(story, by=None)
        assert "Who says so?" not in rosa.get("/admin/").content.decode()

    @pytest.mark.parametrize("language", ["ar", "en", "fr"])
    def test_speaks_the_language_a_person_chose(self, client, language):
        client.force_login(make_user("edda", "Editor", interface_language=language))
        direction = "rtl" if language == "ar" else "ltr"
        page = client.get("/admin/").content.decode()
        assert f'<html lang="{language}" dir="{direction}">' in page
