"""The roster as the desk lists it: each society with its stage, its newest answer and its people."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.answer import MANDATES, AnswerKind
from webapp.domain.deadline import ShownInstant, show_date, show_instant
from webapp.domain.names import comparison_key
from webapp.domain.permission import Permission
from webapp.domain.stage import Stage
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow, OutboxRow
from webapp.services.access import load_letter
from webapp.services.documents import sort_key
from webapp.services.rooms import invitation_stage
from webapp.services.sign_on import invitations_of, live_representatives


@dataclass(frozen=True)
class RepresentativeLine:
    reference: str
    name: str
    email: str
    mail_state: str


@dataclass(frozen=True)
class RosterLine:
    """A society's place in the roster, as the desk lists it."""

    invitation: str
    society: str
    acronym: str
    country: str
    stage: Stage
    detail: str
    answered_at: ShownInstant | None
    printed_name: str
    officer: str
    office: str
    decided: str
    mandate: str
    competing_interests: str
    reason: str
    representatives: tuple[RepresentativeLine, ...]


def roster_lines(session: Session, letter: LetterRow) -> list[RosterLine]:
    """The roster in sort order, each society with its stage and its newest answer."""
    invitations = sorted(invitations_of(session, letter), key=lambda row: sort_key(row.society.printed_name, row.society.sort_name))
    answers = select(AnswerRow).where(AnswerRow.letter_id == letter.id).order_by(AnswerRow.is_standing, AnswerRow.id)
    newest = {row.invitation_id: row for row in session.scalars(answers.options(joinedload(AnswerRow.representative)))}
    mail = _mail_states(session, letter)
    return [_roster_line(row, newest.get(row.id), mail, letter) for row in invitations]


def _mail_states(session: Session, letter: LetterRow) -> dict[str, str]:
    query = select(OutboxRow.to_address, OutboxRow.state).where(
        OutboxRow.letter_id == letter.id, OutboxRow.kind.in_(["invitation", "new_link"])
    )
    return {row.to_address: row.state for row in session.execute(query.order_by(OutboxRow.id))}


def _roster_line(invitation: InvitationRow, answer: AnswerRow | None, mail: dict[str, str], letter: LetterRow) -> RosterLine:
    stage = invitation_stage(invitation, answer)
    is_standing = answer is not None and answer.is_standing
    representatives = tuple(
        RepresentativeLine(row.reference, row.name, row.email, mail.get(row.email, "")) for row in live_representatives(invitation)
    )
    decided = f"{answer.decided_by}, {show_date(answer.decided_on)}" if answer and answer.decided_by and answer.decided_on else ""
    return RosterLine(
        invitation=invitation.reference,
        society=invitation.society.printed_name,
        acronym=invitation.society.acronym,
        country=invitation.society.country,
        stage=stage,
        detail=invitation.board_meets_on.isoformat() if stage == Stage.WITH_BOARD and invitation.board_meets_on else "",
        answered_at=show_instant(answer.received_at, letter.deadline_zone) if answer else None,
        printed_name=answer.printed_name if is_standing and answer and answer.kind == AnswerKind.SIGN else "",
        officer=answer.officer if answer else "",
        office=answer.office if answer else "",
        decided=decided,
        mandate=MANDATES.get(answer.mandate, "") if answer else "",
        competing_interests=answer.competing_interests if answer else "",
        reason=answer.reason if answer else "",
        representatives=representatives,
    )


def list_roster(session: Session, actor: Actor, reference: str, *, stage: str = "", search: str = "") -> list[RosterLine]:
    """The roster, narrowed to one stage and to names, people or addresses that hold the words."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    words = comparison_key(search)
    return [line for line in roster_lines(session, letter) if (not stage or line.stage == stage) and _holds(line, words)]


def _holds(line: RosterLine, words: str) -> bool:
    people = " ".join(f"{one.name} {one.email}" for one in line.representatives)
    return words in comparison_key(f"{line.society} {line.printed_name} {line.acronym} {line.officer} {people}")
