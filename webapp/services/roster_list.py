"""The roster as the desk lists it: each society with its stage, its newest answer and its people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.answer import MANDATES, AnswerKind
from webapp.domain.answer_words import said_facts
from webapp.domain.deadline import ShownInstant, show_date, show_instant
from webapp.domain.names import comparison_key
from webapp.domain.permission import Permission
from webapp.domain.stage import Stage, is_at, while_circulating
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow, OutboxRow, RepresentativeRow, SocietyRow
from webapp.services.access import load_letter
from webapp.services.documents import answers_to_affirm, counting_digests, sort_key
from webapp.services.rooms import invitation_stage
from webapp.services.roster_facts import LINK_MAILS, NEWEST_ANSWER, STAGE_FACTS, commented, stage_from
from webapp.services.sign_on import invitations_of, live_representatives

_LONGEST_PAGE = 200
_PAGE = 50

_ENTRIES = (
    select(
        InvitationRow.id,
        SocietyRow.printed_name,
        SocietyRow.sort_name,
        SocietyRow.acronym,
        AnswerRow.printed_name.label("signed_as"),
        AnswerRow.officer,
        AnswerRow.withdrawn_at.is_not(None).label("has_withdrawn"),
        *STAGE_FACTS,
    )
    .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
    .outerjoin(AnswerRow, AnswerRow.id == NEWEST_ANSWER)
    .where(InvitationRow.letter_id == bindparam("letter"))
)
_PEOPLE = (
    select(RepresentativeRow.invitation_id, RepresentativeRow.name, RepresentativeRow.email)
    .join(InvitationRow, InvitationRow.id == RepresentativeRow.invitation_id)
    .where(InvitationRow.letter_id == bindparam("letter"), RepresentativeRow.revoked_at.is_(None))
)


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
    board_meets_on: date | None
    """The day, while the letter is with the board."""
    detail: str
    answered_at: ShownInstant | None
    printed_name: str
    officer: str
    office: str
    decided: str
    mandate: str
    competing_interests: str
    reason: str
    said: tuple[tuple[str, str], ...]
    """What an answer that is no signature says, each with a label."""
    representatives: tuple[RepresentativeLine, ...]


@dataclass(frozen=True)
class RosterPage:
    """One page of the roster, and where it stands among the others."""

    lines: list[RosterLine]
    found: int
    number: int
    last: int


def roster_lines(session: Session, letter: LetterRow, only: Collection[int]) -> list[RosterLine]:
    """These invitations in sort order, each society with its stage and its newest answer."""
    if not only:
        return []
    invitations = sorted(invitations_of(session, letter, only), key=lambda row: sort_key(row.society.printed_name, row.society.sort_name))
    answers = select(AnswerRow).where(AnswerRow.invitation_id.in_(only)).order_by(AnswerRow.is_standing, AnswerRow.id)
    newest = {row.invitation_id: row for row in session.scalars(answers.options(joinedload(AnswerRow.representative)))}
    mail = _mail_states(session, letter, [one.email for row in invitations for one in row.representatives])
    waiting = {answer.id for answer in answers_to_affirm(session, letter)} if len(letter.freezings) > 1 else set()
    said = commented(session, letter)
    stages = {
        row.id: _shown_stage(invitation_stage(row, one, is_to_be_affirmed=one is not None and one.id in waiting), row.id, said)
        for row, one in ((row, newest.get(row.id)) for row in invitations)
    }
    return [_roster_line(row, newest.get(row.id), stages[row.id], mail, letter) for row in invitations]


def _shown_stage(stage: Stage, invitation: int, said: Collection[int] | None) -> Stage:
    return stage if said is None else while_circulating(stage, has_commented=invitation in said)


def _mail_states(session: Session, letter: LetterRow, addresses: list[str]) -> dict[str, str]:
    query = select(OutboxRow.to_address, OutboxRow.state).where(
        OutboxRow.letter_id == letter.id, OutboxRow.kind.in_(LINK_MAILS), OutboxRow.to_address.in_(addresses)
    )
    return {row.to_address: row.state for row in session.execute(query.order_by(OutboxRow.id))}


def _roster_line(invitation: InvitationRow, answer: AnswerRow | None, stage: Stage, mail: dict[str, str], letter: LetterRow) -> RosterLine:
    is_standing = answer is not None and answer.is_standing
    board_meets_on = invitation.board_meets_on if stage == Stage.WITH_BOARD else None
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
        board_meets_on=board_meets_on,
        detail=f"on {show_date(board_meets_on)}" if board_meets_on else "",
        answered_at=show_instant(answer.received_at, letter.deadline_zone) if answer else None,
        printed_name=answer.printed_name if is_standing and answer and answer.kind == AnswerKind.SIGN else "",
        officer=answer.officer if answer else "",
        office=answer.office if answer else "",
        decided=decided,
        mandate=MANDATES.get(answer.mandate, "") if answer else "",
        competing_interests=answer.competing_interests if answer else "",
        reason=answer.reason if answer else "",
        said=tuple(said_facts(answer.kind, vars(answer))) if answer and answer.kind != AnswerKind.SIGN else (),
        representatives=representatives,
    )


def list_roster(session: Session, actor: Actor, reference: str, *, stage: str = "", search: str = "") -> list[RosterLine]:
    """The roster, narrowed to one stage, or to who is waited for, and to names, people or addresses that hold the words."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return roster_lines(session, letter, _fitting(session, letter, stage, search))


def page_roster(session: Session, actor: Actor, reference: str, *, stage: str = "", search: str = "", number: int = 1) -> RosterPage:
    """The same a page at a time, where it is long; a number beyond the last page gives the last."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    fitting = _fitting(session, letter, stage, search)
    size = _PAGE if len(fitting) > _LONGEST_PAGE else _LONGEST_PAGE
    last = max(-(-len(fitting) // size), 1)
    number = min(max(number, 1), last)
    lines = roster_lines(session, letter, fitting[(number - 1) * size : number * size])
    return RosterPage(lines, len(fitting), number, last)


def find_line(session: Session, actor: Actor, reference: str, invitation: str) -> RosterLine | None:
    """One society's line; None where this letter has no such invitation."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    mine = select(InvitationRow.id).where(InvitationRow.letter_id == letter.id, InvitationRow.reference == invitation)
    return next(iter(roster_lines(session, letter, session.scalars(mine).all())), None)


def _fitting(session: Session, letter: LetterRow, stage: str, search: str) -> list[int]:
    """The invitations at the stage that hold the words, in sort order: a few columns of each, for a long roster is seldom shown whole."""
    words = comparison_key(search)
    people = _people(session, letter) if words else {}
    entries = session.execute(_ENTRIES, {"letter": letter.id}).all()
    digests = counting_digests(session, letter.id)
    said = commented(session, letter)
    fitting = [
        row
        for row in entries
        if is_at(_shown_stage(stage_from(row, digests), row.id, said), stage)
        and (not words or words in _words_of(row, people.get(row.id, "")))
    ]
    return [row.id for row in sorted(fitting, key=lambda row: sort_key(row.printed_name, row.sort_name))]


def _people(session: Session, letter: LetterRow) -> dict[int, str]:
    found: dict[int, str] = {}
    for invitation, name, email in session.execute(_PEOPLE, {"letter": letter.id}):
        found[invitation] = f"{found.get(invitation, '')} {name} {email}"
    return found


def _words_of(row: Any, people: str) -> str:
    signed_as = row.signed_as if row.is_standing and row.kind == AnswerKind.SIGN else ""
    return comparison_key(f"{row.printed_name} {signed_as} {row.acronym} {row.officer or ''} {people}")
