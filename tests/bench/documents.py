"""The documents: the letter as PDF beside bare WeasyPrint, the statement beside bare pandoc. Wall-clock milliseconds, warm."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pypandoc

from tests.bench import figures
from tests.bench.figures import Samples
from tests.bench.letters import society_names
from webapp.domain.document import LetterDocument
from webapp.rendering.environment import ROOT
from webapp.rendering.fonts import fontconfig
from webapp.rendering.letter import letter_html
from webapp.rendering.pdf import letter_pdf
from webapp.rendering.text import statement_html

_SIZES = ((34, figures.BARE_PDF, figures.PDF), (1000, figures.BARE_PDF_1000, figures.PDF_1000))


@dataclass(frozen=True)
class BarePress:
    """WeasyPrint in a process of its own, which knows our fonts and nothing else of ours."""

    process: subprocess.Popen[str]
    folder: Path

    def ms(self, html: str) -> float:
        assert self.process.stdin and self.process.stdout
        path = self.folder / "letter.html"
        path.write_text(html, encoding="utf-8")
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


@contextmanager
def bare_press(folder: Path) -> Iterator[BarePress]:
    fonts = folder / "fonts.conf"
    fonts.write_text(fontconfig(folder), encoding="utf-8")
    command = [sys.executable, "-m", "tests.bench.bare_press"]
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield BarePress(process, folder)
        finally:
            process.terminate()


def with_signatories(document: LetterDocument, count: int) -> LetterDocument:
    line = document.signatories[0]
    return replace(document, signatories=tuple(replace(line, printed_name=name) for name in society_names(count)))


def measure_letters(press: BarePress, document: LetterDocument, samples: Samples) -> None:
    for count, bare, ours in _SIZES:
        letter = with_signatories(document, count)
        samples.add(bare, press.ms(letter_html(letter)))
        samples.add(ours, _ms(lambda letter=letter: letter_pdf(letter)))


def warm_up(press: BarePress, document: LetterDocument) -> None:
    letter = with_signatories(document, 1)
    press.ms(letter_html(letter))
    letter_pdf(letter)


def measure_statement(document: LetterDocument, samples: Samples) -> None:
    # The number makes it a text that was never converted before.
    text = f"{document.statement}\n\nCounted at {time.monotonic_ns()}.\n"

    def convert() -> str:
        return statement_html(text, document.references, language=document.language)

    program = [pypandoc.get_pandoc_path(), "--from", "markdown", "--to", "html5"]
    samples.add(figures.PANDOC, _ms(lambda: subprocess.run(program, input=text.encode(), capture_output=True, check=True)))
    samples.add(figures.STATEMENT, _ms(convert))
    samples.add(figures.STATEMENT_AGAIN, _ms(convert))


def _ms(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000
