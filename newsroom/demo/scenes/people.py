"""Salma, Idris, Claire, Nadim: who writes the demo paper, drawn from the chest up."""

from newsroom.demo.press import Plate, Points, across, around, down, oval, shape, smooth

# A head round the middle of the picture, upright, in units of the picture.
MIDDLE, FACE = 800, 430
_BUST = "-470,600 -440,380 -330,300 -120,245 -90,150 90,150 120,245 330,300 440,380 470,600"


def at(outline: str, y: float = FACE) -> Points:
    """A smooth outline drawn round the middle of the face."""
    return smooth(shape(outline, MIDDLE, y))


def bust(p: Plate, key: int, accent: int) -> None:
    """Shoulders and neck: what is worn and, where its collar opens, the skin."""
    p.poly(at(_BUST), key, accent)
    p.poly(at("-92,120 92,120 104,246 0,330 -104,246"), 20, 70)
    p.soft(at("-92,150 92,150 70,250 -80,270"), 16, key=120, clip=None)


def head(p: Plate, skin: int = 64, shade: int = 96) -> None:
    """An oval face, lit from the left: brows, eyes, nose, mouth."""
    face = p.poly(
        at("-152,-120 -110,-205 0,-232 110,-205 152,-120 150,20 108,140 0,196 -108,140 -150,20"),
        0,
        skin,
    )
    p.soft(at("40,-220 190,-160 190,160 30,210 96,60"), 30, key=shade, accent=skin + 30, clip=face)
    for side in (-1, 1):
        x = MIDDLE + side * 66
        p.line(smooth([(x - 38, FACE - 58), (x, FACE - 74), (x + 38, FACE - 60)], closed=False), 13)
        p.poly(oval(x, FACE - 22, 19, 13), 255)
        p.disc(x - 6, FACE - 27, 5, 0, 0)
    p.line(
        smooth(
            [(MIDDLE + 6, FACE - 40), (MIDDLE + 26, FACE + 42), (MIDDLE - 14, FACE + 52)],
            closed=False,
        ),
        7,
    )
    p.line(
        smooth(
            [(MIDDLE - 54, FACE + 100), (MIDDLE, FACE + 116), (MIDDLE + 56, FACE + 94)],
            closed=False,
        ),
        10,
    )


def salma() -> Plate:
    """A scarf round her face, the harbour's lamp behind her."""
    p = Plate(down(30, 120), 0, seed=41)
    p.disc(1180, 250, 190, 0, around(1180, 250, 190, 255, 190))
    p.poly(at(_BUST), 235, 0)
    p.poly(
        at(
            "-215,-60 -190,-230 -60,-318 70,-318 196,-226 222,-50 230,150 330,330 120,470 -150,460 -330,320 -232,140"
        ),
        150,
        40,
    )
    head(p, 52)
    p.lines(
        [
            smooth(
                shape("-158,-110 -120,-220 0,-256 124,-218 160,-100", MIDDLE, FACE), closed=False
            ),
            smooth(shape("-170,60 -90,210 60,250 250,330", MIDDLE, FACE), closed=False),
            smooth(shape("-230,150 -120,290 40,340 180,440", MIDDLE, FACE), closed=False),
        ],
        8,
    )
    return p


def idris() -> Plate:
    """Round glasses, a short beard, and his green notebook's squares on the wall."""
    p = Plate(0, down(60, 170), seed=42)
    p.lines([[(x, -10), (x, 1010)] for x in range(40, 1600, 80)], 2, 90, None)
    p.lines([[(-10, y), (1610, y)] for y in range(30, 1000, 80)], 2, 90, None)
    bust(p, 255, 0)
    p.poly(at("-120,250 0,420 120,250 60,230 0,330 -60,230"), 0, 0)
    for side in (-1, 1):
        p.poly(oval(MIDDLE + side * 156, FACE - 10, 26, 44), 20, 90)
    head(p, 84)
    p.poly(
        at("-152,20 -120,60 -70,66 0,60 70,66 120,60 152,20 128,150 60,222 0,236 -60,222 -128,150"),
        235,
        0,
    )
    p.poly(at("-56,92 0,84 56,90 30,122 -30,122"), 30, 110)
    p.poly(
        at(
            "-170,-60 -178,-180 -110,-268 10,-290 130,-262 182,-176 168,-60 146,-150 60,-196 -70,-190 -146,-140"
        ),
        255,
        0,
    )
    for side in (-1, 1):
        p.line(oval(MIDDLE + side * 66, FACE - 22, 54, 54), 9)
    p.line([(MIDDLE - 14, FACE - 26), (MIDDLE + 14, FACE - 26)], 9)
    return p


def claire() -> Plate:
    """Loose hair, a striped shirt, the window of the culture desk."""
    p = Plate(across(0, 60), 0, seed=43)
    p.rect(80, -10, 420, 620, 0, around(290, 300, 420, 210, 90))
    p.lines(
        [
            [(80, -10), (80, 610), (500, 610), (500, -10)],
            [(290, -10), (290, 610)],
            [(80, 300), (500, 300)],
        ],
        16,
    )
    p.poly(
        at(
            "-250,-40 -230,-220 -90,-320 80,-318 226,-220 250,-30 262,180 300,360 170,400 -170,400 -304,352 -262,180"
        ),
        120,
        200,
    )
    shirt = p.poly(at(_BUST), 0, 0)
    for y in range(690, 1010, 64):
        p.inside(shirt, [(300, y), (1300, y), (1300, y + 26), (300, y + 26)], 255, 0)
    p.line(at(_BUST), 8)
    p.poly(at("-92,120 92,120 104,246 0,330 -104,246"), 0, 50)
    p.soft(at("-92,150 92,150 70,250 -80,270"), 16, key=90)
    head(p, 40, 80)
    p.poly(at("-176,-20 -186,-170 -96,-276 30,-286 -20,-200 -110,-130 -150,-60"), 120, 200)
    p.poly(at("176,-20 186,-170 110,-274 20,-286 60,-196 130,-120 156,-60"), 120, 200)
    return p


def nadim() -> Plate:
    """A moustache under a flat cap, the goal he once kept behind him."""
    p = Plate(down(190, 90), 0, seed=44)
    net = [[(x, 60), (x - 200, 1010)] for x in range(160, 1900, 90)]
    net += [[(0, y), (1600, y)] for y in range(130, 1000, 90)]
    p.lines(net, 3, 20, 0)
    p.rect(-10, 40, 1620, 30, 0, 0)
    bust(p, 60, 255)
    p.poly(at("-180,262 -80,200 0,330 80,200 180,262 60,420 0,470 -60,420"), 255, 0)
    p.poly(at("-92,130 92,130 70,240 0,300 -70,240"), 30, 110)
    for side in (-1, 1):
        p.poly(oval(MIDDLE + side * 156, FACE - 6, 26, 44), 20, 100)
    head(p, 96)
    p.poly(at("-96,92 -40,58 0,68 40,58 96,92 50,104 0,92 -50,104"), 255, 0)
    p.poly(at("-196,-96 -206,-220 -100,-320 60,-330 196,-262 214,-120 120,-150 -80,-150"), 235, 0)
    p.poly(at("-250,-84 -190,-140 60,-156 200,-120 120,-104 -80,-100 -190,-62"), 255, 0)
    p.lines(
        [smooth(shape("-170,-150 -60,-190 100,-190 190,-150", MIDDLE, FACE), closed=False)],
        6,
        0,
        255,
    )
    return p


SCENES = {"salma": salma, "idris": idris, "claire": claire, "nadim": nadim}
