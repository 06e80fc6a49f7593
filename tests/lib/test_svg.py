"""Drawings that stand inside a page: shapes stay, everything else goes."""

import pytest
from django.core.exceptions import ValidationError

from newsroom.lib.svg import clean_svg


def drawing(inside: str, attributes: str = 'viewBox="0 0 9 9"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'.encode()


@pytest.mark.parametrize(
    ("inside", "left"),
    [
        ('<path d="M0 0" onload="x()" style="y" class="z"/>', '<path d="M0 0" />'),
        ("<script>x()</script><style>a</style>", ""),
        ('<g fill="url(https://example.org)"><a href="javascript:x"><rect/></a></g>', "<g />"),
        ("<foreignObject><p>x</p></foreignObject>", ""),
        ("<title>A &lt;b&gt;</title>loose", "<title>A &lt;b&gt;</title>"),
        ('<path xmlns:x="http://www.w3.org/1999/xlink" x:href="#a"/>', "<path />"),
    ],
)
def test_only_shapes_stay(inside, left):
    whole = f'<svg viewBox="0 0 9 9">{left}</svg>' if left else '<svg viewBox="0 0 9 9" />'
    assert clean_svg(drawing(inside)) == whole


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"<svg/>",
        b"\x89PNG",
        drawing("", attributes=""),
        drawing("<g>" * 5000 + "</g>" * 5000),
        drawing("x" * 60_001),
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + drawing("&a;"),
    ],
)
def test_what_is_no_drawing_is_refused(source):
    with pytest.raises(ValidationError):
        clean_svg(source)
