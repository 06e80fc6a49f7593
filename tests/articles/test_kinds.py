"""What kinds of stories look like: a film above its text, a gallery with numbers, an opinion."""

import re

import pytest

from articles.embeds import first_film
from articles.pictures import numbered, rendition_url
from tests.factories import make_image, make_story

pytestmark = pytest.mark.django_db

FILM = (
    '<figure data-embed="youtube"><a href="https://www.youtube.com/watch?v=abcdefghijk">A film</a>'
    "<figcaption>Four minutes.</figcaption></figure>"
)
POST = (
    '<figure data-embed="x"><a href="https://x.com/harbour/status/1234567890">A post</a></figure>'
)


def page_of(client, **fields) -> str:
    return client.get(make_story(**fields).get_absolute_url()).content.decode()


class TestVideo:
    def test_the_first_film_stands_over_the_text_and_nowhere_else(self, client):
        page = page_of(client, kind="video", body_html=f"<p>First.</p>{FILM}<p>Last.</p>")
        assert page.index('class="film') < page.index("<p>First.</p>")
        assert page.count("youtube-nocookie.com/embed/abcdefghijk") == 1
        assert "<p>First.</p><p>Last.</p>" in page
        assert "Four minutes." in page

    def test_its_picture_is_the_poster_and_keeps_its_credit(self, client):
        page = page_of(client, kind="video", body_html=FILM, picture=make_image().pk)
        poster, after = page.split('class="film has-poster"')[1].split("</div>\n", 1)
        assert 'fetchpriority="high"' in poster
        assert "<bdi>Newsroom</bdi>" in poster + after[:300]
        assert "story-picture" not in page

    def test_without_a_film_the_picture_stands_there(self, client):
        page = page_of(client, kind="video", body_html="<p>Soon.</p>", picture=make_image().pk)
        assert "story-picture" in page
        assert 'class="film' not in page

    def test_a_post_is_no_film(self):
        assert first_film(POST) == ("", POST)
        assert first_film(POST + FILM) == (FILM, POST)

    def test_a_story_keeps_its_films_where_they_stand(self, client):
        page = page_of(client, body_html=f"<p>First.</p>{FILM}")
        assert 'class="film' not in page
        assert page.index("<p>First.</p>") < page.index("youtube-nocookie")

    def test_a_video_is_watched_not_read(self, client):
        assert "to read" not in page_of(client, kind="video", body_html="<p>Soon.</p>")


class TestGallery:
    @pytest.fixture
    def pictures(self):
        source = rendition_url(make_image(), "full")
        figure = f'<figure><img src="{source}" alt="Boats">'
        return f"{figure}<figcaption>At <em>dawn</em>.</figcaption></figure>{figure}</figure>"

    def test_pictures_are_numbered_and_wide(self, client, pictures):
        page = page_of(client, kind="gallery", body_html=f"<p>Look.</p>{pictures}")
        assert re.findall(r'class="gallery-number">([^<]*)<', page) == ["1/2", "2/2"]
        assert "<span>At <em>dawn</em>.</span>" in page
        assert 'sizes="(width &gt;= 62rem) 60rem, 85vw"' in page
        assert "2 pictures" in page

    def test_numbers_have_the_digits_of_the_page(self, client, pictures, settings):
        settings.DIGITS = "arab"
        page = page_of(client, language="ar", kind="gallery", body_html=pictures)
        assert re.findall(r'class="gallery-number">([^<]*)<', page) == ["١/٢", "٢/٢"]

    def test_a_story_has_no_numbers(self, client, pictures):
        assert "gallery-number" not in page_of(client, body_html=pictures)

    def test_a_caption_of_several_lines_has_its_number_too(self):
        figure = '<figure><img src="/x"><figcaption>One\ntwo</figcaption></figure>'
        assert 'class="gallery-number">1</bdi><span>One\ntwo</span>' in numbered(figure, str)

    def test_a_caption_is_markup_and_a_number_is_not(self):
        figure = '<figure><img src="/x"><figcaption>a &lt;b&gt;</figcaption></figure>'
        shown = numbered(figure, lambda place: f"<{place}>")
        assert '<bdi class="gallery-number">&lt;1&gt;</bdi><span>a &lt;b&gt;</span>' in shown


class TestTheWord:
    @pytest.mark.parametrize(
        ("kind", "word"), [("video", "Video"), ("gallery", "Gallery"), ("opinion", "Opinion")]
    )
    def test_cards_say_what_a_story_is(self, client, kind, word):
        make_story(kind=kind)
        page = client.get("/en/").content.decode()
        assert f"#{kind}" in page
        assert re.search(rf"</svg>{word}</span>", page)

    @pytest.mark.parametrize("kicker", ["opinion", "Opinion"])
    def test_it_is_not_said_twice(self, client, kicker):
        assert 'class="kind"' not in page_of(client, kind="opinion", kicker=kicker)

    def test_a_story_says_nothing(self, client):
        assert 'class="kind"' not in page_of(client)


class TestReadingTime:
    @pytest.mark.parametrize(
        ("words", "shown"), [(3, "1 minute to read"), (228 * 3, "3 minutes to read")]
    )
    def test_a_story_says_how_long_it_is(self, client, words, shown):
        body = f"<p>{'<b>word</b> ' * words}</p>"
        assert shown in page_of(client, language="en", body_html=body)
