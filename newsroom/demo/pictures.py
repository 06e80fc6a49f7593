"""Draw the demo pictures again: python -m newsroom.demo.pictures [name …]

The pictures in the folder beside this file are what it wrote: drawn by code, screened with two
inks, kept without loss.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from newsroom.demo.press import Plate, printed
from newsroom.demo.scenes import festival, indoors, land, people, sea, sky, table, town

FOLDER = Path(__file__).parent / "pictures"
SCENES: dict[str, Callable[[], Plate]] = {}
for kind in (sea, town, festival, land, sky, indoors, table, people):
    SCENES |= kind.SCENES


def draw(name: str) -> Path:
    """Draw, screen and save one picture; return where it lies."""
    path = FOLDER / f"{name}.webp"
    printed(SCENES[name]()).convert("RGB").save(path, lossless=True, quality=80, method=4)
    return path


def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in names or SCENES:
        path = draw(name)
        sys.stdout.write(f"{path.name} {path.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
