"""A text goes into a cell and comes back as it was; what a spreadsheet would run it does not (T36)."""

import pytest

from webapp.domain.cell import as_cell, from_cell

PAYLOADS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_t36_cell_that_would_be_run_gets_one_apostrophe_and_gives_one_back(payload: str) -> None:
    assert as_cell(payload) == f"'{payload}"
    assert from_cell(f"'{payload}") == payload


@pytest.mark.parametrize(
    "text", [*PAYLOADS, *(f"'{one}" for one in PAYLOADS), "''=1", "", "'", "’t Gooi", "'s-Hertogenbosch Society", "A = B"], ids=ascii
)
def test_t36_every_text_comes_back_as_it_was(text: str) -> None:
    assert from_cell(as_cell(text)) == text
    assert not as_cell(text).startswith(tuple("=+-@\t\r\n\0＝＋－＠"))


@pytest.mark.parametrize("text", ["'s-Hertogenbosch Society", "'quoted'", "Société “Ferns”, =x", "'"])
def test_plain_text_is_left_alone(text: str) -> None:
    assert as_cell(text) == from_cell(text) == text
