"""What else sets a letter: Chromium’s print-to-PDF, and typst; each from the same words, pictures and fonts, in processor time."""

import html
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pypandoc

from webapp.domain.document import LetterDocument, SignatoryLine
from webapp.rendering.environment import ROOT, STATIC
from webapp.rendering.fonts import FOLDER, FONT_FILES
from webapp.rendering.text import statement_html

_SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_BREAK = " \\ "
_TYPST = """
#set document(title: [{title}], author: "{lead}", date: datetime(year: {dated.year}, month: {dated.month}, day: {dated.day}))
#set page(paper: "a4", margin: (left: 38mm, right: 36mm, y: 27mm), numbering: "1 / 1", footer-descent: 8mm)
#set text(font: ({fonts}), lang: "en", size: 11.3pt)
#let horizontalrule = line(length: 100%)
{lead}

{addressee}

= {title}

{statement}

== Signatories

{signed}

{roll}
"""


def chromium_ms(program: str, page: str, document: LetterDocument, folder: Path) -> float:
    """A whole run of the browser, as a program that prints by it would start it."""
    path, printed = folder / "letter.html", folder / "chromium.pdf"
    path.write_text(_on_its_own(page, document), encoding="utf-8")
    printed.unlink(missing_ok=True)
    command = [program, *_SWITCHES, f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer", f"--print-to-pdf={printed}"]
    taken = _counted("tests.bench.counted", *command, path.as_uri())
    assert printed.read_bytes().startswith(b"%PDF")
    shutil.rmtree(folder / "profile", ignore_errors=True)
    return taken


def typst_ms(document: LetterDocument, folder: Path) -> float:
    """The first compilation in a process, which has loaded typst already; the next of the same source is remembered."""
    source = folder / "letter.typ"
    for sha256, picture in document.pictures.items():
        (folder / _picture_name(document, sha256)).write_bytes(picture.content)
    source.write_text(_typst(document), encoding="utf-8")
    return _counted("tests.bench.typst_press", str(source), str(FOLDER))


def _counted(module: str, *arguments: str) -> float:
    command = [sys.executable, "-m", module, *arguments]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def _on_its_own(page: str, document: LetterDocument) -> str:
    """The HTML with style sheet, fonts and pictures where a browser finds them."""
    faces = "".join(
        f"@font-face {{ font-family: '{font.family}'; src: url({font.path.as_uri()});"
        f" font-style: {'italic' if 'Italic' in font.name else 'normal'}; font-weight: {_weight(font.name)}; }}"
        for font in FONT_FILES
    )
    style = (STATIC / "css" / "documents.css").read_text(encoding="utf-8")
    page = page.replace('<link rel="stylesheet" href="asset:documents.css">', f"<style>{faces}{style}</style>")
    for drawing in (STATIC / "documents").glob("*.svg"):
        page = page.replace(f"asset:{drawing.name}", drawing.as_uri())
    for sha256, picture in document.pictures.items():
        page = page.replace(f"asset:picture/{sha256}", f"data:{picture.media_type};base64,{b64encode(picture.content).decode()}")
    return page


def _weight(file_name: str) -> int:
    found = re.search(r"_(\d{3})", file_name)
    return int(found[1]) if found else 400


def _typst(document: LetterDocument) -> str:
    statement = statement_html(document.statement, document.references, language=document.language, style=document.style)
    return _TYPST.format(
        title=_quoted(document.title),
        lead=_quoted(document.lead_society),
        dated=document.dated,
        fonts='"EB Garamond", "Source Sans 3", "Amiri", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans SC"',
        addressee=_BREAK.join(_quoted(line) for line in document.addressee),
        statement=pypandoc.convert_text(statement, "typst", format="html"),
        signed=f"{len(document.signatories)} {document.collective_noun} have signed this letter.",
        roll=_roll(document),
    )


def _roll(document: LetterDocument) -> str:
    """In two columns, or one line each where the letter has it so."""
    if len(document.signatories) > 300:
        lines = (" · ".join(_facts(one)) for one in document.signatories)
        return f"#list(marker: none, {', '.join(f'[{line}]' for line in lines)})"
    items = (f"[{_logo(document, one)}{_BREAK.join(_facts(one))}]" for one in document.signatories)
    return f"#columns(2)[#list(marker: none, {', '.join(items)})]"


def _logo(document: LetterDocument, one: SignatoryLine) -> str:
    if not one.logo:
        return ""
    return f'#image("{_picture_name(document, one.logo)}", height: 8mm, alt: "{_quoted(one.printed_name)}") '


def _picture_name(document: LetterDocument, sha256: str) -> str:
    return f"{sha256}.{'svg' if 'svg' in document.pictures[sha256].media_type else 'png'}"


def _facts(one: SignatoryLine) -> list[str]:
    return [_quoted(fact) for fact in (one.printed_name, one.officer, one.office, one.country) if fact]


def _quoted(words: str) -> str:
    return re.sub(r'([\\#$*_`<>@\[\]"~])', r"\\\1", html.unescape(words))
