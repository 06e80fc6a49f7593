"""How a comment looks: colours that can be read, no picture of anybody's (C26, E9, E10)."""

import re

import pytest
from django.conf import settings

from comments.templatetags.comments import DISC_COLOURS, disc
from tests.factories import make_comment

pytestmark = pytest.mark.django_db
CSS = settings.BASE_DIR / "newsroom/static/newsroom/css/comments.css"
DISC = re.compile(
    r"\.disc-(\d) \{\s*background: light-dark\((#\w{6}), (#\w{6})\);"
    r"\s*color: light-dark\((#\w{6}), (#\w{6})\);"
)


def luminance(colour: str) -> float:
    """WCAG 2.2: relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class TestDisc:
    def test_every_colour_can_be_read_by_day_and_by_night(self):
        found = DISC.findall(CSS.read_text(encoding="utf-8"))
        assert [int(number) for number, *_rest in found] == list(range(DISC_COLOURS))
        for _number, day, night, ink_of_day, ink_of_night in found:
            assert contrast(day, ink_of_day) >= 4.5
            assert contrast(night, ink_of_night) >= 4.5

    def test_goes_by_the_comment_and_not_by_its_writer(self, client, story):
        made = [make_comment(story, name="Ann", email="ann@example.org") for _ in range(2)]
        page = client.get(story.get_absolute_url()).content.decode()
        colours = re.findall(r'class="disc (disc-\d)" aria-hidden="true">A<', page)
        assert colours == [disc(comment.pk) for comment in made]
        assert len(set(colours)) == 2


class TestPage:
    def test_e10_no_snippet_and_no_picture(self, client, story):
        body = '![x](https://a.example/x.png) <img src="https://a.example/x.png">'
        make_comment(story, body=body)
        page = client.get(story.get_absolute_url()).content.decode()
        section = page.split('<section class="comments"')[1]
        assert "data-nosnippet" in section.split(">")[0]
        assert "<img" not in section

    def test_e9_links_of_readers(self, client, story):
        make_comment(story, body="See https://a.example/x", website="https://rex.example")
        page = client.get(story.get_absolute_url()).content.decode()
        for target in ("https://a.example/x", "https://rex.example"):
            tag = re.search(rf'<a [^>]*href="{re.escape(target)}"[^>]*>', page).group()
            rel = re.search(r'rel="([^"]*)"', tag).group(1).split()
            assert {"ugc", "nofollow", "noopener"} <= set(rel)
