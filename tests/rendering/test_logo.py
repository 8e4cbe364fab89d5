"""T33: a picture is decoded elsewhere within bounds, and written anew by us. Drawings are in test_logo_svg.py."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image, PngImagePlugin
from PIL.Image import Exif

from tests.counts import times
from webapp.domain import limits
from webapp.domain.errors import InvalidInput, PictureKindRefused
from webapp.rendering.logo import read_logo

# Each is decoded in a process of its own.
MUTATED = 1_000 if times(1_000) == 1_000 else 20


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#004080").save(written, kind, **more)
    return written.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(width: int, height: int) -> bytes:
    """A few kilobytes that say they are so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_picture_of_each_kind_becomes_a_png_of_ours(kind: str) -> None:
    logo = read_logo(picture(kind))
    assert (logo.width, logo.height) == (60, 40)
    with Image.open(io.BytesIO(logo.content)) as made:
        assert (made.format, made.size) == ("PNG", (60, 40))


def test_large_picture_is_made_smaller_and_keeps_its_shape() -> None:
    logo = read_logo(picture("PNG", (limits.LOGO_SIDE, 1_000)))
    assert (logo.width, logo.height) == (300, 75)
    with Image.open(io.BytesIO(logo.preview)) as preview:
        assert preview.size == (1_200, 300)


def test_documents_show_it_on_white_and_pages_on_their_own_ground() -> None:
    given = Image.new("RGBA", (20, 10), (0, 64, 128, 0))
    given.paste((0, 64, 128, 255), (0, 0, 10, 10))
    written = io.BytesIO()
    given.save(written, "PNG")
    logo = read_logo(written.getvalue())
    with Image.open(io.BytesIO(logo.content)) as printed, Image.open(io.BytesIO(logo.preview)) as preview:
        assert (printed.mode, printed.getpixel((19, 5))) == ("RGB", (255, 255, 255))
        assert (preview.mode, preview.getpixel((19, 5))[3]) == ("RGBA", 0)


def test_jpeg_for_print_shops_becomes_red_green_and_blue() -> None:
    written = io.BytesIO()
    Image.new("CMYK", (30, 20), (255, 0, 0, 0)).save(written, "JPEG")
    with Image.open(io.BytesIO(read_logo(written.getvalue()).content)) as made:
        assert made.mode == "RGB"


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_logo_that_nobody_would_see_on_paper_is_refused(mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (30, 20), "white").save(written, "PNG")
    with pytest.raises(InvalidInput, match="nothing of this logo can be seen"):
        read_logo(written.getvalue())


def with_everything() -> bytes:
    exif = Exif()
    exif[0x010E] = "Secretariat, second floor"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    exif[0x0112] = 6
    return picture("JPEG", exif=exif, icc_profile=b"a profile" * 50, comment=b"a comment")


def test_t33_places_profiles_and_comments_are_left_behind_and_the_picture_stands_upright() -> None:
    given = with_everything()
    assert b"Secretariat" in given
    logo = read_logo(given)
    assert (logo.width, logo.height) == (40, 60)
    for made in (logo.content, logo.preview):
        assert not any(word in made for word in (b"Secretariat", b"a profile", b"a comment", b"eXIf", b"iCCP", b"tEXt"))


def test_t33_what_hangs_behind_a_picture_is_not_kept() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "<script>alert(1)</script>")
    for tail in (b"PK\x03\x04 a zip", b"<html><script>alert(1)</script>", b"<?php system('id'); ?>"):
        logo = read_logo(picture(pnginfo=texts) + tail)
        for made in (logo.content, logo.preview):
            assert made.endswith(chunk(b"IEND", b""))
            assert tail not in made
            assert b"script" not in made


def test_first_picture_of_a_moving_one_is_kept() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "PNG", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(read_logo(written.getvalue()).content)) as made:
        assert made.getpixel((0, 0)) == (255, 0, 0)
        assert getattr(made, "n_frames", 1) == 1


@pytest.mark.parametrize("size", [(50_000, 50_000), (limits.LOGO_SIDE + 1, 10), (10, limits.LOGO_SIDE + 1), (4_000, 4_000 + 1)])
def test_t33_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    began = time.monotonic()
    with pytest.raises(InvalidInput, match="pixels a side"):
        read_logo(bomb(*size))
    assert time.monotonic() - began < 5


OTHERS = [
    b"GIF89a" + b"\0" * 50,
    b"BM" + b"\0" * 50,
    b"%PDF-1.7",
    b"RIFF\0\0\0\0WAVE",
    b"hello",
    b"PK\x03\x04",
    b"II*\0",
    b"\0\0\0\x20ftypavif",
]


@pytest.mark.parametrize("data", OTHERS)
def test_other_kinds_of_files_are_refused(data: bytes) -> None:
    with pytest.raises(PictureKindRefused, match="no PNG, JPEG, WebP or SVG"):
        read_logo(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a picture"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (picture()[:60], "damaged"),
        (picture("JPEG")[:300], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * limits.LOGO_BYTES, "larger than 2 MB"),
        (b"\xff\xd8\xff" + b"<svg/>" * 20, "damaged"),
    ],
)
def test_what_is_no_whole_picture_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_logo(data)


def test_largest_file_is_taken() -> None:
    data = picture()
    assert read_logo(data + b"\0" * (limits.LOGO_BYTES - len(data))).width == 60


def test_t33_mutated_pictures_are_taken_or_refused_in_words() -> None:
    whole = picture("WEBP", (30, 30))
    for number in range(MUTATED):
        data = bytearray(whole)
        data[12 + number * 7 % (len(data) - 12)] ^= 1 + number % 255
        try:
            assert read_logo(bytes(data)).content.startswith(b"\x89PNG")
        except InvalidInput as refused:
            assert str(refused)
