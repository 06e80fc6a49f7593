"""Harbour, ship, lighthouse, crane."""

import math

from newsroom.demo.press import WIDTH, Plate, Points, across, around, down, oval, shape, smooth


def gull(plate: Plate, x: float, y: float, size: float, key: int = 255) -> None:
    wings = shape("-1,-0.25 -0.5,-0.5 0,0 0.5,-0.5 1,-0.2", x, y, size)
    curve = smooth(wings, closed=False)
    plate.poly(curve + [(px, py + size * 0.14) for px, py in reversed(curve)], key, 0)


def boat(
    plate: Plate, x: float, y: float, size: float, key: int = 255, stripe: bool = True
) -> None:
    """A small wooden fishing boat seen from the side, its bow to the left."""
    hull = [
        (x - size, y - size * 0.34),
        *smooth(shape("-1,-0.34 -0.6,-0.2 0,-0.13 0.6,-0.17 0.92,-0.24", x, y, size), closed=False),
        (x + size * 0.84, y + size * 0.12),
        (x - size * 0.7, y + size * 0.14),
    ]
    mask = plate.poly(hull, key, 0)
    if stripe:
        sheer = smooth(shape("-1.1,-0.33 -0.6,-0.15 0,-0.08 0.6,-0.12 1,-0.2", x, y, size), False)
        band = [*sheer, *((px, py + size * 0.07) for px, py in reversed(sheer))]
        plate.inside(mask, band, 0, 255)
    cabin = shape("0.12,-0.12 0.16,-0.5 0.56,-0.5 0.6,-0.16", x, y, size)
    plate.poly(cabin, key, 0)
    plate.rect(x + size * 0.08, y - size * 0.55, size * 0.54, size * 0.06, key, 0)
    for dx in (0.22, 0.4):
        plate.rect(x + size * dx, y - size * 0.42, size * 0.12, size * 0.13, 0, 255)
    plate.line(
        [(x - size * 0.1, y - size * 0.1), (x - size * 0.1, y - size * 1.15)], size * 0.035, key
    )
    plate.lines(
        [
            [(x - size * 0.1, y - size * 1.1), (x - size * 0.98, y - size * 0.34)],
            [(x - size * 0.1, y - size * 1.1), (x + size * 0.9, y - size * 0.24)],
            [(x - size * 0.1, y - size * 0.72), (x + size * 0.5, y - size * 0.95)],
        ],
        max(1.5, size * 0.012),
        key,
    )


def glitter(
    plate: Plate, x: float, top: float, bottom: float, spread: float, key: int | None, accent: int
) -> None:
    """The broken path of light that a low sun or a lamp lays on water."""
    y = top
    while y < bottom:
        depth = (y - top) / (bottom - top)
        reach = spread * (0.35 + depth)
        for _ in range(3):
            cx = x + plate.random.uniform(-reach, reach) * 0.6
            half = reach * plate.random.uniform(0.15, 0.5)
            plate.poly(oval(cx, y, half, 2 + 5 * depth), key, accent)
        y += 9 + 14 * depth


def town(
    plate: Plate, base: float, key: int, start: float = 0, end: float = WIDTH, tall: float = 110
) -> None:
    """A row of flat-roofed houses with a minaret and a dome among them."""
    x = start
    roofs: list[Points] = []
    while x < end:
        w, h = plate.random.uniform(34, 78), plate.random.uniform(tall * 0.35, tall)
        roofs.append([(x, base), (x, base - h), (x + w, base - h), (x + w, base)])
        x += w * 0.86
    plate.polys(roofs, key, 0)


def harbour() -> Plate:
    p = Plate(down(90, 0, 0, 300), down(0, 190, 60, 520), seed=7)
    p.soft(oval(1060, 430, 330, 250), 90, accent=240, key=0)
    p.disc(1060, 420, 128, 0, 0)
    hills = smooth(
        [(-20, 470), (200, 360), (430, 420), (650, 350), (900, 440), (1200, 470), (1640, 380)],
        False,
    )
    p.poly([*hills, (1640, 540), (-20, 540)], 105, 60)
    town(p, 525, 150, 0, 640, 120)
    p.rect(420, 330, 22, 200, 165, 0)
    p.poly([(412, 332), (431, 270), (450, 332)], 165, 0)
    p.poly([(300, 470), *oval(350, 470, 50, 46, 0, 180, 360), (400, 530), (300, 530)], 165, 0)
    p.rect(0, 520, WIDTH, 480, down(60, 190, 520, 1000), down(170, 40, 520, 1000))
    glitter(p, 1060, 530, 980, 190, 0, 0)
    glitter(p, 1060, 540, 980, 260, 30, 255)
    p.poly([(1180, 560), (1640, 500), (1640, 600), (1200, 575)], 215, 0)
    p.rect(1205, 470, 22, 92, 225, 0)
    p.disc(1216, 462, 14, 0, 255)
    boat(p, 270, 640, 130, 205)
    boat(p, 1400, 690, 150, 225)
    p.soft([(300, 850), (1020, 850), (940, 930), (360, 930)], 22, key=235)
    boat(p, 660, 830, 380)
    dog(p, 345, 708, 1.15)
    p.lines(
        [
            [(560 + i * 150 + j * 20, 900 + i * 22), (640 + i * 150, 902 + i * 22)]
            for i in range(4)
            for j in range(2)
        ],
        4,
        0,
        0,
    )
    for x, y, s in (
        (620, 190, 46),
        (760, 130, 34),
        (520, 120, 28),
        (1330, 230, 40),
        (880, 240, 26),
    ):
        gull(p, x, y, s)
    quay(p)
    return p


def dog(p: Plate, x: float, y: float, s: float) -> None:
    """The white dog standing in the bow."""
    body = shape(
        "0,0 6,-42 -8,-58 -34,-60 -36,-70 -14,-82 -6,-98 4,-84 14,-80 22,-56 66,-54 "
        "90,-84 96,-80 82,-44 84,6 72,6 66,-24 24,-22 16,4 4,4"
    )
    p.poly([(x + dx * s, y + dy * s) for dx, dy in body], 0, 0)
    p.disc(x - 8 * s, y - 74 * s, 3.4, 255)


def quay(p: Plate) -> None:
    """The rebuilt sea wall in the near corner, stone by stone."""
    edge = smooth([(1640, 760), (1420, 830), (1240, 900), (1130, 1010)], False)
    p.poly([*edge, (1640, 1010)], 255, 0)
    strokes = [[(1640, 800 + i * 48), (1430 - i * 30, 870 + i * 52)] for i in range(4)]
    strokes += [[(1250 + i * 90, 930 - i * 36), (1290 + i * 95, 1000 - i * 30)] for i in range(5)]
    p.lines(strokes, 4, 90, 0)
    p.poly(shape("1455,838 1450,770 1435,758 1440,742 1510,736 1516,752 1500,764 1506,822"), 255, 0)
    p.poly([(1452, 790), (1508, 784), (1508, 800), (1452, 808)], 0, 255)


def ship() -> Plate:
    p = Plate(down(120, 10, 0, 560), down(0, 120, 100, 600), seed=3)
    p.soft(oval(380, 300, 260, 160), 80, key=0, accent=150)
    p.poly(
        smooth(shape("980,590 1120,470 1240,330 1330,300 1420,390 1540,500 1660,590"), False),
        95,
        30,
    )
    p.poly([(1240, 330), (1330, 300), (1420, 390), (1360, 380), (1330, 420), (1290, 370)], 20, 0)
    smoke(p)
    p.rect(0, 580, WIDTH, 420, down(120, 235, 580, 1000), down(70, 0, 580, 900))
    hull(p)
    decks(p)
    funnel(p)
    rigging(p)
    waves(p, 640)
    for x, y, s in ((1100, 190, 40), (1200, 140, 28), (990, 130, 24)):
        gull(p, x, y, s)
    return p


def smoke(p: Plate) -> None:
    for i, (x, y, r) in enumerate(
        (
            (742, 268, 44),
            (690, 228, 60),
            (610, 196, 78),
            (505, 170, 92),
            (380, 150, 108),
            (240, 140, 118),
            (90, 130, 130),
        )
    ):
        p.soft(oval(x, y, r, r * 0.72), 16 + i * 3, key=max(60, 215 - i * 24), accent=0)


def hull(p: Plate) -> None:
    sheer = smooth(
        [(1275, 508), (1120, 548), (900, 568), (660, 570), (450, 560), (330, 540)], False
    )
    mask = p.poly([*sheer, (345, 640), (385, 690), (1130, 690), (1200, 620)], 255, 0)
    p.inside(mask, [(300, 652), (1300, 652), (1300, 700), (300, 700)], 0, 255)


def decks(p: Plate) -> None:
    p.poly([(440, 562), (450, 478), (980, 478), (1010, 556), (700, 575)], 20, 0)
    p.poly([(500, 478), (508, 410), (900, 410), (920, 478)], 0, 0)
    p.poly([(820, 410), (826, 346), (930, 346), (948, 410)], 0, 0)
    p.rect(812, 336, 136, 14, 255)
    p.polys(
        [[(x, 505), (x + 24, 505), (x + 24, 530), (x, 530)] for x in range(480, 980, 48)], 255, 0
    )
    p.polys(
        [[(x, 428), (x + 30, 428), (x + 30, 456), (x, 456)] for x in range(530, 880, 56)], 220, 0
    )
    p.polys([[(x, 364), (x + 22, 364), (x + 22, 388), (x, 388)] for x in (838, 872, 904)], 255, 0)


def funnel(p: Plate) -> None:
    """The funnel, a letter painted on it."""
    p.poly([(660, 410), (674, 280), (772, 280), (782, 410)], across(60, 0, 660, 780), 255)
    p.polys(
        [
            [(664, 372), (670, 318), (776, 318), (779, 372)],
            [(672, 292), (674, 274), (772, 274), (774, 292)],
        ],
        255,
        0,
    )
    envelope = [(690, 325), (756, 325), (756, 365), (690, 365)]
    p.poly(envelope, 0, 0)
    p.lines([[(690, 325), (723, 349), (756, 325)]], 4, 255)


def rigging(p: Plate) -> None:
    p.lines([[(1120, 540), (1120, 280)], [(560, 420), (560, 250)]], 8)
    p.lines(
        [
            [(1120, 285), (1262, 516)],
            [(1120, 285), (930, 350)],
            [(560, 255), (340, 540)],
            [(560, 255), (670, 290)],
        ],
        2.5,
    )
    p.poly([(1120, 284), (1060, 300), (1120, 318)], 0, 255)


def waves(p: Plate, top: float) -> None:
    """Rolling crests, lighter and longer the nearer they come."""
    for row in range(7):
        y = top + 34 + row * row * 7.5
        crest = [
            (x, y + math.sin(x / (60 + row * 22) + row * 2) * (6 + row * 3.4))
            for x in range(-20, WIDTH + 40, 14)
        ]
        p.poly(
            crest + [(x, cy + 16 + row * 7 + math.sin(x / 90) * 6) for x, cy in reversed(crest)],
            min(255, 150 + row * 22),
            max(0, 60 - row * 14),
        )
        p.lines([crest], 2 + row * 0.8, 0, 0)


def lighthouse() -> Plate:
    p = Plate(around(640, 250, 1250, 95, 255), 0, seed=11)
    p.stars(130, 560)
    for beam in ([(640, 250), (-40, 20), (-40, 330)], [(640, 250), (1640, 60), (1640, 440)]):
        p.soft(beam, 10, key=0, accent=120)
        p.soft([(640, 250), *((x, (y * 2 + 190) / 3) for x, y in beam[1:])], 8, key=0, accent=0)
    p.rect(0, 690, WIDTH, 310, down(150, 255, 690, 1000), 0)
    glitter(p, 1200, 705, 960, 150, 0, 0)
    glitter(p, 1200, 715, 980, 190, 40, 230)
    cliff = smooth(
        shape("-20,640 160,650 330,610 520,600 740,604 840,640 900,760 1010,830 1080,1010"), False
    )
    mask = p.poly([*cliff, (-20, 1010)], 255, 0)
    for face in (
        [(740, 604), (840, 640), (880, 740), (800, 700)],
        [(820, 740), (900, 780), (980, 850), (870, 830)],
        [(560, 604), (700, 606), (660, 640)],
        [(640, 760), (760, 800), (720, 860)],
    ):
        p.inside(mask, face, 120, 50)
    tower(p)
    p.poly([(250, 630), (250, 545), (320, 500), (390, 545), (390, 620)], 255, 0)
    p.poly([(262, 625), (262, 550), (320, 512), (320, 622)], 110, 0)
    p.rect(344, 560, 26, 32, 0, 255)
    for _i, (x, y) in enumerate(((1180, 900), (1330, 860), (1060, 940))):
        p.blob([(x - 60, y + 30), (x - 20, y - 24), (x + 30, y - 10), (x + 64, y + 30)], 255)
        p.lines([[(x - 80, y + 34), (x + 90, y + 34)]], 5, 0)
    return p


def tower(p: Plate) -> None:
    shaft = p.poly([(560, 615), (590, 330), (690, 330), (720, 615)], across(0, 190, 590, 715), 0)
    for y in (390, 500):
        p.inside(
            shaft, [(500, y), (800, y), (800, y + 56), (500, y + 56)], across(0, 150, 590, 715), 255
        )
    p.polys(
        [[(560, 330), (720, 330), (706, 306), (574, 306)], [(584, 200), (696, 200), (640, 140)]],
        255,
        0,
    )
    p.rect(598, 200, 84, 106, 0, 255)
    p.disc(640, 252, 30, 0, 0)
    p.lines([[(x, 200), (x, 306)] for x in (598, 640, 682)] + [[(640, 140), (640, 112)]], 5)
    p.lines([[(560, 290), (720, 290)], *([(x, 290), (x, 310)] for x in range(566, 720, 22))], 3)
    p.polys(
        [
            [(628, 440), (650, 440), (652, 480), (628, 480)],
            [(624, 560), (660, 560), (662, 615), (622, 615)],
        ],
        255,
        0,
    )
    p.lines([[(560, 615), (590, 330)], [(720, 615), (690, 330)]], 4)


def crane() -> Plate:
    p = Plate(down(150, 0, 0, 640), down(0, 230, 0, 640), seed=5)
    p.disc(430, 560, 170, 0, 0)
    for y, h in ((470, 10), (505, 16), (548, 12), (590, 20)):
        p.rect(200, y, 480, h, 40, 200)
    p.rect(0, 690, WIDTH, 310, down(120, 250, 690, 1000), down(150, 0, 690, 960))
    glitter(p, 430, 700, 930, 170, 0, 0)
    gantry(p, 900, 690, 0.62, 150)
    gantry(p, 1190, 800, 1.18, 255)
    p.rect(0, 800, WIDTH, 200, 255, 0)
    containers(p)
    p.poly([(40, 690), (90, 770), (560, 770), (620, 690)], 235, 0)
    p.polys(
        [
            [(x, 690 - h), (x + 58, 690 - h), (x + 58, 690), (x, 690)]
            for x, h in ((130, 60), (192, 90), (254, 90), (316, 60), (378, 90))
        ],
        200,
        0,
    )
    p.rect(480, 600, 90, 92, 235)
    p.rect(492, 616, 66, 16, 0, 255)
    for x, y, s in ((250, 250, 40), (340, 200, 28), (640, 330, 26)):
        gull(p, x, y, s)
    return p


def gantry(p: Plate, x: float, base: float, s: float, key: int) -> None:
    """A quay crane: four legs, a long boom over the water, a container on its ropes."""

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * s, base - dy * s

    p.lines(
        [
            [at(0, 0), at(30, 470)],
            [at(260, 0), at(230, 470)],
            [at(15, 230), at(246, 230)],
            [at(15, 230), at(230, 470)],
            [at(246, 230), at(30, 470)],
        ],
        15 * s,
        key,
    )
    p.line([at(-560, 400), at(330, 400)], 26 * s, key)
    p.lines(
        [
            [at(130, 640), at(-540, 410)],
            [at(130, 640), at(-250, 410)],
            [at(130, 640), at(325, 410)],
        ],
        5 * s,
        key,
    )
    p.lines([[at(30, 470), at(130, 640)], [at(230, 470), at(130, 640)]], 13 * s, key)
    p.lines(
        [[at(-560 + i * 46, 400), at(-537 + i * 46, 436)] for i in range(19)]
        + [[at(-537 + i * 46, 436), at(-514 + i * 46, 400)] for i in range(19)],
        4 * s,
        key,
    )
    p.line([at(-560, 436), at(330, 436)], 6 * s, key)
    p.poly([at(250, 390), at(330, 390), at(330, 330), at(250, 330)], key)
    p.lines([[at(-330, 396), at(-360, 270)], [at(-290, 396), at(-250, 270)]], 3.5 * s, key)
    p.poly(
        [at(-400, 270), at(-210, 270), at(-210, 190), at(-400, 190)], 20 if key == 255 else 60, 255
    )
    p.lines([[at(-400 + i * 19, 264), at(-400 + i * 19, 196)] for i in range(1, 10)], 3 * s, key)
    p.lines(
        [[at(-400, 270), at(-210, 270), at(-210, 190), at(-400, 190), at(-400, 270)]], 6 * s, key
    )


def containers(p: Plate) -> None:
    boxes = [
        (60, 900, 0, 255),
        (300, 900, 60, 0),
        (540, 900, 0, 255),
        (180, 812, 130, 0),
        (420, 812, 30, 160),
        (780, 900, 150, 40),
    ]
    for x, y, key, accent in boxes:
        p.rect(x, y, 226, 80, key, accent)
        p.lines([[(x + i * 20.5, y + 8), (x + i * 20.5, y + 72)] for i in range(1, 11)], 4, 255)
    p.rect(0, 980, WIDTH, 20, 255)


SCENES = {"harbour": harbour, "ship": ship, "lighthouse": lighthouse, "crane": crane}
