"""Decodes one picture and writes it anew, in a process apart and limited, and ends. Knows no secret, database or request."""

import io
import json
import resource
import sys
from dataclasses import dataclass

import resvg_py
from PIL import Image, ImageOps

from webapp.domain import limits
from webapp.rendering.logo_svg import DrawingRefusedError, clean_svg

_CPU_SECONDS = 8
_MEMORY_BYTES = 700_000_000
# On a page it may be looked at closely; on paper it is some three centimetres wide.
_LONGEST_SIDE, _LONGEST_PRINTED, _LONGEST_DRAWN = 1_200, 300, 720
# Of 255: what is paler everywhere cannot be seen on paper.
_PALEST = 235
_FORMATS = ("PNG", "JPEG", "WEBP")
_TOO_WIDE = (
    f"The picture is larger than {limits.LOGO_SIDE:,} pixels a side, or {limits.LOGO_PIXELS // 1_000_000} million in all. "
    "Save it smaller: 1,200 pixels are plenty."
)
_UNSEEN = "On white paper nothing of this logo can be seen. Choose the one that is made for light grounds."


class _RefusedError(Exception):
    """The picture is not taken; `str(error)` says why, for a person."""


@dataclass(frozen=True)
class _Made:
    """What documents show, and a PNG of it for pages."""

    media_type: str
    content: bytes
    preview: bytes
    width: int
    height: int


def main() -> None:
    """From standard input to standard output: one line of JSON, then what documents show, then the PNG for pages."""
    for kind, most in (
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    is_drawing = sys.argv[1:] == ["svg"]
    data = sys.stdin.buffer.read()
    # Over a broken picture a decoder may raise whatever it likes: the process then ends with that, which says enough.
    try:
        made = _drawn_anew(data) if is_drawing else _painted_anew(data)
    except (_RefusedError, DrawingRefusedError) as refusal:
        sys.stdout.buffer.write(json.dumps({"refusal": str(refusal)}).encode() + b"\n")
        return
    heading = {"refusal": None, "media_type": made.media_type, "size": len(made.content), "width": made.width, "height": made.height}
    sys.stdout.buffer.write(json.dumps(heading).encode() + b"\n" + made.content + made.preview)


def _painted_anew(data: bytes) -> _Made:
    # Its size is read from the header and judged here, before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
        width, height = picture.size
        if max(width, height) > limits.LOGO_SIDE or width * height > limits.LOGO_PIXELS:
            raise _RefusedError(_TOO_WIDE)
        picture.load()
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    printed = _on_white(upright)
    # A translucent picture costs a renderer five times as much, and paper is white.
    printed.thumbnail((_LONGEST_PRINTED, _LONGEST_PRINTED))
    return _Made("image/png", _png(printed), _png(upright), *printed.size)


def _drawn_anew(data: bytes) -> _Made:
    drawing = clean_svg(data)
    scale = _LONGEST_DRAWN / max(drawing.width, drawing.height)
    width, height = max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale))
    # Never what was uploaded, only what we have written.
    drawn = bytes(resvg_py.svg_to_bytes(svg_string=drawing.content.decode(), skip_system_fonts=True, width=width, height=height))
    with Image.open(io.BytesIO(drawn), formats=("PNG",)) as picture:
        preview = picture.convert("RGBA")
    printed = _on_white(preview)
    if drawing.has_gradients:
        # WeasyPrint 70 leaves the gradients of a drawing out where it stands beside a name.
        printed.thumbnail((_LONGEST_PRINTED, _LONGEST_PRINTED))
        return _Made("image/png", _png(printed), _png(preview), *printed.size)
    return _Made("image/svg+xml", drawing.content, _png(preview), max(1, round(drawing.width)), max(1, round(drawing.height)))


def _on_white(picture: Image.Image) -> Image.Image:
    """As it is printed. Raises where that is nothing."""
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(picture, mask=picture.getchannel("A"))
    if not any(sheet.convert("L").histogram()[: _PALEST + 1]):
        raise _RefusedError(_UNSEEN)
    return sheet


def _png(picture: Image.Image) -> bytes:
    # Onto a sheet of its own: a copy would bring profiles, places and comments along.
    sheet = Image.new(picture.mode, picture.size)
    sheet.paste(picture)
    written = io.BytesIO()
    sheet.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
