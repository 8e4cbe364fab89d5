"""A picture that somebody uploaded becomes one of our own making: decoded and written anew in a process apart (`bar.md` T32, T33)."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass

from webapp.domain import limits
from webapp.domain.errors import InvalidInput, PictureKindRefused
from webapp.rendering.environment import ROOT
from webapp.rendering.program import run_program

_SECONDS = 15
_slots = threading.BoundedSemaphore(2)
_KINDS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
_PACKED = "This is a packed drawing (.svgz). Save the logo as “plain SVG”, or as PNG."
_OTHER = "This is no PNG, JPEG, WebP or SVG. Save the logo as one of them."
_TOO_LARGE = f"The file is larger than {limits.LOGO_BYTES // 1_000_000} MB. Save the logo smaller: 1,200 pixels are plenty."
_TOO_MUCH = "This picture is damaged, or takes more time or memory than a logo may. Save it as a plain PNG."


@dataclass(frozen=True)
class Logo:
    """A logo of our own making, without metadata."""

    media_type: str
    content: bytes
    """What documents show: a drawing (SVG), or a PNG on white, at most 300 pixels a side."""
    preview: bytes
    """A PNG on no ground, for pages."""
    width: int
    height: int


def read_logo(data: bytes) -> Logo:
    """The drawing, or the first frame of the picture, upright. Raises InvalidInput for what is damaged or too large, and
    PictureKindRefused for another kind of file."""
    if not data:
        raise InvalidInput("Choose a picture.", field="file")
    if len(data) > limits.LOGO_BYTES:
        raise InvalidInput(_TOO_LARGE, field="file")
    is_picture = data.startswith(_KINDS) and (not data.startswith(b"RIFF") or data[8:12] == b"WEBP")
    if not is_picture and not _is_like_svg(data):
        raise PictureKindRefused(_PACKED if data.startswith(b"\x1f\x8b") else _OTHER, field="file")
    command = [sys.executable, "-P", "-m", "webapp.rendering.logo_worker", *([] if is_picture else ["svg"])]
    try:
        with _slots:
            done = run_program(command, data, seconds=_SECONDS, environment={"PYTHONPATH": str(ROOT)})
    except subprocess.TimeoutExpired as error:
        raise InvalidInput(_TOO_MUCH, field="file") from error
    heading, _, made = done.stdout.partition(b"\n")
    if done.returncode != 0 or not heading:
        raise InvalidInput(_TOO_MUCH, field="file")
    answer = json.loads(heading)
    if answer["refusal"]:
        raise InvalidInput(answer["refusal"], field="file")
    return Logo(answer["media_type"], made[: answer["size"]], made[answer["size"] :], answer["width"], answer["height"])


def _is_like_svg(data: bytes) -> bool:
    head = data[:4_000].replace(b"\0", b"").lower()
    return b"<svg" in head or b"<?xml" in head or b"<!doctype" in head or b"<!entity" in head
