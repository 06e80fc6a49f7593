"""Pictures of shared links: what is drawn, on which side, in which letters, and how heavy."""

from io import BytesIO
from time import perf_counter

import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageStat

from newsroom.lib import outlines, share_pictures
from newsroom.lib.share_pictures import _CAIRO, _IN_CAIRO, _IN_SERIF, _SERIF, Words

SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0h20v20h-20z"/></svg>'
)
RING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 30">'
    '<path d="M0 0H30V30H0Z M10 10V20H20V10Z"/></svg>'
)


def words(headline: str = "ميناء الغد", language: str = "ar", **more) -> Words:
    facts = {"section": "العالم", "paper": "المرسى", "language": language} | more
    return Words(headline, **facts)


def photograph(width: int = 1280, height: int = 720, noise: int = 0) -> bytes:
    """Red on the left half, blue on the right one."""
    image = Image.new("RGB", (width, height), "#c00000")
    image.paste("#0000c0", (width // 2, 0, width, height))
    if noise:
        image = Image.merge("RGB", [Image.effect_noise((width, height), noise)] * 3)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def inked(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    """How much of a box differs from its own corner, from 0 to 1."""
    part = image.convert("RGB").crop(box)
    ground = Image.new("RGB", part.size, part.getpixel((0, 0)))
    apart = ImageChops.difference(part, ground).convert("L").point(lambda v: 255 * (v > 60))
    return ImageStat.Stat(apart).mean[0] / 255


@pytest.mark.usefixtures("sets_arabic")
class TestDraw:
    @pytest.mark.parametrize("photo", [None, photograph()])
    @pytest.mark.parametrize("headline", ["ميناء", "كلمة " * 50, "ا" * 250, "C++ لغة 2026 (41%)"])
    def test_is_a_jpeg_of_the_size_networks_ask_for(self, headline, photo):
        image = opened(share_pictures.draw(words(headline.strip()), photo))
        assert (image.format, image.size) == ("JPEG", (1200, 630))
        assert not image.getexif()

    def test_is_light_however_busy_the_photograph(self):
        data = share_pictures.draw(words("كلمة " * 40), photograph(noise=120))
        assert len(data) < 300_000

    def test_takes_no_longer_than_a_request_may(self):
        share_pictures.draw(words())  # fonts are read
        began = perf_counter()
        share_pictures.draw(words("كلمة " * 50), photograph(1920, 1440))
        assert perf_counter() - began < 3

    def test_is_the_same_each_time(self):
        photo = photograph()
        assert share_pictures.draw(words(), photo) == share_pictures.draw(words(), photo)

    @pytest.mark.parametrize(("language", "start"), [("ar", 1140), ("en", 60)])
    def test_words_begin_where_their_language_begins(self, language, start):
        image = opened(share_pictures.draw(words("ا", language, section="")))
        near = (start - 60, 200, start, 430) if language == "ar" else (start, 200, start + 60, 430)
        far = (60, 200, 120, 430) if language == "ar" else (1080, 200, 1140, 430)
        assert inked(image, near) > 0
        assert inked(image, far) == 0

    @pytest.mark.parametrize(("language", "side"), [("ar", 50), ("en", 1150)])
    def test_the_photograph_stands_at_the_end_of_the_line(self, language, side):
        image = opened(share_pictures.draw(words("a", language), photograph()))
        red, _green, blue = image.getpixel((side, 300))
        assert abs(red - blue) > 100
        assert min(image.getpixel((1200 - side, 300))) > 240

    @pytest.mark.parametrize(("focal", "is_red"), [((0, 50), True), ((100, 50), False)])
    def test_what_must_be_seen_of_it_is(self, focal, is_red):
        image = opened(share_pictures.draw(words(), photograph(), focal))
        red, _green, blue = image.getpixel((250, 300))
        assert (red > blue) is is_red

    def test_letters_are_joined_and_run_from_right_to_left(self):
        """«سلام» as one piece is narrower than its letters apart, and not their mirror image."""
        joined = share_pictures.CAIRO.at(100)
        way = {"direction": "rtl", "language": "ar"}
        apart = sum(joined.getlength(letter, **way) for letter in "سلام")
        assert joined.getlength("سلام", **way) < apart * 0.8

    def test_a_wordmark_is_drawn_and_a_drawing_that_cannot_be_gives_way_to_the_name(self):
        plain = share_pictures.draw(words())
        assert share_pictures.draw(words(wordmark=SQUARE)) != plain
        stroked = SQUARE.replace("<path", '<path stroke="red"')
        assert share_pictures.draw(words(wordmark=stroked)) == plain

    def test_emoji_are_left_out(self):
        assert share_pictures.can_write("ميناء 🚢 الغد")
        assert share_pictures.draw(words("ميناء 🚢 الغد")) == share_pictures.draw(words())

    @pytest.mark.parametrize("headline", ["港湾の朝", "Гавань", "🚢", "", "ميناء 港"])
    def test_what_the_fonts_lack_is_not_written(self, headline):
        assert not share_pictures.can_write(headline)

    def test_a_logo_is_a_png(self):
        for wordmark in (SQUARE, ""):
            image = opened(share_pictures.draw_logo(words(wordmark=wordmark)))
            assert (image.format, image.size) == ("PNG", share_pictures.LOGO_SIZE)
            assert inked(image, (0, 0, 600, 160)) > 0.01


class TestFonts:
    @pytest.mark.parametrize(("path", "pattern"), [(_CAIRO, _IN_CAIRO), (_SERIF, _IN_SERIF)])
    def test_they_have_every_letter_that_is_said_to_be_in_them(self, path, pattern):
        has = set(TTFont(path).getBestCmap())
        # What has no shape: joiners and marks of direction.
        shapeless = {*range(0x200C, 0x2010), *range(0x2066, 0x206A)}
        said = {code for code in range(0x20, 0x10000) if pattern.fullmatch(chr(code))}
        assert said - shapeless - has == set()
        assert len(said) > 100


@pytest.mark.usefixtures("sets_arabic")
class TestSetting:
    def lines(self, text: str, width: int = 560, height: int = 400) -> list[str]:
        way = {"direction": "ltr", "language": "fr"}
        setting = share_pictures._Setting(text, share_pictures.SERIF, way)
        return setting.in_box(share_pictures.Box(0, 0, width, height), 66)[1]

    def test_keeps_every_word_in_its_order(self):
        text = "Au refuge des Trois-Vents, on vous rend votre téléphone au petit déjeuner"
        assert " ".join(self.lines(text)) == text

    def test_a_sign_never_begins_a_line(self):
        text = "Qui a éteint les lumières de « L’Amarre » ? Trois réponses : une énigme !"
        for width in range(300, 1000, 50):
            for line in self.lines(text, width):
                assert line[0] not in "?!:»"
                assert line[-1] != "«"

    def test_lines_are_even(self):
        one, two = self.lines("After fourteen silent months", 560)
        assert 0.5 < len(one) / len(two) < 2

    def test_what_is_too_long_at_any_size_is_cut_where_it_shows(self):
        assert self.lines("word " * 300)[-1].endswith("…")


class TestOutlines:
    def test_inside_is_where_the_outlines_turn_round(self):
        mask = outlines.mask(RING, 30, 100)
        assert mask.size == (30, 30)
        assert mask.getpixel((15, 15)) == 0
        assert mask.getpixel((5, 15)) == 255

    def test_is_no_wider_than_asked(self):
        assert outlines.mask(SQUARE, 100, 50).size == (50, 25)

    @pytest.mark.parametrize(
        "path",
        [
            "M0 0 L40 0 40 20 0 20 Z",
            "m0 0 l40 0 0 20 -40 0 z",
            "M0 0 H40 V20 H0 Z",
            "M0,0Q20,0,40,0T40,20C40,20,0,20,0,20S0,0,0,0Z",
        ],
    )
    def test_knows_the_ways_to_say_it(self, path):
        mask = outlines.mask(SQUARE.replace("M0 0h20v20h-20z", path), 20, 100)
        assert mask.getpixel((20, 15)) == 255

    @pytest.mark.parametrize(
        "svg",
        [
            "",
            "<svg/>",
            SQUARE.replace("0 0 40 20", "0 0 0 0"),
            SQUARE.replace("M0 0h20v20h-20z", "M0 0A5 5 0 0 1 9 9Z"),
            SQUARE.replace("M0 0h20v20h-20z", "L0 0"),
            SQUARE.replace("M0 0h20v20h-20z", "M0"),
            SQUARE.replace("M0 0h20v20h-20z", "1 2 3"),
            SQUARE.replace("M0 0h20v20h-20z", "M0 0L1 1Z" * 500),
            SQUARE.replace("<path", '<path transform="scale(2)"'),
            SQUARE.replace("<path", '<path fill="none"'),
            SQUARE.replace("<path", '<rect width="9"/><path'),
            '<!DOCTYPE a [<!ENTITY b "c">]>' + SQUARE,
        ],
    )
    def test_what_it_cannot_draw_it_says(self, svg):
        with pytest.raises(outlines.CannotDraw):
            outlines.mask(svg, 20, 100)
