"""What a page weighs on its way to a cheap phone: budgets in bytes, compressed as servers do."""

import gzip
import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from comments import moderation
from comments.models import Comment
from tests.factories import make_comment, make_image, make_story

pytestmark = pytest.mark.django_db

STATIC = Path(settings.BASE_DIR) / "newsroom" / "static"
KB = 1000
TEXT = "قرأت التقرير مرتين. هل ستُفتح السوق يوم الجمعة أيضاً أم ننتظر قرار البلدية الجديد في شأنها؟"
PARAGRAPH = (
    "<p>غادر القارب الأول الرصيف الشرقي عند الرابعة فجراً، وعاد بعد ثلاث ساعات بحمولة لم يرَ الميناء "
    "مثلها منذ أربعة عشر شهراً، بحسب ما قاله مدير السوق للصحيفة.</p>"
)


def compressed(data: bytes) -> int:
    return len(gzip.compress(data, 9, mtime=0))


def with_imports(path: Path) -> set[Path]:
    """A script or a style sheet and every one it imports."""
    names = re.findall(
        r'^(?:import "\./|@import url\(")([\w-]+\.(?:js|css))"',
        path.read_text("utf-8"),
        re.MULTILINE,
    )
    return {path}.union(*(with_imports(path.parent / name) for name in names))


@pytest.fixture
def page(client):
    """An Arabic story of a usual length under which fifty readers wrote."""
    story = make_story(language="ar", body_html=PARAGRAPH * 16, picture=make_image().pk)
    for number in range(50):
        parent = Comment.objects.last() if number % 3 else None
        make_comment(story, name=f"قارئة {number}", body=f"{TEXT} {number}", parent=parent)
    moderation.recount(story)
    return client.get(story.get_absolute_url()).content


def test_a_story_with_fifty_comments_weighs_no_more_than_45_kb(page):
    addresses = re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
    files = {STATIC / address.decode() for address in addresses}
    assert len([path for path in files if path.suffix == ".css"]) == 1
    files = set().union(*(with_imports(path) for path in files))
    assert len(files) > 15
    weights = {path.name: compressed(path.read_bytes()) for path in files}
    assert compressed(page) + sum(weights.values()) <= 45 * KB, (compressed(page), weights)


def test_the_fonts_of_an_arabic_page_weigh_no_more_than_80_kb():
    """With English names in it; accents and the letters of Persian are asked for where they are."""
    fonts = STATIC / "newsroom" / "fonts"
    loaded = [
        *("cairo-arabic", "cairo-latin"),
        *("naskh-arabic", "naskh-arabic-bold", "naskh-marks", "naskh-marks-bold", "naskh-latin"),
    ]
    sizes = {name: (fonts / f"{name}.woff2").stat().st_size for name in loaded}
    assert sum(sizes.values()) <= 80 * KB, sizes


def test_every_letter_is_in_one_font_of_a_family_only():
    """Else a page with one comma would fetch two files for it."""
    css = (STATIC / "newsroom" / "css" / "tokens.css").read_text("utf-8")
    faces = re.findall(
        r'family: "(Cairo|Naskh)";\s+src: url.*?weight: (\d+)(?: (\d+))?;.*?range: ([^;]+);',
        css,
        re.DOTALL,
    )
    assert len(faces) == 11
    for family, weight in product(("Cairo", "Naskh"), (400, 700)):
        seen: set[int] = set()
        for name, least, most, ranges in faces:
            if name == family and int(least) <= weight <= int(most or least):
                assert not seen & points(ranges)
                seen |= points(ranges)
        assert {ord(letter) for letter in "ابتپ،؟0aZé«»…ًّی"} <= seen


def points(ranges: str) -> set[int]:
    """The code points of a CSS unicode-range."""
    found: set[int] = set()
    for part in ranges.replace("U+", "").split(","):
        first, _dash, last = part.strip().partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found
