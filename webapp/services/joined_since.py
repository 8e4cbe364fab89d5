"""What has become of the sealed list since, for the places that are live: the list itself never changes (R4, R5, R11)."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session, joinedload

from webapp.domain.answer import AnswerKind, is_signatory
from webapp.domain.deadline import show_date
from webapp.domain.erratum import ErratumKind
from webapp.domain.letter import Action, find_move
from webapp.domain.public_letter import Later
from webapp.domain.wording import corrected_phrase, disputed_phrase, joined_phrase, unlisted_phrase, withdrawn_phrase
from webapp.persistence.tables import (
    AddendumRow,
    AddendumSignatoryRow,
    AnswerRow,
    DisputeRow,
    ErratumRow,
    InvitationRow,
    LetterRow,
    SealedSignatoryRow,
)
from webapp.services.documents import counting_digests, facts_of, sort_key
from webapp.services.held_open import addendum_under_way, seal_of_record

_SEALED = select(SealedSignatoryRow.answer_id, SealedSignatoryRow.printed_name).where(SealedSignatoryRow.letter_id == bindparam("letter"))
_ADDED = (
    select(AddendumSignatoryRow.answer_id, AddendumSignatoryRow.printed_name)
    .join(AddendumRow, AddendumRow.id == AddendumSignatoryRow.addendum_id)
    .where(AddendumRow.letter_id == bindparam("letter"))
)
_PRINTED = union_all(_SEALED, _ADDED).subquery()
_WITHDRAWN = (
    select(_PRINTED.c.printed_name, AnswerRow.withdrawn_at)
    .join(AnswerRow, AnswerRow.id == _PRINTED.c.answer_id)
    .where(AnswerRow.withdrawn_at.is_not(None))
    .order_by(AnswerRow.withdrawn_at, AnswerRow.id)
)
_DISPUTED = (
    select(_PRINTED.c.printed_name, DisputeRow.opened_at)
    .join(DisputeRow, DisputeRow.answer_id == _PRINTED.c.answer_id)
    .where(DisputeRow.settled_at.is_(None))
    .order_by(DisputeRow.opened_at, DisputeRow.id)
)
_JOINED = (
    select(AddendumSignatoryRow.printed_name, AnswerRow.received_at, AddendumRow.number)
    .join(AddendumRow, AddendumRow.id == AddendumSignatoryRow.addendum_id)
    .join(AnswerRow, AnswerRow.id == AddendumSignatoryRow.answer_id)
    .where(AddendumRow.letter_id == bindparam("letter"))
    .order_by(AddendumRow.number, AddendumSignatoryRow.position)
)
_GIVEN_SINCE = (
    select(AnswerRow)
    .where(
        AnswerRow.letter_id == bindparam("letter"),
        AnswerRow.is_standing.is_(True),
        AnswerRow.kind == AnswerKind.SIGN,
        AnswerRow.record_sequence > bindparam("sealed"),
        AnswerRow.id.not_in(select(AddendumSignatoryRow.answer_id)),
    )
    .options(joinedload(AnswerRow.invitation).joinedload(InvitationRow.society))
    .execution_options(populate_existing=True)
)
_CORRECTED = (
    select(ErratumRow.before, ErratumRow.after, ErratumRow.made_at)
    .where(ErratumRow.letter_id == bindparam("letter"), ErratumRow.kind == ErratumKind.NAME)
    .order_by(ErratumRow.number)
)


def joiners(session: Session, letter: LetterRow) -> list[AnswerRow]:
    """The signatories that stand on no list yet: the next addendum names them, in the order of their names (R15)."""
    return [answer for answer in _given_since(session, letter) if _counts(session, answer)]


def waiting_joiners(session: Session, letter: LetterRow) -> list[AnswerRow]:
    """Those who have signed since the seal, and of whom it is not known yet that they may."""
    return [answer for answer in _given_since(session, letter) if not _counts(session, answer)]


def _given_since(session: Session, letter: LetterRow) -> list[AnswerRow]:
    given = session.scalars(_GIVEN_SINCE, {"letter": letter.id, "sealed": seal_of_record(session, letter.id)}).all()
    return sorted(given, key=lambda row: (sort_key(row.printed_name, row.invitation.society.sort_name), row.printed_name))


def _counts(session: Session, answer: AnswerRow) -> bool:
    return is_signatory(facts_of(answer, has_objected=False), digests=counting_digests(session, answer.letter_id))


def since_the_seal(session: Session, letter: LetterRow, *, for_strangers: bool = False) -> str:
    """By name and day: who has withdrawn, whose answer is disputed, who has joined, whose name is corrected. Empty before the seal.

    A dispute that nobody has settled, and a signature that stands on no list yet, are not for strangers.
    """
    if letter.sealed_at is None:
        return ""
    zone, of = ZoneInfo(letter.deadline_zone), {"letter": letter.id}

    def dated(rows: Iterable[tuple[str, datetime]]) -> list[str]:
        return [f"{name} ({_day(at, zone)})" for name, at in rows]

    joined = [f"{name} ({_day(at, zone)}, addendum {number})" for name, at, number in session.execute(_JOINED, of)]
    unlisted = [] if for_strangers else joiners(session, letter)
    disputed = [] if for_strangers else dated((name, at) for name, at in session.execute(_DISPUTED, of))
    signed = dated((answer.printed_name, answer.received_at) for answer in unlisted)
    if signed and addendum_under_way(session, letter.id) is not None:
        joined, signed = joined + signed, []
    corrected = [f"{before} is {after} ({_day(at, zone)})" for before, after, at in session.execute(_CORRECTED, of)]
    parts = (
        withdrawn_phrase(dated((name, at) for name, at in session.execute(_WITHDRAWN, of))),
        disputed_phrase(disputed),
        joined_phrase(joined),
        unlisted_phrase(signed, can_be_listed=find_move(letter.state, Action.OPEN_ADDENDUM) is not None),
        corrected_phrase(corrected),
    )
    return " ".join(part for part in parts if part)


def later_of(session: Session, letter: LetterRow) -> Later:
    """The same facts for strangers, for whoever says them in another language or as a number. Empty before the seal."""
    if letter.sealed_at is None:
        return Later()
    zone, of = ZoneInfo(letter.deadline_zone), {"letter": letter.id}
    return Later(
        withdrawn=tuple((name, _date(at, zone)) for name, at in session.execute(_WITHDRAWN, of)),
        joined=tuple((name, _date(at, zone), number) for name, at, number in session.execute(_JOINED, of)),
        corrected=tuple((before, after, _date(at, zone)) for before, after, at in session.execute(_CORRECTED, of)),
    )


def _day(instant: datetime, zone: ZoneInfo) -> str:
    return show_date(_date(instant, zone))


def _date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
