"""T32: a drawing is only read; what is kept is drawn anew from its shapes, or it is refused in words, at once and without a trace."""

import gzip
import io
import socket
from pathlib import Path

import pytest
import resvg_py
from PIL import Image

from tests.counts import times
from webapp.domain import limits
from webapp.domain.errors import InvalidInput, PictureKindRefused
from webapp.rendering.logo import read_logo
from webapp.rendering.logo_svg import DrawingRefusedError, clean_svg

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50">'
BOX = '<rect width="90" height="40" fill="#084"/>'
MUTATED = times(1_000)


def drawing(inside: str = BOX, opening: str = OPEN) -> bytes:
    return f"{opening}{inside}</svg>".encode()


def cleaned(inside: str) -> str:
    return clean_svg(drawing(inside)).content.decode()


def test_drawing_is_kept_as_a_drawing_with_a_picture_for_pages() -> None:
    logo = read_logo(drawing())
    assert (logo.media_type, logo.width, logo.height) == ("image/svg+xml", 100, 50)
    assert logo.content.startswith(b"<svg ")
    assert logo.preview.startswith(b"\x89PNG")


# What a drawing program writes beside its shapes, or somebody who means ill: left out, and nothing of it remains.
LEFT_OUT = [
    "<script>alert(1)</script>",
    '<script href="data:text/javascript,alert(1)"/>',
    "<foreignObject><iframe src='https://example.org'/></foreignObject>",
    '<image href="file:///etc/passwd" width="9" height="9"/>',
    '<image xlink:href="https://example.org/a.png" width="9" height="9"/>',
    '<a href="javascript:alert(1)"><rect width="1" height="1"/></a>',
    '<animate attributeName="href" values="javascript:alert(1)"/>',
    '<set attributeName="onload" to="alert(1)"/>',
    '<filter id="f"><feImage href="file:///etc/passwd"/></filter>',
    '<pattern id="p"><image href="file:///etc/passwd"/></pattern>',
    "<metadata><secret>Ida Berg, second floor</secret></metadata>",
    "<desc>Ida Berg, second floor</desc>",
    "<!-- Ida Berg, second floor -->",
    "<?xml-stylesheet href='https://example.org/a.css'?>",
    "<style>@import url(https://example.org/a.css);</style>",
    "<style>rect { background: url(https://example.org/a.png) }</style>",
    '<rect width="1" height="1" onload="alert(1)" onclick="alert(1)" data-secret="Ida Berg"/>',
    '<rect width="1" height="1" style="background:url(https://example.org/a.png);behavior:url(a.htc)"/>',
    '<g xmlns:i="http://example.org/i" i:path="/srv/ida"><i:secret>Ida Berg</i:secret></g>',
    '<html:iframe xmlns:html="http://www.w3.org/1999/xhtml" src="https://example.org"/>',
]


@pytest.mark.parametrize("inside", LEFT_OUT)
def test_t32_what_is_no_shape_is_left_out(inside: str) -> None:
    kept = cleaned(BOX + inside)
    for trace in ("script", "alert", "example.org", "passwd", "Ida", "secret", "onload", "import", "image", "iframe", "path", "behavior"):
        assert trace not in kept
    assert '<rect width="90" height="40" fill="#084"' in kept


# Refused, with the words that say what to do.
REFUSED = [
    ('<use href="https://example.org/a.svg#a"/>', "outside itself"),
    ('<use href="/etc/passwd"/>', "outside itself"),
    ('<use xlink:href="file:///etc/passwd#a"/>', "outside itself"),
    ('<use href="data:image/svg+xml;base64,AAAA"/>', "outside itself"),
    ('<rect fill="url(https://example.org/a)" width="1" height="1"/>', "outside itself"),
    ('<rect style="fill:url(//example.org/a)" width="1" height="1"/>', "outside itself"),
    ('<rect style="fill:u\\72l(//example.org/a)" width="1" height="1"/>', "outside itself"),
    ('<rect fill="UrL( \'https://example.org/a#b\' )" width="1" height="1"/>', "outside itself"),
    ('<rect mask="url(#a) url(https://example.org/a)" width="1" height="1"/>', "outside itself"),
    ("<style>.a { fill: url(https://example.org/a) }</style>", "outside itself"),
    ("<text>Ferns</text>", "letters"),
    ("<g><text><tspan>Ferns</tspan></text></g>", "letters"),
    ("<g>" * 60 + "</g>" * 60, "more intricate"),
    ("<g>" * 20_000 + "</g>" * 20_000, "more intricate"),
    ("<g/>" * 5_001, "more intricate"),
    ('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>', "more intricate"),
    ('<use id="a" href="#a"/>', "more intricate"),
    ('<clipPath id="a"><rect clip-path="url(#a)" width="1" height="1"/></clipPath>', "more intricate"),
    ("".join(f'<g id="a{one}"><use href="#a{one + 1}"/></g>' for one in range(2_400)), "more intricate"),
    ("<broken>", "cannot be read|that can be read"),
]
LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
SPY = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def bomb(depth: int, *, by: str = "use") -> str:
    """Ten to the power of `depth` shapes, in a kilobyte."""
    one = {"use": '<use href="#a{}"/>', "clip": '<rect clip-path="url(#a{})" width="1" height="1"/>'}[by]
    layers = (f'<g id="a{layer}">{one.format(layer - 1) * 10}</g>' for layer in range(1, depth))
    return f'<defs><g id="a0">{BOX}</g>{"".join(layers)}</defs><use href="#a{depth - 1}"/>'


@pytest.mark.parametrize(("inside", "words"), REFUSED)
def test_t32_drawing_is_refused_in_words(inside: str, words: str) -> None:
    with pytest.raises(DrawingRefusedError, match=words):
        clean_svg(drawing(BOX + inside))


@pytest.mark.parametrize("by", ["use", "clip"])
def test_t32_few_words_that_stand_for_many_shapes_are_refused(by: str) -> None:
    assert clean_svg(drawing(bomb(3, by=by))).content
    for depth in (5, 9, 300):
        with pytest.raises(DrawingRefusedError, match="more intricate"):
            clean_svg(drawing(bomb(depth, by=by)))


def test_t32_two_shapes_of_one_name_hide_no_bomb() -> None:
    with pytest.raises(DrawingRefusedError, match="more intricate"):
        clean_svg(drawing(bomb(9) + '<g id="a7"/>'))


@pytest.mark.parametrize("head", [LAUGHS, SPY, "<!DOCTYPE svg>"])
def test_t32_document_types_and_their_entities_are_refused(head: str) -> None:
    with pytest.raises(DrawingRefusedError, match="document type"):
        clean_svg((head + drawing().decode()).encode())


SIZES = [
    ('viewBox="0 0 100 50"', (100, 50)),
    ('viewBox="-5,-5 100 50" width="100%" height="12cm"', (100, 50)),
    ('width="100px" height="50px"', (100, 50)),
    ('width="10cm" height="5cm"', (10, 5)),
    ('viewBox="0 0 0 50"', None),
    ('viewBox="0 0 100"', None),
    ('viewBox="nan nan nan nan"', None),
    ('viewBox="0 0 1e400 1e400"', None),
    ('viewBox="0 0 200000 200000"', None),
    ('viewBox="0 0 1 500"', None),
    ('width="100%" height="50%"', None),
    ("", None),
]


@pytest.mark.parametrize(("size", "expected"), SIZES)
def test_drawing_says_how_large_it_is(size: str, expected: tuple[int, int] | None) -> None:
    data = drawing(opening=f'<svg xmlns="http://www.w3.org/2000/svg" {size}>')
    if expected is None:
        with pytest.raises(DrawingRefusedError, match="how large it is"):
            clean_svg(data)
    else:
        made = clean_svg(data)
        assert (made.width, made.height) == expected
        assert f'width="{expected[0]}" height="{expected[1]}"'.encode() in made.content


def test_colours_by_class_and_by_style_are_kept_and_the_later_wins() -> None:
    kept = cleaned('<style>.a, .b { fill: #123; stroke : red } .b{fill:#456}</style><rect class="a b" fill="#789" style="stroke:blue"/>')
    assert '<rect fill="#456" stroke="blue"' in kept


def test_gradients_masks_and_repeated_shapes_are_kept() -> None:
    inside = (
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#123"/></linearGradient>'
        '<linearGradient id="h" xlink:href="#g"/><mask id="m"><rect width="9" height="9" fill="#fff"/></mask>'
        '<path id="s" d="M0 0h9v9z"/></defs>'
        '<g mask="url(#m)"><use xlink:href="#s" fill="url(#h)"/></g>'
    )
    kept = cleaned(inside)
    for part in ('id="g"', 'href="#g"', 'mask="url(#m)"', 'href="#s"', 'fill="url(#h)"'):
        assert part in kept


def test_drawing_with_gradients_is_printed_as_a_picture_which_the_renderer_shows() -> None:
    gradient = '<linearGradient id="g" spreadMethod="reflect"><stop offset="0" stop-color="#123"/></linearGradient>'
    logo = read_logo(drawing(gradient + '<rect width="90" height="40" fill="url(#g)"/>'))
    assert (logo.media_type, logo.width, logo.height) == ("image/png", 300, 150)
    with Image.open(io.BytesIO(logo.content)) as printed:
        assert (printed.mode, printed.getpixel((20, 20))) == ("RGB", (0x11, 0x22, 0x33))
    # Tiny steps of a repeated gradient are work without end.
    assert b"spreadMethod" not in clean_svg(drawing(gradient)).content


@pytest.mark.parametrize("data", [gzip.compress(drawing(), mtime=0), b"<html></html>"])
def test_packed_drawings_and_other_markup_are_refused(data: bytes) -> None:
    with pytest.raises(PictureKindRefused):
        read_logo(data)


def test_drawing_of_nothing_but_white_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nothing of this logo can be seen"):
        read_logo(drawing('<rect width="90" height="40" fill="#fff"/>'))


def test_largest_drawing_is_taken_and_a_larger_one_is_not() -> None:
    room = limits.LOGO_SVG_BYTES - len(drawing())
    assert clean_svg(drawing(BOX + " " * room)).content
    with pytest.raises(DrawingRefusedError, match="larger than 300 kB"):
        clean_svg(drawing(BOX + " " * (room + 1)))


def test_what_comes_out_comes_out_once_more_the_same() -> None:
    once = clean_svg(drawing(bomb(2) + '<rect class="x" style="fill:url(#a0)"/>')).content
    assert clean_svg(once).content == once


def test_t32_no_file_is_read_and_nothing_is_asked(tmp_path: Path) -> None:
    named = tmp_path / "named.png"
    Image.new("RGB", (50, 50), "#000").save(named)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        port = listening.getsockname()[1]
        inside = f'<image href="{named}" width="50" height="50"/><image href="http://127.0.0.1:{port}/a.png" width="9" height="9"/>'
        with pytest.raises(InvalidInput, match="nothing of this logo can be seen"):
            read_logo(drawing(inside))
        with pytest.raises(TimeoutError):
            listening.accept()
    # Control: a renderer that is given the raw file reads what it names.
    raw = resvg_py.svg_to_bytes(svg_string=drawing(inside).decode(), skip_system_fonts=True)
    with Image.open(io.BytesIO(bytes(raw))) as seen:
        assert seen.convert("RGBA").getpixel((10, 10)) == (0, 0, 0, 255)


def test_t32_mutated_drawings_are_taken_or_refused_in_words() -> None:
    whole = drawing(bomb(2) + '<path d="M0 0h9v9z" style="fill:url(#a0)" transform="scale(2)"/>')
    for number in range(MUTATED):
        data = bytearray(whole)
        data[number * 7 % len(data)] ^= 1 + number % 255
        try:
            assert b"http" not in clean_svg(bytes(data)).content.replace(b"http://www.w3.org/2000/svg", b"")
        except DrawingRefusedError as refused:
            assert str(refused)
