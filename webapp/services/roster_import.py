"""A list on its way into the roster: read in an encoding, its columns matched, its rows corrected or left out; stored by `roster`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.columns import COLUMNS, guess_columns, missing_columns, plain_heading
from webapp.domain.digest import sha256_of
from webapp.domain.errors import InvalidInput
from webapp.domain.letter import Action
from webapp.domain.names import visible
from webapp.domain.permission import Permission
from webapp.domain.roster import roster_rows
from webapp.domain.sheet import Sheet, read_sheet
from webapp.persistence.tables import ColumnMatchRow
from webapp.services.access import load_letter
from webapp.services.held_open import move_now
from webapp.services.roster_check import CheckedRow, RosterPreview, check_rows

_SAMPLES, _LONGEST_SAMPLE = 3, 120
# By its mark, or because hardly any other text happens to be valid in it.
_CERTAIN = frozenset(["utf-8", "utf-16"])


@dataclass(frozen=True)
class Reading:
    """How a person wants a list to be read. Without an encoding it is guessed, without columns they are as last time, or guessed."""

    data: bytes
    encoding: str = ""
    columns: tuple[str, ...] = ()
    corrections: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Column:
    """A column of the list with its first values, and what it is taken for; empty where it is left out."""

    heading: str
    samples: tuple[str, ...]
    taken_for: str


@dataclass(frozen=True)
class Matching:
    columns: tuple[Column, ...]
    encoding: str
    row_count: int
    is_remembered: bool
    """Somebody has matched a list with these headings before."""

    @property
    def taken_for(self) -> tuple[str, ...]:
        return tuple(column.taken_for for column in self.columns)

    @property
    def is_clear(self) -> bool:
        """Nothing about it needs a person: the encoding shows itself, and every column is known, by its heading or from last time."""
        is_known = self.is_remembered or all(column.taken_for or not column.heading for column in self.columns)
        return self.encoding in _CERTAIN and is_known and not missing_columns(self.taken_for)


def match_columns(session: Session, actor: Actor, reference: str, reading: Reading) -> Matching:
    """What each column is taken for; reads only. Raises InvalidInput where the list cannot be read at all."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    move_now(session, letter, Action.INVITE)
    sheet = read_sheet(reading.data, reading.encoding)
    remembered = _remembered(session, sheet)
    columns = reading.columns if len(reading.columns) == len(sheet.headings) else remembered or guess_columns(sheet.headings)
    named = enumerate(zip(sheet.headings, columns, strict=True))
    shown = tuple(Column(visible(heading), _samples(sheet, place), column) for place, (heading, column) in named)
    return Matching(shown, sheet.encoding, len(sheet.rows), is_remembered=bool(remembered))


def preview_list(session: Session, actor: Actor, reference: str, reading: Reading) -> RosterPreview:
    """What the list would add, row by row, without the rows that are left out; stores nothing. Raises as `match_columns`."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    move_now(session, letter, Action.INVITE)
    sheet = read_sheet(reading.data, reading.encoding)
    columns = reading.columns or _remembered(session, sheet) or guess_columns(sheet.headings)
    if len(columns) != len(sheet.headings) or not set(columns) <= {*COLUMNS, ""}:
        raise InvalidInput("Say of each column what it is.", field="file")
    rows = [row for row in roster_rows(sheet, columns, reading.corrections) if row.number not in reading.left_out]
    if not rows:
        raise InvalidInput("Every row is left out: there is nothing to add.", field="file")
    return check_rows(session, letter, rows)


def unseen_rows(preview: RosterPreview, seen: Sequence[str]) -> list[CheckedRow]:
    """The doubtful rows that nobody has ticked, as they are now; a tick for the whole list holds for these doubts and no others (T16)."""
    return [] if preview.mark in seen else [row for row in preview.doubtful if row.mark not in seen]


def remember_columns(session: Session, reading: Reading, *, now: datetime) -> None:
    """The next list with the same headings is read so."""
    sheet = read_sheet(reading.data, reading.encoding)
    if reading.columns and reading.columns != (_remembered(session, sheet) or guess_columns(sheet.headings)):
        session.merge(ColumnMatchRow(headings=_key(sheet), columns=list(reading.columns), remembered_at=now))
        session.flush()


def _remembered(session: Session, sheet: Sheet) -> tuple[str, ...]:
    columns = session.scalar(select(ColumnMatchRow.columns).where(ColumnMatchRow.headings == _key(sheet))) or []
    return tuple(columns) if len(columns) == len(sheet.headings) else ()


def _key(sheet: Sheet) -> str:
    return sha256_of("headings", [plain_heading(heading) for heading in sheet.headings])


def _samples(sheet: Sheet, place: int) -> tuple[str, ...]:
    values = (row.cells[place] for row in sheet.rows if place < len(row.cells))
    return tuple(_shortened(visible(value)) for value in islice(filter(None, values), _SAMPLES))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SAMPLE else f"{text[:_LONGEST_SAMPLE]} …"
