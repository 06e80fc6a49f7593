"""The printing press of the demo pictures: tonal drawing on two plates, then two-ink screening.

Every picture is drawn as densities (0 paper – 255 full ink) on a key plate and an accent plate,
in coordinates of 1600 × 1000, and screened with one rotated dot per ink. The dots are so fine that
a thumbnail shows tones and the large picture shows dots; 1200 pixels keep its renditions light.
"""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT, SCALE = 1600, 1000, 2
PAPER, KEY, ACCENT = (247, 241, 229), (21, 31, 46), (226, 143, 44)
FULL = (WIDTH * SCALE, HEIGHT * SCALE)
PRINTED = (1200, 750)
# Screen vectors in drawn pixels: the dots of the two inks stand on different angles, so that
# they cross without a visible pattern.
KEY_SCREEN, ACCENT_SCREEN = (8, 8), (10, 5)
STEPS = 4

Points = list[tuple[float, float]]
Tone = int | Image.Image


def scaled(points: Points) -> Points:
    return [(x * SCALE, y * SCALE) for x, y in points]


def shape(outline: str, x: float = 0, y: float = 0, size: float = 1) -> Points:
    """The points of "0,0 10,-20 …", drawn round an origin, moved to a place at a size."""
    pairs = (pair.split(",") for pair in outline.split())
    return [(x + float(u) * size, y + float(v) * size) for u, v in pairs]


def smooth(points: Points, closed: bool = True, steps: int = 10) -> Points:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    curve = []
    for i in range(count if closed else count - 1):
        p = [
            points[j % count] if closed else points[min(max(j, 0), count - 1)]
            for j in (i - 1, i, i + 1, i + 2)
        ]
        curve += [_spline(p, step / steps) for step in range(steps)]
    return curve if closed else [*curve, points[-1]]


def _spline(p: Points, t: float) -> tuple[float, float]:
    def axis(n: int) -> float:
        a, b, c, d = (q[n] for q in p)
        return 0.5 * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t * t
            + (3 * b - a - 3 * c + d) * t**3
        )

    return axis(0), axis(1)


def oval(
    x: float, y: float, rx: float, ry: float, turn: float = 0, start: float = 0, end: float = 360
) -> Points:
    """Points on an ellipse, turned by degrees."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    points = []
    for step in range(73):
        angle = math.radians(start + (end - start) * step / 72)
        u, v = rx * math.cos(angle), ry * math.sin(angle)
        points.append((x + u * cos - v * sin, y + u * sin + v * cos))
    return points


def down(top: int, bottom: int, y0: float = 0, y1: float = HEIGHT) -> Image.Image:
    """A tone that runs from one density to another between two heights."""
    span = Image.linear_gradient("L").point(lambda v: top + (bottom - top) * v // 255)
    image = Image.new("L", FULL, bottom)
    image.paste(top, (0, 0, FULL[0], int(y0 * SCALE)))
    image.paste(span.resize((FULL[0], max(1, int((y1 - y0) * SCALE)))), (0, int(y0 * SCALE)))
    return image


def across(near: int, far: int, x0: float = 0, x1: float = WIDTH) -> Image.Image:
    """A tone that runs from one density to another between two abscissas."""
    span = Image.linear_gradient("L").rotate(90).point(lambda v: near + (far - near) * v // 255)
    image = Image.new("L", FULL, far)
    image.paste(near, (0, 0, int(x0 * SCALE), FULL[1]))
    image.paste(span.resize((max(1, int((x1 - x0) * SCALE)), FULL[1])), (int(x0 * SCALE), 0))
    return image


def around(x: float, y: float, radius: float, inner: int, outer: int) -> Image.Image:
    """A tone that spreads in rings from a point."""
    size = int(radius * 2 * SCALE)
    ring = Image.radial_gradient("L").point(
        lambda v: inner + (outer - inner) * min(v * 255 // 180, 255) // 255
    )
    image = Image.new("L", FULL, outer)
    image.paste(ring.resize((size, size)), (int((x - radius) * SCALE), int((y - radius) * SCALE)))
    return image


class Plate:
    """The two tonal plates of one picture."""

    def __init__(self, key: Tone = 0, accent: Tone = 0, seed: int = 1) -> None:
        self.key, self.accent = Image.new("L", FULL, 0), Image.new("L", FULL, 0)
        self.random = random.Random(seed)  # noqa: S311 # nosec B311 # grain of a picture
        self.fill(Image.new("L", FULL, 255), key, accent)

    def fill(self, mask: Image.Image, key: Tone | None = None, accent: Tone | None = None) -> None:
        for plate, tone in ((self.key, key), (self.accent, accent)):
            if tone is not None:
                plate.paste(tone, (0, 0, *FULL), mask)

    def poly(self, points: Points, key: Tone | None = 255, accent: Tone | None = 0) -> Image.Image:
        mask = Image.new("L", FULL, 0)
        ImageDraw.Draw(mask).polygon(scaled(points), fill=255)
        self.fill(mask, key, accent)
        return mask

    def blob(self, points: Points, key: Tone | None = 255, accent: Tone | None = 0) -> Image.Image:
        return self.poly(smooth(points), key, accent)

    def hills(
        self, skyline: str, bottom: float, key: Tone | None = 255, accent: Tone | None = 0
    ) -> Image.Image:
        """Rolling ground from its skyline, left to right, down to a height."""
        ground = [*smooth(shape(skyline), False), (1640, bottom), (-20, bottom)]
        return self.poly(ground, key, accent)

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        key: Tone | None = 255,
        accent: Tone | None = 0,
    ) -> Image.Image:
        return self.poly([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], key, accent)

    def disc(
        self, x: float, y: float, r: float, key: Tone | None = 255, accent: Tone | None = 0
    ) -> Image.Image:
        return self.poly(oval(x, y, r, r), key, accent)

    def line(
        self, points: Points, width: float = 3, key: Tone | None = 255, accent: Tone | None = 0
    ) -> Image.Image:
        mask = Image.new("L", FULL, 0)
        ImageDraw.Draw(mask).line(
            scaled(points), fill=255, width=max(1, round(width * SCALE)), joint="curve"
        )
        self.fill(mask, key, accent)
        return mask

    def lines(
        self, strokes: list[Points], width: float, key: Tone | None = 255, accent: Tone | None = 0
    ) -> None:
        mask = Image.new("L", FULL, 0)
        draw = ImageDraw.Draw(mask)
        for points in strokes:
            draw.line(scaled(points), fill=255, width=max(1, round(width * SCALE)), joint="curve")
        self.fill(mask, key, accent)

    def dots(
        self,
        spots: list[tuple[float, float, float]],
        key: Tone | None = 255,
        accent: Tone | None = 0,
    ) -> None:
        mask = Image.new("L", FULL, 0)
        draw = ImageDraw.Draw(mask)
        for x, y, r in spots:
            draw.ellipse(scaled([(x - r, y - r), (x + r, y + r)]), fill=255)
        self.fill(mask, key, accent)

    def polys(self, shapes: list[Points], key: Tone | None = 255, accent: Tone | None = 0) -> None:
        mask = Image.new("L", FULL, 0)
        draw = ImageDraw.Draw(mask)
        for points in shapes:
            draw.polygon(scaled(points), fill=255)
        self.fill(mask, key, accent)

    def inside(
        self, clip: Image.Image, points: Points, key: Tone | None = 255, accent: Tone | None = None
    ) -> None:
        """A polygon that stays within another shape: the shadow on a thing, a band round a tower."""
        mask = Image.new("L", FULL, 0)
        ImageDraw.Draw(mask).polygon(scaled(points), fill=255)
        self.fill(ImageChops.multiply(mask, clip), key, accent)

    def soft(
        self,
        points: Points,
        blur: float,
        key: Tone | None = None,
        accent: Tone | None = None,
        clip: Image.Image | None = None,
    ) -> None:
        """A shape with a dissolving edge: a glow, smoke, a cast shadow."""
        small = Image.new("L", (WIDTH // 2, HEIGHT // 2), 0)
        ImageDraw.Draw(small).polygon([(x / 2, y / 2) for x, y in points], fill=255)
        mask = small.filter(ImageFilter.GaussianBlur(blur / 2)).resize(
            FULL, Image.Resampling.BILINEAR
        )
        self.fill(ImageChops.multiply(mask, clip) if clip else mask, key, accent)

    def stars(self, count: int, bottom: float, key: int = 0) -> None:
        self.dots(
            [
                (
                    self.random.uniform(0, WIDTH),
                    self.random.uniform(0, bottom),
                    self.random.choice((1.6, 1.6, 2.2, 3.2)),
                )
                for _ in range(count)
            ],
            key,
            0,
        )

    def reflect(self, horizon: float, height: float, wave: float = 10, fade: int = 40) -> None:
        """Mirror what stands above the horizon into rippling water below it."""
        for plate in (self.key, self.accent):
            top = int((horizon - height) * SCALE)
            strip = plate.crop((0, top, FULL[0], int(horizon * SCALE))).transpose(
                Image.Transpose.FLIP_TOP_BOTTOM
            )
            for row in range(0, strip.height, 2):
                depth = row / strip.height
                swing = math.sin(row * 0.16 / (0.5 + depth)) + 0.5 * math.sin(row * 0.41)
                shift = int(swing * wave * SCALE * (0.2 + depth))
                band = strip.crop((0, row, FULL[0], row + 2))
                plate.paste(ImageChops.offset(band, shift, 0), (0, int(horizon * SCALE) + row))
        self._veil(horizon, height, fade)

    def _veil(self, horizon: float, height: float, fade: int) -> None:
        box = (0, int(horizon * SCALE), FULL[0], int((horizon + height) * SCALE))
        veil = Image.new("L", (FULL[0], box[3] - box[1]), fade)
        self.key.paste(ImageChops.add(self.key.crop(box), veil), box)


def screen(vector: tuple[int, int]) -> Image.Image:
    """A tile of thresholds for a dot screen whose cell is the vector and its perpendicular."""
    a, b = vector
    area = a * a + b * b
    size = area // math.gcd(a, b)

    def height(x: int, y: int) -> float:
        u, v = (a * x + b * y) / area, (a * y - b * x) / area
        return math.cos(2 * math.pi * u) + math.cos(2 * math.pi * v)

    order = sorted(range(size * size), key=lambda i: -height(i % size, i // size))
    tile = Image.new("L", (size, size))
    for rank, i in enumerate(order):
        tile.putpixel((i % size, i // size), rank * 255 // (size * size))
    return tile


def screened(plate: Image.Image, vector: tuple[int, int]) -> Image.Image:
    """Ink coverage of a plate at final size, edges smoothed to a few steps."""
    tile = screen(vector)
    thresholds = Image.new("L", FULL)
    for y in range(0, FULL[1], tile.height):
        for x in range(0, FULL[0], tile.width):
            thresholds.paste(tile, (x, y))
    # Near-white and near-black are snapped, or stray specks would dirty the flats.
    snapped = plate.point(lambda v: 0 if v < 10 else 255 if v > 243 else v)
    ink = ImageChops.subtract(snapped, thresholds).point(lambda v: 255 if v else 0)
    ink.paste(255, (0, 0, *FULL), snapped.point(lambda v: 255 if v == 255 else 0))
    return ink.resize(PRINTED, Image.Resampling.BOX).point(
        lambda v: round(v * STEPS / 255) * 255 // STEPS
    )


def printed(plate: Plate) -> Image.Image:
    """The picture as it comes from the press: paper, accent, key, in few flat colours."""
    page = Image.new("RGB", PRINTED, PAPER)
    page.paste(ACCENT, (0, 0, *PRINTED), screened(plate.accent, ACCENT_SCREEN))
    page.paste(KEY, (0, 0, *PRINTED), screened(plate.key, KEY_SCREEN))
    return page.quantize(16, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
