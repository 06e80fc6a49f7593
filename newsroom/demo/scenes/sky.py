"""Telescope, satellite dish, solar roof, stadium, football boot: what stands out of doors."""

import math

from newsroom.demo.press import WIDTH, Plate, Points, across, around, down, oval, shape, smooth
from newsroom.demo.scenes.town import person


def telescope() -> Plate:
    p = Plate(down(255, 150, 0, 760), down(0, 60, 500, 800), seed=23)
    milky = shape("-20,520 300,330 640,170 900,-40 1260,-40 900,230 560,440 200,640 -20,740")
    p.soft(milky, 70, key=110, accent=60)
    p.soft([(x, y - 10) for x, y in milky[1:4]] + [(840, 180), (520, 380)], 50, key=50, accent=90)
    p.stars(260, 700)
    for x, y, r in (
        (260, 180, 7),
        (420, 90, 5),
        (620, 420, 6),
        (130, 330, 5),
        (1470, 120, 7),
        (520, 250, 5),
    ):
        p.polys(
            [
                [(x - r * 4, y), (x, y - r * 0.5), (x + r * 4, y), (x, y + r * 0.5)],
                [(x, y - r * 4), (x + r * 0.5, y), (x, y + r * 4), (x - r * 0.5, y)],
            ],
            0,
            0,
        )
    p.hills("-20,860 260,820 620,830 900,770 1250,760 1640,800", 1010, 255)
    dome(p)
    for x, y, h in ((250, 905, 190), (345, 930, 200), (450, 915, 180), (570, 925, 195)):
        p.soft(oval(x, y - 90, 60, 90), 22, key=90, accent=120)
        person(p, x, y, h, 255)
    p.soft(oval(660, 900, 70, 50), 20, key=0, accent=255)
    p.rect(646, 880, 28, 38, 0, 0)
    p.lines([[(646, 880), (660, 858), (674, 880)]], 4)
    return p


def dome(p: Plate) -> None:
    p.poly([(830, 780), (830, 640), (1490, 640), (1490, 790)], across(60, 230, 860, 1490), 0)
    p.rect(812, 618, 696, 30, 255)
    shell = p.poly([*oval(1160, 620, 320, 350, 0, 180, 360)], around(1040, 430, 520, 0, 240), 0)
    for k in (0.3, 0.62, 0.86):
        p.line([(x, y) for x, y in oval(1160, 620, 320 * k, 350, 0, 180, 360)], 3, 150)
    slit = [
        *smooth([(930, 600), (945, 470), (1010, 350), (1120, 268)], False),
        (1230, 280),
        *smooth([(1230, 280), (1120, 380), (1070, 480), (1056, 610)], False),
    ]
    p.inside(shell, slit, 255, 0)
    p.inside(shell, [(946, 604), (975, 470), (1050, 360), (1050, 604)], 60, 240)
    barrel: Points = [(1110, 640), (1040, 600), (820, 290), (900, 232), (1150, 570)]
    p.poly(barrel, 255, 0)
    p.poly([(1040, 590), (838, 292), (862, 276), (1066, 572)], 0, 0)
    p.poly([(806, 300), (912, 224), (886, 188), (780, 264)], 255)
    p.poly([(800, 276), (892, 210), (884, 200), (792, 266)], 0, 255)
    p.lines([[(880, 388), (968, 324)], [(940, 470), (1028, 406)]], 10)
    p.rect(1120, 676, 66, 112, 0, 255)
    p.lines([[(1153, 676), (1153, 790)]], 4)
    p.soft([(1100, 788), (1206, 788), (1300, 900), (1040, 900)], 20, key=60, accent=200)
    for x in (900, 1000, 1290, 1390):
        p.rect(x, 690, 34, 44, 255)


def dish() -> Plate:
    p = Plate(down(140, 10, 0, 700), down(0, 140, 300, 800), seed=15)
    for x, y, s in ((300, 200, 1.5), (1250, 150, 1.7), (1480, 420, 1.0), (120, 470, 1.0)):
        for dx, dy, r in ((-100, 10, 60), (-30, -30, 84), (60, -10, 70), (120, 16, 46)):
            p.disc(x + dx * s, y + dy * s, r * s, 0, 0)
        p.soft(shape("-160,30 170,30 130,90 -120,90", x, y, s), 16, key=90)
    for x, w, h in ((-20, 210, 150), (180, 150, 220), (1180, 190, 190), (1360, 260, 130)):
        p.rect(x, 790 - h, w, h, 150, 60)
        p.rect(x + 40, 830 - h, 26, 34, 230)
    p.rect(0, 790, WIDTH, 220, down(20, 90, 790, 1000), 40)
    p.rect(0, 770, WIDTH, 36, 255)
    p.lines(
        [[(x, 880), (x - 40, 1010)] for x in range(40, 1700, 130)] + [[(0, 880), (1600, 880)]],
        3,
        150,
    )
    p.soft([(640, 940), (940, 940), (1250, 990), (900, 990)], 14, key=210)
    p.lines([[(760, 940), (790, 640)], [(640, 960), (790, 720)], [(900, 960), (795, 720)]], 22)
    reflector(p)
    p.lines([[(1180, 790), (1180, 560), (1196, 560)], [(1500, 790), (1500, 590)]], 8)
    p.line(smooth([(1180, 580), (1340, 626), (1500, 606)], False), 3)
    for x, w, h, k, a in ((1215, 74, 110, 0, 0), (1310, 60, 84, 0, 255), (1390, 84, 120, 40, 0)):
        p.poly([(x, 596), (x + w, 612), (x + w - 6, 612 + h), (x + 6, 600 + h)], k, a)
        p.lines([[(x, 596), (x + w, 612), (x + w - 6, 612 + h), (x + 6, 600 + h), (x, 596)]], 3)
    person(p, 330, 930, 300)
    person(p, 450, 930, 210)
    return p


def reflector(p: Plate) -> None:
    bowl = p.poly(oval(790, 400, 330, 250, -38), 255)
    p.inside(bowl, oval(782, 392, 314, 234, -38), across(0, 170, 560, 1060), 0)
    for k in (0.75, 0.5, 0.25):
        p.line(oval(782 - 10 / k, 392 + 10 / k, 314 * k, 234 * k, -38), 3, 190)
    p.lines(
        [
            [(782 + math.cos(a) * 300, 392 + math.sin(a) * 230), (760, 420)]
            for a in (math.radians(d) for d in range(10, 370, 45))
        ],
        3,
        170,
    )
    tip = (478, 178)
    p.lines([[(560, 550), tip], [(1040, 250), tip], [(620, 240), tip]], 9)
    coil = [
        (
            tip[0] - 90 + i * 2.6 + math.sin(i * 0.6) * 38,
            tip[1] - 66 + i * 1.9 - math.cos(i * 0.6) * 38,
        )
        for i in range(60)
    ]
    p.line(coil, 16, 255)
    p.line(coil, 9, 0, 255)
    p.disc(tip[0] + 50, tip[1] + 36, 34, 255)
    for r in (120, 170):
        p.line(oval(tip[0] - 40, tip[1] - 20, r, r, 0, 185, 265), 8, 255)


def solar() -> Plate:
    p = Plate(down(40, 0, 0, 460), down(60, 210, 0, 460), seed=9)
    p.disc(1180, 220, 130, 0, 0)
    p.lines(
        [
            [
                (1180 + math.cos(a) * 160, 220 + math.sin(a) * 160),
                (1180 + math.cos(a) * r, 220 + math.sin(a) * r),
            ]
            for a, r in ((math.radians(d), 230 if d % 40 else 200) for d in range(0, 360, 20))
        ],
        12,
        0,
        0,
    )
    for x, w, h in (
        (-20, 180, 120),
        (150, 130, 180),
        (300, 200, 110),
        (1290, 140, 130),
        (1440, 190, 190),
    ):
        p.rect(x, 470 - h, w, h, 120, 60)
    for i, (y, s) in enumerate(((470, 0.6), (580, 0.86), (735, 1.25))):
        panels(p, y, s, i)
    p.rect(0, 880, WIDTH, 130, 255)
    for i in range(14):
        x = -20 + i * 120
        p.poly(
            [(x, 876), (x + 120, 876), *oval(x + 60, 930, 60, 34, 0, 0, 180)],
            0,
            255 if i % 2 else 0,
        )
        p.lines([[(x, 876), (x, 930)], oval(x + 60, 930, 60, 34, 0, 0, 180)], 4)
    return p


def panels(p: Plate, y: float, s: float, row: int) -> None:
    """One row of tilted panels."""
    p.rect(0, y + 136 * s, WIDTH, 60 * s, 40, 40)
    x = -180 * s - row * 60
    while x < WIDTH + 100:
        panel(p, x, y, s)
        x += 324 * s


def panel(p: Plate, x: float, y: float, s: float) -> None:
    """A panel on its legs, ruled into cells, with the light sliding over it."""
    w, h, lean = 300 * s, 130 * s, 70 * s
    p.poly(
        [
            (x + 10, y + h + 10 * s),
            (x + w + 30 * s, y + h + 10 * s),
            (x + w + 70 * s, y + h + 40 * s),
            (x + 60, y + h + 40 * s),
        ],
        200,
    )
    p.lines(
        [
            [(x + lean + k * w, y + h * 0.5), (x + lean + k * w, y + h + 34 * s)]
            for k in (0.15, 0.75)
        ],
        9 * s,
    )
    corner: Points = [(x + lean, y), (x + w + lean, y), (x + w, y + h), (x, y + h)]
    mask = p.poly(corner, 235, 0)
    for start, end, key, accent in ((0.5, 0.85, 130, 120), (0.9, 0.98, 60, 200)):
        top = [(x + w * start, y - 5), (x + w * end, y - 5)]
        foot = [(x + w * (end - 0.35), y + h + 5), (x + w * (start - 0.35), y + h + 5)]
        p.inside(mask, top + foot, key, accent)
    p.lines(
        [[(x + lean + w * k / 6, y), (x + w * k / 6, y + h)] for k in range(1, 6)]
        + [
            [(x + lean * (1 - k / 3), y + h * k / 3), (x + w + lean * (1 - k / 3), y + h * k / 3)]
            for k in (1, 2)
        ],
        3 * s,
        0,
    )
    p.lines([[*corner, corner[0]]], 6 * s, 0)


def stadium() -> Plate:
    p = Plate(down(255, 200, 0, 400), 0, seed=19)
    p.poly(
        [
            (-20, 560),
            (-20, 200),
            *smooth([(-20, 200), (400, 300), (800, 320), (1200, 300), (1640, 200)], False),
            (1640, 560),
        ],
        225,
    )
    crowd: list[tuple[float, float, float]] = []
    for row in range(9):
        for i in range(130):
            x = i * 12.7 + p.random.uniform(-4, 4)
            y = (
                240
                + row * 33
                + 90 * (1 - ((x - 800) / 800) ** 2) * (1 - row / 9)
                + p.random.uniform(-4, 4)
            )
            crowd.append((x, y, 6.2))
    p.random.shuffle(crowd)
    p.dots(crowd[: len(crowd) // 2], 120)
    p.dots(crowd[len(crowd) // 2 : len(crowd) * 3 // 4], 0, 255)
    p.dots(crowd[len(crowd) * 7 // 8 :], 0)
    p.rect(-10, 540, 1620, 42, 255)
    for x in range(30, 1600, 190):
        p.rect(x, 548, 150, 26, 0, 255 if (x // 190) % 2 else 0)
    p.rect(0, 582, WIDTH, 430, down(60, 0, 582, 1000), down(90, 40, 582, 1000))
    stripes = [
        [
            (800 + (i - 8) * 150, 582),
            (800 + (i - 7) * 150, 582),
            (800 + (i - 7) * 420, 1010),
            (800 + (i - 8) * 420, 1010),
        ]
        for i in range(0, 16, 2)
    ]
    p.polys(stripes, 120, 60)
    p.lines([[(0, 640), (1600, 640)], [(240, 640), (-60, 900)]], 7, 0, 0)
    p.line(oval(900, 1010, 620, 130), 8, 0, 0)
    floodlights(p)
    goal(p)
    p.soft([(820, 965), (1010, 955), (1330, 985), (1120, 1000)], 12, key=230)
    player(p)
    p.soft(oval(1290, 940, 60, 14), 8, key=220)
    ball(p, 1270, 850, 62)
    return p


def floodlights(p: Plate) -> None:
    for x, lean in ((210, 1), (1390, -1)):
        p.soft([(x, 110), (x + lean * 300, 760), (x + lean * 900, 760)], 40, key=150)
        p.soft(oval(x, 100, 190, 130), 50, key=0, accent=210)
        p.line([(x - lean * 30, 420), (x, 130)], 18)
        p.poly([(x - 110, 60), (x + 110, 60), (x + 100, 150), (x - 100, 150)], 255)
        p.dots([(x - 80 + i * 40, 82 + j * 42, 15) for i in range(5) for j in range(2)], 0, 0)


def goal(p: Plate) -> None:
    p.lines(
        [[(120 + i * 20, 480), (150 + i * 18, 660)] for i in range(15)]
        + [[(120, 480 + i * 20), (420, 480 + i * 20)] for i in range(9)],
        2,
        0,
    )
    p.lines([[(120, 670), (120, 470), (430, 470), (430, 670)]], 11, 0)


def player(p: Plate) -> None:
    """The left foot of the 113th minute."""
    for points, width in (
        ([(940, 640), (1010, 770), (960, 930)], 64),
        ([(1000, 640), (1100, 740), (1210, 820)], 62),
    ):
        p.line(points, width, 255)
        p.line(points, width - 14, 50, 220)
    p.line([(1010, 772), (968, 905)], 44, 0)
    p.line([(1106, 742), (1190, 806)], 42, 0)
    p.blob([(930, 920), (990, 915), (1010, 950), (1000, 966), (900, 966), (890, 950)], 255)
    p.blob([(1180, 800), (1216, 786), (1266, 806), (1258, 826), (1190, 846)], 255)
    shorts = shape("880,640 900,580 1010,570 1060,650 1040,710 970,700 910,720")
    p.blob(shorts, 0, 0)
    p.line(smooth([*shorts, shorts[0]], False), 7)
    shirt = shape("880,610 850,470 870,380 940,350 1010,370 1040,440 1030,600 960,630")
    p.inside(p.blob(shirt, 0, 255), [(840, 360), (910, 340), (930, 640), (860, 640)], 150)
    p.line(smooth([*shirt, shirt[0]], False), 7)
    for points in ([(880, 400), (770, 470), (680, 440)], [(1015, 400), (1120, 440), (1190, 370)]):
        p.line(points, 48)
        p.line(points, 34, 50, 220)
    p.line([(876, 402), (800, 450)], 32, 0, 255)
    p.line([(1018, 402), (1100, 432)], 30, 0, 255)
    p.poly([(924, 320), (996, 320), (1004, 372), (918, 372)], 255)
    p.poly([(931, 320), (989, 320), (994, 364), (926, 364)], 50, 220)
    p.poly(oval(960, 286, 60, 70, 8), 255)
    p.poly(oval(1016, 296, 12, 18), 50, 220)
    p.lines([[(928, 430), (928, 530)], [(972, 430), (972, 530)]], 17)


def ball(p: Plate, x: float, y: float, r: float) -> None:
    p.disc(x, y, r + 5, 255)
    mask = p.disc(x, y, r, 0)
    p.inside(mask, oval(x + r * 0.55, y + r * 0.55, r * 1.05, r * 1.05), 110)

    def star(cx: float, cy: float, size: float, turn: float) -> Points:
        return [
            (
                cx + math.cos(math.radians(turn + 72 * k)) * size,
                cy + math.sin(math.radians(turn + 72 * k)) * size,
            )
            for k in range(5)
        ]

    p.inside(mask, star(x, y, r * 0.36, -90), 255)
    for k in range(5):
        a = math.radians(-90 + 72 * k)
        p.line(
            [
                (x + math.cos(a) * r * 0.34, y + math.sin(a) * r * 0.34),
                (x + math.cos(a) * r * 0.7, y + math.sin(a) * r * 0.7),
            ],
            r * 0.06,
        )
        p.inside(
            mask,
            star(x + math.cos(a) * r * 0.98, y + math.sin(a) * r * 0.98, r * 0.36, 90 + 72 * k),
            255,
        )


def boot() -> Plate:
    p = Plate(down(0, 90, 0, 640), down(190, 20, 0, 640), seed=27)
    p.disc(300, 300, 130, 0, 0)
    p.hills("-20,560 400,470 800,540 1200,450 1640,540", 760, 140, 60)
    p.lines([[(1180, 640), (1180, 430), (1500, 430), (1500, 640)]], 12, 255)
    p.rect(0, 640, WIDTH, 370, down(150, 255, 640, 980), 60)
    for row in range(9):
        y = 660 + row * row * 4.6
        blades = []
        for x in range(-10, 1620, 14 + row * 3):
            h = 14 + row * 8
            cx = x + p.random.uniform(-6, 6)
            blades.append(
                [
                    (cx - 3 - row * 0.6, y),
                    (cx + p.random.uniform(-10, 10), y - h * p.random.uniform(0.6, 1.2)),
                    (cx + 3 + row * 0.6, y),
                ]
            )
        p.polys(blades, min(255, 150 + row * 14), 0)
    p.soft([(380, 860), (1400, 860), (1500, 930), (300, 930)], 24, key=255)
    leather(p)
    ball(p, 1330, 720, 170)
    p.polys(
        [
            [
                (x - 9, 1010),
                (x + p.random.uniform(-24, 24), 900 - p.random.uniform(0, 60)),
                (x + 9, 1010),
            ]
            for x in range(-10, 1620, 19)
        ],
        255,
        0,
    )
    return p


def leather(p: Plate) -> None:
    outline = shape(
        "330,800 300,690 310,560 280,440 300,360 380,330 500,350 560,400 640,500 "
        "760,580 900,630 1010,690 1050,770 1030,830 860,840 600,836 400,836"
    )
    shoe = p.poly(smooth(outline), 0, 0)
    p.inside(shoe, [(240, 700), (700, 760), (1100, 700), (1100, 900), (240, 900)], 100)
    p.inside(
        shoe,
        smooth([(860, 560), (960, 600), (1100, 640), (1100, 900), (820, 900), (850, 740)]),
        255,
    )
    p.inside(shoe, smooth([(240, 560), (330, 570), (420, 680), (430, 900), (240, 900)]), 255)
    p.inside(
        shoe, smooth([(300, 340), (420, 320), (560, 360), (540, 420), (420, 400), (310, 430)]), 255
    )
    p.inside(
        shoe,
        smooth(shape("430,690 560,660 700,700 880,690 880,760 700,780 560,736 430,770")),
        0,
        255,
    )
    p.dots([(700 + i * 44, 640 + (i % 2) * 18, 6) for i in range(4)], 255)
    p.line([*smooth(outline), outline[0]], 9)
    tongue = shape("380,326 480,290 560,320 700,470 780,560 700,560 600,500 500,400")
    p.poly(smooth(tongue), 0, 0)
    p.line(smooth([*tongue, tongue[0]], False), 8)
    laces(p)
    p.poly([(330, 826), (1040, 826), (1030, 862), (350, 866)], 255)
    p.polys(
        [
            [(x, 860), (x + 66, 860), (x + 54, 912), (x + 12, 912)]
            for x in (360, 470, 740, 850, 950)
        ],
        255,
    )
    p.lines([[(345, 842), (1030, 840)]], 5, 0, 255)


def laces(p: Plate) -> None:
    bow = [(520, 350), (440, 260), (380, 300), (500, 360), (470, 230), (560, 250), (530, 350)]
    for i in range(5):
        x, y = 500 + i * 52, 384 + i * 42
        p.line([(x - 20, y + 44), (x + 70, y - 30)], 17)
        p.line([(x - 20, y + 44), (x + 70, y - 30)], 9, 0, 255)
    p.line(smooth(bow, False), 15)
    p.line(smooth(bow, False), 8, 0, 255)


SCENES = {"telescope": telescope, "dish": dish, "solar": solar, "stadium": stadium, "boot": boot}
