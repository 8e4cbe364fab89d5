"""A workbook gives its rows as they are shown, or a sentence; it computes nothing, fetches nothing and never takes long (T34, T35)."""

import contextlib
import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import times
from tests.workbooks import BOOK, RELATIONS, rows_of, sheet, workbook
from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.roster import RosterEntry, read_roster
from webapp.rendering.workbook import as_list, is_workbook, read_workbook

HEADINGS = ["society", "contact", "email"]
ONE = ["Pain, Spine & “Co”", "Ida Berg", "ida@example.org"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def cell(address: str, value: str, kind: str = "", formula: str = "") -> str:
    typed = f' t="{kind}"' if kind else ""
    return f'<c r="{address}"{typed}>{f"<f>{formula}</f>" if formula else ""}<v>{value}</v></c>'


def test_list_of_a_workbook_is_the_list_of_its_csv_file() -> None:
    (row,) = read_roster(as_list(workbook([HEADINGS, ONE])))
    assert (row.number, row.entry) == (2, RosterEntry(*ONE))


def test_csv_file_is_left_as_it_is() -> None:
    assert as_list(b"society\n") == b"society\n"
    assert not is_workbook(b"society\n")


def test_shared_words_are_put_together_without_how_they_are_spoken() -> None:
    words = f'<sst xmlns="{MAIN}"><si><r><t>Pain </t></r><r><t>Society</t></r><rPh><t>spoken</t></rPh></si></sst>'
    rows = f'<row r="1">{cell("A1", "0", "s")}</row>'
    assert read_workbook(workbook(rows=rows, parts={"xl/sharedStrings.xml": words})) == [["Pain Society"]]


def test_formula_is_never_computed_and_shows_what_was_last_shown() -> None:
    rows = (
        f'<row r="1">{cell("A1", "4", formula="2+2")}{cell("B1", "shown", "str", formula="HYPERLINK(1)")}{cell("C1", "#REF!", "e")}</row>'
    )
    assert read_workbook(workbook(rows=rows)) == [["4", "shown"]]


def test_cells_stand_where_they_were_and_blank_rows_are_counted() -> None:
    rows = f'<row r="1">{cell("A1", "society", "str")}</row><row r="4">{cell("C4", "x", "str")}</row>'
    assert read_workbook(workbook(rows=rows)) == [["society"], [], [], ["", "", "x"]]


def test_first_sheet_that_is_shown_is_read() -> None:
    book = BOOK.replace("<sheets>", '<sheets><sheet name="Old" sheetId="2" state="hidden" r:id="rId2"/>')
    relations = RELATIONS.replace("</Relationships>", '<Relationship Id="rId2" Type="x" Target="worksheets/old.xml"/></Relationships>')
    parts = {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": relations, "xl/worksheets/old.xml": sheet(rows_of([["old"]]))}
    assert read_workbook(workbook([["new"]], parts=parts)) == [["new"]]


def test_most_rows_are_taken() -> None:
    people = [[f"Society {number}", "Ida Berg", f"i{number}@example.org"] for number in range(limits.ROSTER_ROWS)]
    assert len(read_roster(as_list(workbook([HEADINGS, *people])))) == limits.ROSTER_ROWS


BOMB = sheet("<row r='1'>" + "<c><v>1</v></c>" * 400_000 + "</row>")
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + sheet('<row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row>')
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet('<row r="1"><c t="inlineStr"><is><t>&a;</t></is></c></row>')
OUTSIDE = RELATIONS.replace('Target="worksheets/sheet1.xml"', 'Target="http://127.0.0.1:9/x" TargetMode="External"')
UPWARDS = RELATIONS.replace("worksheets/sheet1.xml", "../../../../etc/passwd")

REFUSED = [
    ("an old workbook", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel"),
    ("a workbook with a password", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("half a workbook", workbook([HEADINGS, ONE])[:200], "damaged"),
    ("nothing but the first bytes", b"PK\x03\x04", "damaged"),
    ("too large a file", b"PK\x03\x04" + b"\0" * limits.ROSTER_BYTES, "larger than 1 MB"),
    ("a text of Word", workbook(parts={"xl/workbook.xml": "<document/>"}), "damaged"),
    ("a bomb of cells", workbook(parts={"xl/worksheets/sheet1.xml": BOMB}), "damaged"),
    ("a part that becomes too large", workbook(parts={"xl/worksheets/sheet1.xml": " " * 40_000_000}), "damaged"),
    ("laughs by the billion", workbook(parts={"xl/worksheets/sheet1.xml": LAUGHS}), "damaged"),
    ("an entity of a file", workbook(parts={"xl/worksheets/sheet1.xml": XXE}), "damaged"),
    ("a sheet on another machine", workbook(parts={"xl/_rels/workbook.xml.rels": OUTSIDE}), "damaged"),
    ("a sheet outside of the file", workbook(parts={"xl/_rels/workbook.xml.rels": UPWARDS}), "damaged"),
    ("macros", workbook([HEADINGS, ONE], parts={"xl/vbaProject.bin": b"x"}), "damaged"),
    ("a name with a backslash", workbook([HEADINGS], parts={"..\\x": b"x"}), "damaged"),
    ("five hundred parts", workbook([HEADINGS], parts={f"x/{number}": b"" for number in range(500)}), "damaged"),
    ("words that are not there", workbook(rows=f'<row r="1">{cell("A1", "7", "s")}</row>'), "damaged"),
    ("a word of a negative number", workbook(rows=f'<row r="1">{cell("A1", "-1", "s")}</row>'), "damaged"),
    ("a number that is none", workbook(rows=f'<row r="1">{cell("A1", "x", "s")}</row>'), "damaged"),
    ("rows in the wrong order", workbook(rows=f'<row r="2">{cell("A2", "x")}</row><row r="1">{cell("A1", "x")}</row>'), "damaged"),
    ("a row that has no number", workbook(rows=f'<row r="x">{cell("A1", "x")}</row>'), "damaged"),
    ("a cell in the last row of all", workbook(rows=f'<row r="1048576">{cell("A1048576", "x")}</row>'), "more than a list"),
    ("a cell in the last column of all", workbook(rows=f'<row r="1">{cell("XFD1", "x")}</row>'), "30 columns"),
    ("no sheet at all", workbook(parts={"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'}), "damaged"),
]


@pytest.mark.parametrize(("data", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_workbook_is_refused_in_words_for(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        read_workbook(data)
    assert refused.value.field == "file"


def test_same_file_twice_in_the_directory_is_refused() -> None:
    file = io.BytesIO(workbook([HEADINGS, ONE]))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet(""))
    with pytest.raises(InvalidInput, match="damaged"):
        read_workbook(file.getvalue())


@settings(deadline=None, max_examples=times(1_000))
@given(st.integers(0, 700), st.binary(min_size=1, max_size=4))
def test_mutated_workbook_gives_rows_or_a_sentence(place: int, put: bytes) -> None:
    data = bytearray(workbook([HEADINGS, ONE]))
    place %= len(data)
    data[place : place + len(put)] = put
    began = time.monotonic()
    with contextlib.suppress(InvalidInput):
        read_roster(as_list(bytes(data)))
    assert time.monotonic() - began < 2
