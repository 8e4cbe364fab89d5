"""The table of dispositions as a PDF: every comment, what became of it, and why, under the letter's title and the counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from webapp.domain.comment import DispositionLine, disposition_sentence
from webapp.rendering.dates import long_date
from webapp.rendering.environment import document_environment
from webapp.rendering.fonts import printable, uncovered_characters
from webapp.rendering.press import PRESS, RenderLimits

HEADING = "Table of dispositions"
MOST_LINES = 250
MOST_CHARACTERS = 250_000
"""In one file: about a third of what a document may cost the press. A longer table is several files."""
_LONG = 1_500
_LIMITS = RenderLimits()


@dataclass(frozen=True)
class DispositionsDocument:
    """What a printed table says. `revision` is the newest of the letter, 0 where there is none; `part` counts from 1."""

    title: str
    language: str
    lead_society: str
    reference: str
    dated: date
    revision: int
    lines: Sequence[DispositionLine]
    """The whole table; printed is the part."""
    part: int = 1


def dispositions_pdf(document: DispositionsDocument, *, limits: RenderLimits = _LIMITS) -> bytes:
    """The PDF (PDF/A-3a with PDF/UA-1 tags), the same bytes for the same document.

    What a society has said cannot be put in other words, so a sign that no font holds does not stop the table: it stands as its number.
    Raises RenderingFailed where the render was refused, died, took too long or grew too large.
    """
    return PRESS.pdf(dispositions_html(document), limits)


def dispositions_html(document: DispositionsDocument) -> str:
    """The document as HTML, ready to be set."""
    parts = parts_of(document.lines)
    lines = parts[document.part - 1]
    template = document_environment().get_template("documents/dispositions.html")
    return template.render(
        document=document,
        lines=lines,
        heading=f"{HEADING}, {part_words(lines)}" if len(parts) > 1 else HEADING,
        dated=long_date(document.dated, document.language),
        summary=disposition_sentence(document.lines),
        blocking=sum(line.is_blocking for line in document.lines),
        unprinted=[f"U+{ord(one):04X}" for one in uncovered_characters(_words(document, lines))],
        printable=printable,
        long_comment=_LONG,
    )


def parts_of(lines: Sequence[DispositionLine]) -> list[Sequence[DispositionLine]]:
    """The table cut into as many files as it needs, at least one; no line is cut."""
    parts: list[list[DispositionLine]] = [[]]
    size = 0
    for line in lines:
        length = line.length
        if parts[-1] and (len(parts[-1]) == MOST_LINES or size + length > MOST_CHARACTERS):
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += length
    return list(parts)


def file_names(lines: Sequence[DispositionLine]) -> list[str]:
    """What each file of this table is called where it is offered; none for an empty table."""
    parts = parts_of(lines)
    if len(parts) == 1:
        return ["The table as PDF"] if lines else []
    return [f"{part_words(one).capitalize()} as PDF" for one in parts]


def part_words(lines: Sequence[DispositionLine]) -> str:
    """“comments 1 to 250”."""
    first, last = lines[0].number, lines[-1].number
    return f"comment {first}" if first == last else f"comments {first:,} to {last:,}"


def _words(document: DispositionsDocument, lines: Sequence[DispositionLine]) -> str:
    return "".join((document.title, document.lead_society, document.reference, *(line.said for line in lines)))
