"""The table of dispositions: every comment, what became of it, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.domain.permission import Permission
from webapp.persistence.tables import CommentRow, InvitationRow, LetterRow
from webapp.services.access import load_letter
from webapp.services.circulated_room import has_dispositions
from webapp.services.place import Place

DISPOSITIONS = {"": "not answered yet", "accepted": "accepted", "partly": "partly accepted", "declined": "declined"}
COLUMNS = ("number", "society", "text", "revision", "passage", "remark", "suggested wording", "blocking", "disposition", "reason")
_IMPORTED = "an imported document"
_SOMEBODY = "another society"


@dataclass(frozen=True)
class DispositionLine:
    """One comment as the table prints it; `number` counts them in the order in which they were made."""

    number: int
    society: str
    text: str
    revision: int
    quote: str
    remark: str
    wording: str | None
    is_blocking: bool
    disposition: str
    reason: str

    @property
    def words(self) -> str:
        return DISPOSITIONS[self.disposition]


def list_dispositions(session: Session, actor: Actor, reference: str) -> list[DispositionLine]:
    """The whole table, for the coordinators."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return list(_lines(letter, _rows(session, letter), own=None))


def dispositions_for(session: Session, place: Place) -> list[DispositionLine]:
    """The table as it goes to a society that commented: who said what is named only where the letter shows comments (R13)."""
    if not has_dispositions(session, place):
        raise NotFound
    letter = session.get_one(LetterRow, place.letter_id)
    rows = [row for row in _rows(session, letter) if row.disposition or row.invitation_id == place.invitation.id]
    return list(_lines(letter, rows, own=place.invitation.id))


def as_rows(lines: Iterable[DispositionLine]) -> list[tuple[str | int, ...]]:
    """The table for a spreadsheet, a row for each comment."""
    return [
        (
            line.number,
            line.society,
            line.text,
            line.revision,
            line.quote,
            line.remark,
            "(take the passage out)" if line.wording == "" else line.wording or "",
            "yes" if line.is_blocking else "",
            line.words,
            line.reason,
        )
        for line in lines
    ]


def _rows(session: Session, letter: LetterRow) -> list[CommentRow]:
    query = select(CommentRow).where(CommentRow.letter_id == letter.id, CommentRow.taken_back_at.is_(None)).order_by(CommentRow.id)
    nearest = (joinedload(CommentRow.invitation).joinedload(InvitationRow.society), joinedload(CommentRow.revision))
    return list(session.scalars(query.options(*nearest)))


def _lines(letter: LetterRow, rows: Iterable[CommentRow], *, own: int | None) -> Iterable[DispositionLine]:
    for number, row in enumerate(rows, 1):
        is_named = own is None or letter.shows_comments or row.invitation_id == own
        yield DispositionLine(
            number=number,
            society=_society(row) if is_named else _SOMEBODY,
            text=next((one["name"] for one in row.revision.texts if one["reference"] == row.text_reference), ""),
            revision=row.revision.number,
            quote=row.quote,
            remark=row.remark,
            wording=row.wording,
            is_blocking=row.is_blocking,
            disposition=row.disposition,
            reason=row.disposition_reason,
        )


def _society(row: CommentRow) -> str:
    return row.invitation.society.printed_name if row.invitation else row.author or _IMPORTED
