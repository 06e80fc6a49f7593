"""Authors before readers: their page, their portrait, their links, the faces beside opinions."""

import json
import re
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from articles import contacts, pictures
from articles.models import Author, Image, ImageTranslation
from articles.site import absolute
from tests.factories import make_author, make_image, make_section, make_story, make_user

pytestmark = pytest.mark.django_db

LINKS = "https://www.x.com/leila\nhttps://haddad.example/\nmailto:leila@haddad.example"


def writer(author: Author, role: str = "writer") -> list[dict]:
    return [{"author": author.pk, "name": "", "role": role}]


def page_of(client, author: Author, language: str = "en") -> str:
    address = author.translations.get(language=language).get_absolute_url()
    return client.get(address).content.decode()


def data_of(page: str, kind: str) -> dict:
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return next(data for block in blocks if (data := json.loads(block))["@type"] == kind)


@pytest.fixture
def leila():
    author = make_author(picture=make_image(alt="Leila at her desk"), contacts=LINKS)
    row = {"title": "Columnist", "bio": "Writes on Saturdays.\n\nLives by the sea."}
    author.translations.filter(language="en").update(**row)
    return author


@pytest.fixture
def edda(client):
    user = make_user("edda", "Editor")
    client.force_login(user)
    return client


class TestContacts:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("", ""),
            (" x.com/leila \n\nhttps://x.com/leila", "https://x.com/leila"),
            ("leila@haddad.example", "mailto:leila@haddad.example"),
            ("mailto:leila@haddad.example", "mailto:leila@haddad.example"),
            ("https://mastodon.example/@leila", "https://mastodon.example/@leila"),
            ("HTTPS://موقع.شبكة/", "HTTPS://موقع.شبكة/"),
        ],
    )
    def test_what_is_typed_becomes_whole_addresses(self, typed, kept):
        assert contacts.clean(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "javascript://x.com/%0Aalert(1)",
            "data:text/html,x",
            "no address",
            "https://bank.example@thief.example/",
            "mailto:leila@haddad.example?bcc=all@example.org",
            "a@b@c",
            "\n".join(f"https://x.com/{n}" for n in range(9)),
        ],
    )
    def test_anything_else_is_refused_with_a_sentence(self, typed):
        with pytest.raises(ValidationError):
            contacts.clean(typed)

    def test_cleaning_what_was_cleaned_changes_nothing(self):
        assert contacts.clean(LINKS) == LINKS

    def test_links_are_called_as_readers_call_them(self):
        names = [contact.label for contact in contacts.contacts_in(LINKS)]
        assert names == ["X", "haddad.example", "leila@haddad.example"]


class TestAuthorPage:
    def test_it_says_who_writes(self, client, leila):
        make_story(headline="Salt", bylines=writer(leila))
        page = page_of(client, leila)
        for words in ("Leila Haddad", "Columnist", "<p>Lives by the sea.</p>", "Salt"):
            assert words in page
        assert 'alt="Leila at her desk"' in page
        assert "<bdi>Newsroom</bdi>" in page  # whose picture it is
        assert 'type="image/avif"' in page

    def test_its_links_name_the_author(self, client, leila):
        page = page_of(client, leila)
        assert '<a href="https://www.x.com/leila" rel="me noopener">' in page
        assert '<a href="mailto:leila@haddad.example"><bdi dir="ltr">' in page

    def test_the_account_of_an_author_is_no_contact(self, client):
        user = make_user("leila", "Reporter", email="private@example.org")
        author = make_author(user=user)
        make_story(bylines=writer(author))
        assert "private@example.org" not in page_of(client, author)

    @pytest.mark.parametrize("number", [1, 2])
    def test_it_counts_the_stories_that_readers_find_on_it(self, client, leila, number):
        for _ in range(number):
            make_story(bylines=[*writer(leila), *writer(leila, "reporter")])
        make_story(language="ar", bylines=writer(leila))
        page = page_of(client, leila)
        assert f"{number} stor{'y' if number == 1 else 'ies'}</h2>" in page

    def test_what_machines_read_of_it(self, client, leila):
        make_story(bylines=writer(leila))
        row = leila.translations.get(language="en")
        person = data_of(page_of(client, leila), "ProfilePage")["mainEntity"]
        assert person["@type"] == "Person"
        assert person["name"] == "Leila Haddad"
        assert person["url"] == absolute(row.get_absolute_url())
        assert person["jobTitle"] == "Columnist"
        assert person["description"] == "Writes on Saturdays. Lives by the sea."
        assert person["sameAs"] == ["https://www.x.com/leila", "https://haddad.example/"]
        assert person["agentInteractionStatistic"]["userInteractionCount"] == 1
        assert len(person["image"]) == 3
        assert "leila@" not in json.dumps(person)

    def test_a_link_to_it_shows_the_portrait(self, client, leila):
        page = page_of(client, leila)
        url = absolute(pictures.rendition_url(leila.picture, "share-square"))
        assert f'<meta property="og:image" content="{url}">' in page
        assert '<meta name="twitter:card" content="summary">' in page
        assert '<meta property="og:type" content="profile">' in page

    def test_without_portrait_links_and_words_nothing_stands_for_them(self, client):
        page = page_of(client, make_author())
        assert "author-portrait" not in page
        assert 'rel="me' not in page
        assert "image" not in data_of(page, "ProfilePage")["mainEntity"]

    def test_a_portrait_without_words_is_called_by_the_name(self, client, leila):
        ImageTranslation.objects.all().delete()
        assert 'alt="Leila Haddad"' in page_of(client, leila)

    def test_its_list_is_paged_and_says_how_many_there_are(self, client, leila):
        for _ in range(21):
            make_story(bylines=writer(leila))
        address = leila.translations.get(language="en").get_absolute_url()
        assert "21 stories</h2>" in client.get(f"{address}?page=2").content.decode()
        assert client.get(f"{address}?page=3").status_code == 404

    @pytest.mark.parametrize("stories", [1, 3])
    def test_its_queries_do_not_grow(self, client, django_assert_num_queries, leila, stories):
        for _ in range(stories):
            make_story(kind="opinion", bylines=writer(leila))
        address = leila.translations.get(language="en").get_absolute_url()
        with django_assert_num_queries(6):
            client.get(address)

    def test_it_has_a_feed_of_its_own(self, client, leila):
        make_story(headline="Salt", bylines=writer(leila))
        make_story(headline="By nobody")
        row = leila.translations.get(language="en")
        feed = f"{row.get_absolute_url()}feed/"
        assert f'href="{feed}"' in page_of(client, leila)
        response = client.get(feed)
        assert response["Content-Type"].startswith("application/rss+xml")
        text = response.content.decode()
        assert "Salt" in text
        assert "By nobody" not in text
        assert client.get("/en/authors/nobody/feed/").status_code == 404


class TestFacesOfOpinions:
    @pytest.fixture
    def opinion(self, leila):
        return make_story(kind="opinion", headline="On salt", bylines=writer(leila))

    def test_the_story_shows_who_speaks(self, client, opinion, leila):
        page = client.get(opinion.get_absolute_url()).content.decode()
        byline = page[page.index('class="byline"') : page.index("story-times")]
        assert f"{leila.picture.rendition_key}/square-160.avif" in byline
        assert 'width="160" height="160" alt=""' in byline

    def test_an_ordinary_story_does_not(self, client, leila):
        story = make_story(bylines=writer(leila))
        assert (
            leila.picture.rendition_key not in client.get(story.get_absolute_url()).content.decode()
        )

    def test_nor_does_who_only_translated_it(self, client, leila):
        lines = [{"author": None, "name": "A guest", "role": "writer"}]
        story = make_story(kind="opinion", bylines=lines + writer(leila, "translator"))
        assert (
            leila.picture.rendition_key not in client.get(story.get_absolute_url()).content.decode()
        )

    @pytest.mark.parametrize("address", ["/en/", "/en/world/"])
    def test_lists_name_the_writer_over_an_opinion(self, client, opinion, leila, address):
        page = client.get(address).content.decode()
        url = quote(leila.translations.get(language="en").get_absolute_url())
        card = page[page.index("card-writer") : page.index("On salt")]
        assert f"{leila.picture.rendition_key}/square-160.avif" in card
        assert f'<a href="{url}"><bdi>Leila Haddad</bdi></a>' in card

    def test_a_guest_is_named_without_a_face(self, client):
        lines = [{"author": None, "name": "A guest", "role": "writer"}]
        make_story(kind="opinion", bylines=lines)
        page = client.get("/en/").content.decode()
        assert '<p class="card-writer"><bdi>A guest</bdi></p>' in page

    @pytest.mark.parametrize("stories", [1, 3])
    def test_a_front_page_with_opinions_costs_one_query_more(
        self, client, django_assert_num_queries, leila, stories
    ):
        for _ in range(stories):
            make_story(kind="opinion", bylines=writer(leila) * 2)
        with django_assert_num_queries(6):
            client.get("/en/")

    def test_an_opinion_costs_as_many_queries_as_any_story(
        self, client, django_assert_num_queries, opinion
    ):
        address = opinion.get_absolute_url()
        with django_assert_num_queries(6):
            client.get(address)


class TestPortraitsInTheLibrary:
    def test_a_portrait_is_not_deleted(self, leila):
        with pytest.raises(PermissionDenied):
            pictures.delete(leila.picture)
        assert Image.objects.filter(pk=leila.picture_id).exists()

    def test_the_refusal_names_the_author(self, edda, leila):
        address = f"/admin/articles/image/{leila.picture_id}/delete/"
        assert "Leila Haddad" in edda.get(address).content.decode()
        edda.post(address, {"post": "yes"})
        assert Author.objects.get(pk=leila.pk).picture_id

    def test_the_screen_of_a_picture_names_whom_it_shows(self, edda, leila):
        page = edda.get(f"/admin/articles/image/{leila.picture_id}/change/").content.decode()
        assert f"/admin/articles/author/{leila.pk}/change/" in page

    def test_reporters_may_not_change_its_words(self, leila):
        rosa = make_user("rosa2", "Reporter")
        assert pictures.may_describe(make_image(), rosa)
        assert not pictures.may_describe(leila.picture, rosa)


class TestTheDesk:
    def fields(self, author: Author, **more) -> dict:
        rows = list(author.translations.order_by("pk"))
        data = {
            "translations-TOTAL_FORMS": "3",
            "translations-INITIAL_FORMS": str(len(rows)),
            "picture": author.picture_id or "",
            "contacts": author.contacts,
            **more,
        }
        for place in range(3):
            row = rows[place] if place < len(rows) else None
            data |= {
                f"translations-{place}-id": row.pk if row else "",
                f"translations-{place}-author": author.pk,
                f"translations-{place}-language": row.language if row else "fr",
                f"translations-{place}-name": row.name if row else "",
                f"translations-{place}-slug": row.slug if row else "",
            }
        return data

    def save(self, client, author: Author, **more):
        address = f"/admin/articles/author/{author.pk}/change/"
        return client.post(address, self.fields(author, **more))

    def test_an_editor_sets_portrait_and_links(self, edda):
        author, image = make_author(), make_image()
        more = {"picture": image.pk, "contacts": "x.com/leila\nleila@haddad.example"}
        assert self.save(edda, author, **more).status_code == 302
        author.refresh_from_db()
        assert author.picture == image
        assert author.contacts == "https://x.com/leila\nmailto:leila@haddad.example"

    @pytest.mark.parametrize("picture", ["99999", "9" * 30, "x", "-1"])
    def test_no_such_picture_is_refused_kindly(self, edda, leila, picture):
        before = leila.picture_id
        assert self.save(edda, leila, picture=picture).status_code == 200
        assert Author.objects.get(pk=leila.pk).picture_id == before

    def test_a_refused_link_loses_no_word(self, edda, leila):
        page = self.save(edda, leila, contacts="no address here").content.decode()
        assert "no address here</textarea>" in page
        assert Author.objects.get(pk=leila.pk).contacts == LINKS

    def test_the_list_shows_faces_at_the_same_cost(self, edda, django_assert_max_num_queries):
        for number in (1, 3):
            while Author.objects.count() < number:
                make_author(picture=make_image())
            with django_assert_max_num_queries(9):
                page = edda.get("/admin/articles/author/").content.decode()
            assert page.count('class="portrait"') == number


def test_an_opinion_is_named_on_the_pages_of_both_sections(client, leila):
    """Of its own section and of the one above."""
    above = make_section({"en": ("Views", "views")})
    below = make_section({"en": ("Columns", "columns")}, parent=above)
    make_story(kind="opinion", section=below.pk, bylines=writer(leila))
    for address in ("/en/views/", "/en/columns/"):
        assert "card-writer" in client.get(address).content.decode()
