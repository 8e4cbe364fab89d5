"""Errata: a corrected name, another corrected fact, or a withdrawal, as a dated document beside what was sealed (R5, R11)."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.erratum import DISOWNED_WORDS, THE_SOCIETY, WITHDRAWN_WORDS, ErratumKind
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.later_document import ErratumDocument
from webapp.domain.letter import Action, move_for
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.persistence import outbox
from webapp.persistence.record import actor_words, append_event, record_length, record_time
from webapp.persistence.tables import AddendumRow, AddendumSignatoryRow, AnswerRow, DisputeRow, ErratumRow, LaterKind, LetterRow
from webapp.persistence.tables import SealedSignatoryRow as Sealed
from webapp.services.access import load_letter
from webapp.services.later_files import day_of, keep_file, sealed_facts
from webapp.services.roster import printable_name
from webapp.services.sign_on import live_representatives

MADE = "erratum_made"


@dataclass(frozen=True)
class Printed:
    """One line that stands printed, in the sealed list or in an addendum, and what has become of it."""

    answer: str
    """Its reference: a society that has withdrawn and joined again has two lines."""
    name: str
    """As it stands printed."""
    name_now: str
    """As it was last corrected."""
    addendum: int
    position: int
    is_withdrawn: bool
    has_withdrawal: bool
    """An erratum tells of it already."""

    @property
    def where(self) -> str:
        return f"addendum {self.addendum}" if self.addendum else "the sealed letter"


@dataclass(frozen=True)
class Correction:
    """What is typed; `before` only where it is not a name."""

    answer: str
    kind: str
    after: str = ""
    before: str = ""
    reason: str = ""
    asked_by: str = ""


@dataclass(frozen=True)
class ErratumPlan:
    """What would be issued, as of one place in the record; anything recorded later makes the plan void."""

    document: ErratumDocument
    answer: str
    record_length: int


def printed_lines(session: Session, letter: LetterRow) -> list[Printed]:
    """All that stands printed of this letter, in the order of the lists."""
    sealed = select(literal(0), Sealed.position, Sealed.printed_name, AnswerRow).join(AnswerRow, AnswerRow.id == Sealed.answer_id)
    sealed = sealed.where(Sealed.letter_id == letter.id).order_by(Sealed.position)
    added = (
        select(AddendumRow.number, AddendumSignatoryRow.position, AddendumSignatoryRow.printed_name, AnswerRow)
        .join(AddendumSignatoryRow, AddendumSignatoryRow.addendum_id == AddendumRow.id)
        .join(AnswerRow, AnswerRow.id == AddendumSignatoryRow.answer_id)
        .where(AddendumRow.letter_id == letter.id)
        .order_by(AddendumRow.number, AddendumSignatoryRow.position)
    )
    errata = session.scalars(select(ErratumRow).where(ErratumRow.letter_id == letter.id).order_by(ErratumRow.number)).all()
    names = {row.answer_id: row.after for row in errata if row.kind == ErratumKind.NAME}
    told = {row.answer_id for row in errata if row.kind == ErratumKind.WITHDRAWN}
    return [
        Printed(
            answer=answer.reference,
            name=name,
            name_now=names.get(answer.id, name),
            addendum=number,
            position=position,
            is_withdrawn=answer.withdrawn_at is not None,
            has_withdrawal=answer.id in told,
        )
        for number, position, name, answer in chain(session.execute(sealed), session.execute(added))
    ]


def untold_withdrawals(session: Session, letter: LetterRow) -> list[Printed]:
    """The withdrawals that no erratum tells of yet."""
    if letter.sealed_at is None:
        return []
    return [one for one in printed_lines(session, letter) if one.is_withdrawn and not one.has_withdrawal]


def plan_erratum(session: Session, actor: Actor, reference: str, given: Correction, *, now: datetime) -> ErratumPlan:
    """What to render, outside any transaction. Raises InvalidInput for what cannot be printed so, WrongState before the seal."""
    letter = load_letter(session, actor, reference, Permission.SEAL)
    move_for(letter.state, Action.MAKE_ERRATUM)
    line = next((one for one in printed_lines(session, letter) if one.answer == given.answer), None)
    if line is None:
        raise NotFound
    kind, before, after, reason, asked_by = _checked(session, line, given)
    document = ErratumDocument(
        letter=sealed_facts(session, letter),
        number=1 + _count(session, letter.id),
        dated=day_of(letter, now),
        kind=kind,
        addendum=line.addendum,
        position=line.position,
        printed_name=line.name,
        before=before,
        after=after,
        reason=reason,
        asked_by=asked_by,
    )
    return ErratumPlan(document, line.answer, record_length(session, letter.id))


def _checked(session: Session, line: Printed, given: Correction) -> tuple[ErratumKind, str, str, str, str]:
    if given.kind == ErratumKind.WITHDRAWN:
        return _withdrawal(session, line)
    if given.kind not in {ErratumKind.NAME, ErratumKind.OTHER}:
        raise InvalidInput("Choose what is corrected.", field="kind")
    is_name = given.kind == ErratumKind.NAME
    before = line.name_now if is_name else _line(given.before, "before", "Write what stands printed.")
    after = printable_name(given.after, field="after") if is_name else _line(given.after, "after", "Write what it should say.")
    if before == after:
        raise InvalidInput("That is what stands there already. How should it read?", field="after")
    reason = _line(given.reason, "reason", "Say in a sentence why: it is printed.")
    asked_by = _line(given.asked_by, "asked_by", "Say who asked for it: it is printed.")
    return ErratumKind(given.kind), before, after, reason, asked_by


def _withdrawal(session: Session, line: Printed) -> tuple[ErratumKind, str, str, str, str]:
    if not line.is_withdrawn:
        raise WrongState("That signature stands: only its society withdraws it, by its own link.")
    if line.has_withdrawal:
        raise Conflict("An erratum tells of this withdrawal already.")
    disowned = select(DisputeRow.id).join(AnswerRow).where(AnswerRow.reference == line.answer, DisputeRow.stands.is_(False))
    reason = WITHDRAWN_WORDS if session.scalar(disowned) is None else DISOWNED_WORDS
    return ErratumKind.WITHDRAWN, line.name_now, "", reason, THE_SOCIETY


def _line(typed: str, field: str, asks: str) -> str:
    words = " ".join(bounded_text(typed, limits.ERRATUM, field=field, what="What you write").split())
    if not words:
        raise InvalidInput(asks, field=field)
    return words


def _count(session: Session, letter_id: int) -> int:
    return session.scalar(select(func.count()).select_from(ErratumRow).where(ErratumRow.letter_id == letter_id)) or 0


def make_erratum(session: Session, actor: Actor, reference: str, plan: ErratumPlan, pdf: bytes, *, now: datetime) -> int:
    """Stores it with its file for good, and tells the society; returns its number. Conflict where anything was recorded since the plan."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move, document = move_for(letter.state, Action.MAKE_ERRATUM), plan.document
    if record_length(session, letter.id) != plan.record_length:
        raise Conflict("Something changed while the erratum was being made, so it was not stored. Look at it again, then issue it.")
    answer = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id, AnswerRow.reference == plan.answer)).one()
    row = ErratumRow(
        letter_id=letter.id,
        number=document.number,
        kind=document.kind,
        answer_id=answer.id,
        before=document.before,
        after=document.after,
        reason=document.reason,
        asked_by=document.asked_by,
        made_at=record_time(session, letter.id, now=now),
        made_by=actor_words(actor),
    )
    session.add(row)
    public = {
        "erratum": row.number,
        "erratum_kind": row.kind,
        "society": answer.invitation.society.reference,
        "answer": answer.reference,
        "before": row.before,
        "after": row.after,
        "sealed_sha256": document.letter.sha256,
        "file_sha256": keep_file(session, letter, LaterKind.ERRATUM, row.number, pdf, now=now),
    }
    session.flush()
    append_event(session, letter, actor, move.event, public, now=now, private={"reason": row.reason, "asked_by": row.asked_by})
    _tell(session, letter, row, answer, now=now)
    return row.number


def _tell(session: Session, letter: LetterRow, row: ErratumRow, answer: AnswerRow, *, now: datetime) -> None:
    due = [
        outbox.Due(f"{MADE}:{letter.reference}:{row.number}:{one.reference}", one.email, {"representative": one.id, "erratum": row.id})
        for one in live_representatives(answer.invitation)
    ]
    outbox.put_all(session, MADE, due, now=now, letter_id=letter.id)
