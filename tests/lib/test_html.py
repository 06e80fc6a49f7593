"""The sanitiser and the plain text of comments."""

import json
import os
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from newsroom.lib.html import BASIC, COMMENT, RICH, clean, count_links, linkify, to_text, trusted

DATA = os.environ.get("NEWSROOM_TEST_DATA")
LINK = 'rel="nofollow ugc external noopener"'

HOSTILE = [
    # B210: scripts, handlers and script addresses, also disguised.
    ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
    ("<SCRIPT/x>alert(1)</SCRIPT >b", "b"),
    ("<p onclick='x()' ONLOAD=y>a</p>", "<p>a</p>"),
    ('<a href="javascript:alert(1)">a</a>', "<a>a</a>"),
    ('<a href=" JaVa\tScRiPt:alert(1)">a</a>', "<a>a</a>"),
    ('<a href="&#106;avascript&colon;alert(1)">a</a>', "<a>a</a>"),
    ('<a href="&#1;javascript:alert(1)">a</a>', "<a>a</a>"),
    ('<a href="java script:alert(1)">a</a>', "<a>a</a>"),
    ('<a href="vbscript:x">a</a><a href="data:text/html,x">b</a>', "<a>a</a><a>b</a>"),
    ("<style>p{color:red}</style><p style='color:red'>a</p>", "<p>a</p>"),
    ("<svg><script>1</script><text>t</text></svg>a", "a"),
    ("<math><mi>x</mi><annotation-xml>y</annotation-xml></math>a", "a"),
    ("<template><p>x</p></template><noscript><p>y</p></noscript>a", "a"),
    ("<iframe src=x>fallback</iframe><object data=x>o</object><embed src=x>a", "a"),
    ("<p>a<textarea>t</textarea><title>t</title>b</p>", "<p>ab</p>"),
    # B211: an unknown wrapper goes, and what it hid with it.
    ("<x-y><script>alert(1)</script><p onclick=x>a</p></x-y>", "<p>a</p>"),
    ("<xmp><script>alert(1)</script></xmp>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    # B214: comments and what Word leaves.
    ("<p>a<!-- note --!>b</p><!--[if gte mso 9]><xml>w</xml><![endif]-->", "<p>ab</p>"),
    ("<p class=MsoNormal style='mso-x:y'><span lang=AR>a<o:p></o:p></span></p>", "<p>a</p>"),
    ("<p>a</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p>b</p>", "<p>a</p><p>b</p>"),
    ("<![if !supportLists]>- <![endif]>a", "- a"),
    # B215 and pictures that are not ours.
    ("<img src='https://t.example/1.gif'><img><p>a</p>", "<p>a</p>"),
    ("<figure><img src='/media/../admin/'><figcaption></figcaption></figure>a", "a"),
    ("<img src='/media/%2e%2e/x'><img src='/media\\x'><img src='//t.example/media/'>", ""),
    (
        "<img src=/media/a/full-640.jpg onerror=x alt='a>b'>",
        '<img src="/media/a/full-640.jpg" alt="a&gt;b">',
    ),
    # Override characters, also as references; isolates close within their block.
    ("<p>a\u202eb&#x202d;c</p>", "<p>abc</p>"),
    ("<p>\u2067a</p><p>b\u2069</p>", "<p>a</p><p>b</p>"),
    ("<p>\u2067<em>a</em>\u2069</p>", "<p>\u2067<em>a</em>\u2069</p>"),
    ('<a href="/x" title="\u2067t">a</a>', '<a href="/x" title="t">a</a>'),
    # A combining stroke after a tag must not swallow its end when letters are composed.
    ("<p>\u0338e\u0301</p>", "<p>\u0338é</p>"),
    ("<p>a&#1;b\x00c\ud800d</p>", "<p>abcd</p>"),
]

KEPT = [
    ('<p dir="rtl" lang="ar">نص</p>', '<p dir="rtl" lang="ar">نص</p>'),
    ('<p dir="sideways" lang="x y">a</p>', "<p>a</p>"),
    ('<a href="https://example.com/?a=1&amp;b=2" title="t">a</a>', None),
    (
        '<a href="/ar/news/5/" rel="evil NOFOLLOW opener">a</a>',
        '<a href="/ar/news/5/" rel="nofollow">a</a>',
    ),
    ('<a href="mailto:desk@example.com">a</a><a href="tel:+9611">b</a>', None),
    ('<a href="أخبار/1#a:b">a</a>', None),
    ('<ol start="3"><li>a</li></ol>', None),
    ('<table><tbody><tr><th scope="row">a</th><td colspan="2">b</td></tr></tbody></table>', None),
    ("<h1>a</h1><h5>b</h5>", "<h2>a</h2><h4>b</h4>"),
    ("<b>a</b><i>b</i><del>c</del>", "<strong>a</strong><em>b</em><s>c</s>"),
    ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
    ("<div><p>a</p>b</div>", "<p>a</p>b"),
    ("<pre><code>a &lt; b</code></pre>", None),
    # An embed: the provider's name where it is a word, and its address as an ordinary link.
    (
        '<figure data-embed="youtube"><a href="https://www.youtube.com/watch?v=a-b_c">a</a>'
        "<figcaption>b</figcaption></figure>",
        None,
    ),
    (
        '<figure data-embed="x y" data-frame="//evil.example"><a href="/x">a</a></figure>',
        '<figure><a href="/x">a</a></figure>',
    ),
    ('<figure data-embed="youtube"></figure><p data-embed="x">a</p>', "<p>a</p>"),
    (
        '<figure data-quote="pull" class="x"><blockquote><p>a</p></blockquote>'
        "<figcaption></figcaption></figure>",
        '<figure data-quote="pull"><blockquote><p>a</p></blockquote></figure>',
    ),
    (
        '<figure data-quote="push"><blockquote data-quote="pull"><p>a</p></blockquote></figure>',
        "<figure><blockquote><p>a</p></blockquote></figure>",
    ),
    (
        '<figure data-embed="x"><iframe src="https://x.com/"></iframe>'
        '<a href="javascript:x">a</a></figure>',
        '<figure data-embed="x"><a>a</a></figure>',
    ),
    ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
]

MALFORMED = [
    "",
    "<",
    "<p",
    "</p>",
    "<p><b><p></b>",
    "<a <a <a",
    "<!--",
    "<table><p>",
    "&#xFFFFFFF;",
    "<li>" * 50,
    "<em>" * 200 + "a",
    "<blockquote>" * 3000,
    "<div>" * 20000,
    "\x00",
    "<a href='",
]


class TestClean:
    @pytest.mark.parametrize(("given", "expected"), HOSTILE)
    def test_hostile_or_odd_markup(self, given, expected):
        assert clean(given) == expected

    @pytest.mark.parametrize(("given", "expected"), KEPT)
    def test_markup_of_the_editor(self, given, expected):
        assert clean(given) == (given if expected is None else expected)

    @pytest.mark.parametrize("policy", [RICH, BASIC, COMMENT], ids=["rich", "basic", "comment"])
    @pytest.mark.parametrize(
        "given", [given for given, _ in HOSTILE + KEPT] + MALFORMED, ids=lambda text: text[:20]
    )
    def test_cleaning_twice_changes_nothing(self, given, policy):
        """B212, and B213: nothing raises."""
        once = clean(given, policy)
        assert clean(once, policy) == once

    def test_basic_keeps_the_words_of_blocks_apart(self):
        given = "<h2>a</h2><table><tr><td>b</td><td>c</td></tr></table><p><u>d</u></p>"
        assert clean(given, BASIC) == "<p>a</p><p>b</p><p>c</p><p>d</p>"

    def test_comment_links_are_marked(self):
        given = '<a href="https://example.com/" rel="follow">a</a>'
        assert clean(given, COMMENT) == f'<a href="https://example.com/" {LINK}>a</a>'

    def test_nesting_beyond_reason_keeps_the_words(self):
        assert clean("<blockquote>" * 500 + "a &lt; b") == "<p>a &lt; b</p>"


def repeated(text: str) -> str:
    return (text * (100_000 // len(text) + 1))[:100_000]


class TestHostileSize:
    @pytest.mark.parametrize(
        "text",
        [
            *map(
                repeated, ["<", "&", "<a ", "<div>", "<em><p>", "<!--", '<a "', "<b x='", "\u2068"]
            ),
            *map(repeated, ["<ul><a title='</ul>'>", "http://", "http://a( ", "\n ", "<table><b>"]),
            "".join(f"<{name}>" * 3 for name in ("b", "i", "u", "s", "em", "code", "tt"))
            + repeated("x<p>"),
            "".join(f"<b id={number}>x<p>" for number in range(7000)),
            "http://" + repeated(")"),
        ],
        ids=lambda text: text[:12],
    )
    @pytest.mark.parametrize("function", [clean, to_text, linkify, count_links])
    def test_time_stays_in_proportion(self, function, text):
        start = time.process_time()
        function(text)
        assert time.process_time() - start < 20


def elements(markup: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(markup)
    return found


@pytest.mark.skipif(not DATA, reason="NEWSROOM_TEST_DATA is not set")
class TestCollectedStrings:
    @pytest.mark.parametrize("name", ["markup-owasp", "markup-bleach", "markup-nh3", "blns"])
    def test_every_string_comes_out_clean_and_stays_so(self, name):
        strings = json.loads((Path(DATA) / "strings" / f"{name}.json").read_text("utf-8"))
        for text in strings:
            once = clean(text)
            assert clean(once) == once
            for tag, attributes in elements(once):
                allowed = RICH.attributes["*"] | RICH.attributes.get(tag, frozenset())
                assert tag in RICH.tags
                assert attributes.keys() <= allowed
                assert re.match(
                    r"(?i)(https?|mailto|tel):|[^:]*([/?#]|$)", attributes.get("href", "")
                )
            assert "<script" not in linkify(text).lower()
            to_text(text)


class TestToText:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("<p>a <b>b</b>c</p><p>d<br>e</p>", "a bc\nd\ne"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
            ("<p>a<script>x</script> &amp;&nbsp;&lt;b&gt;</p>", "a & <b>"),
            ("<div>a</div>b<del>c</del>", "a\nbc"),
            ("\u202ea", "a"),
            ("", ""),
        ],
    )
    def test_words_by_block(self, given, expected):
        assert to_text(given) == expected


class TestLinkify:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("", ""),
            (" \n\n ", ""),
            ("a\nb\r\n \r\n\r\nc", '<p dir="auto">a<br>b</p><p dir="auto">c</p>'),
            ("<b>&\"'", '<p dir="auto">&lt;b&gt;&amp;&quot;&#x27;</p>'),
            ("a\u202eb\u2067c", '<p dir="auto">abc</p>'),
            ("javascript:x ftp://e.example", '<p dir="auto">javascript:x ftp://e.example</p>'),
            ("http://[ http://", '<p dir="auto">http://[ http://</p>'),
        ],
    )
    def test_text_is_escaped_in_paragraphs(self, given, expected):
        assert linkify(given) == expected

    @pytest.mark.parametrize(
        ("text", "url", "after"),
        [
            ("https://e.example/", "https://e.example/", ""),
            ("https://e.example/a.", "https://e.example/a", "."),
            ("https://e.example/أ؟", "https://e.example/أ", "؟"),
            ("https://e.example/a_(b))", "https://e.example/a_(b)", ")"),
            ("https://e.example/»،", "https://e.example/", "»،"),
            ("HTTP://e.example/?a=1&b=2", "HTTP://e.example/?a=1&amp;b=2", ""),
            ('https://e.example/" onclick="x', "https://e.example/", "&quot; onclick=&quot;x"),
        ],
    )
    def test_addresses_become_isolated_links(self, text, url, after):
        link = f'<bdi><a href="{url}" {LINK}>{url}</a></bdi>'
        assert linkify(text) == f'<p dir="auto">{link}{after}</p>'


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("https://a.example http://b.example", 2),
        ("www.a.example، HTTPS://www.b.example", 2),
        ("ｈｔｔｐ：／／a.example", 1),
        ("<a href='http://a.example'>x</a>", 1),
        ("desk@www.example.com http:// and/www", 0),
    ],
)
def test_count_links(text, count):
    assert count_links(text) == count


def test_trusted_is_safe_and_takes_none():
    assert trusted("<p>a</p>").__html__() == "<p>a</p>"
    assert trusted(None) == ""
