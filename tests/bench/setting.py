"""A letter set by ours, and by everything else that could set it, in the same run: milliseconds of processor time."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.bench import figures
from tests.bench.figures import Samples
from tests.bench.letters import society_names
from tests.bench.rivals import chromium_ms, typst_ms
from webapp.domain.document import LetterDocument, Picture, SignatoryLine
from webapp.rendering.checking import printed_pictures
from webapp.rendering.enclosure import Enclosure, as_job
from webapp.rendering.environment import ROOT
from webapp.rendering.fonts import fontconfig
from webapp.rendering.letter import letter_html
from webapp.rendering.pdf import enclosed_files
from webapp.rendering.press import RenderLimits

_PRINTERS = {figures.BARE_LETTER: ["bare_press"], figures.SET: ["printing", "in_process"], figures.LETTER: ["printing", "handed_over"]}
BROWSERS = {figures.CHROMIUM: "chromium", figures.CHROMIUM_SHELL: "chromium-headless-shell"}
_LIST = re.compile(r'<ul class="roll.*?</ul>', re.DOTALL)


@dataclass(frozen=True)
class Printer:
    """A process of `printing` or `bare_press`, which knows our fonts and no others."""

    process: subprocess.Popen[str]
    folder: Path

    def ms(self, job: Mapping[str, Any]) -> float:
        assert self.process.stdin and self.process.stdout
        path = self.folder / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


@contextmanager
def printers(folder: Path) -> Iterator[dict[str, Printer]]:
    """By the figure that each is measured for."""
    with ExitStack() as stack:
        yield {figure: stack.enter_context(_printer(folder, *kind)) for figure, kind in _PRINTERS.items()}


@contextmanager
def _printer(folder: Path, module: str, *kind: str) -> Iterator[Printer]:
    fonts = folder / "fonts.conf"
    fonts.write_text(fontconfig(folder), encoding="utf-8")
    command = [sys.executable, "-m", f"tests.bench.{module}", *kind]
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Printer(process, folder)
        finally:
            process.terminate()


def warm_up(ours: Mapping[str, Printer], document: LetterDocument) -> None:
    """What a process does once, at its first letter, is no part of the next."""
    for printer in ours.values():
        printer.ms(_job(with_signatories(document, 34)))


def measure_letters(ours: Mapping[str, Printer], document: LetterDocument, folder: Path, samples: Samples) -> None:
    for count, has_logos in figures.LETTERS:
        letter = with_signatories(document, count)
        if has_logos:
            letter = with_logos(letter)
        job, files = _job(letter), folder / "rivals"
        files.mkdir(exist_ok=True)
        taken = {figure: printer.ms(job) for figure, printer in ours.items()}
        taken[figures.BARE_TABLE] = ours[figures.BARE_LETTER].ms({**job, "html": as_table(job["html"], letter)})
        taken |= {
            figure: chromium_ms(path, job["html"], letter, files)
            for figure, program in BROWSERS.items()
            if (path := shutil.which(program)) is not None
        }
        taken[figures.TYPST] = typst_ms(letter, files)
        for figure, ms in taken.items():
            samples.add(figures.signed(figure, count, has_logos=has_logos), ms)


def with_signatories(document: LetterDocument, count: int) -> LetterDocument:
    line = document.signatories[0]
    return replace(document, signatories=tuple(replace(line, printed_name=name) for name in society_names(count)))


def with_logos(document: LetterDocument) -> LetterDocument:
    """A logo for each, no two alike: half of them drawings, half pictures of points as an upload leaves them."""
    logos = [_drawing(place) if place % 2 else _picture(place) for place in range(len(document.signatories))]
    names = [hashlib.sha256(logo.content).hexdigest() for logo in logos]
    return replace(
        document,
        layout=replace(document.layout, shows_logos=True),
        signatories=tuple(replace(one, logo=name) for one, name in zip(document.signatories, names, strict=True)),
        pictures={**document.pictures, **dict(zip(names, logos, strict=True))},
    )


def as_table(html: str, document: LetterDocument) -> str:
    """The same letter with its list as anybody would write it first."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in _cells(one))}</tr>" for one in document.signatories)
    table, count = _LIST.subn(f"<table>{rows}</table>", html, count=1)
    assert count == 1
    return table


def _cells(one: SignatoryLine) -> Iterator[str]:
    yield f'<img src="asset:picture/{one.logo}" width="60" alt="Logo">' if one.logo else ""
    yield from (escape(fact or "") for fact in (one.printed_name, one.officer, one.office, one.country))


def _job(letter: LetterDocument) -> dict[str, Any]:
    enclosure = Enclosure(printed_pictures(letter), enclosed_files(letter))
    return {"html": letter_html(letter), **asdict(RenderLimits()), **as_job(enclosure)}


def _drawing(place: int) -> Picture:
    shape = (
        f'<circle cx="40" cy="40" r="{20 + place % 20}" fill="#{place * 7919 % 0xFFFFFF:06x}"/><path d="M90 20h90v{10 + place % 40}h-90z"/>'
    )
    content = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80" width="200" height="80">{shape}</svg>'
    return Picture("image/svg+xml", content.encode(), 200, 80)


def _picture(place: int) -> Picture:
    drawn = Image.new("RGB", (300, 120), "white")
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((10, 10, 110, 110), fill=(place * 37 % 256, place * 91 % 256, place % 256))
    pen.polygon([(120, 10), (290, 10 + place % 100), (200, 110)], fill=(20, 40, 90))
    content = io.BytesIO()
    drawn.save(content, "PNG", optimize=True)
    return Picture("image/png", content.getvalue(), *drawn.size)
