"""Who stands on the list of a new text: by mandate, objection and affirmation. The one function that lists and counts them (R4, R5)."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.domain import limits
from webapp.domain.actor import CLOCK
from webapp.domain.answer import AnswerKind
from webapp.domain.digest import sha256_of
from webapp.domain.document import SignatoryLine
from webapp.domain.erratum import ErratumKind
from webapp.domain.new_text import Asked, NewTextAct, NewTextState, Place, fixes_from, move_of, place_of, stands_on_list
from webapp.persistence.record import append_event
from webapp.persistence.tables import (
    AddendumRow,
    AddendumSignatoryRow,
    AnswerRow,
    ErratumRow,
    InvitationRow,
    LetterRow,
    NewTextAnswerRow,
    NewTextAskedRow,
    NewTextRow,
    NewTextSignatoryRow,
    SealedSignatoryRow,
)
from webapp.services.access import lock_letter
from webapp.services.documents import country_name, sort_key, under_heading
from webapp.services.layouts import layout_of, layout_row


def printed_answers(session: Session, letter: LetterRow) -> list[AnswerRow]:
    """The signatures that stand printed, in the sealed list and the addenda that were issued, and were not withdrawn since."""
    sealed = select(SealedSignatoryRow.answer_id).where(SealedSignatoryRow.letter_id == letter.id)
    added = select(AddendumSignatoryRow.answer_id).join(AddendumRow, AddendumRow.id == AddendumSignatoryRow.addendum_id)
    printed = AnswerRow.id.in_(sealed.union_all(added.where(AddendumRow.letter_id == letter.id)))
    query = select(AnswerRow).where(printed, AnswerRow.is_standing.is_(True), AnswerRow.kind == AnswerKind.SIGN)
    rows = session.scalars(query.options(joinedload(AnswerRow.invitation).joinedload(InvitationRow.society)))
    return sorted(rows.unique(), key=_by_name)


def _by_name(answer: AnswerRow) -> tuple[bytes, str]:
    return sort_key(answer.printed_name, answer.invitation.society.sort_name), answer.printed_name


@dataclass(frozen=True)
class AskedPlace:
    """A society that was asked, what it has said last, and where it stands."""

    answer: AnswerRow
    is_carried: bool
    said: NewTextAnswerRow | None
    place: Place
    is_listed: bool


def asked_places(session: Session, row: NewTextRow) -> list[AskedPlace]:
    """All that were asked, as they stand now, in the order of their names (R15). Empty while the text is being written."""
    query = select(NewTextAskedRow).where(NewTextAskedRow.new_text_id == row.id)
    query = query.options(joinedload(NewTextAskedRow.answer).joinedload(AnswerRow.invitation).joinedload(InvitationRow.society))
    asked = session.scalars(query.execution_options(populate_existing=True)).unique().all()
    said = {one.answer_id: one for one in said_of(session, row)}
    return [_place(one, said.get(one.answer_id)) for one in sorted(asked, key=lambda one: _by_name(one.answer))]


def said_of(session: Session, row: NewTextRow) -> list[NewTextAnswerRow]:
    """All that was said of it, the newest last."""
    return list(session.scalars(select(NewTextAnswerRow).where(NewTextAnswerRow.new_text_id == row.id).order_by(NewTextAnswerRow.id)))


def _place(asked: NewTextAskedRow, said: NewTextAnswerRow | None) -> AskedPlace:
    answer = asked.answer
    facts = Asked(asked.is_carried, said.act if said else "", answer.is_standing, answer.is_disputed)
    return AskedPlace(answer, asked.is_carried, said, place_of(facts), stands_on_list(facts))


def counted_places(places: list[AskedPlace]) -> Counter[Place]:
    return Counter(one.place for one in places)


def list_of(session: Session, letter: LetterRow, row: NewTextRow) -> tuple[SignatoryLine, ...]:
    """The signatories of the new text: as they were fixed, once they are; until then those who would stand if it ended now."""
    if row.fixed_at is not None:
        return tuple(stored_line(one, letter.language) for one in signatories_of(session, row))
    return tuple(line for _asked, line in _lines(session, letter, row))


def signatories_of(session: Session, row: NewTextRow) -> list[NewTextSignatoryRow]:
    query = select(NewTextSignatoryRow).where(NewTextSignatoryRow.new_text_id == row.id)
    return list(session.scalars(query.order_by(NewTextSignatoryRow.position)))


def _lines(session: Session, letter: LetterRow, row: NewTextRow) -> list[tuple[AskedPlace, SignatoryLine]]:
    """In the order and under the headings of the sealed letter."""
    layout = layout_of(layout_row(session, letter))
    listed = [(one, printed_line(session, letter, one.answer)) for one in asked_places(session, row) if one.is_listed]
    return sorted(listed, key=lambda one: under_heading(one[1], layout))


def printed_line(session: Session, letter: LetterRow, answer: AnswerRow) -> SignatoryLine:
    """As the society stands printed, under its name as it was last corrected by an erratum: the list is new, and the name is known."""
    sealed = session.scalars(select(SealedSignatoryRow).where(SealedSignatoryRow.answer_id == answer.id)).one_or_none()
    if sealed is not None:
        line = stored_line(sealed, letter.language)
    else:
        added = session.scalars(select(AddendumSignatoryRow).where(AddendumSignatoryRow.answer_id == answer.id)).one()
        country = country_name(added.country, letter.language)
        facts = (added.printed_name, added.officer or None, added.office or None, country, added.note)
        line = SignatoryLine(*facts, acronym=added.acronym, society_kind=added.society_kind)
    corrected = select(ErratumRow.after).where(ErratumRow.answer_id == answer.id, ErratumRow.kind == ErratumKind.NAME)
    name = session.scalars(corrected.order_by(ErratumRow.number.desc()).limit(1)).first()
    return replace(line, printed_name=name) if name else line


def stored_line(row: SealedSignatoryRow | NewTextSignatoryRow, language: str) -> SignatoryLine:
    return SignatoryLine(
        row.printed_name,
        row.officer or None,
        row.office or None,
        country_name(row.country, language),
        row.note,
        row.acronym,
        row.society_kind,
        row.logo,
        row.is_lead,
    )


def letters_due(session: Session, *, now: datetime) -> list[int]:
    """The letters that have a text whose window has ended, and whose list is not fixed yet."""
    return sorted({row.letter_id for row in _asking(session) if _is_due(row, now=now)})


def _asking(session: Session, letter_id: int | None = None) -> list[NewTextRow]:
    query = select(NewTextRow).where(NewTextRow.state == NewTextState.ASKING).order_by(NewTextRow.id)
    query = query.where(NewTextRow.letter_id == letter_id) if letter_id is not None else query
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _is_due(row: NewTextRow, *, now: datetime) -> bool:
    # What was in time may be on its way for as long as a request may take (R9).
    return row.put is not None and now >= fixes_from(row.put.until, limits.LONGEST_REQUEST)


def fix_if_due(session: Session, letter_id: int, *, now: datetime) -> list[str]:
    """Fixes the list of each text whose window has ended, to the instant that was announced; harmless at any other time.

    Returns the references. A society that has withdrawn by now falls out: nobody is listed against its will.
    """
    letter = lock_letter(session, letter_id)
    due = [row for row in _asking(session, letter_id) if _is_due(row, now=now)]
    for row in due:
        _fix(session, letter, row, now=now)
    return [row.reference for row in due]


def _fix(session: Session, letter: LetterRow, row: NewTextRow, *, now: datetime) -> None:
    if row.put is None:
        raise AssertionError("A text that is before the signatories was put to them.")
    row.state, row.fixed_at = move_of(row.state, NewTextAct.FIX), row.put.until
    lines = _lines(session, letter, row)
    session.add_all(_signatory(row, position, asked, line) for position, (asked, line) in enumerate(lines, 1))
    session.flush()
    public = {"new_text": row.reference, "digest": row.put.digest, "fixed_at": row.put.until.isoformat(), **listed_facts(lines)}
    append_event(session, letter, CLOCK, "new_text.fixed", public, now=now)


def listed_facts(lines: list[tuple[AskedPlace, SignatoryLine]]) -> dict[str, object]:
    names = [line.printed_name for _asked, line in lines]
    return {"signatories": len(names), "signatories_sha256": sha256_of("signatories/v1", names)}


def _signatory(row: NewTextRow, position: int, asked: AskedPlace, line: SignatoryLine) -> NewTextSignatoryRow:
    return NewTextSignatoryRow(
        new_text_id=row.id,
        position=position,
        answer_id=asked.answer.id,
        place=asked.place,
        printed_name=line.printed_name,
        officer=line.officer or "",
        office=line.office or "",
        country=asked.answer.invitation.society.country,
        note=line.note,
        acronym=line.acronym,
        society_kind=line.society_kind,
        logo=line.logo,
        is_lead=line.is_lead,
    )
