"""Decodes one picture and writes it anew, in a process apart and limited, and ends. Knows no secret, database or request."""

import io
import json
import resource
import sys

from PIL import Image, ImageOps

from webapp.domain import limits

_CPU_SECONDS = 8
_MEMORY_BYTES = 700_000_000
_LONGEST_SIDE = 1_200
_FORMATS = ("PNG", "JPEG", "WEBP")
_TOO_WIDE = (
    f"The picture is larger than {limits.LOGO_SIDE:,} pixels a side, or {limits.LOGO_PIXELS // 1_000_000} million in all. "
    "Save it smaller: 1,200 pixels are plenty."
)


class _RefusedError(Exception):
    """The picture is not taken; `str(error)` says why, for a person."""


def main() -> None:
    """From standard input to standard output: one line of JSON, and after it the PNG."""
    for kind, most in (
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    answer: dict[str, object]
    # Over a broken picture a decoder may raise whatever it likes: the process then ends with that, which says enough.
    try:
        content, width, height = _written_anew(sys.stdin.buffer.read())
        answer = {"refusal": None, "width": width, "height": height}
    except _RefusedError as refusal:
        content, answer = b"", {"refusal": str(refusal)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)


def _written_anew(data: bytes) -> tuple[bytes, int, int]:
    # Its size is read from the header and judged here, before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
        width, height = picture.size
        if max(width, height) > limits.LOGO_SIDE or width * height > limits.LOGO_PIXELS:
            raise _RefusedError(_TOO_WIDE)
        picture.load()
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    # Onto a sheet of its own: a copy would bring profiles, places and comments along.
    sheet = Image.new("RGBA", upright.size)
    sheet.paste(upright)
    written = io.BytesIO()
    sheet.save(written, "PNG", optimize=True)
    return written.getvalue(), *sheet.size


if __name__ == "__main__":
    main()
