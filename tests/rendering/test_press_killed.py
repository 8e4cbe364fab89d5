"""Whatever becomes of the renderer, and whatever is given to it: a whole document or a sentence, and the next one is made."""

import hashlib
import json
import os
import signal
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.counts import times
from webapp.domain.document import Picture
from webapp.domain.errors import PictureFailed, RenderingFailed
from webapp.rendering.conformity import problems
from webapp.rendering.enclosure import Enclosure
from webapp.rendering.environment import TEMPLATES
from webapp.rendering.pdf import letter_pdf
from webapp.rendering.press import PRESS, Press, RenderLimits

from .letters import letter, signatories
from .pdf_text import squeezed, text_of
from .test_press import GOOD

LETTER = (TEMPLATES / "documents" / "warming.html").read_text(encoding="utf-8")
PATIENT = RenderLimits(wall_seconds=300, cpu_seconds=250)
_FAILED = b""


@pytest.fixture(autouse=True)
def next_document_is_printed() -> object:
    yield
    assert PRESS.pdf(GOOD, RenderLimits()).startswith(b"%PDF-1.7")


def _helper() -> int:
    PRESS.start()
    assert PRESS._helper is not None
    return PRESS._helper.process.pid


def _kill_children() -> None:
    """What the helper has forked for the document in hand, and nothing else."""
    helper = _helper()
    for child in Path(f"/proc/{helper}/task/{helper}/children").read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)


def _printed_while(kill: Callable[[], None], *, after: float) -> bytes:
    """The letter, or nothing where a sentence came instead."""
    killer = threading.Timer(after, kill)
    killer.start()
    try:
        return PRESS.pdf(LETTER, RenderLimits())
    except RenderingFailed as failure:
        assert str(failure).endswith("Nothing was stored; you can try again.")
        return _FAILED
    finally:
        killer.join()


def test_renderer_killed_at_any_moment_leaves_the_whole_document_or_a_sentence() -> None:
    PRESS.pdf(LETTER, RenderLimits())
    started = time.monotonic()
    whole = PRESS.pdf(LETTER, RenderLimits())
    taken, moments = time.monotonic() - started, times(60)
    outcomes = [_printed_while(_kill_children, after=taken * (moment + 1) / (moments + 1)) for moment in range(moments)]
    assert set(outcomes) <= {whole, _FAILED}
    assert _FAILED in outcomes


def test_document_in_hand_outlives_the_process_that_began_it() -> None:
    whole = PRESS.pdf(LETTER, RenderLimits())
    helper = _helper()
    assert _printed_while(lambda: os.kill(helper, signal.SIGKILL), after=0.1) in {whole, _FAILED}
    assert PRESS.pdf(LETTER, RenderLimits()) == whole
    assert _helper() != helper


def _answering(monkeypatch: pytest.MonkeyPatch, *, promised: int, sent: int) -> Press:
    """A press whose child promises a document of one size and ends after so much of it."""

    def answer(far: socket.socket) -> None:
        with far, far.makefile("rwb") as stream:
            stream.write(b"started\n")
            stream.flush()
            stream.readline()
            stream.write(json.dumps({"failure": None, "size": promised}).encode() + b"\n" + b"%PDF"[:sent].ljust(sent, b"x"))

    ours, theirs = socket.socketpair()
    press = Press()
    monkeypatch.setattr(press, "_connection", lambda: ours)
    threading.Thread(target=answer, args=(theirs,)).start()
    return press


@pytest.mark.parametrize("sent", [0, 1, 999])
def test_half_a_document_is_none(sent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RenderingFailed, match="Nothing was stored"):
        _answering(monkeypatch, promised=1_000, sent=sent).pdf(GOOD, RenderLimits())


def test_control_without_a_promised_size_half_a_document_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(_answering(monkeypatch, promised=500, sent=500).pdf(GOOD, RenderLimits())) == 500


def _png(side: int) -> bytes:
    """One grey square, a few hundred kilobytes at most however large it says it is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed, row = zlib.compressobj(9), bytes(side // 8 + 1)
    rows = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def _svg(content: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9">{content}</svg>'.encode()


def _uses(depth: int) -> bytes:
    """Each group shows the one before it ten times."""
    groups = "".join(f'<g id="g{level}">{f"""<use href="#g{level - 1}"/>""" * 10}</g>' for level in range(1, depth))
    return _svg(f'<g id="g0"><path d="M0 0h1v1z"/></g>{groups}<use href="#g{depth - 1}"/>')


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(_png(20_000), "image/png", id="400 million points"),
        pytest.param(_uses(9), "image/svg+xml", id="a hundred million uses"),
        pytest.param(_svg("<g>" * 20_000 + "</g>" * 20_000), "image/svg+xml", id="20,000 groups, one in the other"),
        pytest.param(_svg("<!DOCTYPE x>"), "image/svg+xml", id="no drawing"),
    ],
)
def test_poisoned_picture_that_came_past_all_cleaning_ends_in_a_sentence(content: bytes, media_type: str) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    html = GOOD.replace("</h1>", f'</h1><p><img src="asset:picture/{sha256}" alt="A logo"></p>')
    with pytest.raises((RenderingFailed, PictureFailed)):
        PRESS.pdf(html, RenderLimits(cpu_seconds=1), Enclosure({sha256: Picture(media_type, content, 9, 9)}))


def test_control_the_same_drawing_with_few_uses_is_printed() -> None:
    content = _uses(2)
    sha256 = hashlib.sha256(content).hexdigest()
    html = GOOD.replace("</h1>", f'</h1><p><img src="asset:picture/{sha256}" alt="A logo"></p>')
    assert problems(PRESS.pdf(html, RenderLimits(), Enclosure({sha256: Picture("image/svg+xml", content, 9, 9)}))) == []


@pytest.mark.assure
@pytest.mark.parametrize("count", [1_000, 5_000])
def test_thousands_are_printed_each_once_and_in_order(count: int) -> None:
    names = tuple(f"Society of the {place}th Example" for place in range(1, count + 1))
    pdf = letter_pdf(letter(statement="Short.", signatories=signatories(names)), limits=PATIENT)
    assert problems(pdf) == []
    printed = squeezed(text_of(pdf, "-raw"))
    places = [printed.find(squeezed(name)) for name in names]
    assert -1 not in places
    assert places == sorted(places)
    assert printed.count("Societyofthe") == count
