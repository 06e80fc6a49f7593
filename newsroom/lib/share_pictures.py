"""The picture that goes with a shared link: a headline set as the paper sets it, beside the
photograph where there is one, over the paper's name.

Letters are joined and lines turned by libraqm, which needs libfribidi on the machine: without it
Arabic would come out as separate letters in the wrong order, so nothing is drawn at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import regex
from PIL import Image, ImageDraw, ImageFont, ImageOps, features

from newsroom.lib import outlines, rtl
from newsroom.lib.text import truncate_graphemes

WIDTH, HEIGHT = 1200, 630
LOGO_SIZE = (600, 160)
# WhatsApp shows no picture beyond 300 kB.
MOST_BYTES = 290_000
# Part of every key: pictures drawn in another way get other addresses.
RECIPE = "1"

_CAIRO = Path(__file__).parent / "fonts" / "cairo-extrabold.woff2"
_SERIF = Path(__file__).parent.parent / "static" / "newsroom" / "fonts" / "serif-latin.woff2"
_SERIF_WEIGHT = 700
_QUALITIES = (88, 80, 72, 64, 54, 44)

# What the fonts can write; tests hold it against them.
_IN_SERIF = regex.compile(r"[ -~\u00a0£§©«»°±·ºªÀ-öø-ÿŒœ–—‘-‚“-„•…‹›€™]*")
_IN_CAIRO = regex.compile(
    r"[ -~\u00a0-\u0131\u0134-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u017e"
    r"،؍؛؟ء-غـ-\u0656\u0658٠-ٱٹپچڈڑژڡڤکگںھہ-ۃیے-۔۰-۹ﷲ﴾﴿"
    r"–—‘-‚“-„†‡•…‰‹›⁄€™−\u200c\u200d\u200e\u200f\u2066-\u2069]*"
)
# Signs that stand for others which the fonts have.
_SAME = str.maketrans({"\u202f": "\u00a0", "\u2009": " ", "\u2010": "-", "\u2011": "-", "―": "—"})
_EMOJI = regex.compile(
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0e\ufe0f\u20e3--[©®™‼⁉]]"
    r"\u200d?",
    regex.VERSION1,
)
# A sign that belongs to the word before it, and one that belongs to the word after.
_CLOSING = regex.compile(r" (?=[!?:;؟؛،»%–—…]+(?:\s|$))")
_OPENING = regex.compile(r"(?<=[«–—]) (?=\S)")
_JOINING = frozenset("بتثجحخسشصضطظعغفقكلمنهيئ")


@dataclass(frozen=True)
class Colours:
    ground: str
    ink: str
    accent: str
    line: str


# The tokens of the site; a story without a photograph stands on the paper's own colour.
ON_PAPER = Colours("#fbfbf8", "#16191b", "#0b5661", "#d6d7d1")
ON_ACCENT = Colours("#0b5661", "#ffffff", "#ffffff", "#6d9aa1")


@dataclass(frozen=True)
class Words:
    """What stands on a picture. `wordmark` is a cleaned SVG drawing of the paper's name, or ""."""

    headline: str
    section: str
    paper: str
    language: str
    wordmark: str = ""

    @property
    def is_rtl(self) -> bool:
        return rtl.language_direction(self.language) == "rtl"


@dataclass(frozen=True)
class Box:
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True)
class Face:
    """A typeface and how it is set: the height of a line, in heights of its letters."""

    path: Path
    leading: float
    weight: int = 0

    def at(self, size: float) -> ImageFont.FreeTypeFont:
        font = ImageFont.truetype(self.path, size, layout_engine=ImageFont.Layout.RAQM)
        if self.weight:
            font.set_variation_by_axes([self.weight])
        return font


CAIRO = Face(_CAIRO, 1.5)
CAIRO_LATIN = Face(_CAIRO, 1.26)
SERIF = Face(_SERIF, 1.16, _SERIF_WEIGHT)


def is_possible() -> bool:
    """Whether this machine can set Arabic: Pillow with raqm, and libfribidi for it to load."""
    return features.check("raqm") and features.check("fribidi")


def can_write(text: str) -> bool:
    """Whether the fonts have every letter of a headline; emoji are left out."""
    plain = _plain(text)
    return bool(plain) and bool(_IN_CAIRO.fullmatch(plain))


def draw(words: Words, photograph: bytes | None = None, focal: tuple[int, int] = (50, 50)) -> bytes:
    """Return a JPEG of 1200 × 630 pixels and less than 300 kB.

    `focal` is what must stay in sight of the photograph, in hundredths from its top left corner.
    """
    colours = ON_PAPER if photograph else ON_ACCENT
    sheet = Image.new("RGB", (WIDTH, HEIGHT), colours.ground)
    panel = Box(0, 0, WIDTH, HEIGHT)
    if photograph:
        panel = _place_photograph(sheet, photograph, focal, words.is_rtl)
    inner = Box(panel.left + 60, panel.top + 48, panel.right - 60, panel.bottom - 50)
    pen = _Pen(sheet, words, colours)
    below = pen.section(inner)
    above = pen.paper(inner)
    largest = 72 if photograph else 88
    pen.headline(Box(inner.left, below + 12, inner.right, above - 24), largest)
    return _encoded(sheet)


def draw_logo(words: Words) -> bytes:
    """Return the paper's wordmark, or its name in type, as a PNG of LOGO_SIZE pixels."""
    sheet = Image.new("RGB", LOGO_SIZE, ON_PAPER.ground)
    pen = _Pen(sheet, words, ON_PAPER)
    pen.logo(Box(24, 24, LOGO_SIZE[0] - 24, LOGO_SIZE[1] - 24))
    buffer = BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _place_photograph(
    sheet: Image.Image, photograph: bytes, focal: tuple[int, int], is_rtl: bool
) -> Box:
    """Put the photograph at the inline end and return what remains for the words."""
    width = 500
    with Image.open(BytesIO(photograph)) as opened:
        centre = focal[0] / 100, focal[1] / 100
        cut = ImageOps.fit(
            opened.convert("RGB"), (width, HEIGHT), Image.Resampling.LANCZOS, centering=centre
        )
    sheet.paste(cut, (0 if is_rtl else WIDTH - width, 0))
    return Box(width, 0, WIDTH, HEIGHT) if is_rtl else Box(0, 0, WIDTH - width, HEIGHT)


class _Pen:
    """Draws the words of a picture from their own side."""

    def __init__(self, sheet: Image.Image, words: Words, colours: Colours) -> None:
        self.sheet, self.words, self.colours = sheet, words, colours
        self.drawing = ImageDraw.Draw(sheet)

    def section(self, box: Box) -> int:
        """Draw the name of the section, its last letter run into a rule; return where it ends."""
        name, size = _plain(self.words.section).strip(), 37
        baseline = box.top + 36
        font, start = CAIRO.at(size), 0.0
        if name and _IN_CAIRO.fullmatch(name):
            joined = name + "ـ" if name[-1] in _JOINING else name
            start = font.getlength(joined, **self._way())
            if start < box.width * 0.8:
                self._write(joined, font, box, baseline, self.colours.accent)
                start = start - 2 if joined != name else start + 16
            else:
                start = 0.0
        left, right = (
            (box.left, box.right - start) if self.words.is_rtl else (box.left + start, box.right)
        )
        # As thick as the kashida and at its height.
        self.drawing.rectangle((left, baseline - 5, right, baseline), fill=self.colours.accent)
        return baseline + 14

    def paper(self, box: Box) -> int:
        """Draw the paper's wordmark, or its name, at the foot; return where it begins."""
        top = box.bottom - 46
        try:
            mark = outlines.mask(self.words.wordmark, 46, min(box.width, 360))
            left = box.right - mark.width if self.words.is_rtl else box.left
            ink = Image.new("RGB", mark.size, self.colours.ink)
            self.sheet.paste(ink, (left, box.bottom - mark.height), mark)
        except outlines.CannotDraw:
            name = _plain(self.words.paper).strip()
            if _IN_CAIRO.fullmatch(name):
                size = _fitting(name, CAIRO, 36, box.width, self._way())
                self._write(name, CAIRO.at(size), box, box.bottom - 8, self.colours.ink)
        self.drawing.rectangle((box.left, top - 26, box.right, top - 25), fill=self.colours.line)
        return top - 26

    def logo(self, box: Box) -> None:
        """Draw the paper's wordmark, or its name, in the middle of the box."""
        try:
            mark = outlines.mask(self.words.wordmark, box.height, box.width)
            left = (box.left + box.right - mark.width) // 2
            top = (box.top + box.bottom - mark.height) // 2
            self.sheet.paste(Image.new("RGB", mark.size, self.colours.ink), (left, top), mark)
        except outlines.CannotDraw:
            name = _plain(self.words.paper).strip()
            font = CAIRO.at(_fitting(name, CAIRO, 72, box.width, self._way()))
            middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
            self.drawing.text(middle, name, self.colours.ink, font, anchor="mm", **self._way())

    def headline(self, box: Box, largest: int) -> None:
        """Draw the headline as large as it fits, in lines of one length, centred in height."""
        text = _plain(self.words.headline)
        face = CAIRO if self.words.is_rtl else CAIRO_LATIN
        if not self.words.is_rtl and _IN_SERIF.fullmatch(text):
            face = SERIF
        size, lines = _Setting(text, face, self._way()).in_box(box, largest)
        font, step = face.at(size), size * face.leading
        first = box.top + (box.height - step * len(lines)) / 2 + step / 2 + size * 0.34
        for number, line in enumerate(lines):
            self._write(line, font, box, round(first + number * step), self.colours.ink)

    def _way(self) -> dict[str, str]:
        return {
            "direction": "rtl" if self.words.is_rtl else "ltr",
            "language": self.words.language.split("-")[0],
        }

    def _write(
        self, text: str, font: ImageFont.FreeTypeFont, box: Box, baseline: int, ink: str
    ) -> None:
        x, anchor = (box.right, "rs") if self.words.is_rtl else (box.left, "ls")
        self.drawing.text((x, baseline), text, ink, font, anchor=anchor, **self._way())


class _Setting:
    """A headline broken into lines. Widths are measured once: letters grow with their size."""

    MEASURED, SMALLEST = 100, 30

    def __init__(self, text: str, face: Face, way: dict[str, str]) -> None:
        self.face, self.way = face, way
        self.font = face.at(self.MEASURED)
        kept = _OPENING.sub("\u00a0", _CLOSING.sub("\u00a0", text))
        self.words = [(word, self._width(word)) for word in kept.split(" ") if word]
        self.space = self._width(" ")

    def in_box(self, box: Box, largest: int) -> tuple[int, list[str]]:
        """Return the largest size at which all lines fit, and the lines, as even as they can be."""
        for size in range(largest, self.SMALLEST - 1, -2):
            most = int(box.height // (size * self.face.leading))
            scale = size / self.MEASURED
            lines = list(self._broken(box.width / scale))
            if len(lines) <= most and all(width <= box.width / scale for _line, width in lines):
                return size, [line for line, _width in self._evened(len(lines), box.width / scale)]
        return self._cut(box)

    def _evened(self, count: int, widest: float) -> list[tuple[str, float]]:
        """Break into as many lines at the narrowest measure that allows it."""
        narrow, wide = widest / 2, widest
        for _turn in range(8):
            middle = (narrow + wide) / 2
            lines = list(self._broken(middle))
            fits = len(lines) <= count and all(width <= middle for _line, width in lines)
            narrow, wide = (narrow, middle) if fits else (middle, wide)
        return list(self._broken(wide))

    def _broken(self, measure: float) -> Iterator[tuple[str, float]]:
        line, length = "", 0.0
        for word, width in self.words:
            if line and length + self.space + width > measure:
                yield line, length
                line, length = word, width
            elif line:
                line, length = f"{line} {word}", length + self.space + width
            else:
                line, length = word, width
        if line:
            yield line, length

    def _cut(self, box: Box) -> tuple[int, list[str]]:
        """What fits of a headline that is too long at any size, or has a word that is."""
        size = self.SMALLEST
        scale = size / self.MEASURED
        most = int(box.height // (size * self.face.leading))
        lines = [line for line, _width in self._broken(box.width / scale)]
        kept = [*lines[: most - 1], " ".join(lines[most - 1 :])]
        return size, [self._shortened(line, box.width / scale) for line in kept if line]

    def _shortened(self, line: str, measure: float) -> str:
        length = len(line)
        cut = line
        while self._width(cut) > measure and length > 1:
            length = length * 9 // 10
            cut = truncate_graphemes(line, length).rstrip() + "…"
        return cut

    def _width(self, text: str) -> float:
        return self.font.getlength(text, **self.way)


def _fitting(text: str, face: Face, size: int, width: int, way: dict[str, str]) -> int:
    length = face.at(size).getlength(text, **way)
    return size if length <= width else max(12, int(size * width / length))


def _plain(text: str) -> str:
    """Return a text in signs that the fonts have, where there are such, on one line."""
    kept = _EMOJI.sub("", rtl.closed(text)).translate(_SAME)
    return " ".join(part for part in regex.split(r"[ \t\r\n]+", kept) if part)


def _encoded(sheet: Image.Image) -> bytes:
    for quality in _QUALITIES:
        buffer = BytesIO()
        # Whole colours: halved ones leave a fringe round coloured letters.
        sheet.save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True, progressive=True)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()
