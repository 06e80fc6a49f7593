"""Oud, desk, library, chess, loaf, camera: what stands in a room."""

import math
from collections.abc import Callable

from newsroom.demo.press import WIDTH, Plate, Points, across, around, down, oval, shape, smooth


def turned(points: Points, x: float, y: float, degrees: float, s: float = 1) -> Points:
    """Points drawn round an origin, moved to a place and turned there."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(x + s * (u * cos - v * sin), y + s * (u * sin + v * cos)) for u, v in points]


def oud() -> Plate:
    p = Plate(around(420, 120, 1500, 40, 255), 0, seed=18)
    p.poly([(60, -20), (560, -20), (560, 470), (60, 470)], 0, 40)
    p.lines([[(310, -20), (310, 470)], [(60, 220), (560, 220)]], 16)
    p.line([(60, -20), (60, 470), (560, 470), (560, -20)], 24)
    p.soft([(60, 470), (560, 470), (1500, 1010), (700, 1010)], 50, key=90, accent=90)
    tools(p)
    p.rect(0, 770, WIDTH, 240, down(130, 235, 770, 1000), 110)
    p.lines([[(0, 770), (1600, 770)], [(0, 850), (1600, 850)], [(0, 940), (1600, 940)]], 5)
    p.soft([(420, 850), (1240, 850), (1340, 930), (400, 930)], 26, key=250)
    instrument(p, 700, 590, -17)
    for _ in range(16):
        x, y = p.random.uniform(60, 1540), p.random.uniform(860, 985)
        p.line(
            oval(
                x,
                y,
                p.random.uniform(12, 30),
                p.random.uniform(8, 14),
                p.random.uniform(0, 90),
                20,
                300,
            ),
            6,
            0,
            p.random.choice((0, 255)),
        )
    return p


def instrument(p: Plate, x: float, y: float, turn: float) -> None:
    """The face of the instrument, its neck up to the right and the pegbox bent back."""

    def at(points: Points) -> Points:
        return turned(points, x, y, turn)

    body = smooth(
        shape(
            "-400,0 -372,-150 -270,-262 -110,-300 60,-250 210,-150 330,-62 330,62 210,150 "
            "60,250 -110,300 -270,262 -372,150"
        )
    )
    p.poly(at([(u + 8, v * 1.06 + 26) for u, v in body]), 255)
    rim = p.poly(at(body), 255)
    face = p.poly(
        at([(u * 0.965, v * 0.955) for u, v in body]), across(0, 40, x - 300, x + 300), 225
    )
    for k in (-0.72, -0.46, -0.2, 0.2, 0.46, 0.72):
        p.inside(
            face,
            at(
                [
                    (-420, k * 300 - 1.5),
                    (360, k * 300 - 1.5),
                    (360, k * 300 + 1.5),
                    (-420, k * 300 + 1.5),
                ]
            ),
            160,
        )
    p.inside(
        face, at([(-420, 120), (-200, 200), (100, 160), (340, 40), (340, 320), (-420, 320)]), 90
    )
    rose(p, at, (-20, 0), 92)
    rose(p, at, (-190, -128), 42)
    rose(p, at, (-190, 128), 42)
    p.poly(at([(-330, -84), (-300, -84), (-296, 84), (-330, 84)]), 255)
    p.poly(at([(300, -56), (690, -34), (690, 34), (300, 56)]), 255)
    p.poly(at([(120, -60), (300, -48), (300, 48), (120, 60), (150, 0)]), 255)
    p.poly(at([(684, -38), (700, -38), (700, 38), (684, 38)]), 0, 0)
    p.poly(at([(698, -36), (760, -20), (800, 250), (770, 262), (700, 36)]), 255)
    pegs(p, at)
    strings(p, at)
    p.inside(rim, at([(-400, -20), (-385, -20), (-385, 20), (-400, 20)]), 0)


def pegs(p: Plate, at: Callable[[Points], Points]) -> None:
    for i in range(5):
        u, v = 744 + i * 9, 30 + i * 44
        p.line(at([(u - 74, v + 16), (u + 76, v - 16)]), 14)
        for side in (-1, 1):
            p.poly(at(oval(u + side * 82, v - side * 17, 20, 12, 60)), 0, 255)
            p.line(at(oval(u + side * 82, v - side * 17, 20, 12, 60)), 5)


def strings(p: Plate, at: Callable[[Points], Points]) -> None:
    """Six pairs, and the gut that crosses the face."""
    p.lines(
        [
            at([(-314, k * 13 + d), (692, k * 5.4 + d * 0.5)])
            for k in (-5, -3, -1, 1, 3, 5)
            for d in (-3, 3)
        ],
        2,
        0,
        0,
    )
    p.lines([at([(-314, k * 13), (120, k * 9)]) for k in (-5, -3, -1, 1, 3, 5)], 2.5, 255)


def rose(p: Plate, at: Callable[[Points], Points], centre: tuple[float, float], r: float) -> None:
    """A carved rosette."""
    cx, cy = centre
    p.poly(at(oval(cx, cy, r + 8, r + 8)), 0, 0)
    p.poly(at(oval(cx, cy, r, r)), 255)
    petals = [
        at(
            oval(
                cx + math.cos(a) * r * 0.55,
                cy + math.sin(a) * r * 0.55,
                r * 0.3,
                r * 0.15,
                math.degrees(a),
            )
        )
        for a in (math.radians(d) for d in range(0, 360, 45))
    ]
    p.polys(petals, 0, 200)
    p.line(at(oval(cx, cy, r * 0.86, r * 0.86)), max(2, r * 0.05), 0, 200)
    p.poly(at(oval(cx, cy, r * 0.2, r * 0.2)), 0, 200)


def tools(p: Plate) -> None:
    p.rect(760, 90, 800, 18, 0, 150)
    for i, h in enumerate((150, 210, 120, 180, 150, 230)):
        x = 830 + i * 120
        p.rect(x - 14, 84, 28, 84, 0, 255)
        p.poly(
            [(x - 10, 168), (x + 10, 168), (x + (16 if i % 2 else 6), 100 + h), (x - 8, 100 + h)], 0
        )
        p.line([(x - 14, 168), (x + 14, 168)], 7)


def desk() -> Plate:
    p = Plate(around(800, 420, 1150, 110, 255), 0, seed=10)
    for x, w in ((30, 300), (1280, 300)):
        for shelf in range(4):
            y = 60 + shelf * 190
            p.rect(x, y + 150, w, 14, 255)
            cx = x + 6
            while cx < x + w - 40:
                bw = p.random.uniform(20, 40)
                p.rect(
                    cx,
                    y + 150 - p.random.uniform(96, 140),
                    bw - 4,
                    140,
                    p.random.choice((150, 200, 235)),
                    p.random.choice((0, 0, 120)),
                )
                p.rect(x, y + 150, w, 14, 255)
                p.rect(x, y + 164, w, 26, 245)
                cx += bw
    p.soft(oval(800, 430, 520, 330), 90, key=70, accent=170)
    p.rect(420, 170, 760, 500, 255)
    p.rect(446, 196, 708, 440, 0, 0)
    code(p)
    p.poly([(730, 670), (870, 670), (900, 750), (700, 750)], 255)
    p.rect(-10, 740, 1620, 280, 255)
    p.rect(-10, 740, 1620, 10, 0, 255)
    head(p, 560, 640, 1.25, True)
    head(p, 1010, 730, 1.0, False)
    p.lines([[(1240, 748), (1400, 560), (1300, 400)]], 14)
    p.poly([(1220, 470), (1262, 350), (1342, 330), (1388, 420)], 0, 255)
    p.soft([(1220, 470), (1388, 420), (1560, 748), (1120, 748)], 20, key=0, accent=200)
    p.rect(1200, 742, 110, 16, 255)
    return p


def code(p: Plate) -> None:
    lines = (
        (0, 3, 1),
        (1, 6, 0),
        (1, 4, 1),
        (2, 7, 0),
        (2, 5, 0),
        (1, 2, 1),
        (0, 1, 0),
        (0, 5, 1),
        (1, 6, 0),
    )
    for row, (indent, words, colour) in enumerate(lines):
        x = 500.0 + indent * 44
        p.rect(464, 226 + row * 44, 14, 12, 130)
        for k in range(words):
            w = p.random.uniform(36, 96)
            if x + w > 1130:
                break
            p.rect(
                x,
                222 + row * 44,
                w,
                18,
                0 if colour and k == 0 else 235,
                255 if colour and k == 0 else 0,
            )
            x += w + 16
    p.lines([[(1010, 600), (1050, 500), (1080, 560), (1130, 440)]], 8, 0, 255)


def head(p: Plate, x: float, y: float, s: float, old: bool) -> None:
    """Somebody seen from behind, rimmed by the light of the screen."""
    shoulders = smooth(
        [
            (x - 210 * s, 1020),
            (x - 190 * s, y + 210 * s),
            (x - 80 * s, y + 130 * s),
            (x, y + 120 * s),
            (x + 80 * s, y + 130 * s),
            (x + 190 * s, y + 210 * s),
            (x + 210 * s, 1020),
        ],
        False,
    )
    p.poly([(u, v - 6) for u, v in shoulders], 0, 255)
    p.poly(shoulders, 255)
    if old:
        bald(p, x, y, s)
    else:
        braided(p, x, y, s)


def bald(p: Plate, x: float, y: float, s: float) -> None:
    """An old man's head: a crown of white hair, ears, the arms of his glasses."""
    p.poly(oval(x, y, 92 * s, 112 * s), 0, 255)
    p.poly(oval(x, y + 4, 87 * s, 110 * s), 90, 120)
    p.poly(
        [
            *oval(x, y + 10, 96 * s, 108 * s, 0, 10, 170),
            (x - 60 * s, y - 6 * s),
            (x, y + 14 * s),
            (x + 60 * s, y - 6 * s),
        ],
        0,
        0,
    )
    p.poly(shape("-44,90 44,90 50,160 -50,160", x, y, s), 120, 160)
    for side in (-1, 1):
        p.poly(oval(x + side * 96 * s, y + 10 * s, 16 * s, 28 * s), 90, 180)
        p.line([(x + side * 96 * s, y - 8 * s), (x + side * 60 * s, y - 12 * s)], 6)


def braided(p: Plate, x: float, y: float, s: float) -> None:
    p.poly(oval(x, y, 92 * s, 106 * s), 0, 255)
    p.poly(oval(x, y + 5, 90 * s, 104 * s), 255)
    p.blob(shape("-30,40 30,40 44,150 10,260 -30,170", x, y, s), 255)
    p.poly(oval(x, y + 70 * s, 40 * s, 18 * s), 0, 255)
    p.lines(
        [
            smooth(
                [
                    (x + d * s, y + 96 * s),
                    (x + d * 1.2 * s, y + 170 * s),
                    (x + d * 0.3 * s, y + 240 * s),
                ],
                False,
            )
            for d in (-20, 0, 22)
        ],
        3,
        0,
        200,
    )


def library() -> Plate:
    p = Plate(255, 0, seed=20)
    p.poly([(560, 130), (1040, 130), (1040, 640), (560, 640)], 0, down(255, 120, 200, 640))
    p.poly([(620, 640), *oval(800, 360, 180, 190, 0, 180, 360), (980, 640)], 0, 0)
    p.soft(oval(800, 420, 260, 260), 60, accent=120)
    p.poly([(620, 640), *oval(800, 360, 180, 190, 0, 180, 360), (980, 640)], 0, 0)
    p.lines([[(800, 170), (800, 640)], [(620, 360), (980, 360)], [(620, 500), (980, 500)]], 9)
    p.poly(
        [(560, 640), (1040, 640), (1640, 1010), (-40, 1010)],
        down(10, 170, 640, 1000),
        down(120, 60, 640, 1000),
    )
    p.lines([[(800 + (i - 8) * 60, 640), (800 + (i - 8) * 210, 1010)] for i in range(17)], 3, 200)
    p.soft([(640, 640), (960, 640), (1180, 1010), (420, 1010)], 18, key=0, accent=30)
    for side in (-1, 1):
        shelves(p, side)
    ladder(p)
    p.soft([(770, 850), (830, 850), (860, 1010), (740, 1010)], 14, key=200)
    reader(p, 800, 850)
    return p


def shelves(p: Plate, side: int) -> None:
    """A wall of books running to the window in perspective."""

    def at(depth: float, height: float) -> tuple[float, float]:
        k = 1 / (1 + depth * 2.3)
        return 800 + side * 800 * (0.3 + 0.76 * (k - 0.303) / 0.697), 430 + (height - 430) * (
            0.42 + 1.0 * (k - 0.303) / 0.697
        )

    p.poly([at(0, -200), at(1, -200), at(1, 930), at(0, 930)], 255)
    for shelf in range(6):
        top = -150 + shelf * 180
        depth = 0.0
        while depth < 0.98:
            w = p.random.uniform(0.012, 0.03) * (0.8 + depth)
            rise = p.random.uniform(6, 52)
            key, accent = p.random.choice(
                ((0, 0), (0, 255), (130, 0), (200, 0), (60, 160), (0, 255), (225, 0), (150, 130))
            )
            p.poly(
                [
                    at(depth, top + rise),
                    at(depth + w * 0.86, top + rise),
                    at(depth + w * 0.86, top + 156),
                    at(depth, top + 156),
                ],
                key,
                accent,
            )
            depth += w
    p.lines([[at(d, -200), at(d, 930)] for d in (0.06, 0.22, 0.48)], 12)


def ladder(p: Plate) -> None:
    p.lines([[(250, 940), (360, 40)], [(380, 900), (430, 40)]], 16, 0, 0)
    p.lines(
        [[(250 + i * 13, 880 - i * 106), (385 + i * 6, 850 - i * 102)] for i in range(8)], 12, 0, 0
    )


def reader(p: Plate, x: float, y: float) -> None:
    p.poly(oval(x, y - 300, 30, 36), 255)
    p.blob(shape("-34,-310 -26,-346 10,-350 34,-320 40,-262 20,-270 -30,-274", x, y), 255)
    p.blob(shape("-52,-240 0,-266 52,-240 62,-120 92,0 -92,0 -62,-120", x, y), 255)
    p.lines([[(x - 20, y - 10), (x - 22, y + 50)], [(x + 20, y - 10), (x + 22, y + 50)]], 20)
    p.line([(x - 46, y - 220), (x - 70, y - 150), (x - 20, y - 160)], 22)
    p.line([(x + 46, y - 220), (x + 70, y - 150), (x + 20, y - 160)], 22)
    p.poly(shape("-54,-200 0,-184 54,-200 54,-140 0,-124 -54,-140", x, y), 0, 255)
    p.line([(x, y - 184), (x, y - 124)], 5)


SCENES = {"oud": oud, "desk": desk, "library": library}
