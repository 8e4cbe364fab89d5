"""A list from anybody's spreadsheet: the expected rows, or a sentence that names the row."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain import limits
from webapp.domain.columns import COLUMNS
from webapp.domain.errors import InvalidInput
from webapp.domain.roster import RosterEntry, RosterRow, read_roster

HEADER = "society,contact,email\n"
ONE = RosterEntry("Pain Society", "Ida Berg", "ida@example.org")
TWO = RosterEntry("Spine College", "Omar Said", "omar@example.org")
LINE_ONE, LINE_TWO = "Pain Society,Ida Berg,ida@example.org\n", "Spine College,Omar Said,omar@example.org\n"
BOTH = HEADER + LINE_ONE + LINE_TWO
TABS = "P\t\t\t\t\t\t\t\t\tS"
PLAIN = [RosterRow(2, ONE), RosterRow(3, TWO)]


def named(name: str) -> RosterEntry:
    return RosterEntry(name, "Ida Berg", "ida@example.org")


def of(name: str) -> str:
    return f"{HEADER}{name},Ida Berg,ida@example.org\n"


READ = [
    ("a plain list", BOTH.encode(), PLAIN),
    ("no line end after the last row", BOTH.rstrip("\n").encode(), PLAIN),
    ("line ends of Windows", BOTH.replace("\n", "\r\n").encode(), PLAIN),
    ("line ends of an old Macintosh", BOTH.replace("\n", "\r").encode(), PLAIN),
    ("a byte order mark", BOTH.encode("utf-8-sig"), PLAIN),
    ("UTF-16 with its mark, little end first", b"\xff\xfe" + BOTH.encode("utf-16-le"), PLAIN),
    ("UTF-16 with its mark, big end first", b"\xfe\xff" + BOTH.encode("utf-16-be"), PLAIN),
    ("semicolons, as a German spreadsheet writes", BOTH.replace(",", ";").encode(), PLAIN),
    (
        "semicolons and commas in names",
        b"society;contact;email\nPain, Spine, and Co;Ida Berg;ida@example.org\n",
        [RosterRow(2, named("Pain, Spine, and Co"))],
    ),
    ("tabs, as copied from a sheet", BOTH.replace(",", "\t").encode(), PLAIN),
    ("tabs in UTF-16, as Excel saves Unicode text", b"\xff\xfe" + BOTH.replace(",", "\t").encode("utf-16-le"), PLAIN),
    ("old line ends, and tabs within a cell", of(f'"{TABS}"').replace("\n", "\r").encode(), [RosterRow(2, named(TABS))]),
    (
        "blank rows passed over and counted",
        (HEADER + "\n" + LINE_ONE + ",,\n  , ,\n\n" + LINE_TWO).encode(),
        [RosterRow(3, ONE), RosterRow(7, TWO)],
    ),
    (
        "columns in another order, with others between",
        b"Email,Notes,Society,Contact\nida@example.org,x,Pain Society,Ida Berg\n",
        [RosterRow(2, ONE)],
    ),
    ("headings in capitals with spaces around", b" SOCIETY , Contact ,EMAIL\nPain Society,Ida Berg,ida@example.org\n", [RosterRow(2, ONE)]),
    ("space around cells", b"society,contact,email\n  Pain Society , Ida Berg ,ida@example.org  \n", [RosterRow(2, ONE)]),
    (
        "all columns",
        b"society,contact,email,country,acronym,Sort name\nPain Society,Ida Berg,ida@example.org,NO,PS,Pain\n",
        [RosterRow(2, RosterEntry("Pain Society", "Ida Berg", "ida@example.org", "NO", "PS", "Pain"))],
    ),
    *(
        (
            f"the kind under “{heading}”",
            f"society,contact,email,{heading}\nPain Society,Ida Berg,ida@example.org,Colleges\n".encode(),
            [RosterRow(2, replace(ONE, kind="Colleges"))],
        )
        for heading in ("Kind", "Type of society", "Art der Gesellschaft", "Catégorie", "Tipo de sociedad", "Categoria", "Tipologia")
    ),
    (
        "R15 a name with commas in quotes",
        of('"Pain, Spine, and Rehabilitation"').encode(),
        [RosterRow(2, named("Pain, Spine, and Rehabilitation"))],
    ),
    ("R15 a name with quotes doubled in quotes", of('"The ""Pain"" Society"').encode(), [RosterRow(2, named('The "Pain" Society'))]),
    ("R15 a name with quotes in its middle", of('The "Pain" Society').encode(), [RosterRow(2, named('The "Pain" Society'))]),
    ("R15 a name with brackets", of("Pain Society (PS) [Oslo]").encode(), [RosterRow(2, named("Pain Society (PS) [Oslo]"))]),
    (
        "R15 a name in capitals and small letters as given",
        of("eMEDICINE the Society").encode(),
        [RosterRow(2, named("eMEDICINE the Society"))],
    ),
    ("names in other scripts", of("日本学会 الجمعية Société").encode(), [RosterRow(2, named("日本学会 الجمعية Société"))]),
    ("R20 a formula, kept as text", of("=HYPERLINK(1)").encode(), [RosterRow(2, named("=HYPERLINK(1)"))]),
    ("T36 the apostrophe of an export, taken away once", of("'=HYPERLINK(1)").encode(), [RosterRow(2, named("=HYPERLINK(1)"))]),
    ("R15 a name that begins with an apostrophe of its own", of("'t Genootschap").encode(), [RosterRow(2, named("'t Genootschap"))]),
    ("R20 markup and a template, kept as text", of("<b>{{ 7*7 }}</b>").encode(), [RosterRow(2, named("<b>{{ 7*7 }}</b>"))]),
    (
        "a line end within a cell",
        of('"Pain\nSociety"').encode() + LINE_TWO.encode(),
        [RosterRow(2, named("Pain\nSociety")), RosterRow(3, TWO)],
    ),
    (
        "cells missing at the end of a row",
        b"society,contact,email,country\nPain Society,Ida Berg\n",
        [RosterRow(2, RosterEntry("Pain Society", "Ida Berg", ""))],
    ),
    ("the same row twice, left to the preview", (HEADER + LINE_ONE * 2).encode(), [RosterRow(2, ONE), RosterRow(3, ONE)]),
    ("the longest cell", of("x" * 500).encode(), [RosterRow(2, named("x" * 500))]),
    ("as many columns as can be", (HEADER.strip() + ",n" * (limits.ROSTER_COLUMNS - 3) + "\n" + LINE_ONE).encode(), [RosterRow(2, ONE)]),
    ("unknown headings twice", b"society,contact,email,note,note\nPain Society,Ida Berg,ida@example.org,a,b\n", [RosterRow(2, ONE)]),
    ("UTF-16 without its mark", BOTH.encode("utf-16-le"), PLAIN),
    ("UTF-16 without its mark, big end first", BOTH.encode("utf-16-be"), PLAIN),
    ("Windows-1252", of("Société d’Étude – Göttingen").encode("cp1252"), [RosterRow(2, named("Société d’Étude – Göttingen"))]),
    (
        "the old Macintosh’s letters",
        of("Sociedad Española für Ärzte").encode("mac_roman"),
        [RosterRow(2, named("Sociedad Española für Ärzte"))],
    ),
    (
        "headings in other words and languages",
        "Fachgesellschaft;Ansprechpartner/in;E-Mail:;Land;Kürzel\nPain Society;Ida Berg;ida@example.org;NO;PS\n".encode(),
        [RosterRow(2, RosterEntry("Pain Society", "Ida Berg", "ida@example.org", "NO", "PS"))],
    ),
    (
        "a long cell in a column that is not used",
        (HEADER.strip() + ",note\n" + LINE_ONE.strip() + "," + "x" * 5_000).encode(),
        [RosterRow(2, ONE)],
    ),
    ("empty headings", b"society,contact,email,,\nPain Society,Ida Berg,ida@example.org,,\n", [RosterRow(2, ONE)]),
]

REFUSED = [
    ("nothing at all", b"", "row 1"),
    ("a heading alone", HEADER.encode(), "row 1"),
    ("a heading and blank rows", (HEADER + "\n,,\n").encode(), "row 1"),
    ("only a byte order mark", b"\xef\xbb\xbf", "row 1"),
    ("no heading", (LINE_ONE + LINE_TWO).encode(), "Row 1 .*Missing: society, contact, email"),
    ("a blank first row", ("\n" + BOTH).encode(), "Row 1 "),
    ("a missing column", b"society,email\nPain Society,ida@example.org\n", "Row 1 .*Missing: contact"),
    ("a column that nobody knows", b"society,contact,telegraph\nPain Society,Ida Berg,ida@example.org\n", "Row 1 .*Missing: email"),
    ("a column twice", b"society,contact,email,Email\nPain Society,Ida Berg,ida@example.org,x\n", "Row 1 .*email twice"),
    (
        "an optional column twice",
        b"society,contact,email,country,COUNTRY\nPain Society,Ida Berg,ida@example.org,NO,SE\n",
        "Row 1 .*country twice",
    ),
    (
        "a column too many",
        (HEADER.strip() + ",n" * (limits.ROSTER_COLUMNS - 2) + "\n" + LINE_ONE).encode(),
        f"Row 1 names {limits.ROSTER_COLUMNS + 1} columns; {limits.ROSTER_COLUMNS} is the most",
    ),
    ("a hundred thousand columns", b"society,contact,email" + b",n" * 100_000, "Row 1 "),
    ("a character that is not UTF-8 behind the mark of UTF-8", b"\xef\xbb\xbf" + HEADER.encode() + b"\xe9", "Row 2 is not in UTF-8"),
    ("UTF-16 cut in half", b"\xff\xfe" + BOTH.encode("utf-16-le")[:-1], "Row 3 is not in UTF-16"),
    ("UTF-32", BOTH.encode("utf-32"), "Row 1 holds a character"),
    ("NUL in a name", of("Pain\0Society").encode(), "Row 2 holds a character"),
    ("NUL behind a cell of two lines", of('"Pain\nSociety"').encode() + b"a\0b,x,y\n", "Row 3 holds a character"),
    ("NUL with old line ends", BOTH.replace("\n", "\r").encode() + b"\0", "Row 4 holds a character"),
    ("a quotation mark never closed", (BOTH + '"Pain Society,Ida Berg,ida@example.org\n' + LINE_TWO * 5).encode(), "Row 4 cannot be read"),
    (
        "a quotation mark never closed in the heading",
        b'society,"contact,email\nPain Society,Ida Berg,ida@example.org\n',
        "Row 1 cannot be read",
    ),
    ("letters behind a closed quotation mark", of('"Pain" Society').encode(), "Row 2 cannot be read"),
    ("a megabyte in one open cell", of('"' + "x" * 200_000).encode(), "Row 2 cannot be read"),
    ("a name with a comma and no quotes", (BOTH + "Pain, Spine,Ida Berg,ida@example.org\n").encode(), "Row 4 has more cells"),
    ("a cell too long", (BOTH + "x" * 501 + ",Ida Berg,ida@example.org\n").encode(), "Row 4 has a cell of more than 500"),
    ("too many rows", (HEADER + LINE_ONE * 1_001).encode(), "1001 rows; 1000 is the most"),
    ("a file too large", BOTH.encode() + b"\n" * 1_000_000, "larger than 1 MB"),
    ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "Row 3 holds a character"),
    ("a workbook", b"PK\x03\x04\x14\0\x06\0\x08\0", "Row 1 holds a character"),
    ("a web page", b"<!doctype html>\n<table><tr><td>society</td></tr></table>\n", "Row 1 must name the columns"),
]


@pytest.mark.parametrize(("data", "rows"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_list_is_read_with(data: bytes, rows: list[RosterRow]) -> None:
    assert read_roster(data) == rows


@pytest.mark.parametrize(("data", "sentence"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_list_is_refused_in_words_and_soon_for(data: bytes, sentence: str) -> None:
    began = time.monotonic()
    with pytest.raises(InvalidInput, match=sentence) as refused:
        read_roster(data)
    assert refused.value.field == "file"
    assert str(refused.value)[0].isupper()
    assert str(refused.value).endswith((".", "?"))
    assert time.monotonic() - began < 2


def test_most_rows_are_taken() -> None:
    assert len(read_roster((HEADER + LINE_ONE * limits.ROSTER_ROWS).encode())) == limits.ROSTER_ROWS


def test_largest_file_is_taken() -> None:
    data = BOTH.encode()
    assert read_roster(data + b"\n" * (limits.ROSTER_BYTES - len(data))) == PLAIN


def test_entry_has_the_columns_that_are_documented() -> None:
    assert tuple(RosterEntry.__dataclass_fields__) == COLUMNS


@settings(deadline=None)
@given(
    st.binary(max_size=200) | st.lists(st.sampled_from([b"\n", b"\r", b'"', b",", b";", b"\0", b"\xff", b"x"]), max_size=40).map(b"".join)
)
def test_no_file_does_anything_but_give_rows_or_a_sentence(tail: bytes) -> None:
    try:
        rows = read_roster(HEADER.encode() + tail)
    except InvalidInput:
        return
    assert rows == sorted(rows, key=lambda row: row.number)
    assert rows[0].number >= 2
