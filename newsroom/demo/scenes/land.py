"""Wheat, olive tree, mountain, bridge, bench, solar roof, dish, telescope."""

import math

from newsroom.demo.press import WIDTH, Plate, Points, down, oval, shape, smooth
from newsroom.demo.scenes.sea import glitter
from newsroom.demo.scenes.town import person


def ear(plate: Plate, x: float, y: float, s: float, lean: float) -> None:
    """One ear of wheat with its beard, on a bent stalk."""
    top = (x + lean * 190 * s, y - 330 * s)
    stalk = smooth(
        [(x, 1010), (x + lean * 20 * s, y), (x + lean * 90 * s, y - 170 * s), top], False
    )
    plate.line(stalk, 13 * s, 255)
    plate.line(stalk, 7 * s, 0, 255)
    angle = math.atan2(-160 * s, lean * 110 * s + 0.1)
    ux, uy = math.cos(angle), math.sin(angle)
    for i in range(9, -1, -1):
        cx, cy = top[0] + ux * i * 27 * s, top[1] + uy * i * 27 * s
        for side in (-1, 1):
            gx, gy = cx - uy * side * 20 * s, cy + ux * side * 20 * s
            plate.line(
                [
                    (gx, gy),
                    (
                        gx + ux * 150 * s - uy * side * 46 * s,
                        gy + uy * 150 * s + ux * side * 46 * s,
                    ),
                ],
                2.6 * s,
                255,
            )
            turn = math.degrees(angle) + side * 24
            plate.poly(oval(gx, gy, 29 * s, 14.5 * s, turn), 255)
            plate.poly(oval(gx, gy, 25 * s, 10.5 * s, turn), 0, 255)
            plate.poly(oval(gx - ux * 3 * s, gy + 3 * s, 17 * s, 3.4 * s, turn), 0, 0)


def wheat() -> Plate:
    p = Plate(down(150, 0, 0, 560), 0, seed=31)
    for x, y, rx, ry in (
        (330, 190, 220, 46),
        (520, 150, 170, 54),
        (1230, 260, 240, 40),
        (1080, 225, 150, 48),
    ):
        p.poly(oval(x, y, rx, ry), 0)
    p.hills("-20,520 300,470 640,500 980,450 1300,490 1640,460", 600, 130, 0)
    mill(p, 1130, 540)
    p.rect(0, 540, WIDTH, 470, 0, down(140, 255, 540, 900))
    rows = [[(800 + (i - 13) * 22, 540), (800 + (i - 13) * 200, 1010)] for i in range(27)]
    p.lines(rows, 5, 150)
    p.soft([(0, 900), (1600, 840), (1600, 1010), (0, 1010)], 60, key=190)
    for x, y, s, lean in (
        (560, 900, 0.62, -0.3),
        (1010, 910, 0.6, 0.4),
        (1440, 900, 0.72, -0.5),
        (110, 920, 0.74, 0.35),
        (830, 960, 0.8, 0.2),
    ):
        ear(p, x, y, s, lean)
    for x, y, s, lean in ((300, 930, 1.2, 0.45), (1270, 960, 1.05, 0.3), (640, 1010, 1.02, -0.35)):
        ear(p, x, y, s, lean)
    return p


def mill(p: Plate, x: float, base: float) -> None:
    body = p.poly(
        [(x - 70, base), (x - 52, base - 170), (x + 52, base - 170), (x + 70, base)], 0, 0
    )
    p.inside(body, [(x, base - 200), (x + 90, base - 200), (x + 90, base), (x - 10, base)], 190)
    p.poly([(x - 66, base - 164), (x, base - 236), (x + 66, base - 164)], 255)
    p.rect(x - 16, base - 56, 32, 56, 255)
    p.rect(x - 12, base - 126, 24, 28, 255)
    for k in range(4):
        a = math.radians(24 + 90 * k)
        cx, cy = math.cos(a), math.sin(a)
        hub = (x - 20, base - 176)
        tip = (hub[0] + cx * 176, hub[1] + cy * 176)
        p.line([hub, tip], 7)
        p.poly(
            [
                (hub[0] + cx * 40, hub[1] + cy * 40),
                tip,
                (tip[0] - cy * 34, tip[1] + cx * 34),
                (hub[0] + cx * 40 - cy * 34, hub[1] + cy * 40 + cx * 34),
            ],
            60,
            0,
        )
        p.lines(
            [
                [
                    (hub[0] + cx * r - cy * 34, hub[1] + cy * r + cx * 34),
                    (hub[0] + cx * r, hub[1] + cy * r),
                ]
                for r in range(40, 180, 27)
            ],
            3.5,
        )


def olive() -> Plate:
    p = Plate(down(250, 130, 0, 640), 0, seed=12)
    p.stars(90, 420)
    p.disc(1290, 190, 92, 0)
    p.dots([(1262, 170, 18), (1318, 214, 24), (1306, 152, 10)], 70)
    p.hills("-20,560 300,470 700,540 1100,460 1640,540", 700, 215)
    p.rect(0, 640, WIDTH, 370, down(60, 0, 640, 1000), 0)
    for x, y, s in ((170, 650, 0.34), (1440, 655, 0.36), (1180, 640, 0.26), (390, 636, 0.25)):
        p.soft(oval(x, y + 26, 190 * s * 1.6, 30), 12, key=170)
        p.line([(x, y + 20), (x, y - 130 * s)], 44 * s)
        for dx, dy, r in ((-110, -190, 110), (90, -210, 120), (0, -290, 120)):
            p.disc(x + dx * s, y + dy * s, r * s, 255)
    for x, y, r in ((330, 800, 62), (1280, 780, 58), (1010, 690, 30), (560, 690, 28)):
        fire(p, x, y, r)
    p.soft([(600, 900), (980, 900), (1120, 990), (440, 990)], 26, key=180)
    trunk(p)
    crown(p)
    return p


def fire(p: Plate, x: float, y: float, r: float) -> None:
    p.soft(oval(x, y, r * 2.6, r * 1.9), r * 0.7, key=0, accent=255)
    p.blob(shape("-0.6,0.4 -0.5,-0.3 -0.2,-0.2 0,-1.1 0.25,-0.3 0.5,-0.5 0.6,0.4", x, y, r), 0, 0)
    p.lines(
        [
            [(x - r * 0.9, y + r * 0.4), (x + r * 0.8, y + r * 0.6)],
            [(x - r * 0.8, y + r * 0.62), (x + r * 0.9, y + r * 0.38)],
        ],
        r * 0.2,
    )


def trunk(p: Plate) -> None:
    p.blob(
        shape(
            "560,950 650,900 690,800 670,690 600,590 520,520 560,500 660,570 730,610 "
            "760,500 740,400 800,400 816,520 830,600 900,540 1010,480 1040,510 930,600 "
            "880,700 900,820 950,900 1030,950 900,930 800,950 690,935"
        ),
        255,
    )
    for points in (
        [(690, 900), (730, 800), (715, 700), (670, 620)],
        [(770, 920), (790, 800), (780, 700), (790, 560)],
        [(850, 890), (840, 790), (845, 700), (880, 640)],
    ):
        p.line(smooth(points, False), 6, 0, 255)


def crown(p: Plate) -> None:
    clumps = [
        (470, 450, 150),
        (610, 330, 170),
        (800, 260, 190),
        (980, 330, 170),
        (1110, 440, 150),
        (690, 420, 130),
        (900, 420, 130),
        (380, 370, 90),
        (1190, 350, 90),
    ]
    p.dots(clumps, 250)
    leaves: dict[bool, list[Points]] = {True: [], False: []}
    for cx, cy, r in clumps:
        for _ in range(int(r * 0.6)):
            a, d = p.random.uniform(0, 6.28), r * math.sqrt(p.random.random()) * 1.06
            x, y = cx + math.cos(a) * d, cy + math.sin(a) * d
            lit = (x - cx) * 0.5 - (y - cy) > r * 0.1
            leaves[lit].append(oval(x, y, 17, 5.4, p.random.uniform(-80, 80)))
    p.polys(leaves[False], 140, 0)
    p.polys(leaves[True][::2], 70, 0)
    p.polys(leaves[True][1::2], 0, 0)
    p.polys(
        [
            oval(cx + p.random.uniform(-r, r) * 0.7, cy + p.random.uniform(0.2, 0.9) * r, 9, 12)
            for cx, cy, r in clumps
            for _ in range(4)
        ],
        0,
        255,
    )


def mountain() -> Plate:
    p = Plate(down(235, 40, 0, 700), down(0, 170, 300, 720), seed=44)
    p.stars(120, 360)
    p.poly(
        shape(
            "-20,700 140,520 300,600 470,430 640,600 1180,560 1360,420 1640,640 1640,760 -20,760"
        ),
        110,
        40,
    )
    for face, key in (
        ([(240, 790), (800, 120), (690, 470), (760, 560), (640, 800)], 0),
        ([(800, 120), (1420, 800), (640, 800), (760, 560), (690, 470)], 205),
        ([(800, 120), (930, 265), (880, 330), (950, 420), (860, 400), (800, 480), (780, 330)], 110),
        ([(980, 800), (1230, 420), (1330, 600), (1300, 800)], 30),
        ([(1230, 420), (1640, 800), (1300, 800), (1330, 600)], 225),
        ([(-20, 800), (-20, 520), (90, 430), (160, 560), (130, 800)], 20),
        ([(90, 430), (420, 800), (130, 800), (160, 560)], 210),
    ):
        p.poly(face, key, 0)
    for crag in (
        [(560, 410), (620, 470), (590, 560), (520, 560)],
        [(430, 600), (520, 640), (470, 720), (380, 730)],
        [(650, 330), (700, 300), (680, 400)],
        [(1120, 610), (1180, 640), (1130, 720)],
        [(40, 600), (90, 640), (60, 700)],
    ):
        p.poly(crag, 190, 0)
    p.hills("-20,770 240,720 560,780 900,740 1240,790 1640,720", 1010, down(40, 110, 740, 1000), 0)
    p.line(smooth([(420, 1010), (600, 940), (820, 920), (960, 880), (1010, 850)], False), 26, 0)
    hut(p)
    for x, y, s in (
        (90, 900, 1.5),
        (210, 940, 1.9),
        (330, 900, 1.2),
        (1480, 920, 1.8),
        (1380, 880, 1.2),
        (1570, 960, 2.2),
        (20, 960, 2.1),
    ):
        p.polys(
            [
                [(x - w * s, y - h * s), (x, y - (h + 74) * s), (x + w * s, y - h * s)]
                for w, h in ((46, 0), (37, 42), (27, 84))
            ],
            255,
        )
        p.rect(x - 6 * s, y, 12 * s, 34 * s)
    return p


def hut(p: Plate) -> None:
    p.soft(oval(1060, 800, 200, 110), 40, key=0, accent=200)
    p.rect(930, 740, 250, 126, 255)
    p.poly([(900, 752), (960, 646), (1150, 646), (1212, 752)], 255)
    p.poly([(918, 742), (968, 656), (1142, 656), (1194, 742)], 0)
    p.lines([[(952, 686), (1160, 686)], [(936, 714), (1178, 714)]], 3, 120)
    p.rect(1106, 612, 32, 60, 255)
    for i, (x, y, r) in enumerate(
        ((1126, 590, 14), (1138, 556, 20), (1128, 514, 27), (1146, 462, 34))
    ):
        p.soft(oval(x, y, r, r), 8 + i * 2, key=10, accent=0)
    for x in (960, 1106):
        p.rect(x, 770, 50, 50, 0, 255)
        p.lines([[(x + 25, 770), (x + 25, 820)], [(x, 795), (x + 50, 795)]], 5)
    p.rect(1036, 776, 46, 90, 0, 200)


def bridge() -> Plate:
    p = Plate(down(120, 0, 0, 420), down(0, 150, 120, 520), seed=2)
    p.disc(380, 250, 84, 0, 255)
    p.hills("-20,420 240,330 520,400 860,280 1180,380 1640,290", 620, 90, 30)
    p.hills("-20,520 300,470 700,520 1100,450 1640,500", 640, 165, 0)
    p.rect(0, 560, WIDTH, 80, 10, down(90, 200, 560, 640))
    stones(p)
    for x, h in ((742, 92), (872, 92)):
        person(p, x, 372, h)
    p.poly([(776, 372), (784, 338), (832, 338), (840, 372)], 255)
    p.rect(768, 330, 80, 9, 0)
    water(p)
    for _ in range(34):
        x, y = p.random.uniform(0, 1600), p.random.uniform(670, 990)
        p.line([(x, y), (x + (y - 600) * 0.4, y)], 3, 0)
    for x in range(-10, 330, 17):
        p.line(
            smooth([(x, 1010), (x + 10, 900), (x + 34 + x % 20, 800 - (x % 60) + x * 0.4)], False),
            6,
        )
    for x in (60, 150, 236):
        p.poly(oval(x, 820 + x * 0.2, 11, 46, 12), 255)
    return p


def water(p: Plate) -> None:
    """The river: dark under the piers, bright where the sky comes through the arches."""
    p.rect(0, 638, WIDTH, 372, down(150, 235, 640, 1000), down(120, 30, 640, 1000))
    for x, half in ((220, 60), (565, 44), (1035, 44), (1390, 60)):
        p.soft(
            [(x - half, 640), (x + half, 640), (x + half * 1.5, 860), (x - half * 1.5, 860)],
            14,
            250,
        )
    for x, spread in ((390, 120), (800, 170), (1210, 120)):
        glitter(p, x, 650, 960, spread, 0, 255)
        glitter(p, x, 644, 760, spread * 0.8, 0, 0)
    p.line([(0, 640), (1600, 640)], 5, 255)


def stones(p: Plate) -> None:
    """The old bridge: a hump over three arches, its courses drawn."""
    deck = smooth([(-20, 500), (300, 430), (800, 376), (1300, 430), (1640, 500)], False)
    spans = ((1210, 160, 92), (800, 215, 160), (390, 160, 92))
    arches = [point for cx, rx, ry in spans for point in oval(cx, 640, rx, ry, 0, 360, 180)]
    wall = p.poly([*deck, (1640, 640), *arches, (-20, 640)], 150, 0)
    p.inside(wall, [(-20, 640), *[(x, y + 120) for x, y in deck], (1640, 640)], 205)
    for cx, rx, ry in spans:
        p.line(oval(cx, 640, rx + 14, ry + 14, 0, 180, 360), 28, 255)
        p.line(oval(cx, 640, rx + 14, ry + 14, 0, 180, 360), 19, 0, 60)
        p.lines(
            [
                [
                    (cx + math.cos(a) * rx, 640 - math.sin(a) * ry),
                    (cx + math.cos(a) * (rx + 30), 640 - math.sin(a) * (ry + 30)),
                ]
                for a in (math.radians(d) for d in range(0, 181, 12))
            ],
            4,
        )
        p.poly(
            [
                *oval(cx, 640, rx, ry, 0, 180, 360),
                *reversed(oval(cx + rx * 0.1, 640, rx * 0.9, ry * 0.9, 0, 180, 360)),
            ],
            235,
            0,
        )
    p.line(deck, 16, 255)
    p.line([(x, y + 18) for x, y in deck], 4, 255)
    for x in range(10, 1600, 74):
        y = 500 - 124 * (1 - abs(x - 800) / 820) + 36
        p.lines([[(x, y), (x + 40, y)], [(x + 26, y + 26), (x + 60, y + 26)]], 3, 0)


def bench() -> Plate:
    p = Plate(down(20, 0), down(60, 190, 0, 620), seed=6)
    p.disc(1160, 330, 110, 0, 0)
    p.hills("-20,560 300,500 700,540 1100,500 1640,560", 720, 80, 120)
    for x, w, h in ((1240, 90, 150), (1340, 120, 210), (1470, 150, 170), (60, 110, 140)):
        p.rect(x, 620 - h, w, h + 20, 110, 120)
    p.rect(0, 630, WIDTH, 380, down(20, 0, 630, 1000), 60)
    p.soft([(430, 860), (1000, 860), (620, 1010), (-60, 1010)], 8, key=190)
    p.soft([(180, 640), (260, 640), (120, 1010), (-80, 1010)], 10, key=170)
    p.poly(
        shape(
            "180,700 200,560 190,420 150,300 220,330 240,200 262,330 340,260 282,420 "
            "276,560 300,700"
        ),
        255,
    )
    for x, y, r in (
        (120, 220, 150),
        (270, 110, 170),
        (400, 230, 120),
        (20, 130, 130),
        (210, 300, 90),
    ):
        p.disc(x, y, r, 245)
    p.polys(
        [
            oval(p.random.gauss(210, 130), p.random.gauss(190, 80), 15, 7, p.random.uniform(0, 180))
            for _ in range(120)
        ],
        0,
        200,
    )
    seat(p)
    cup(p, 1010, 640, 1.0)
    p.polys(
        [
            oval(
                p.random.uniform(200, 1500),
                p.random.uniform(880, 990),
                15,
                7,
                p.random.uniform(0, 180),
            )
            for _ in range(16)
        ],
        0,
        255,
    )
    return p


def seat(p: Plate) -> None:
    for x in (520, 1090):
        p.lines(
            [
                [(x, 890), (x + 8, 650)],
                [(x + 90, 870), (x + 84, 650)],
                [(x - 8, 650), (x - 30, 430)],
                [(x + 8, 652), (x + 96, 652)],
            ],
            18,
        )
        p.line(smooth([(x - 22, 560), (x + 40, 540), (x + 100, 570), (x + 96, 652)], False), 14)
    for i in range(4):
        p.rect(440 + i * 3, 430 + i * 46, 740, 34, 255)
        p.rect(446 + i * 3, 433 + i * 46, 728, 7, 0, 200)
    for i in range(3):
        y = 636 + i * 20
        p.poly(
            [
                (450 + i * 26, y),
                (1190 + i * 26, y),
                (1204 + i * 26, y + 15),
                (462 + i * 26, y + 15),
            ],
            255,
        )
        p.poly(
            [
                (458 + i * 26, y + 1),
                (1188 + i * 26, y + 1),
                (1192 + i * 26, y + 5),
                (461 + i * 26, y + 5),
            ],
            0,
            120,
        )


def cup(p: Plate, x: float, y: float, s: float) -> None:
    """The coffee kept for a guest who has not said that he is coming."""
    p.poly(oval(x, y + 4, 92 * s, 16 * s), 255)
    p.poly(oval(x, y - 1, 86 * s, 12 * s), 0)
    bowl = p.poly(
        [
            (x - 58 * s, y - 92 * s),
            (x + 58 * s, y - 92 * s),
            *smooth(
                [(x + 58 * s, y - 92 * s), (x + 50 * s, y - 34 * s), (x + 26 * s, y - 2 * s)], False
            ),
            *smooth(
                [(x - 26 * s, y - 2 * s), (x - 50 * s, y - 34 * s), (x - 58 * s, y - 92 * s)], False
            ),
        ],
        0,
    )
    p.inside(
        bowl,
        [
            (x + 10 * s, y - 100 * s),
            (x + 70 * s, y - 100 * s),
            (x + 70 * s, y + 4),
            (x - 10 * s, y + 4),
        ],
        110,
    )
    p.line(oval(x + 62 * s, y - 58 * s, 26 * s, 24 * s, 0, -100, 110), 11 * s, 255)
    p.poly(oval(x, y - 92 * s, 58 * s, 12 * s), 255)
    p.poly(oval(x, y - 90 * s, 48 * s, 7 * s), 0, 255)
    for k in (-22, 14):
        p.line(
            smooth(
                [
                    (x + k * s, y - 110 * s),
                    (x + (k - 16) * s, y - 150 * s),
                    (x + (k + 14) * s, y - 196 * s),
                    (x + (k - 4) * s, y - 250 * s),
                ],
                False,
            ),
            8 * s,
            0,
        )


SCENES = {"wheat": wheat, "olive": olive, "mountain": mountain, "bridge": bridge, "coffee": bench}
