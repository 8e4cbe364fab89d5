"""The addresses leave by permission, proof and event, and nothing in the file runs as a formula (T36)."""

import csv
import io

import pytest

from tests.browser import Browser
from tests.dump import unchanged
from tests.factories import ANNA, BRUNO, COORDINATOR
from tests.hostile.checks import workbook_cells, workbook_problems
from tests.web.test_access import token_of
from tests.web.world import ACCOUNTS, Person, World
from webapp.rendering.spreadsheet import csv_text

PAYLOADS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x"]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_addresses_come_as_a_file_after_the_code_and_the_record_says_so(world: World) -> None:
    browser, letter = Browser(world.app), world.facts.letters["signing"]
    world.sign_in(browser, is_proved=False)
    browser.get(f"/letters/{letter}/roster")
    browser.follow("Export the addresses")
    page = browser.press("Export the addresses", status=403)
    assert page.heading == "Confirm that it is you"
    sent = {**page.values(page.form("Confirm and")), "proof_code": world.mail.code(COORDINATOR)}
    answer = browser.ask(f"/letters/{letter}/roster/addresses", "POST", data=sent)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=addresses-{letter}.csv"
    assert answer.mimetype == "text/csv"
    assert [row["email"] for row in rows(answer.text)] == [ANNA, BRUNO]
    record = browser.get(f"/letters/{letter}/record")
    assert "Addresses of the representatives exported" in record.text
    assert ANNA not in record.text


def test_addresses_come_as_a_workbook_where_that_was_pressed(world: World) -> None:
    browser, letter = Browser(world.app), world.facts.letters["signing"]
    world.sign_in(browser, is_proved=False)
    browser.get(f"/letters/{letter}/roster/addresses")
    page = browser.press("Export them for Excel (XLSX)", xlsx="1", status=403)
    sent = {**page.values(page.form("Confirm and")), "proof_code": world.mail.code(COORDINATOR)}
    answer = browser.ask(f"/letters/{letter}/roster/addresses", "POST", data=sent)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=addresses-{letter}.xlsx"
    cells = [text for _kind, text in workbook_cells(answer.data)]
    assert {ANNA, BRUNO} <= set(cells)
    assert workbook_problems(answer.data) == []


@pytest.mark.parametrize("person", [Person.READER, Person.DRAFTER, Person.STRANGER])
def test_whoever_may_not_export_gets_neither_file_nor_link(world: World, person: Person) -> None:
    browser, letter = world.browser(person), world.facts.letters["signing"]
    token = token_of(browser)
    with unchanged(world.engine):
        status = 404 if person is Person.STRANGER else 403
        browser.post(f"/letters/{letter}/roster/addresses", {"csrf_token": token}, status=status)
    if person in {Person.READER, Person.DRAFTER}:
        assert ACCOUNTS[person] in browser.get(f"/letters/{letter}/roster").text
        assert "Export the addresses" not in browser.page.text


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_t36_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(payload: str) -> None:
    text = csv_text(("a", "b"), [(payload, "plain"), ("plain", payload)])
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert read[1:] == [[f"'{payload}", "plain"], ["plain", f"'{payload}"]]


def test_t36_control_plain_cell_is_left_alone() -> None:
    assert rows(csv_text(("a",), [("Société “Ferns”, =x",)])) == [{"a": "Société “Ferns”, =x"}]
