"""Moving in from WordPress: what the text of a post becomes."""

import pytest

from articles.wordpress.text import Attachment, Surroundings, paragraphs, shortcodes_in, to_html
from newsroom.lib.html import clean


class TestText:
    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("one\n\ntwo", "<p>one</p>\n<p>two</p>\n"),
            ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
            ("a\n<h2>b</h2>\nc", "<p>a</p>\n<h2>b</h2><p>c</p>\n"),
            ("<ul>\n<li>a</li>\n<li>b\n\nc</li>\n</ul>", None),
            ("<pre>a\n\nb</pre>", "<pre>a\n\nb</pre>"),
            ("<p>a\nb</p>", "<p>a<br>\nb</p>"),
            ("<P>a</P>b", "<P>a</P><p>b</p>\n"),
            ("a<br />\nb", "<p>a<br>\nb</p>\n"),
            ("", ""),
        ],
    )
    def test_paragraphs(self, text, html):
        if html is None:
            html = "<ul>\n<li>a</li>\n<li><p>b</p>\n<p>c</p>\n</li>\n</ul>"
        assert paragraphs(text) == html

    @pytest.mark.parametrize(
        ("text", "html"),
        [
            (
                '<img src="/a%20b.jpg?w=1">',
                '<a href="https://old.example/a%20b.jpg?w=1">a b.jpg</a>',
            ),
            (
                "<img alt='x &quot;y' src=https://i.example/1.png>",
                '<a href="https://i.example/1.png">x "y</a>',
            ),
            ('<img src="data:image/png;base64,AA" alt="Dot">', "Dot"),
            (
                '<img src="data:," data-src="https://i.example/2.png" alt="Lazy">',
                '<a href="https://i.example/2.png">Lazy</a>',
            ),
            ('a <img class="wp-smiley" src="https://s.example/s.gif" alt=":)">', "a :)"),
            ('a <img src="https://t.example/t.gif" width="1" height="1">', "a"),
            (
                '<iframe src="https://v.example/embed/1" width="560"></iframe>',
                '<a href="https://v.example/embed/1">https://v.example/embed/1</a>',
            ),
            (
                '<video controls><source src="https://v.example/1.mp4"></video>',
                '<a href="https://v.example/1.mp4">https://v.example/1.mp4</a>',
            ),
            (
                '[audio mp3="https://v.example/1.mp3"][/audio]',
                '<a href="https://v.example/1.mp3">https://v.example/1.mp3</a>',
            ),
            ('<iframe src="javascript:alert(1)"></iframe>b', "b"),
            ("[unknown a=1]text[/unknown]", "[unknown a=1]text[/unknown]"),
            ("[[gallery]]", "[gallery]"),
            ('[vc_row el="1"][vc_column]text[/vc_column][/vc_row]', "text"),
            ("[one_half_last]a[/one_half_last] [dropcap]b[/dropcap]c", "a bc"),
        ],
    )
    def test_pictures_players_and_shortcodes(self, text, html):
        around = Surroundings("https://old.example/")
        assert clean(to_html(text, around)).strip() == f"<p>{html}</p>"

    @pytest.mark.parametrize(
        "text",
        [
            "https://youtu.be/abcdefghijk",
            "[embed]https://youtu.be/abcdefghijk[/embed]",
            "[youtube https://www.youtube.com/watch?v=abcdefghijk]",
            '<iframe src="https://www.youtube.com/embed/abcdefghijk?feature=oembed"></iframe>',
            '<!-- wp:embed {"url":"x"} --><figure class="wp-block-embed is-type-video">'
            '<div class="wp-block-embed__wrapper">\nhttps://youtu.be/abcdefghijk\n</div></figure>'
            "<!-- /wp:embed -->",
        ],
    )
    def test_posts_and_films_of_known_sites_become_embeds(self, text):
        url = "https://www.youtube.com/watch?v=abcdefghijk"
        figure = f'<figure data-embed="youtube"><a href="{url}">{url}</a></figure>'
        assert clean(to_html(text)).strip() == figure

    def test_an_embed_keeps_its_caption(self):
        block = (
            '<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n{}\n</div>'
            "<figcaption>A <b>film</b></figcaption></figure>"
        )
        known = clean(to_html(block.format("https://vimeo.com/1234567")))
        assert 'data-embed="vimeo"' in known
        assert "<figcaption>A <strong>film</strong></figcaption>" in known
        other = clean(to_html(block.format("https://v.example/1")))
        assert other.strip() == (
            '<figure><a href="https://v.example/1">https://v.example/1</a>'
            "<figcaption>A <strong>film</strong></figcaption></figure>"
        )

    def test_shortcodes_that_nobody_knows_are_named(self):
        markup = to_html("[ads1] [box type='x']a[/box] [form id=3] [sic] […] [1] [gallery]")
        assert shortcodes_in(markup) == {"box", "form"}

    def test_a_gallery_without_numbers_shows_what_was_put_into_the_post(self):
        files = {
            n: Attachment(n, f"https://old.example/{n}.jpg", f"P{n}", n % 2) for n in (3, 4, 5)
        }
        html = to_html("[gallery columns=2]", Surroundings("", 1, files))
        assert [name for name in ("P3", "P4", "P5") if name in html] == ["P3", "P5"]

    @pytest.mark.parametrize(
        ("piece", "html"),
        [
            *((piece, piece) for piece in ("\n \n", "<li>", "<pre>", "&quot;", "[[", "<p")),
            *((piece, piece) for piece in ("<img ", '<img "', "<!-- wp:x ", "<!--more")),
            *((piece, piece) for piece in ("[caption]", "[gallery ", "[embed]http://x")),
            *((piece, piece) for piece in ("[vc_row", "<!-- wp:gallery ", "<figcaption ")),
            *((piece, piece) for piece in ("<figure wp-block-embed", "[a b", "[/a")),
            ("<a href=x><img src=y>", "<a href=x>y"),
        ],
    )
    def test_what_is_never_closed_stays_as_it_is(self, piece, html):
        """So much of it that a pattern which goes back over the text would not come to an end."""
        count = 20_000
        whole = (html * count).strip(" ")
        shown = to_html(piece * count).removeprefix("<p>").removesuffix("</p>\n")
        is_whole = shown == whole  # compared here: a report of the difference would be endless
        assert is_whole
