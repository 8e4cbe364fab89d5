"""The table of dispositions: every comment, what became of it, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.comment import DispositionLine
from webapp.domain.errors import NotFound
from webapp.domain.permission import Permission
from webapp.persistence.tables import CommentRow, LetterRow
from webapp.rendering.dispositions import DispositionsDocument, parts_of
from webapp.services.access import load_letter
from webapp.services.circulated_room import has_dispositions
from webapp.services.circulation import circulations_of
from webapp.services.comment_desk import NEAREST
from webapp.services.place import Place

COLUMNS = ("number", "society", "text", "revision", "passage", "remark", "suggested wording", "blocking", "disposition", "reason")
_IMPORTED = "an imported document"
_SOMEBODY = "another society"


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


def print_dispositions(session: Session, actor: Actor, reference: str, part: int, *, now: datetime) -> DispositionsDocument:
    """The table as a document, or the part of it that is asked for; NotFound where there is none."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    newest = letter.revisions[-1].number if letter.revisions else 0
    return _document(letter, list_dispositions(session, actor, reference), newest, part, now=now)


def print_dispositions_for(session: Session, place: Place, part: int, *, now: datetime) -> DispositionsDocument:
    """What `dispositions_for` shows, as a document, with the newest revision that this society has been shown."""
    lines = dispositions_for(session, place)
    letter = session.get_one(LetterRow, place.letter_id)
    shown = letter.revision_in_force or circulations_of(session, place.invitation.id)[0].revision
    return _document(letter, lines, shown.number, part, now=now)


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


def _document(letter: LetterRow, lines: Sequence[DispositionLine], revision: int, part: int, *, now: datetime) -> DispositionsDocument:
    if not lines or not 1 <= part <= len(parts_of(lines)):
        raise NotFound
    return DispositionsDocument(
        title=letter.title,
        language=letter.language,
        lead_society=letter.lead_society,
        reference=letter.reference,
        dated=now.astimezone(ZoneInfo(letter.deadline_zone)).date(),
        revision=revision,
        lines=lines,
        part=part,
    )


def _rows(session: Session, letter: LetterRow) -> list[CommentRow]:
    query = select(CommentRow).where(CommentRow.letter_id == letter.id, CommentRow.taken_back_at.is_(None)).order_by(CommentRow.id)
    return list(session.scalars(query.options(*NEAREST)))


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
    # Not by whom: a name in a Word file is a person’s, or an address, and the table goes to every society that commented (R19).
    return row.invitation.society.printed_name if row.invitation else _IMPORTED
