"""The town in lights: mosque, minarets, lamps on a string, sails."""

from newsroom.demo.press import WIDTH, Plate, down, oval, shape, smooth
from newsroom.demo.scenes.town import windows


def skyline() -> Plate:
    p = Plate(down(250, 0, 0, 560), down(0, 235, 260, 640), seed=17)
    p.stars(110, 400)
    p.poly(
        [*oval(1330, 330, 84, 84, -30, 70, 290), *reversed(oval(1358, 314, 70, 70, -30, 62, 298))],
        0,
    )
    houses(p, 600, 120, 0)
    p.poly(
        [(500, 420), *oval(720, 420, 220, 200, 0, 180, 360), (940, 420), (940, 664), (500, 664)],
        255,
    )
    p.lines([[(720, 224), (720, 176)]], 8)
    p.line(oval(720, 158, 20, 20, 0, 20, 320), 7)
    for x in (430, 1000):
        p.poly([*oval(x + 10, 500, 110, 92, 0, 180, 360), (x + 120, 664), (x - 100, 664)], 235)
    minaret(p, 330, 660, 540)
    minaret(p, 1120, 660, 580)
    arches = [
        [(x - 24, 610), *oval(x, 540, 24, 40, 0, 180, 360), (x + 24, 610)]
        for x in range(545, 940, 70)
    ]
    p.polys(arches, 0, 255)
    p.polys(
        [
            [(x - 12, 452), *oval(x, 440, 12, 20, 0, 180, 360), (x + 12, 452)]
            for x in range(560, 900, 40)
        ],
        0,
        200,
    )
    p.rect(-10, 646, 1620, 46, 255)
    houses(p, 692, 255, 1)
    p.reflect(690, 310, 5, 60)
    lanterns(p)
    sail(p, 1330, 900, 1.25)
    sail(p, 250, 860, 0.9)
    return p


def houses(p: Plate, base: float, key: int, front: int) -> None:
    x = -30.0
    while x < WIDTH:
        w, h = (
            p.random.uniform(70, 130),
            p.random.uniform(30, 74) if front else p.random.uniform(90, 190),
        )
        p.rect(x, base - h, w + 1, h, key)
        if front:
            windows(
                p,
                x + 16,
                base - h + 16,
                max(1, int(w / 44)),
                max(1, int(h / 50)),
                (40, 44),
                (16, 22),
                0.55,
            )
        x += w


def minaret(p: Plate, x: float, base: float, h: float) -> None:
    p.poly(
        [(x - 26, base), (x - 22, base - h * 0.62), (x + 22, base - h * 0.62), (x + 26, base)], 255
    )
    p.poly(
        [
            (x - 40, base - h * 0.66),
            (x - 26, base - h * 0.6),
            (x + 26, base - h * 0.6),
            (x + 40, base - h * 0.66),
        ],
        255,
    )
    p.rect(x - 15, base - h * 0.84, 30, h * 0.2, 255)
    p.poly([(x - 22, base - h * 0.83), (x, base - h), (x + 22, base - h * 0.83)], 255)
    p.lines(
        [
            [
                (x - 40, base - h * 0.66),
                (x - 40, base - h * 0.7),
                (x + 40, base - h * 0.7),
                (x + 40, base - h * 0.66),
            ]
        ],
        4,
    )
    p.rect(x - 6, base - h * 0.8, 12, h * 0.1, 0, 255)
    p.polys(
        [
            [
                (x - 5, base - h * k),
                (x + 5, base - h * k),
                (x + 5, base - h * k + 26),
                (x - 5, base - h * k + 26),
            ]
            for k in (0.5, 0.36)
        ],
        0,
        255,
    )


def lanterns(p: Plate) -> None:
    """A string of lamps for the festival, nearest of all."""
    wire = [(x, 40 + 150 * (1 - ((x - 800) / 900) ** 2)) for x in range(-20, 1640, 20)]
    p.lines([wire], 4, 0)
    for i in range(9):
        x = 40 + i * 190
        y = 40 + 150 * (1 - ((x - 800) / 900) ** 2)
        p.soft(oval(x, y + 34, 50, 50), 18, key=20, accent=255)
        p.poly(oval(x, y + 32, 18, 24), 0, 0)
        p.rect(x - 10, y, 20, 12, 255)


def sail(p: Plate, x: float, y: float, s: float) -> None:
    """A lateen-rigged boat whose sail is lit like a screen."""
    p.soft(oval(x, y - 190 * s, 120 * s, 150 * s), 30, key=0, accent=150)
    p.poly(
        [
            *smooth(
                [(x - 110 * s, y - 40 * s), (x - 20 * s, y - 220 * s), (x + 90 * s, y - 390 * s)],
                False,
            ),
            (x + 120 * s, y - 60 * s),
        ],
        0,
        0,
    )
    p.poly(shape("96,-330 90,-390 120,-60 60,-56", x, y, s), 60, 40)
    p.lines(
        [
            [(x + 20 * s, y), (x + 20 * s, y - 300 * s)],
            [(x - 120 * s, y - 30 * s), (x + 94 * s, y - 396 * s)],
        ],
        7 * s,
    )
    p.poly(
        [
            (x - 160 * s, y - 44 * s),
            *smooth([(x - 160 * s, y - 44 * s), (x, y - 16 * s), (x + 180 * s, y - 40 * s)], False),
            (x + 130 * s, y + 28 * s),
            (x - 110 * s, y + 28 * s),
        ],
        255,
    )
    p.lines([[(x - 140 * s, y - 22 * s), (x, y + 2 * s), (x + 160 * s, y - 20 * s)]], 5 * s, 0, 255)


SCENES = {"skyline": skyline}
