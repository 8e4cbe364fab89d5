"""T23 in the document: after the oddest name, the next row reads as it was given."""

import itertools
import re

import pytest

from tests.counts import times
from tests.hostile_names import batches, taken_names
from webapp.domain.document import SignatoryLine
from webapp.rendering.fonts import uncovered_characters
from webapp.rendering.pdf import letter_pdf

from .letters import letter
from .pdf_text import text_of

MANY = times(5_000)
IN_A_ROLL, IN_LINES = 120, 500
"""Rows of a list with boxes, and of one with plain lines: the document takes the second beyond 300 names."""


# A bracket in a right-to-left name is drawn with the glyph of its mirror image, and WeasyPrint gives each glyph of a font one meaning:
# on paper every bracket is right, but what is copied from the other rows may hold the mirrored one. So order is judged without them.
_BRACKETS = str.maketrans("()[]", "||||")
_ROW = re.compile(r"Row \d+ \|of 50 %\|, \|A-1\|")


def as_given(number: int) -> str:
    return f"Row {number} (of 50 %), [A-1]"


def next_row(number: int) -> str:
    return f"Row {number} |of 50 %|, |A-1|"


def rows_after(names: list[str]) -> list[str]:
    """What stands in the PDF of each honest row; every second row is an odd name."""
    pairs = [(SignatoryLine(name, None, None, None), SignatoryLine(as_given(n), None, None, None)) for n, name in enumerate(names)]
    pdf = letter_pdf(letter(signatories=tuple(itertools.chain.from_iterable(pairs)), statement="We write.", references=()))
    return _ROW.findall(" ".join(text_of(pdf, "-raw").split()).translate(_BRACKETS))


def printable(count: int) -> list[str]:
    return [name for name in taken_names(count) if not uncovered_characters(name)]


@pytest.mark.parametrize("rows", [IN_A_ROLL, IN_LINES], ids=["in a roll", "in plain lines"])
def test_t23_row_after_an_odd_name_keeps_its_order(rows: int) -> None:
    for names in batches(printable(MANY), rows):
        assert rows_after(names) == [next_row(number) for number in range(len(names))]


def test_t23_control_override_that_leaks_into_the_next_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    given = as_given
    monkeypatch.setitem(globals(), "as_given", lambda number: f"\u202e{given(number)}")
    assert rows_after(["Pain Society"] * 5) != [next_row(number) for number in range(5)]
