"""Chess, loaf, camera: what stands on a table or three legs."""

import math

from newsroom.demo.press import WIDTH, Plate, across, around, down, oval, shape, smooth


def chess() -> Plate:
    p = Plate(down(255, 90, 0, 620), down(0, 90, 260, 620), seed=16)
    p.soft(oval(1180, 260, 360, 260), 90, key=20, accent=210)
    for _ in range(46):
        x, y, s = p.random.uniform(-20, 1640), p.random.uniform(-30, 190), p.random.uniform(50, 100)
        p.blob(
            shape("0,1 -0.5,0.3 -0.8,-0.1 -0.3,-0.2 0,-0.8 0.3,-0.2 0.8,-0.1 0.5,0.3", x, y, s),
            p.random.choice((255, 235, 200)),
        )

    def at(i: float, j: float) -> tuple[float, float]:
        k = 1 / (1 + j * 0.17)
        return 800 + (i - 4) * 420 * k, 560 + 520 * (k - 0.42) / 0.58 - 20

    p.poly([at(-0.3, -1), at(8.3, -1), at(8.3, 8.2), at(-0.3, 8.2)], 255)
    p.polys(
        [
            [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)]
            for i in range(8)
            for j in range(-1, 8)
            if (i + j) % 2
        ],
        0,
        0,
    )
    p.polys(
        [
            [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)]
            for i in range(8)
            for j in range(-1, 8)
            if not (i + j) % 2
        ],
        60,
        255,
    )
    for i, j, kind, white in (
        (2, 6.4, "pawn", True),
        (5, 6.4, "pawn", True),
        (6.4, 5.4, "rook", True),
        (0.8, 5.4, "pawn", False),
    ):
        piece(p, *at(i + 0.5, j + 0.5), 0.5, kind, white)
    piece(p, 470, 860, 1.25, "rook", False)
    piece(p, 960, 900, 1.55, "king", True)
    piece(p, 1370, 880, 1.1, "pawn", False)
    return p


PIECES = {
    "pawn": shape(
        "0,-300 46,-286 62,-250 46,-212 30,-200 60,-190 60,-176 26,-170 36,-90 80,-40 96,0"
    ),
    "rook": shape(
        "0,-330 26,-330 26,-352 48,-352 48,-330 72,-330 72,-356 96,-356 90,-290 "
        "62,-270 58,-110 96,-50 112,0"
    ),
    "king": shape(
        "0,-440 12,-440 12,-412 36,-412 36,-390 12,-390 12,-366 70,-352 86,-300 "
        "48,-250 74,-240 74,-222 38,-214 44,-100 92,-46 110,0"
    ),
}


def piece(p: Plate, x: float, y: float, s: float, kind: str, white: bool) -> None:
    p.soft(
        [
            (x - 90 * s, y - 6),
            (x + 90 * s, y - 6),
            (x - 160 * s, y + 70 * s),
            (x - 340 * s, y + 50 * s),
        ],
        10 * s,
        key=235,
    )
    half = PIECES[kind]
    outline = [(x + u * s, y + v * s) for u, v in half] + [
        (x - u * s, y + v * s) for u, v in reversed(half)
    ]
    base = oval(x, y, 112 * s, 26 * s)
    p.poly([(x + (u - x) * 1.06, v) for u, v in base], 255)
    if white:
        p.line([*outline, outline[0]], 12 * s)
        mask = p.poly(outline, across(150, 0, x - 60 * s, x + 30 * s), 0)
        p.poly(oval(x, y - 4 * s, 106 * s, 20 * s), across(150, 0, x - 60 * s, x + 30 * s), 0)
    else:
        mask = p.poly(outline, 255, 0)
        p.line([(x + (u - 14) * s, y + (v + 12) * s) for u, v in half[2:]], 6 * s, 0, 255)
    p.inside(mask, shape("-120,-34 120,-34 120,-26 -120,-26", x, y, s), 255 if white else 0, 0)
    p.inside(mask, shape("-80,-232 80,-232 80,-226 -80,-226", x, y, s), 255 if white else 0, 0)


def loaf() -> Plate:
    p = Plate(245, 0, seed=14)
    oven(p)
    p.soft(oval(800, 660, 640, 160), 70, key=60, accent=190)
    p.rect(0, 660, WIDTH, 350, down(60, 230, 660, 1000), down(200, 60, 660, 1000))
    p.lines([[(0, 665), (1600, 665)], [(0, 760), (1600, 750)], [(0, 880), (1600, 900)]], 5)
    p.soft([(330, 880), (1280, 880), (1380, 960), (300, 970)], 24, key=255)
    bread(p, 1190, 700, 0.5)
    bread(p, 380, 705, 0.5)
    bread(p, 800, 740, 1.0)
    for x in (640, 800, 960):
        curve = smooth(
            [(x, 480), (x - 40, 400), (x + 30, 310), (x - 20, 220), (x + 10, 140)], False
        )
        p.soft(
            [*[(u - 9, v) for u, v in curve], *[(u + 9, v) for u, v in reversed(curve)]],
            8,
            key=0,
            accent=0,
        )
    for _ in range(70):
        x, y = p.random.uniform(160, 1440), p.random.uniform(890, 985)
        p.dots([(x, y, p.random.uniform(2, 5))], 0, 0)
    return p


def oven(p: Plate) -> None:
    """A brick wall, the arch in it and the flames behind."""
    rows = []
    for r in range(9):
        y = r * 78
        p.line([(0, y), (1600, y)], 4, 150)
        rows += [[(x + (r % 2) * 90, y), (x + (r % 2) * 90, y + 78)] for x in range(-40, 1640, 180)]
    p.lines(rows, 4, 150)
    arch = [(430, 640), *oval(800, 400, 370, 320, 0, 180, 360), (1170, 640)]
    p.poly([(380, 640), *oval(800, 400, 420, 372, 0, 180, 360), (1220, 640)], 0, 60)
    p.lines(
        [
            [
                (800 + math.cos(a) * 370, 400 - math.sin(a) * 320),
                (800 + math.cos(a) * 422, 400 - math.sin(a) * 374),
            ]
            for a in (math.radians(d) for d in range(0, 181, 12))
        ],
        7,
    )
    mouth = p.poly(arch, around(800, 620, 420, 0, 255), around(800, 600, 620, 255, 60))
    for x, h in ((560, 130), (650, 200), (760, 260), (880, 210), (980, 150), (1060, 100)):
        p.inside(
            mouth,
            smooth(
                [
                    (x - 50, 650),
                    (x - 44, 600 - h * 0.2),
                    (x - 10, 600 - h),
                    (x + 16, 600 - h * 0.4),
                    (x + 50, 650),
                ]
            ),
            0,
            0,
        )


def bread(p: Plate, x: float, y: float, s: float) -> None:
    """A round country loaf, floured and cut crosswise."""
    outline = smooth(
        shape(
            "-430,60 -410,-70 -290,-190 -90,-250 110,-246 300,-180 412,-60 430,64 330,150 "
            "0,180 -330,150",
            x,
            y,
            s,
        )
    )
    p.line([*outline, outline[0]], 16 * s)
    crust = p.poly(outline, 30, 255)
    p.inside(
        crust,
        smooth(shape("-450,40 -200,110 100,110 300,40 450,-100 480,230 -480,230", x, y, s)),
        150,
    )
    p.inside(crust, smooth(shape("-250,-150 -60,-230 150,-222 60,-190 -120,-170", x, y, s)), 0, 0)
    for curve, w in (
        ([(-330, -30), (-150, -110), (60, -130), (300, -100)], 46),
        ([(-200, 60), (20, 0), (200, -10), (370, 10)], 42),
        ([(-120, -200), (-30, -110), (20, 10), (20, 120)], 40),
        ([(130, -220), (190, -120), (220, -10), (210, 100)], 36),
    ):
        line = smooth([(x + u * s, y + v * s) for u, v in curve], False)
        n = len(line)
        edge = [
            (u, v - w * s * math.sin(math.pi * i / (n - 1)) * 0.5) for i, (u, v) in enumerate(line)
        ]
        low = [
            (u, v + w * s * math.sin(math.pi * i / (n - 1)) * 0.5) for i, (u, v) in enumerate(line)
        ]
        p.poly([*edge, *reversed(low)], 0, 0)
        p.line(low, 7 * s, 255)
        p.line(edge, 3 * s, 180)


def camera() -> Plate:
    p = Plate(down(120, 20, 0, 760), down(40, 150, 200, 760), seed=25)
    for y in (430, 480, 540):
        wave = smooth(
            [(x, y + (14 if (x // 80) % 2 else -14)) for x in range(-80, 1700, 80)], False
        )
        p.line(wave, 7, 0, 0)
    p.disc(330, 250, 90, 0, 0)
    p.poly([*smooth([(-20, 440), (180, 330), (420, 430)], False), (420, 440), (-20, 440)], 110, 60)
    p.rect(-10, 600, 1620, 22, 255)
    p.polys(
        [
            [
                (x - 16, 622),
                (x + 16, 622),
                *smooth([(x + 16, 622), (x + 34, 690), (x + 12, 740), (x + 30, 780)], False),
                *smooth([(x - 30, 780), (x - 12, 740), (x - 34, 690), (x - 16, 622)], False),
            ]
            for x in range(30, 1620, 96)
        ],
        0,
    )
    p.rect(-10, 776, 1620, 28, 255)
    p.rect(0, 804, WIDTH, 206, down(90, 200, 804, 1000), 60)
    p.soft([(560, 960), (1160, 960), (1400, 1010), (500, 1010)], 20, key=255)
    p.lines([[(900, 660), (600, 1010)], [(930, 660), (930, 1010)], [(960, 660), (1280, 1010)]], 34)
    p.lines([[(900, 680), (610, 1010)], [(960, 680), (1270, 1010)]], 7, 0, 255)
    box(p)
    cloth = p.blob(
        shape(
            "1140,190 1270,170 1420,240 1470,420 1450,620 1500,760 1400,730 1330,770 "
            "1270,700 1190,720 1150,560"
        ),
        255,
    )
    for fold in ([(1250, 200), (1300, 420), (1280, 690)], [(1340, 220), (1390, 440), (1370, 720)]):
        p.line(smooth(fold, False), 8, 90)
    p.inside(cloth, [(1420, 200), (1520, 200), (1520, 800), (1440, 800)], 190)
    return p


def box(p: Plate) -> None:
    """A folding studio camera: bellows, brass lens, rising front."""
    p.poly([(1000, 190), (1210, 160), (1210, 670), (1000, 640)], 255)
    for i in range(7):
        x = 730 + i * 40
        lift = 8 if i % 2 else 0
        p.poly(
            [
                (x, 250 - i * 7 - lift),
                (x + 40, 246 - i * 7 + lift - 8),
                (x + 40, 600 + i * 5 - lift + 8),
                (x, 596 + i * 5 + lift),
            ],
            (255, 190)[i % 2],
        )
        p.line([(x, 250 - i * 7 - lift), (x, 596 + i * 5 + lift)], 3, 0)
    p.poly([(500, 170), (760, 150), (760, 690), (500, 670)], 255)
    p.poly([(518, 190), (742, 170), (742, 670), (518, 652)], across(40, 110, 500, 760), 255)
    p.lines([[(518, 190), (742, 170), (742, 670), (518, 652), (518, 190)]], 5)
    p.rect(480, 676, 740, 34, 255)
    p.rect(490, 684, 720, 8, 0, 255)
    p.soft(oval(640, 470, 150, 160), 14, key=220)
    for x, r, key, accent in (
        (630, 158, 255, 0),
        (610, 148, 0, 255),
        (596, 136, 255, 0),
        (584, 130, 0, 255),
        (570, 118, 255, 0),
        (562, 104, 0, 0),
        (556, 98, 255, 0),
    ):
        p.poly(oval(x, 420, r * 0.94, r), key, accent)
    p.poly(oval(552, 424, 70, 76), around(520, 390, 120, 90, 255), 60)
    p.poly(oval(520, 384, 24, 30, 30), 0)
    p.poly(oval(590, 468, 12, 16, 30), 0, 255)
    for x, y in ((540, 212), (720, 200), (540, 636), (720, 648)):
        p.disc(x, y, 9, 255)


SCENES = {"chess": chess, "loaf": loaf, "camera": camera}
