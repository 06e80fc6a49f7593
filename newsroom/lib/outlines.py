"""A drawing of filled outlines as pixels: enough of SVG for a wordmark, which no library we have
would draw."""

import re
from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree  # nosec B405 # its names; defusedxml reads

from defusedxml.ElementTree import fromstring
from PIL import Image, ImageChops, ImageDraw

_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "T": 2, "C": 6, "S": 4, "Z": 0}
_PLAIN = {"viewBox", "d", "fill", "fill-rule", "clip-rule"}
# How many times finer than its pixels a drawing is filled, and into how many lines a curve falls.
_FINER, _STEPS = 4, 12
_MOST_CONTOURS = 400
_MOST_POINTS = 60_000

Point = tuple[float, float]


class CannotDraw(ValueError):
    """The drawing has something other than filled outlines."""


def mask(svg: str, height: int, widest: int) -> Image.Image:
    """Return the drawing `svg` (which `newsroom.lib.svg.clean_svg` let through) as a mask of so
    many pixels in height, or of less where it would be wider than `widest`.

    Raises CannotDraw for strokes, turned parts, arcs and shapes other than paths.
    """
    try:
        root = fromstring(svg, forbid_dtd=True)
        left, top, across, down = (float(n) for n in _TOKEN.findall(root.get("viewBox", "")))
    except (ElementTree.ParseError, ValueError) as error:
        raise CannotDraw("no drawing with a viewBox") from error
    if not (across > 0 and down > 0):
        raise CannotDraw("an empty viewBox")
    scale = min(height / down, widest / across)
    size = max(1, round(across * scale)), max(1, round(down * scale))
    contours = [
        [((x - left) * scale * _FINER, (y - top) * scale * _FINER) for x, y in contour]
        for contour in _contours(root)
    ]
    return _filled(contours, (size[0] * _FINER, size[1] * _FINER)).resize(
        size, Image.Resampling.BOX
    )


def _contours(root: ElementTree.Element) -> list[list[Point]]:
    found: list[list[Point]] = []
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "title":
            continue
        if tag not in ("svg", "g", "path") or set(element.attrib) - _PLAIN:
            raise CannotDraw(f"{tag} with {', '.join(sorted(element.attrib))}")
        if element.get("fill", "").lower() == "none" or element.get("fill-rule") == "evenodd":
            raise CannotDraw("another way of filling")
        found += _Path(element.get("d", "")).contours() if tag == "path" else []
    if not 0 < len(found) <= _MOST_CONTOURS or sum(map(len, found)) > _MOST_POINTS:
        raise CannotDraw(f"{len(found)} outlines")
    return found


def _filled(contours: list[list[Point]], size: tuple[int, int]) -> Image.Image:
    """Fill by the rule "nonzero": a point is inside where the outlines turn round it."""
    turns = Image.new("L", size, 128)
    for contour in contours:
        if len(contour) < 3:
            continue
        layer = Image.new("L", size, 0)
        ImageDraw.Draw(layer).polygon(contour, fill=1)
        join = ImageChops.add if _turns_right(contour) else ImageChops.subtract
        turns = join(turns, layer)
    return turns.point([255 if value != 128 else 0 for value in range(256)])


def _turns_right(contour: list[Point]) -> bool:
    pairs = zip(contour, [*contour[1:], contour[0]], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) > 0


class _Path:
    """The `d` of a path, as polygons."""

    def __init__(self, d: str) -> None:
        self._tokens = _TOKEN.findall(d)
        self._at: Point = (0, 0)
        self._handle: Point = (0, 0)
        self._kept: list[list[Point]] = []

    def contours(self) -> list[list[Point]]:
        before = ""
        for command, numbers in self._commands():
            name = command.upper()
            points = self._points(command, numbers)
            if name == "M":
                self._kept.append([points[0]])
                self._at = points[0]
            elif name == "Z":
                self._at = self._kept[-1][0] if self._kept else (0, 0)
            else:
                self._curve(name, points, before)
            before = name
        return self._kept

    def _commands(self) -> Iterator[tuple[str, list[float]]]:
        tokens, command = iter(self._tokens), ""
        for token in tokens:
            first = []
            if token.isalpha():
                command = token
            else:
                # Numbers after numbers repeat the command; after a move they are lines.
                command, first = {"M": "L", "m": "l"}.get(command, command), [token]
            count = _ARGUMENTS.get(command.upper())
            if count is None or (first and not count):
                raise CannotDraw(f"the command {command!r}")
            try:
                rest = [next(tokens) for _turn in range(count - len(first))]
                yield command, [float(number) for number in [*first, *rest]]
            except (StopIteration, ValueError) as error:
                raise CannotDraw("a path that breaks off") from error

    def _points(self, command: str, numbers: list[float]) -> list[Point]:
        x, y = self._at if command.islower() else (0, 0)
        name = command.upper()
        if name == "H":
            return [(x + numbers[0], self._at[1])]
        if name == "V":
            return [(self._at[0], y + numbers[0])]
        return [(x + a, y + b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]

    def _curve(self, name: str, points: list[Point], before: str) -> None:
        """Go on to the last of `points`, bent by those before it."""
        if not self._kept:
            raise CannotDraw("a path that begins nowhere")
        if name in "TS":
            is_same = before in {"T": "QT", "S": "CS"}[name] and before
            (x, y), (hx, hy) = self._at, self._handle
            points = [(2 * x - hx, 2 * y - hy) if is_same else self._at, *points]
        bend = [self._at, *points]
        if len(bend) > 2:
            self._kept[-1] += [_on(bend, step / _STEPS) for step in range(1, _STEPS)]
        self._kept[-1].append(bend[-1])
        self._handle, self._at = bend[-2], bend[-1]


def _on(bend: list[Point], share: float) -> Point:
    """Return a point of a Bézier curve (de Casteljau)."""
    while len(bend) > 1:
        pairs = pairwise(bend)
        bend = [(a + (c - a) * share, b + (d - b) * share) for (a, b), (c, d) in pairs]
    return bend[0]
