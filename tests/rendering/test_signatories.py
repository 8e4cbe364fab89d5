import csv
import io
import json

import pytest

from webapp.domain.roster import read_roster
from webapp.rendering.signatories import signatories_csv, signatories_json, signatories_xlsx

from .letters import AWKWARD_NAMES, DIGEST, letter, signatories


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_csv_holds_every_signatory_in_order() -> None:
    rows = _rows(signatories_csv(letter()))
    assert rows[0] == ["position", "society", "acronym", "kind", "group", "country", "officer", "office", "recorded", "letter", "digest"]
    assert [row[1].removeprefix("'") for row in rows[1:]] == list(AWKWARD_NAMES)
    assert [row[0] for row in rows[1:]] == [str(place) for place in range(1, len(AWKWARD_NAMES) + 1)]


def test_r18_lists_of_two_letters_with_the_same_signatories_are_different_files() -> None:
    one, other = letter(), letter(reference="another")
    for made in (signatories_csv, signatories_json, signatories_xlsx):
        assert made(one) != made(other) and made(one) == made(letter())


def test_csv_says_that_it_is_utf_8_so_that_spreadsheets_read_every_name() -> None:
    written = signatories_csv(letter(signatories=signatories(("中华医学会",)))).encode()
    assert written.startswith(b'\xef\xbb\xbf"position"')
    assert written.decode("utf-8-sig").count("中华医学会") == 1
    assert read_roster(b"\xef\xbb\xbfsociety,contact,email\nA,B,c@d.example.org\n")[0].entry.society == "A"


def test_csv_lines_end_as_rfc_4180_has_it() -> None:
    text = signatories_csv(letter(signatories=signatories(("A, B", 'C "D"'))))
    assert text.count("\r\n") == 3
    assert '"C ""D"""' in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])
def test_csv_cell_is_never_a_formula(start: str) -> None:
    name = f"{start}cmd|' /C calc'!A0"
    assert _rows(signatories_csv(letter(signatories=signatories((name,)))))[1][1] == f"'{name}"


def test_json_counts_what_it_lists() -> None:
    content = json.loads(signatories_json(letter()))
    assert content["count"] == len(content["signatories"]) == len(AWKWARD_NAMES)
    assert [one["society"] for one in content["signatories"]] == list(AWKWARD_NAMES)
    assert (content["digest"], content["collective_noun"]) == (DIGEST, "societies")


def test_json_speaks_of_one_society() -> None:
    assert json.loads(signatories_json(letter(signatories=signatories(("Only One",)))))["collective_noun"] == "society"
