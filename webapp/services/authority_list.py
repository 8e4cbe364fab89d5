"""What is known of who speaks for the societies of a letter: the list, one answer in full, and what waits for a coordinator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind, AuthorityCheck, Source
from webapp.domain.answer_words import ANSWER_WORDS
from webapp.domain.authority import CHECK_WORDS, RULE_WORDS, SOURCE_WORDS, WitnessPurpose
from webapp.domain.deadline import ShownInstant, show_date, show_instant
from webapp.domain.letter import LetterState
from webapp.domain.permission import Permission
from webapp.domain.proof_file import KINDS
from webapp.domain.stage import Stage, doubt_about
from webapp.persistence.tables import (
    AnswerRow,
    AuthorityCheckRow,
    DisputeRow,
    InvitationRow,
    LetterRow,
    ProofFileRow,
    StaffRow,
    WitnessRow,
)
from webapp.services.access import load_letter
from webapp.services.authority import ways_to_settle
from webapp.services.documents import facts_of, sort_key
from webapp.services.held_open import is_still_settled
from webapp.services.need import Need, Urgency, few_or_all
from webapp.services.proof_files import find_answer
from webapp.services.recorded import society_of
from webapp.services.witnesses import official_witness

_IN_DOUBT = or_(
    AnswerRow.is_disputed.is_(True),
    and_(AnswerRow.is_confirmed.is_(False), AnswerRow.authority != AuthorityCheck.REFUSED),
    and_(AnswerRow.authority == AuthorityCheck.OPEN, AnswerRow.kind == AnswerKind.SIGN),
)
_WAITING = (
    select(AnswerRow)
    .where(AnswerRow.is_standing.is_(True), _IN_DOUBT)
    .options(joinedload(AnswerRow.invitation).joinedload(InvitationRow.society))
)
_ORDER = {Stage.DISPUTED: 0, Stage.TO_CHECK: 1, Stage.NOT_KNOWN: 2, None: 3}


@dataclass(frozen=True)
class AuthorityLine:
    """One society that has answered, and how it is known who spoke for it."""

    answer: str
    invitation: str
    society: str
    officer: str
    office: str
    has: str
    """What it has done, after its name."""
    given_by: str
    received_at: ShownInstant
    doubt: Stage | None
    check: str
    recorded: str
    """How it came, where it is not the society’s own act."""
    is_unconfirmed: bool
    address: str
    official: str


@dataclass(frozen=True)
class Rule:
    """What the letter asks for, in words; and whether that can still be changed."""

    methods: tuple[str, ...]
    words: tuple[str, ...]
    can_be_changed: bool


@dataclass(frozen=True)
class AuthorityList:
    rule: Rule
    lines: tuple[AuthorityLine, ...]
    waiting: int


def list_authority(session: Session, actor: Actor, reference: str) -> AuthorityList:
    """Every society whose answer stands, those that wait for somebody first."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    query = select(AnswerRow).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))
    rows = session.scalars(query.options(joinedload(AnswerRow.invitation).joinedload(InvitationRow.society))).all()
    lines = sorted(((_line(session, letter, row), row) for row in rows), key=lambda pair: _place(*pair))
    waiting = sum(1 for line, _row in lines if line.doubt in {Stage.DISPUTED, Stage.TO_CHECK})
    return AuthorityList(rule_of(letter), tuple(line for line, _row in lines), waiting)


def _place(line: AuthorityLine, row: AnswerRow) -> tuple[int, bytes]:
    return _ORDER[line.doubt], sort_key(line.society, row.invitation.society.sort_name)


def rule_of(letter: LetterRow) -> Rule:
    words = tuple(RULE_WORDS[method] for method in letter.authority_rule)
    return Rule(tuple(letter.authority_rule), words, letter.sealed_at is None and letter.state != LetterState.CANCELLED)


def _line(session: Session, letter: LetterRow, answer: AnswerRow) -> AuthorityLine:
    doubt = doubt_about(facts_of(answer, has_objected=False))
    return AuthorityLine(
        answer=answer.reference,
        invitation=answer.invitation.reference,
        society=answer.printed_name,
        officer=answer.officer,
        office=answer.office,
        has=ANSWER_WORDS[answer.kind].has,
        given_by=answer.given_by,
        received_at=show_instant(answer.received_at, letter.deadline_zone),
        doubt=doubt,
        check=CHECK_WORDS[answer.authority],
        recorded=recorded_words(answer),
        is_unconfirmed=not answer.is_confirmed,
        address=answer.representative.email if answer.representative else "",
        official=_official(session, letter, answer),
    )


def recorded_words(answer: AnswerRow) -> str:
    """For the society and the coordinators, who may know from whom it came (R12); empty for what the society did itself."""
    if answer.source == Source.ROOM or answer.recorded is None:
        return ""
    came = answer.recorded
    return f"recorded by the coordinator from {SOURCE_WORDS[answer.source]} of {came.received_from}, {show_date(came.came_on)}"


def _official(session: Session, letter: LetterRow, answer: AnswerRow) -> str:
    """What there is to say of the official address as a second witness."""
    known = answer.invitation.society.official_address
    if not known:
        return "no official address is known"
    return known if official_witness(session, society_of(letter, answer)) else f"{known}, which is the registered one: no second witness"


@dataclass(frozen=True)
class ProofLine:
    reference: str
    name: str
    kind: str
    kilobytes: int
    sha256: str
    by: str
    at: ShownInstant


@dataclass(frozen=True)
class CheckLine:
    check: str
    words: str
    by: str
    at: ShownInstant


@dataclass(frozen=True)
class DisputeLine:
    words: str
    by: str
    at: ShownInstant
    is_open: bool
    stands: bool
    finding: str
    settled_by: str
    settled_at: ShownInstant | None


@dataclass(frozen=True)
class AnswerAuthority:
    """One answer, and all that is known of who spoke."""

    line: AuthorityLine
    rule: Rule
    how: str
    """What the recorder said beside it."""
    recorded_by: str
    confirmed: str
    needs_second: bool
    is_mine: bool
    """Whoever looks has recorded it, and so cannot confirm it."""
    is_standing: bool
    is_open: bool
    ways: tuple[tuple[str, str], ...]
    can_ask_official: bool
    asked: tuple[ShownInstant, ...]
    proofs: tuple[ProofLine, ...]
    checks: tuple[CheckLine, ...]
    disputes: tuple[DisputeLine, ...]


def show_authority(session: Session, actor: Actor, reference: str, answer: str) -> AnswerAuthority:
    """Raises NotFound where the letter has no such answer."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = find_answer(session, letter, answer)
    line, recorded = _line(session, letter, row), row.recorded
    is_open = row.is_standing and is_still_settled(session, letter, row) and (row.authority == AuthorityCheck.OPEN or not row.is_confirmed)
    confirmer = session.get(StaffRow, recorded.confirmed_by_id) if recorded and recorded.confirmed_by_id else None
    asked = select(WitnessRow.made_at).where(WitnessRow.answer_id == row.id, WitnessRow.purpose == WitnessPurpose.CONFIRM)
    return AnswerAuthority(
        line=line,
        rule=rule_of(letter),
        how=recorded.how if recorded else "",
        recorded_by=recorded.recorder.email if recorded else "",
        confirmed=f"{confirmer.email}, {_shown(letter, recorded.confirmed_at)}" if confirmer and recorded else "",
        needs_second=bool(recorded and recorded.needs_second),
        is_mine=bool(recorded and recorded.recorder.reference == actor.reference),
        is_standing=row.is_standing,
        is_open=is_open,
        ways=tuple((way.value, CHECK_WORDS[way]) for way in ways_to_settle(letter, row)) if is_open else (),
        can_ask_official=is_open
        and AuthorityCheck.OFFICIAL in letter.authority_rule
        and bool(official_witness(session, society_of(letter, row))),
        asked=tuple(show_instant(at, letter.deadline_zone) for at in session.scalars(asked.order_by(WitnessRow.id))),
        proofs=tuple(_proofs(session, letter, row)),
        checks=tuple(_checks(session, letter, row)),
        disputes=tuple(_disputes(session, letter, row)),
    )


def _shown(letter: LetterRow, instant: datetime | None) -> ShownInstant | None:
    return show_instant(instant, letter.deadline_zone) if instant else None


def _proofs(session: Session, letter: LetterRow, answer: AnswerRow) -> list[ProofLine]:
    rows = session.scalars(select(ProofFileRow).where(ProofFileRow.answer_id == answer.id).order_by(ProofFileRow.id))
    return [
        ProofLine(
            row.reference,
            row.name,
            KINDS[row.media_type],
            max(len(row.content) // 1000, 1),
            row.sha256,
            row.representative.name if row.representative else "a coordinator",
            show_instant(row.added_at, letter.deadline_zone),
        )
        for row in rows
    ]


def _checks(session: Session, letter: LetterRow, answer: AnswerRow) -> list[CheckLine]:
    rows = session.scalars(select(AuthorityCheckRow).where(AuthorityCheckRow.answer_id == answer.id).order_by(AuthorityCheckRow.id))
    return [
        CheckLine(
            CHECK_WORDS[row.method],
            row.words,
            row.staff.email if row.staff else "the official address",
            show_instant(row.settled_at, letter.deadline_zone),
        )
        for row in rows
    ]


def _disputes(session: Session, letter: LetterRow, answer: AnswerRow) -> list[DisputeLine]:
    rows = session.scalars(select(DisputeRow).where(DisputeRow.answer_id == answer.id).order_by(DisputeRow.id))
    return [
        DisputeLine(
            row.words,
            row.witness.representative.name if row.witness.representative else "the official address",
            show_instant(row.opened_at, letter.deadline_zone),
            row.settled_at is None,
            bool(row.stands),
            row.finding,
            row.staff.email if row.staff else "",
            _shown(letter, row.settled_at),
        )
        for row in rows
    ]


def authority_needs(session: Session, letter: LetterRow) -> list[Need]:
    """The answers that do not count until a coordinator has looked: disputed, recorded and not confirmed, or of open authority."""
    rows = session.scalars(_WAITING.where(AnswerRow.letter_id == letter.id).order_by(AnswerRow.id)).unique().all()
    disputed = [
        _need(row, "says that its answer was not its own", "Find out, and settle it.", Urgency.NOW) for row in rows if row.is_disputed
    ]
    # Once its list is fixed for good, a dispute alone is still settled, beside it.
    rest = [row for row in rows if not row.is_disputed and is_still_settled(session, letter, row)]
    waits = [_need(row, "has an answer that was recorded", "Another coordinator is to confirm it.") for row in rest if not row.is_confirmed]
    unknown = [_need(row, "has signed: may whoever did speak for it?", "It counts once that is known.") for row in rest if row.is_confirmed]
    return [
        *disputed,
        *_few(waits, "recorded answers are to be confirmed"),
        *_few(unknown, "societies have signed: may whoever did speak for them?"),
    ]


def _need(row: AnswerRow, what: str, detail: str, urgency: Urgency = Urgency.SOON) -> Need:
    return Need(f"{row.printed_name} {what}", "authority", detail, answer=row.reference, urgency=urgency)


def _few(needs: Sequence[Need], what: str) -> list[Need]:
    return few_or_all(needs, lambda number: Need(f"{number} {what}", "authorities", needs[0].detail, urgency=needs[0].urgency))


def blocking_answers(session: Session, letter: LetterRow) -> list[Need]:
    """What of this keeps the letter from being sealed: who waits for a word on a signature is neither printed nor left out unseen."""
    rows = session.scalars(_WAITING.where(AnswerRow.letter_id == letter.id, AnswerRow.kind == AnswerKind.SIGN)).unique().all()
    return [Need(f"{row.printed_name}: {_BLOCKS[doubt]}", "authority", answer=row.reference) for row in rows if (doubt := _doubt(row))]


_BLOCKS = {
    Stage.DISPUTED: "its answer is disputed. Settle the dispute first.",
    Stage.TO_CHECK: "it is not known yet that whoever signed may speak for it. Settle that first.",
}


def _doubt(row: AnswerRow) -> Stage | None:
    doubt = doubt_about(facts_of(row, has_objected=False))
    return doubt if doubt in _BLOCKS else None
