"""The press ends what hangs, grows or crashes, says so, and prints the next document as if nothing had been."""

import os
import signal
import subprocess
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.counts import IS_ASSURE
from webapp.domain.errors import RenderingFailed
from webapp.rendering.conformity import problems
from webapp.rendering.environment import ROOT, TEMPLATES
from webapp.rendering.fonts import FONT_FILES, uncovered_characters
from webapp.rendering.press import PRESS, RenderLimits

GOOD = (
    '<html lang="en"><head><title>Good</title><meta name="author" content="A">'
    '<meta name="dcterms.created" content="2026-04-28T00:00:00Z"></head><body><h1>Good</h1></body></html>'
)
# A bomb burns all that it is given.
_LIMITS = RenderLimits(wall_seconds=6, cpu_seconds=5) if IS_ASSURE else RenderLimits(wall_seconds=3, cpu_seconds=2)
ENDLESS = GOOD.replace("</h1>", "</h1>" + "<table><tr><td>" * 40 + "<p>word " * 20_000)


@pytest.fixture(autouse=True)
def next_document_is_printed() -> object:
    """Whatever a test does to the press, the next document must come out."""
    yield
    assert PRESS.pdf(GOOD, RenderLimits()).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        pytest.param(RenderLimits(wall_seconds=0.4), "takes longer than 0.4 seconds", id="time on the clock"),
        pytest.param(RenderLimits(cpu_seconds=1), "more time or memory", id="time of the processor"),
        pytest.param(RenderLimits(memory_bytes=260_000_000), "memory", id="memory"),
    ],
)
def test_document_that_takes_too_much_is_ended(limits: RenderLimits, reason: str) -> None:
    with pytest.raises(RenderingFailed, match=reason):
        PRESS.pdf(ENDLESS, limits)


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param("<div>" * 1_000_000, id="a million boxes"),
        pytest.param("<div style='display:grid;grid-template:repeat(100000,1px)/repeat(100000,1px)'>x</div>", id="a grid without end"),
        pytest.param("x" * 5_000_000, id="a word of five million letters"),
        pytest.param("<p style='font-size:1e9px'>x</p>", id="a letter larger than the sky"),
    ],
)
def test_bomb_is_contained(bomb: str) -> None:
    with pytest.raises(RenderingFailed):
        PRESS.pdf(GOOD.replace("</h1>", f"</h1>{bomb}"), _LIMITS)


def test_too_large_a_result_is_not_handed_over() -> None:
    with pytest.raises(RenderingFailed, match="too large"):
        PRESS.pdf(GOOD, RenderLimits(output_bytes=100))


def test_character_without_a_font_is_refused_and_described() -> None:
    with pytest.raises(RenderingFailed, match=r"“🦴” \(U\+1F9B4, BONE\)"):
        PRESS.pdf(GOOD.replace("</h1>", " 🦴</h1>"), RenderLimits())


def test_document_without_its_facts_is_refused() -> None:
    with pytest.raises(RenderingFailed, match="lacks title, author, language or date"):
        PRESS.pdf("<h1>Good</h1>", RenderLimits())


def test_error_of_the_renderer_is_told_without_words_of_the_document() -> None:
    with pytest.raises(RenderingFailed, match=r"an error of its own \(RecursionError at \w+\.py:\d+\)"):
        PRESS.pdf(GOOD.replace("</h1>", "</h1>" + "<div>Secret" * 3_000), RenderLimits())


def test_dead_helper_is_replaced() -> None:
    PRESS.pdf(GOOD, RenderLimits())
    assert PRESS._helper is not None
    first = PRESS._helper.process
    first.send_signal(signal.SIGKILL)
    first.wait()
    PRESS.pdf(GOOD, RenderLimits())
    assert PRESS._helper is not None
    assert PRESS._helper.process.pid != first.pid


def test_helper_that_is_stuck_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    PRESS.pdf(GOOD, RenderLimits())
    assert PRESS._helper is not None
    PRESS._helper.process.send_signal(signal.SIGSTOP)
    monkeypatch.setattr("webapp.rendering.press._SECONDS_TO_START", 0.2)
    with pytest.raises(RenderingFailed, match="did not answer"):
        PRESS.pdf(GOOD, RenderLimits())


def test_helper_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSIGNED_EXAMPLE_SECRET", "s3cret")
    PRESS.close()
    PRESS.pdf(GOOD, RenderLimits())
    assert PRESS._helper is not None
    environment = Path(f"/proc/{PRESS._helper.process.pid}/environ").read_text()
    assert {line.partition("=")[0] for line in environment.split("\0") if line} <= {
        "PYTHONPATH",
        "LANG",
        "FONTCONFIG_FILE",
        "HOME",
        "LC_CTYPE",
    }


def test_closing_leaves_no_process_and_no_folder() -> None:
    PRESS.pdf(GOOD, RenderLimits())
    helper = PRESS._helper
    assert helper is not None
    PRESS.close()
    assert helper.process.returncode is not None
    assert not Path(helper.folder).exists()


def test_press_can_print_what_it_warms_up_with() -> None:
    """Else it would end over it, after the first document of each."""
    assert problems(PRESS.pdf((TEMPLATES / "documents" / "warming.html").read_text(), RenderLimits())) == []


def test_threads_share_the_press() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: PRESS.pdf(GOOD, RenderLimits()), range(8)))
    assert len(made) == 1


_SCRIPT = f"""
import os, sys
from webapp.rendering.press import PRESS, RenderLimits
first = PRESS.pdf({GOOD!r}, RenderLimits())
child = os.fork()
if child == 0:
    os._exit(0 if PRESS.pdf({GOOD!r}, RenderLimits()) == first else 1)
assert os.waitpid(child, 0)[1] == 0
assert PRESS.pdf({GOOD!r}, RenderLimits()) == first
print("imported once, printed thrice")
"""


def test_command_line_and_forked_workers_can_print(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(_SCRIPT)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)}
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "imported once, printed thrice\n", "")
    # The forked worker ended without a farewell; its helper notices, and cleans up after it.
    deadline = time.monotonic() + 10
    while list(scratch.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(scratch.iterdir()) == []


_SHARING = f"""
import os, signal
from webapp.rendering.press import PRESS, RenderLimits

def shares_it():
    child = os.fork()
    if child == 0:
        made = PRESS.pdf({GOOD!r}, RenderLimits())
        is_shared = PRESS._helper.process.pid == shared
        PRESS.close()
        os._exit(int(is_shared) if made.startswith(b"%PDF") else 2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

PRESS.start()
shared = PRESS._helper.process.pid
print(shares_it(), shares_it(), PRESS._helper.process.poll())
os.kill(shared, signal.SIGKILL)
PRESS._helper.process.wait()
print(shares_it(), shares_it())
"""


def test_what_is_forked_shares_one_press_and_helps_itself_when_it_is_dead(tmp_path: Path) -> None:
    """No child ends the press of all with its own end; and each has one to print with, though the shared one is gone."""
    command = [sys.executable, "-W", "error", "-c", _SHARING]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 1 None\n0 0\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("style", ["font-family: Letter Serif", "font: italic 400 12pt Letter Serif", "font: 600 12pt Letter Sans"])
def test_what_counts_as_covered_is_never_an_empty_box(style: str) -> None:
    # Marks are left to the text engine, which joins most of them to a letter that has them built in.
    codes = [*range(0x20, 0x2E80), *range(0x3000, 0x30FF), *range(0x4E00, 0x4F00)]
    covered = [chr(code) for code in codes if unicodedata.category(chr(code))[0] in "LNPS" and not uncovered_characters(chr(code))]
    assert len(covered) > 3_000
    escaped = " ".join(f"&#{ord(character)};" for character in covered)
    PRESS.pdf(GOOD.replace("<h1>", f"<h1 style='{style}'>{escaped}"), RenderLimits())


def test_fonts_are_found_under_their_private_names_only() -> None:
    assert all(font.family.startswith("Letter ") and font.path.is_file() for font in FONT_FILES)
