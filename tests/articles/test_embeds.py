"""Posts and films of other sites: which addresses are known, and what readers' pages load."""

import pytest

from articles import embeds
from newsroom.lib.html import clean, to_text
from tests.factories import make_story

ID = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("address", "url", "frame"),
    [
        *(
            (
                address,
                f"https://www.youtube.com/watch?v={ID}",
                f"https://www.youtube-nocookie.com/embed/{ID}",
            )
            for address in (
                f"https://www.youtube.com/watch?v={ID}&t=10s",
                f"https://m.youtube.com/watch?v={ID}",
                f"https://youtu.be/{ID}?si=x",
                f"http://youtube.com/shorts/{ID}",
                f"https://www.youtube.com/live/{ID}",
            )
        ),
        (
            "https://vimeo.com/123456789",
            "https://vimeo.com/123456789",
            "https://player.vimeo.com/video/123456789?dnt=1",
        ),
        (
            "https://twitter.com/paper/status/1234567890123?s=20",
            "https://x.com/paper/status/1234567890123",
            "https://platform.twitter.com/embed/Tweet.html?id=1234567890123&dnt=true",
        ),
        (
            "https://www.instagram.com/reel/Cabc-123/?igsh=x",
            "https://www.instagram.com/reel/Cabc-123/",
            "https://www.instagram.com/reel/Cabc-123/embed/",
        ),
        (
            "https://www.facebook.com/paper/posts/123",
            "https://www.facebook.com/paper/posts/123",
            "https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fpaper%2Fposts%2F123",
        ),
        (
            "https://www.facebook.com/watch?v=99",
            "https://www.facebook.com/watch?v=99",
            "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fwatch%3Fv%3D99",
        ),
        ("https://t.me/s/paper/42", "https://t.me/paper/42", "https://t.me/paper/42?embed=1"),
    ],
)
def test_a_known_address_has_one_spelling_and_one_frame(address, url, frame):
    found = embeds.recognise(address)
    assert (found.url, found.frame) == (url, frame)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no address",
        "javascript:alert(1)//youtube.com/watch?v=dQw4w9WgXcQ",
        f"https://youtube.com.evil.example/watch?v={ID}",
        f"https://evil.example/?https://youtube.com/watch?v={ID}",
        f"https://user@youtube.com/watch?v={ID}",
        f"https://youtube.com:8443/watch?v={ID}",
        "https://youtube.com/watch?v=too-short",
        f'https://youtube.com/watch?v={ID}"><script>',
        "https://www.youtube.com/@channel",
        "https://x.com/paper",
        "https://t.me/paper",
        "https://vimeo.com/about",
        "https://[broken/",
    ],
)
def test_another_address_is_none(address):
    assert embeds.recognise(address) is None


def test_a_provider_that_is_switched_off_is_none(settings):
    settings.EMBED_PROVIDERS = ["vimeo"]
    assert embeds.recognise(f"https://youtu.be/{ID}") is None
    assert embeds.origins() == ["https://player.vimeo.com"]


FIGURE = (
    f'<figure data-embed="youtube"><a href="https://youtu.be/{ID}">https://youtu.be/{ID}</a>'
    "<figcaption>The boats leave</figcaption></figure>"
)


def test_the_cleaner_keeps_an_embed_as_it_is():
    assert clean(FIGURE) == FIGURE
    assert clean(clean(FIGURE)) == FIGURE
    assert "data-embed" not in clean(FIGURE.replace('"youtube"', '"You Tube"'))
    assert "onclick" not in clean(FIGURE.replace("<figure", '<figure onclick="x()"'))


def test_in_search_and_feeds_it_is_its_link():
    assert f"https://youtu.be/{ID}" in to_text(FIGURE)


@pytest.mark.django_db
class TestOnThePage:
    def test_it_is_a_card_that_loads_nothing(self, client):
        story = make_story(body_html=f"<p>Before.</p>{FIGURE}")
        answer = client.get(story.get_absolute_url())
        page = answer.content.decode()
        assert f'data-frame="https://www.youtube-nocookie.com/embed/{ID}"' in page
        assert f'href="https://www.youtube.com/watch?v={ID}"' in page
        assert "The boats leave" in page
        assert "<iframe" not in page
        assert "newsroom/js/embeds.js" in page
        assert "frame-src https://www.youtube-nocookie.com" in answer["Content-Security-Policy"]

    def test_one_that_is_not_known_stays_the_link_it_is(self, client):
        story = make_story(body_html=FIGURE.replace("youtu.be/", "evil.example/"))
        page = client.get(story.get_absolute_url()).content.decode()
        assert "data-frame" not in page
        assert f'href="https://evil.example/{ID}"' in page

    def test_a_page_without_one_loads_nothing_for_it(self, client):
        page = client.get(make_story().get_absolute_url()).content.decode()
        assert "embeds.js" not in page
        assert "embeds.css" not in page
