"""Workbooks: every text is a cell of text, whatever it begins with, and nothing in the file runs or leads elsewhere (T36)."""

import pytest

from tests.hostile.checks import workbook_cells, workbook_problems
from webapp.domain import roster
from webapp.domain.roster import read_roster
from webapp.rendering import spreadsheet
from webapp.rendering.spreadsheet import csv_text, xlsx_file
from webapp.rendering.workbook import as_list

PAYLOADS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "＋1", "－1", "＠x", "{=SUM(A1)}"]
LIKE_OTHER_KINDS = ["https://example.org", "mailto:a@example.org", "007", "1e5"]


@pytest.mark.parametrize("payload", [*PAYLOADS, *LIKE_OTHER_KINDS], ids=ascii)
def test_t36_every_text_of_a_workbook_is_text(payload: str) -> None:
    file = xlsx_file(("a", "b"), [(payload, 7)], name="List")
    kinds, texts = zip(*workbook_cells(file), strict=True)
    assert kinds == ("s", "s", "s", "")
    assert texts[:2] == ("a", "b")
    assert texts[2].removeprefix("'") == payload
    assert workbook_problems(file) == []


@pytest.mark.parametrize("name", [*PAYLOADS[:4], *PAYLOADS[5:], "'=1+1", "'s-Hertogenbosch Society", "007"], ids=ascii)
def test_t36_list_that_was_given_away_is_imported_as_it_was(name: str) -> None:
    header, rows = ("society", "contact", "email"), [(name, name, "one@example.org")]
    for file in (csv_text(header, rows).encode(), as_list(xlsx_file(header, rows, name="List"))):
        [row] = read_roster(file)
        assert (row.entry.society, row.entry.contact) == (name, name)


def test_t36_control_import_that_keeps_the_apostrophe_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "from_cell", lambda cell: cell)
    [row] = read_roster(csv_text(("society", "contact", "email"), [("=1+1", "A", "one@example.org")]).encode())
    assert row.entry.society != "=1+1"


def test_characters_that_xml_cannot_hold_do_not_break_the_file() -> None:
    file = xlsx_file(("a",), [("x\0\x01\x1f\ufffe",), ("_x0041_",), ("\r\n",)], name="List")
    assert len(workbook_cells(file)) == 4
    assert workbook_problems(file) == []


def test_t36_control_workbook_without_the_apostrophe_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_harmless", lambda cell: cell)
    assert workbook_problems(xlsx_file(("a",), [("=1+1",)], name="List"))


def test_t36_control_formula_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_write", lambda sheet, row, column, cell: sheet.write_formula(row, column, "=1+1"))
    assert workbook_problems(xlsx_file(("a",), [("x",)], name="List"))
