"""A roster as somebody typed it: one society with one representative a row, taken from the columns of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from webapp.domain.cell import from_cell
from webapp.domain.columns import COLUMNS, doubled_column, guess_columns, missing_columns
from webapp.domain.errors import InvalidInput
from webapp.domain.sheet import Sheet, SheetRow, read_sheet, refuse_long

Corrections = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class RosterEntry:
    """One society with one representative, as somebody typed them."""

    society: str
    contact: str
    email: str
    country: str = ""
    acronym: str = ""
    sort_name: str = ""
    legal_name: str = ""
    website: str = ""
    domains: str = ""
    official_address: str = ""
    kind: str = ""


@dataclass(frozen=True)
class RosterRow:
    """An entry and the number of the row it came from, as a spreadsheet counts: the header is row 1."""

    number: int
    entry: RosterEntry


def read_roster(data: bytes) -> list[RosterRow]:
    """The rows of a CSV file whose headings say which column is which. Raises InvalidInput, as `read_sheet` does and for headings that
    leave one of society, contact and email out, or name one twice."""
    sheet = read_sheet(data)
    if doubled := doubled_column(sheet.headings):
        raise InvalidInput(f"Row 1 names the column {doubled} twice.", field="file")
    return roster_rows(sheet, guess_columns(sheet.headings))


def roster_rows(sheet: Sheet, columns: Sequence[str], corrections: Corrections | None = None) -> list[RosterRow]:
    """The rows of the list, with what a person has corrected in them; `columns` says of each column what it is, or nothing.

    Raises InvalidInput where one that must be there is missing, or stands for two.
    """
    if missing := missing_columns(columns):
        sentence = f"Row 1 must name the columns society, contact and email. Missing: {', '.join(missing)}."
        raise InvalidInput(sentence, field="file")
    places = {column: columns.index(column) for column in columns if column in COLUMNS}
    doubled = [column for column in places if list(columns).count(column) > 1]
    if doubled:
        raise InvalidInput(f"Two columns cannot both be the {doubled[0].replace('_', ' ')}.", field="file")
    known = corrections or {}
    return [RosterRow(row.number, _corrected(_entry(row, places), known.get(row.number, {}))) for row in sheet.rows]


def _entry(row: SheetRow, places: Mapping[str, int]) -> RosterEntry:
    # A list that we gave away comes back as it was: the apostrophe that keeps a cell from being run is not part of a name (T36).
    given = {column: from_cell(row.cells[place]) for column, place in places.items() if place < len(row.cells)}
    refuse_long(row.number, given.values())
    return RosterEntry(**{**dict.fromkeys(COLUMNS, ""), **given})


def _corrected(entry: RosterEntry, corrections: Mapping[str, str]) -> RosterEntry:
    return replace(entry, **{column: typed.strip() for column, typed in corrections.items() if column in COLUMNS})
