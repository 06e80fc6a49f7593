"""Embeds: which addresses are known, and what readers see of one before they ask for it."""

import re

import pytest
from django.urls import reverse

from articles import embeds, workflow
from newsroom.lib.html import clean, to_text
from tests.factories import make_draft, make_story, make_user

VIDEO = "dQw4w9WgXcQ"
WATCH = f"https://www.youtube.com/watch?v={VIDEO}"
NOCOOKIE = f"https://www.youtube-nocookie.com/embed/{VIDEO}"
POST = "https://www.facebook.com/plugins/post.php?href="
FILM = "https://www.facebook.com/plugins/video.php?href="

KNOWN = [
    (WATCH, WATCH, NOCOOKIE),
    (f" {WATCH}&feature=share&list=RDx ", WATCH, NOCOOKIE),
    (f"https://youtu.be/{VIDEO}?si=abc", WATCH, NOCOOKIE),
    (f"youtu.be/{VIDEO}", WATCH, NOCOOKIE),
    (f"http://m.youtube.com/watch?v={VIDEO}", WATCH, NOCOOKIE),
    (f"https://www.youtube.com/live/{VIDEO}", WATCH, NOCOOKIE),
    (f"https://www.youtube.com/embed/{VIDEO}?rel=0", WATCH, NOCOOKIE),
    (f"https://youtu.be/{VIDEO}?t=1m30s", f"{WATCH}&t=90s", f"{NOCOOKIE}?start=90"),
    (
        f"https://youtube.com/shorts/{VIDEO}?x=1",
        f"https://www.youtube.com/shorts/{VIDEO}",
        NOCOOKIE,
    ),
    (
        "https://www.youtube.com/playlist?list=PL1234567890abc",
        "https://www.youtube.com/playlist?list=PL1234567890abc",
        "https://www.youtube-nocookie.com/embed/videoseries?list=PL1234567890abc",
    ),
    *(
        (
            address,
            "https://x.com/desk/status/1234567890",
            "https://platform.twitter.com/embed/Tweet.html?id=1234567890&dnt=true",
        )
        for address in (
            "https://x.com/desk/status/1234567890",
            "https://twitter.com/desk/status/1234567890?s=20&t=abc",
            "https://mobile.twitter.com/desk/statuses/1234567890/photo/1",
        )
    ),
    *(
        (address, f"https://www.instagram.com/{kind}/Cab_c-1/", None)
        for address, kind in (
            ("https://www.instagram.com/p/Cab_c-1/?igsh=x", "p"),
            ("https://instagram.com/desk/reel/Cab_c-1", "reel"),
            ("https://www.instagram.com/reels/Cab_c-1/", "reel"),
            ("https://www.instagram.com/p/Cab_c-1/embed/captioned/", "p"),
        )
    ),
    (
        "https://m.facebook.com/desk/posts/pfbid0abcdefghijk?rdid=1",
        "https://www.facebook.com/desk/posts/pfbid0abcdefghijk",
        f"{POST}https%3A%2F%2Fwww.facebook.com%2Fdesk%2Fposts%2Fpfbid0abcdefghijk"
        "&show_text=true&width=500",
    ),
    (
        "https://www.facebook.com/desk/videos/a-film/1234/",
        "https://www.facebook.com/desk/videos/1234",
        f"{FILM}https%3A%2F%2Fwww.facebook.com%2Fdesk%2Fvideos%2F1234&show_text=false&width=500",
    ),
    ("https://www.facebook.com/watch/?v=1234", "https://www.facebook.com/watch/?v=1234", None),
    ("https://web.facebook.com/reel/1234", "https://www.facebook.com/reel/1234", None),
    (
        "https://www.facebook.com/story.php?story_fbid=12&id=34&ref=x",
        "https://www.facebook.com/permalink.php?story_fbid=12&id=34",
        None,
    ),
    (
        "https://ar-ar.facebook.com/groups/desk/permalink/12/",
        "https://www.facebook.com/groups/desk/posts/12",
        None,
    ),
    ("https://fb.watch/aBc12_-x/", "https://fb.watch/aBc12_-x/", ""),
    ("https://www.facebook.com/share/v/1Abcde/", "https://www.facebook.com/share/v/1Abcde/", ""),
    ("https://t.me/s/desk_news/123", "https://t.me/desk_news/123", None),
    ("telegram.me/desk_news/123?single", "https://t.me/desk_news/123", None),
    ("https://vimeo.com/76979871", "https://vimeo.com/76979871", None),
    (
        "https://player.vimeo.com/video/76979871?h=8272103f6e",
        "https://vimeo.com/76979871/8272103f6e",
        "https://player.vimeo.com/video/76979871?dnt=1&h=8272103f6e",
    ),
    ("https://vimeo.com/channels/staffpicks/76979871", "https://vimeo.com/76979871", None),
]

REFUSED = [
    "",
    "javascript:alert(1)//youtube.com/watch?v=dQw4w9WgXcQ",
    "data:text/html,https://youtu.be/dQw4w9WgXcQ",
    "https://youtube.com@evil.example/watch?v=dQw4w9WgXcQ",
    "https://user:pass@www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
    "https://evilyoutube.com/watch?v=dQw4w9WgXcQ",
    "https://evil.example/?u=https://youtu.be/dQw4w9WgXcQ",
    "https://www.youtube.com:8443/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ\n.evil.example",
    "https://www.youtube.com\\@evil.example/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/watch?v=dQw4w9WgXc\u202eQ",
    'https://www.youtube.com/watch?v="><script>',
    "https://www.youtube.com/watch?v=short",
    "https://www.youtube.com/@channel",
    "https://www.youtube.com/",
    "https://[::1/watch",
    "https://x.com/desk",
    "https://x.com/desk/status/12ab",
    "https://x.com/desk/status/١٢٣",
    "https://www.instagram.com/desk/",
    "https://www.facebook.com/desk",
    "https://www.facebook.com/l.php?u=https://evil.example",
    "https://t.me/c/123/456",
    "https://t.me/joinchat/AAAA",
    "https://vimeo.com/about",
    "https://example.org/video/1",
    "نص فقط",
    f"https://youtu.be/{VIDEO}" + "?x=" + "a" * 1000,
]


class TestRecognise:
    @pytest.mark.parametrize(("given", "url", "frame"), KNOWN)
    def test_every_spelling_comes_to_one_address(self, given, url, frame):
        found = embeds.recognise(given)
        assert found.url == url
        if frame is not None:
            assert found.frame == frame
        assert embeds.recognise(found.url) == found

    @pytest.mark.parametrize("given", REFUSED)
    def test_hostile_or_other_addresses_are_none(self, given):
        assert embeds.recognise(given) is None

    @pytest.mark.parametrize(("given", "url", "frame"), KNOWN)
    def test_frames_come_from_the_hosts_of_the_policy_alone(self, given, url, frame):
        found = embeds.recognise(given)
        origin = embeds.PROVIDERS[found.provider].origin
        assert not found.frame or found.frame.startswith(f"{origin}/")
        assert origin in embeds.frame_sources()

    def test_a_provider_that_is_switched_off_is_unknown(self, settings):
        settings.EMBED_PROVIDERS = ["vimeo"]
        assert embeds.recognise(WATCH) is None
        assert embeds.recognise("https://vimeo.com/76979871").provider == "vimeo"


def figure(address: str = WATCH, provider: str = "youtube", caption: str = "") -> str:
    under = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure data-embed="{provider}"><a href="{address}">{address}</a>{under}</figure>'


class TestCards:
    def test_a_card_says_what_it_is_and_asks_for_nothing(self):
        card = embeds.with_cards(f"<p>a</p>{figure(caption='<strong>b</strong>')}<p>c</p>")
        assert card.startswith('<p>a</p><figure class="embed is-wide">')
        assert card.endswith("<figcaption><strong>b</strong></figcaption></figure><p>c</p>")
        assert f'data-frame="{NOCOOKIE}" data-title="Video on YouTube"' in card
        assert f'<a href="{WATCH}" rel="noopener">Open on YouTube</a>' in card
        assert re.findall(r"<(iframe|img|script|link)|src=", card) == []

    def test_the_address_decides_and_not_the_name(self):
        card = embeds.with_cards(figure("https://vimeo.com/76979871", provider="youtube"))
        assert "player.vimeo.com" in card

    def test_what_is_no_embed_stays_a_link(self):
        for markup in (
            figure("https://evil.example/watch"),
            '<figure data-embed="x"><a>a</a></figure>',
            f'<figure data-embed="x"><p>a</p><a href="{WATCH}">a</a></figure>',
            f'<figure><a href="{WATCH}">a</a></figure>',
        ):
            assert embeds.with_cards(clean(markup)) == clean(markup)

    def test_an_address_without_a_frame_has_no_button(self):
        card = embeds.with_cards(figure("https://fb.watch/aBc12_-x/", provider="facebook"))
        assert "<button" not in card
        assert 'href="https://fb.watch/aBc12_-x/"' in card

    def test_quotes_and_ampersands_come_out_as_they_went_in(self):
        address = f"{WATCH}&amp;t=90s"
        card = embeds.with_cards(clean(figure(address)))
        assert f'href="{WATCH}&amp;t=90s"' in card

    def test_search_and_feeds_read_the_address(self):
        assert to_text(figure(caption="b")) == f"{WATCH}\nb"


class TestPages:
    @pytest.fixture
    def story(self, db):
        return make_story(language="ar", body_html=f"<p>نص</p>{figure(caption='شرح')}")

    def test_readers_page_holds_the_card_and_its_script(self, client, story):
        page = client.get(story.get_absolute_url())
        text = page.content.decode()
        assert f'data-frame="{NOCOOKIE}"' in text
        assert "js/embeds.js" in text
        assert "<iframe" not in text
        assert "https://www.youtube-nocookie.com" in page["Content-Security-Policy"]

    def test_a_page_without_embeds_loads_nothing_of_theirs(self, client, db):
        text = client.get(make_story().get_absolute_url()).content.decode()
        assert "embeds." not in text

    def test_the_preview_shows_it_too(self, client, story):
        client.force_login(make_user("edda", "Editor"))
        page = client.get(reverse("admin:articles_story_preview", args=[story.pk]))
        assert f'data-frame="{NOCOOKIE}"' in page.content.decode()
        assert "frame-src https://www.youtube-nocookie.com" in page["Content-Security-Policy"]

    def test_a_revision_keeps_its_markup(self, db):
        story = make_draft(body_html=figure(caption="b"))
        assert workflow.head(story).content["body_html"] == figure(caption="b")
