"""Tram, station, rain, market, skyline, bench, bridge, bakery."""

import math

from newsroom.demo.press import WIDTH, Plate, across, around, down, oval, shape, smooth
from newsroom.demo.scenes.sea import glitter


def windows(
    plate: Plate,
    x: float,
    y: float,
    columns: int,
    rows: int,
    step: tuple[float, float],
    size: tuple[float, float],
    lit: float,
) -> None:
    """A grid of windows, some of them lit."""
    panes = [
        [
            (x + c * step[0], y + r * step[1]),
            (x + c * step[0] + size[0], y + r * step[1]),
            (x + c * step[0] + size[0], y + r * step[1] + size[1]),
            (x + c * step[0], y + r * step[1] + size[1]),
        ]
        for c in range(columns)
        for r in range(rows)
    ]
    bright = [pane for pane in panes if plate.random.random() < lit]
    plate.polys(panes, 255, 0)
    plate.polys(bright, 0, 255)


def person(
    plate: Plate,
    x: float,
    y: float,
    h: float,
    key: int = 255,
    accent: int = 0,
    stride: float = 0.12,
) -> None:
    """A walking figure, standing on (x, y)."""
    plate.poly(oval(x, y - h * 0.925, h * 0.058, h * 0.075), key, accent)
    plate.poly(
        [
            (x - h * 0.03, y - h * 0.87),
            (x + h * 0.03, y - h * 0.87),
            *smooth(shape("0.11,-0.82 0.115,-0.6 0.13,-0.4", x, y, h), False),
            *smooth(shape("-0.13,-0.4 -0.115,-0.6 -0.11,-0.82", x, y, h), False),
        ],
        key,
        accent,
    )
    plate.lines(
        [
            shape("-0.1,-0.79 -0.16,-0.6 -0.13,-0.44", x, y, h),
            shape("0.1,-0.79 0.17,-0.61 0.15,-0.46", x, y, h),
        ],
        h * 0.055,
        key,
        accent,
    )
    for side in (-1, 1):
        foot = x + side * h * stride
        plate.poly(
            [
                (x + side * h * 0.11, y - h * 0.42),
                (x - side * h * 0.005, y - h * 0.42),
                (foot - side * h * 0.035, y),
                (foot + side * h * 0.07, y),
                (foot + side * h * 0.03, y - h * 0.04),
            ],
            key,
            accent,
        )


def tram() -> Plate:
    p = Plate(down(255, 175, 0, 620), 0, seed=21)
    p.stars(60, 260)
    for x, y, w, h, cols, rows in (
        (-20, 190, 300, 560, 4, 6),
        (1310, 120, 320, 620, 4, 7),
        (280, 300, 170, 400, 2, 4),
        (1170, 270, 150, 420, 2, 5),
    ):
        p.rect(x, y, w, h, 215, 0)
        windows(p, x + 30, y + 40, cols, rows, (w / cols - 4, 84), (36, 50), 0.4)
    p.poly(
        [(-20, 740), (280, 680), (1310, 680), (1620, 740), (1620, 1010), (-20, 1010)],
        down(235, 150, 680, 1000),
        0,
    )
    p.soft([(620, 780), (980, 780), (1380, 1040), (220, 1040)], 40, key=20, accent=170)
    p.polys(
        [
            [(690, 760), (700, 760), (520, 1010), (480, 1010)],
            [(900, 760), (910, 760), (1120, 1010), (1080, 1010)],
        ],
        255,
        0,
    )
    tram_body(p)
    p.lines(
        [
            [(800, 150), (-20, -60)],
            [(800, 150), (1640, -80)],
            [(0, 110), (1600, 90)],
            [(800, 150), (770, -20)],
        ],
        4,
        255,
    )
    p.lines([[(800, 158), (-20, -44)], [(800, 158), (1640, -64)]], 2, 0)
    for x, y, h in ((330, 890, 330), (1290, 900, 340)):
        p.soft(oval(x, y - h * 0.5, 110, 190), 40, key=40, accent=90)
        person(p, x, y, h)
    p.rect(1330, 760, 56, 66, 255)
    return p


def tram_body(p: Plate) -> None:
    p.soft(oval(800, 800, 300, 40), 20, key=255)
    p.lines(
        [[(720, 190), (800, 152), (880, 190)], [(740, 240), (720, 190), (880, 190), (860, 240)]],
        7,
        0,
    )
    body = p.poly(
        [
            (560, 790),
            (560, 330),
            *smooth(shape("560,330 590,260 680,236 800,232 920,236 1010,260 1040,330"), False),
            (1040, 790),
        ],
        across(0, 70, 600, 1040),
        0,
    )
    p.inside(
        body, [(500, 560), (1100, 560), (1100, 800), (500, 800)], across(0, 110, 600, 1040), 255
    )
    p.inside(body, [(500, 548), (1100, 548), (1100, 566), (500, 566)], 255, 0)
    p.inside(body, [(500, 750), (1100, 750), (1100, 800), (500, 800)], 255, 0)
    glass = p.poly(
        [
            (600, 540),
            (600, 372),
            *smooth([(600, 372), (625, 348), (800, 338), (975, 348), (1000, 372)], False),
            (1000, 540),
        ],
        down(255, 190, 340, 540),
        0,
    )
    p.inside(glass, [(660, 560), (770, 330), (840, 330), (730, 560)], 130, 0)
    p.inside(glass, [(770, 560), (880, 330), (900, 330), (790, 560)], 130, 0)
    p.lines([[(800, 338), (800, 540)]], 8, 0)
    p.poly(smooth([(900, 540), (905, 490), (930, 470), (955, 490), (962, 540)], False), 255)
    p.disc(930, 452, 24, 255)
    p.rect(690, 262, 220, 56, 255)
    p.lines([oval(798, 281, 13, 9, 0, 150, 450), oval(798, 299, 14, 10, 0, 270, 570)], 7, 0, 255)
    for x in (650, 950):
        p.disc(x, 650, 46, 255)
        p.disc(x, 650, 37, 0)
        p.disc(x, 650, 16, 0, 160)
    p.rect(710, 700, 180, 30, 255)


def station() -> Plate:
    p = Plate(60, 0, seed=8)
    hall(p)
    platforms(p)
    engine(p)
    station_clock(p, 800, 270, 190)
    for x, y, h in (
        (200, 900, 290),
        (330, 830, 190),
        (1380, 930, 320),
        (1250, 800, 160),
        (430, 770, 130),
    ):
        p.soft(shape("-0.1,0 0.1,0 0.4,0.16 -0.1,0.08", x, y, h), 10, key=200)
        person(p, x, y, h)
    p.rect(1432, 850, 78, 78, 255)
    p.lines([[(1452, 850), (1452, 834), (1490, 834), (1490, 850)]], 6)
    return p


def hall(p: Plate) -> None:
    """The great window of the hall and the dark round it."""
    p.fill(
        p.poly([*oval(800, 620, 780, 600, 0, 180, 360), (1580, 1000), (20, 1000)], 0, 0),
        around(800, 560, 700, 0, 120),
        around(800, 640, 640, 230, 0),
    )
    rays = [
        [(800, 640), (800 + 1100 * math.cos(a), 640 - 1100 * math.sin(a))]
        for a in (math.radians(d) for d in range(0, 181, 15))
    ]
    p.lines(rays, 7, 255)
    for rx, ry in ((780, 600), (610, 470), (440, 340), (290, 225)):
        p.line(oval(800, 640, rx, ry, 0, 180, 360), 10, 255)
    p.poly(
        [
            (-10, -10),
            (1610, -10),
            (1610, 1010),
            (1580, 1010),
            (1580, 620),
            *reversed(oval(800, 620, 780, 600, 0, 180, 360)),
            (20, 1010),
            (-10, 1010),
        ],
        255,
        0,
    )


def platforms(p: Plate) -> None:
    p.rect(0, 640, WIDTH, 20, 255)
    p.rect(0, 655, WIDTH, 350, down(110, 200, 655, 1000), down(120, 0, 655, 900))
    p.poly([(0, 760), (560, 668), (690, 668), (300, 1010), (0, 1010)], down(60, 0, 668, 1000), 0)
    p.poly(
        [(1600, 760), (1040, 668), (910, 668), (1300, 1010), (1600, 1010)],
        down(60, 0, 668, 1000),
        0,
    )
    p.polys(
        [
            [(690, 668), (700, 668), (330, 1010), (290, 1010)],
            [(910, 668), (900, 668), (1270, 1010), (1310, 1010)],
        ],
        255,
        0,
    )
    p.polys(
        [
            [(770, 668), (774, 668), (640, 1010), (622, 1010)],
            [(830, 668), (826, 668), (960, 1010), (978, 1010)],
        ],
        255,
        0,
    )


def engine(p: Plate) -> None:
    """The head of the waiting train, small and far under the arch."""
    p.poly(
        [
            (715, 800),
            (715, 600),
            *smooth([(715, 600), (735, 560), (800, 548), (865, 560), (885, 600)], False),
            (885, 800),
        ],
        255,
        0,
    )
    p.poly([(735, 660), (742, 606), (858, 606), (865, 660)], 0, 130)
    p.lines([[(800, 604), (800, 662)]], 6)
    p.rect(715, 690, 170, 18, 0, 255)
    for x in (748, 852):
        p.disc(x, 745, 15, 0)


def station_clock(p: Plate, x: float, y: float, r: float) -> None:
    p.lines([[(x, y - r), (x, -20)]], 18)
    p.disc(x, y, r + 26, 255)
    p.disc(x, y, r + 10, 0, 255)
    p.disc(x, y, r, 0)
    for hour in range(12):
        a = math.radians(hour * 30)
        inner = r * (0.74 if hour % 3 else 0.66)
        p.line(
            [
                (x + math.sin(a) * inner, y - math.cos(a) * inner),
                (x + math.sin(a) * r * 0.9, y - math.cos(a) * r * 0.9),
            ],
            r * (0.06 if hour % 3 else 0.1),
        )
    for angle, length, width in ((306, 0.52, 0.1), (318 - 360 + 60, 0.8, 0.065)):
        a = math.radians(angle)
        p.line(
            [
                (x - math.sin(a) * r * 0.16, y + math.cos(a) * r * 0.16),
                (x + math.sin(a) * r * length, y - math.cos(a) * r * length),
            ],
            r * width,
        )
    p.disc(x, y, r * 0.09, 255)
    p.disc(x, y, r * 0.04, 0, 255)


def rain() -> Plate:
    p = Plate(down(235, 130, 0, 640), 0, seed=13)
    for x, y, w, h, key in (
        (-20, 150, 330, 560, 245),
        (310, 260, 200, 440, 210),
        (510, 360, 150, 330, 170),
        (1270, 120, 350, 600, 245),
        (1080, 270, 190, 430, 210),
        (940, 370, 140, 320, 170),
    ):
        p.rect(x, y, w, h, key, 0)
        windows(
            p,
            x + 26,
            y + 36,
            max(2, int(w / 80)),
            int(h / 96),
            (w / max(2, int(w / 80)) - 6, 92),
            (w / 9 + 8, 52),
            0.42,
        )
    p.soft(oval(800, 560, 200, 160), 60, key=10, accent=120)
    p.rect(0, 690, WIDTH, 310, 200, 0)
    p.reflect(690, 310, 26, 40)
    p.poly([(660, 690), (940, 690), (1300, 1010), (300, 1010)], None, None)
    for x in (420, 1180):
        p.lines([[(x, 720), (x, 330)], [(x, 340), (x + (60 if x < 800 else -60), 320)]], 9)
        lx = x + (70 if x < 800 else -70)
        p.soft(oval(lx, 345, 90, 90), 34, key=0, accent=255)
        p.poly([(lx - 26, 330), (lx + 26, 330), (lx + 16, 366), (lx - 16, 366)], 0, 0)
        glitter(p, lx, 720, 960, 46, 0, 255)
    strokes = []
    for _ in range(420):
        x, y, length = (
            p.random.uniform(-100, 1650),
            p.random.uniform(-60, 960),
            p.random.uniform(26, 70),
        )
        strokes.append([(x, y), (x - length * 0.26, y + length)])
    p.lines(strokes, 2, 0, 0)
    umbrella(p, 800, 900)
    for _ in range(26):
        x, y = p.random.uniform(0, 1600), p.random.uniform(780, 990)
        p.line(oval(x, y, 22, 6), 2.5, 0)
    return p


def umbrella(p: Plate, x: float, y: float) -> None:
    p.soft([(x - 60, y), (x + 60, y), (x + 90, 1010), (x - 90, 1010)], 16, key=255)
    person(p, x, y, 420)
    canopy = p.poly(
        [
            *oval(x - 10, y - 380, 240, 170, 0, 180, 360),
            *((x + 230 - i * 8, y - 380 - 26 * abs(math.sin(i * math.pi / 20))) for i in range(61)),
        ],
        0,
        255,
    )
    p.inside(
        canopy, [(x + 40, y - 580), (x + 260, y - 580), (x + 260, y - 340), (x + 110, y - 340)], 120
    )
    p.lines([[(x - 10, y - 550), (x - 170 + 160 * i, y - 380)] for i in range(3)], 4)
    p.line(oval(x - 10, y - 380, 240, 170, 0, 180, 360), 6)
    p.lines([[(x - 10, y - 575), (x - 10, y - 545)], [(x - 10, y - 380), (x - 4, y - 210)]], 8)
    p.lines([[(x + 36, y - 300), (x + 90, y - 240), (x - 2, y - 220)]], 26)


def market() -> Plate:
    p = Plate(down(235, 150, 0, 700), 0, seed=4)
    for x in range(-60, 1700, 210):
        p.rect(x, 120 + (x * 7) % 60, 190, 500, 190 + (x % 3) * 20, 0)
    p.soft(oval(800, 470, 560, 250), 100, key=40, accent=120)
    seller(p)
    for x, y, r, key, accent in (
        (250, 700, 30, 0, 255),
        (640, 700, 26, 150, 60),
        (1010, 700, 32, 0, 130),
        (1370, 700, 26, 0, 255),
    ):
        pile(p, x, y, r, key, accent)
    p.poly([(40, 690), (1560, 690), (1600, 790), (0, 790)], 255, 0)
    crates = [(20, 790), (420, 790), (820, 790), (1220, 790)]
    for i, (x, y) in enumerate(crates):
        p.rect(x, y, 372, 230, (40, 110, 20, 90)[i], (60, 0, 90, 0)[i])
        p.lines(
            [[(x, y + k), (x + 372, y + k)] for k in (0, 70, 140)]
            + [[(x, y), (x, 1010)], [(x + 372, y), (x + 372, 1010)]],
            8,
        )
    for x in (180, 590, 1000, 1400):
        p.poly([(x - 62, 800), (x + 62, 800), (x + 62, 872), (x - 62, 872)], 0, 0)
        p.lines([[(x - 40, 826), (x + 40, 826)], [(x - 26, 850), (x + 30, 850)]], 7)
    awning(p)
    for x in (420, 1180):
        p.lines([[(x, 250), (x, 330)]], 4, 0)
        p.soft(oval(x, 360, 90, 80), 30, key=0, accent=255)
        p.poly(oval(x, 360, 26, 34), 0, 0)
        p.poly([(x - 34, 336), (x, 312), (x + 34, 336)], 255)
    return p


def pile(p: Plate, x: float, base: float, r: float, key: int, accent: int) -> None:
    """A pyramid of round fruit, each with its outline and its light."""
    for row in range(5):
        for i in range(6 - row):
            cx, cy = x + (i - (5 - row) / 2) * r * 1.9, base - r * 0.6 - row * r * 1.55
            p.disc(cx, cy, r + 3, 255)
            ball = p.disc(cx, cy, r, key, accent)
            p.inside(ball, oval(cx + r * 0.5, cy + r * 0.5, r, r), min(255, key + 120))
            p.disc(cx - r * 0.35, cy - r * 0.35, r * 0.22, 0, 0)


def seller(p: Plate) -> None:
    p.blob(
        [(690, 700), (680, 580), (706, 490), (800, 452), (894, 490), (920, 580), (910, 700)], 255
    )
    p.poly([(772, 400), (828, 400), (834, 476), (800, 500), (766, 476)], 130, 200)
    face = p.blob(shape("746,380 756,320 800,300 844,320 854,380 834,428 800,444 766,428"), 10, 190)
    p.inside(face, [(806, 290), (870, 290), (870, 450), (800, 450), (826, 400)], 120)
    p.blob([(734, 356), (742, 306), (800, 276), (858, 306), (866, 356), (800, 338)], 0, 0)
    p.lines([[(738, 352), (800, 334), (862, 352)]], 7)
    p.line(smooth([(774, 398), (786, 410), (800, 406), (814, 410), (826, 398)], False), 9)
    p.dots([(780, 368, 5), (820, 368, 5)], 255)
    p.blob(
        [(742, 500), (770, 476), (800, 510), (830, 476), (858, 500), (868, 690), (732, 690)], 0, 0
    )
    p.lines([[(800, 510), (800, 690)]], 3)
    p.lines([[(884, 520), (985, 572), (1000, 512)]], 44)
    p.disc(1002, 486, 32, 255)
    p.disc(1002, 486, 29, 0, 255)


def awning(p: Plate) -> None:
    stripes = 12
    for i in range(stripes):
        x0, x1 = -20 + i * 1640 / stripes, -20 + (i + 1) * 1640 / stripes
        top0, top1 = 120 + i * 1360 / stripes, 120 + (i + 1) * 1360 / stripes
        tone = (down(0, 70, 30, 250), 255) if i % 2 else (down(0, 60, 30, 250), 0)
        p.poly([(top0, 30), (top1, 30), (x1, 220), (x0, 220)], *tone)
        p.poly(
            [(x0, 218), (x1, 218), *oval((x0 + x1) / 2, 240, (x1 - x0) / 2, 44, 0, 0, 180)],
            *((60, 255) if i % 2 else (40, 0)),
        )
        p.lines(
            [[(top1, 30), (x1, 220)], oval((x0 + x1) / 2, 240, (x1 - x0) / 2, 44, 0, 0, 180)], 4
        )
    p.rect(100, 14, 1400, 18, 255)
    p.rect(60, 230, 16, 470, 255)
    p.rect(1524, 230, 16, 470, 255)


SCENES = {"tram": tram, "station": station, "rain": rain, "market": market}
