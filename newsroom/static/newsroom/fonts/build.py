"""Make the web fonts of the site from the open-licence originals.

The results are committed; this is kept so that they can be made again, or widened:

    npm pack @fontsource-variable/cairo@5.3.0 @fontsource-variable/noto-naskh-arabic@5.3.0 \
        @fontsource-variable/source-serif-4@5.3.1
    for archive in *.tgz; do tar xzf "$archive" --one-top-level; done
    pip install fonttools==4.68.0 brotli==1.2.1
    python build.py FOLDER_WITH_THE_UNPACKED_ARCHIVES

Cut so that a page fetches few files and little it does not set: no page of Arabic the letters of
Persian and Urdu, one with an English name not the accents. The marks all scripts share (space,
digits, punctuation) lie with the Latin letters in Cairo, since the frame of an Arabic page has some
of both; in Naskh, the face of the text, they lie apart.
"""

import sys
from pathlib import Path

from fontTools.subset import main as subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent

MARKS = "20-40,5B-60,7B-7E,A0,A3,A7,A9,AB,B0,B1,B7,BB,D7,2010-2015,2018-201E,2022,2026,2030,20AC"
LATIN = "41-5A,61-7A"
# With the one letter that "Français" needs of them, in the switch of languages on every page.
LATIN_UI = f"{MARKS},{LATIN},E7"
ACCENTS = "AA,BA,C0-D6,D8-E6,E8-F6,F8-FF,152,153,178,2039,203A,2122"
# With the letters that Arabic writes foreign names with: پ چ ژ ڤ گ.
ARABIC = (
    "60C,61B,61F,621-63A,640-658,660-66D,670,671,67E,686,698,6A4,6AF,200C,200D,FD3E,FD3F,FDF2,FDFA"
)
PERSIAN = "688,691,6A9,6BA,6BE,6C1,6CC,6D2,6D4,6F0-6F9,FDFC"
# The name of Arabic in the switch of languages, so that it looks right on other pages for 4 kB.
NAMES = "".join(sorted(set("العربية")))

CAIRO = "cairo-5.3.0/package/files/cairo-{}-wght-normal.woff2"
NASKH = "noto-naskh-arabic-5.3.0/package/files/noto-naskh-arabic-{}-wght-normal.woff2"
SERIF = "source-serif-4-5.3.1/package/files/source-serif-4-latin-wght-{}.woff2"

# name of the result: (original, code points, range of weights or the one weight)
FONTS = {
    "cairo-arabic": (CAIRO.format("arabic"), ARABIC, (400, 900)),
    "cairo-latin": (CAIRO.format("latin"), LATIN_UI, (400, 900)),
    "cairo-accents": (CAIRO.format("latin"), ACCENTS, (400, 900)),
    "cairo-persian": (CAIRO.format("arabic"), PERSIAN, (400, 900)),
    "cairo-names-arabic": (CAIRO.format("arabic"), NAMES, (400, 600)),
    # Bold stands in few texts, so it is a file of its own.
    "naskh-arabic": (NASKH.format("arabic"), ARABIC, 400),
    "naskh-arabic-bold": (NASKH.format("arabic"), ARABIC, 700),
    "naskh-marks": (NASKH.format("latin"), MARKS, 400),
    "naskh-marks-bold": (NASKH.format("latin"), MARKS, 700),
    "naskh-latin": (NASKH.format("latin"), f"{LATIN},E7", (400, 700)),
    "naskh-accents": (NASKH.format("latin"), ACCENTS, (400, 700)),
    "naskh-persian": (NASKH.format("arabic"), PERSIAN, (400, 700)),
    "serif-latin": (SERIF.format("normal"), f"{MARKS},{LATIN},{ACCENTS}", (400, 700)),
    "serif-latin-italic": (SERIF.format("italic"), f"{MARKS},{LATIN},{ACCENTS}", (400, 700)),
}


def build(name: str, source: Path, wanted: str, weights: tuple[int, int] | int) -> Path:
    """Write one subset as woff2 and answer where it lies."""
    narrowed = HERE / f"{name}.tmp.ttf"
    font = instantiateVariableFont(TTFont(source), {"wght": weights})
    font.flavor = None
    if name.startswith("serif"):
        _rename(font)
    font.save(narrowed)
    result = HERE / f"{name}.woff2"
    chosen = f"--text={wanted}" if wanted is NAMES else f"--unicodes={wanted}"
    # ccmp … mset are what joins and stacks Arabic; tnum aligns the times of the latest list.
    features = "ccmp,locl,mark,mkmk,kern,init,medi,fina,isol,rlig,liga,calt,curs,tnum,lnum,mset"
    subset(
        [
            str(narrowed),
            chosen,
            f"--layout-features={features}",
            "--flavor=woff2",
            "--no-hinting",
            "--desubroutinize",
            f"--output-file={result}",
        ]
    )
    narrowed.unlink()
    return result


def _rename(font: TTFont) -> None:
    """Drop the reserved font name "Source", which a changed version may not carry."""
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16, 25):
            record.string = "NewsroomSerif" if record.nameID in (3, 6, 25) else "Newsroom Serif"


if __name__ == "__main__":
    originals = Path(sys.argv[1])
    for name, (source, wanted, weights) in FONTS.items():
        path = next(originals.glob(f"*{source}"))
        made = build(name, path, wanted, weights)
        print(f"{made.stat().st_size:>7,}  {made.name}")
