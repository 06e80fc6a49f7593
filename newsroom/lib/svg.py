"""A drawing that may stand inside a page: shapes only, no script, style, link or text."""

from xml.etree import ElementTree  # nosec B405 # its names; defusedxml reads

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "title"}
ATTRIBUTES = {
    *("viewBox", "d", "transform", "fill", "fill-rule", "clip-rule", "opacity", "points"),
    *("cx", "cy", "r", "rx", "ry", "x", "y", "x1", "x2", "y1", "y2", "width", "height"),
    *("stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"),
}
MAX_BYTES = 60_000
MAX_DEPTH = 50


def clean_svg(source: bytes) -> str:
    """Return the drawing in `source` reduced to shapes; raise ValidationError when it is none."""
    if len(source) > MAX_BYTES:
        raise ValidationError(_("The drawing is larger than 60 kB."))
    try:
        root = fromstring(source, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise ValidationError(_("This is not an SVG drawing.")) from error
    if root.tag != f"{SVG}svg" or not root.get("viewBox"):
        raise ValidationError(_("This is not an SVG drawing with a viewBox."))
    _reduce(root)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    return ElementTree.tostring(root, encoding="unicode")


def _reduce(element: ElementTree.Element, depth: int = 1) -> None:
    if depth > MAX_DEPTH:
        raise ValidationError(_("This is not an SVG drawing."))
    element.tag = element.tag.removeprefix(SVG)
    for name, value in list(element.attrib.items()):
        if name not in ATTRIBUTES or "url(" in value.lower():
            del element.attrib[name]
    element.tail = None
    if element.tag != "title":
        element.text = None
    for child in list(element):
        if isinstance(child.tag, str) and child.tag.removeprefix(SVG) in SHAPES:
            _reduce(child, depth + 1)
        else:
            element.remove(child)
