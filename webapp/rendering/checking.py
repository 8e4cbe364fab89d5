"""What a letter says of itself: its digest, and once it is sealed how anybody can check it."""

import hashlib
import io
from functools import cache
from typing import Any

import segno

from webapp.domain.document import AuthorityLine, LetterDocument, Picture
from webapp.rendering.dates import long_date
from webapp.rendering.subject import how_long, which_text
from webapp.rendering.words import Words

_INK = "#16202c"


def checking_facts(document: LetterDocument, words: Words) -> dict[str, Any]:
    """For the last pages of the letter."""
    proof = document.proof
    return {
        "revision": which_text(document, words),
        "annex_lines": [_annex_line(line, document.language, words) for line in document.authority],
        "code": code_of(proof.address)[0] if proof else "",
        "record_length": how_long(document, words) if proof else "",
    }


def _annex_line(line: AuthorityLine, language: str, words: Words) -> dict[str, str]:
    return {
        "society": line.society,
        "who": ", ".join(part for part in (line.officer, line.office) if part) or "–",
        "decided_by": line.decided_by or "–",
        "decided_on": long_date(line.decided_on, language) if line.decided_on else "",
        "confirmed": words.known(line.confirmed) or "–",
    }


@cache
def code_of(address: str) -> tuple[str, Picture]:
    """The address as a QR code (ISO/IEC 18004), and the SHA-256 by which the paper calls it."""
    written = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(written, kind="svg", border=0, dark=_INK, xmldecl=False, nl=False)
    side = int(code.symbol_size(border=0)[0])
    return hashlib.sha256(written.getvalue()).hexdigest(), Picture("image/svg+xml", written.getvalue(), side, side)


def printed_pictures(document: LetterDocument) -> dict[str, Picture]:
    """Everything that the paper shows and does not say in words."""
    codes = [code_of(document.proof.address)] if document.proof else []
    return {**document.pictures, **dict(codes)}
