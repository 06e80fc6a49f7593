"""Pictures that readers get: checked, upright, stripped, never enlarged."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from newsroom.lib import images

FOCAL = (50, 50)


def picture(size=(1000, 800), kind="JPEG", mode="RGB", color="teal", **options) -> BytesIO:
    file = BytesIO()
    Image.new(mode, size, color).save(file, kind, **options)
    file.seek(0)
    return file


def rotated_with_place() -> BytesIO:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret description"
    exif.get_ifd(0x8825)[1] = "N"
    return picture((1000, 500), exif=exif)


def opened(storage: InMemoryStorage, name: str) -> Image.Image:
    with storage.open(name) as file:
        image = Image.open(BytesIO(file.read()))
        image.load()
        return image


def _taken_or_refused(data: bytes) -> None:
    """Nothing but a ValidationError comes out, and what is taken can be made smaller."""
    try:
        images.inspect(BytesIO(data))
    except ValidationError:
        return
    assert images.make_renditions(BytesIO(data), "key", FOCAL, Forgetful())


class Forgetful(InMemoryStorage):
    """Has everything already: what is decoded is never encoded, which would take long."""

    def exists(self, name: str) -> bool:
        return True


class TestInspect:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
    def test_accepted_formats(self, kind):
        found = images.inspect(picture(kind=kind))
        assert (found.width, found.height, found.format) == (1000, 800, kind)
        assert len(found.sha256) == 64

    def test_size_is_that_of_the_upright_picture(self):
        found = images.inspect(rotated_with_place())
        assert (found.width, found.height) == (500, 1000)

    def test_file_is_rewound(self):
        file = picture()
        file.read(10)
        images.inspect(file)
        assert file.tell() == 0

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"not a picture",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
            picture().getvalue()[:400],
            picture(kind="PNG").getvalue()[:-30],
            picture(kind="BMP").getvalue(),
            picture(kind="TIFF").getvalue(),
        ],
        ids=["empty", "text", "svg", "cut jpeg", "cut png", "bmp", "tiff"],
    )
    def test_refused_as_unreadable(self, data):
        with pytest.raises(ValidationError) as refusal:
            images.inspect(BytesIO(data))
        assert refusal.value.code == "unreadable"

    @pytest.mark.parametrize("size", [(8000, 6251), (20_000, 20_000)])
    def test_refused_as_too_large_without_decoding(self, size):
        bomb = picture(size, "PNG", mode="1", color=0)
        with pytest.raises(ValidationError) as refusal:
            images.inspect(bomb)
        assert refusal.value.code == "too_large"

    @pytest.mark.parametrize("size", [(1, 100_000), (100_000, 1)])
    def test_refused_as_too_long(self, size):
        with pytest.raises(ValidationError) as refusal:
            images.inspect(picture(size, "PNG", mode="L", color=9))
        assert refusal.value.code == "too_long"

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
    def test_whatever_is_broken_in_it_gets_a_sentence(self, kind):
        good = bytearray(picture((80, 60), kind).getvalue())
        for place in range(0, len(good), max(1, len(good) // 60)):
            for hurt in (0, 255, good[place] ^ 0x10):
                bad = good.copy()
                bad[place] = hurt
                for data in (bytes(bad), bytes(bad[: place + 1])):
                    _taken_or_refused(data)

    def test_a_chunk_of_text_that_swells_is_refused(self):
        words = PngInfo()
        words.add_text("note", "a" * 80_000_000, zip=True)
        bomb = picture(kind="PNG", pnginfo=words)
        assert len(bomb.getvalue()) < 200_000
        with pytest.raises(ValidationError) as refusal:
            images.inspect(bomb)
        assert refusal.value.code == "unreadable"

    def test_what_hides_behind_a_picture_never_gets_out(self):
        data = picture().getvalue() + b"<script>alert(1)</script>"
        storage = InMemoryStorage()
        assert images.inspect(BytesIO(data)).format == "JPEG"
        for name in images.make_renditions(BytesIO(data), "key", FOCAL, storage):
            with storage.open(name) as file:
                assert b"script" not in file.read()

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
    def test_refused_as_moving(self, kind):
        file, frames = BytesIO(), [Image.new("RGB", (64, 64), name) for name in ("red", "blue")]
        frames[0].save(file, kind, save_all=True, append_images=frames[1:])
        with pytest.raises(ValidationError) as refusal:
            images.inspect(file)
        assert refusal.value.code == "animated"

    def test_the_second_picture_of_a_telephone_is_no_motion(self):
        file, frames = BytesIO(), [Image.new("RGB", (64, 64), name) for name in ("red", "blue")]
        frames[0].save(file, "MPO", save_all=True, append_images=frames[1:])
        assert images.inspect(file).width == 64

    @pytest.mark.parametrize("name", ["harbour.jpg", "harbour.exe", "x" * 300])
    def test_content_decides_and_not_the_name(self, name):
        file = picture(kind="PNG")
        file.name = name
        assert images.inspect(file).format == "PNG"

    def test_refused_as_too_heavy(self):
        with pytest.raises(ValidationError) as refusal:
            images.inspect(BytesIO(b"\0" * (images.MAX_BYTES + 1)))
        assert refusal.value.code == "too_heavy"


class TestNames:
    def test_key_depends_on_bytes_and_focal_point_only(self):
        key = images.rendition_key("a" * 64, (50, 50))
        assert key == images.rendition_key("a" * 64)
        assert key != images.rendition_key("a" * 64, (51, 50))
        assert key != images.rendition_key("b" * 64, (50, 50))
        assert key != images.rendition_key("a" * 64, (50, 50), copy=1)

    @pytest.mark.parametrize(
        ("shape", "width", "expected"),
        [
            ("wide", 100, [320]),
            ("wide", 960, [320, 640, 768]),
            ("full", 5000, [640, 768, 1280, 1920]),
            ("share", 300, [1200]),
        ],
    )
    def test_widths_for(self, shape, width, expected):
        assert images.widths_for(shape, width) == expected

    @pytest.mark.parametrize(
        ("shape", "width", "original", "expected"),
        [
            ("wide", 640, (1000, 800), (640, 360)),
            ("wide", 320, (100, 100), (100, 56)),
            ("square", 160, (1000, 800), (160, 160)),
            ("full", 640, (1000, 800), (640, 512)),
            ("full", 640, (1000, 1), (640, 1)),
        ],
    )
    def test_rendition_size(self, shape, width, original, expected):
        assert images.rendition_size(shape, width, original) == expected


class TestMakeRenditions:
    def test_every_rendition_has_the_size_its_name_says(self):
        storage = InMemoryStorage()
        names = images.make_renditions(picture((1000, 800)), "key", FOCAL, storage)
        assert [name for name in names if not name.endswith(".avif")] == [
            *("key/wide-320.jpg", "key/wide-640.jpg", "key/wide-768.jpg"),
            *("key/square-160.jpg", "key/square-320.jpg"),
            *("key/full-640.jpg", "key/full-768.jpg", "key/share-1200.jpg"),
            *("key/share-classic-1200.jpg", "key/share-square-1200.jpg"),
        ]
        sizes = [opened(storage, name).size for name in names if not name.endswith(".avif")]
        assert sizes == [
            *((320, 180), (640, 360), (768, 432), (160, 160), (320, 320)),
            *((640, 512), (768, 614), (1000, 562), (1000, 750), (800, 800)),
        ]

    def test_every_jpeg_has_a_lighter_avif_beside_it(self):
        storage = InMemoryStorage()
        file = BytesIO()
        Image.effect_noise((1000, 800), 60).convert("RGB").save(file, "PNG")
        names = images.make_renditions(file, "key", FOCAL, storage)
        for name in (name for name in names if name.endswith(".jpg") and "share" not in name):
            twin = name.replace(".jpg", ".avif")
            assert opened(storage, twin).format == "AVIF"
            assert opened(storage, twin).size == opened(storage, name).size
            assert storage.size(twin) < storage.size(name)

    def test_metadata_is_gone_and_the_picture_upright(self):
        storage = InMemoryStorage()
        for name in images.make_renditions(rotated_with_place(), "key", FOCAL, storage):
            image = opened(storage, name)
            assert not dict(image.getexif())
            assert not {"exif", "icc_profile", "xmp", "comment"} & image.info.keys()
            with storage.open(name) as file:
                assert b"secret" not in file.read()
        full = opened(storage, "key/full-640.jpg")
        assert full.height > full.width

    @pytest.mark.parametrize(
        ("orientation", "size", "corner"),
        [
            (1, (900, 600), 0),
            (2, (900, 600), 1),
            (3, (900, 600), 2),
            (4, (900, 600), 3),
            (5, (600, 900), 0),
            (6, (600, 900), 1),
            (7, (600, 900), 2),
            (8, (600, 900), 3),
        ],
    )
    def test_every_way_a_camera_is_held_comes_upright(self, orientation, size, corner):
        """The first corner of the stored picture is red: top left, and on clockwise."""
        file, storage, exif = BytesIO(), InMemoryStorage(), Image.Exif()
        exif[0x0112] = orientation
        stored = Image.new("RGB", (900, 600), "blue")
        stored.paste("red", (0, 0, 200, 200))
        stored.save(file, "JPEG", exif=exif)
        images.make_renditions(file, "key", FOCAL, storage)
        shown = opened(storage, "key/full-640.jpg")
        assert images.inspect(file).width == size[0]
        assert (shown.width > shown.height) == (size[0] > size[1])
        across, down = shown.width - 20, shown.height - 20
        places = [(20, 20), (across, 20), (across, down), (20, down)]
        red = [shown.getpixel(place)[0] > 150 for place in places]
        assert red == [place == corner for place in range(4)]

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_a_very_large_picture_keeps_its_sizes_and_its_crops(self, kind):
        image = Image.new("RGB", (6000, 2000), "red")
        image.paste("blue", (4000, 0, 6000, 2000))
        file, storage = BytesIO(), InMemoryStorage()
        image.save(file, kind)
        images.make_renditions(file, "key", (90, 50), storage)
        assert opened(storage, "key/full-1920.jpg").size == (1920, 640)
        assert opened(storage, "key/wide-1280.jpg").size == (1280, 720)
        assert opened(storage, "key/square-320.jpg").getpixel((20, 160))[2] > 200

    @pytest.mark.parametrize(("focal", "color"), [((0, 50), "red"), ((100, 50), "blue")])
    def test_crop_follows_the_focal_point(self, focal, color):
        image = Image.new("RGB", (900, 300), "red")
        image.paste("blue", (450, 0, 900, 300))
        file, storage = BytesIO(), InMemoryStorage()
        image.save(file, "PNG")
        images.make_renditions(file, "key", focal, storage)
        shown = opened(storage, "key/square-160.jpg").convert("RGB").getpixel((80, 80))
        assert max(shown) == shown[{"red": 0, "blue": 2}[color]] > 200

    @pytest.mark.parametrize(
        ("mode", "kind", "color"),
        [
            ("RGBA", "PNG", (0, 0, 0, 0)),
            ("P", "GIF", 3),
            ("L", "JPEG", 9),
            ("CMYK", "JPEG", (0, 255, 255, 0)),
            ("1", "PNG", 1),
            ("I;16", "PNG", 40_000),
        ],
    )
    def test_every_mode_becomes_rgb(self, mode, kind, color):
        storage = InMemoryStorage()
        file = picture((400, 300), kind, mode, color)
        images.make_renditions(file, "key", FOCAL, storage)
        assert opened(storage, "key/share-1200.jpg").mode == "RGB"
        assert opened(storage, "key/wide-320.jpg").mode == "RGB"
        assert opened(storage, "key/wide-320.avif").mode == ("RGBA" if mode == "RGBA" else "RGB")

    def test_transparency_is_white_where_there_is_none(self):
        storage = InMemoryStorage()
        images.make_renditions(
            picture((400, 300), "PNG", "RGBA", (0, 0, 0, 0)), "key", FOCAL, storage
        )
        assert opened(storage, "key/share-1200.jpg").getpixel((5, 5)) == (255, 255, 255)

    @pytest.mark.parametrize("profile", [ImageCms.createProfile("sRGB"), None])
    def test_a_broken_profile_does_not_lose_the_picture(self, profile):
        data = ImageCms.ImageCmsProfile(profile).tobytes() if profile else b"rubbish"
        storage = InMemoryStorage()
        assert images.make_renditions(picture(icc_profile=data), "key", FOCAL, storage)

    def test_a_folder_is_deleted_whole_and_one_that_is_gone_is_no_fault(self):
        storage = InMemoryStorage()
        images.make_renditions(picture((400, 300)), "key", FOCAL, storage)
        storage.save("key/full-960.webp", ContentFile(b"of an older recipe"))
        storage.save("other/full-640.jpg", ContentFile(b"x"))
        images.delete_renditions("key", storage)
        images.delete_renditions("never-made", storage)
        assert storage.listdir("key")[1] == []
        assert storage.exists("other/full-640.jpg")

    def test_what_is_there_is_not_made_again(self):
        storage = InMemoryStorage()
        first = images.make_renditions(picture(), "key", FOCAL, storage)
        assert images.make_renditions(picture(), "key", FOCAL, storage) == first
        assert sorted(storage.listdir("key")[1]) == sorted(name.split("/")[1] for name in first)
