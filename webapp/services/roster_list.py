"""The roster as the desk lists it: each society with its stage, its newest answer and its people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.answer import MANDATES, AnswerKind
from webapp.domain.answer_words import said_facts
from webapp.domain.deadline import ShownInstant, show_date, show_instant
from webapp.domain.permission import Permission
from webapp.domain.roster_view import ALL, Wanted
from webapp.domain.stage import Stage
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow
from webapp.services.access import load_letter
from webapp.services.authority_list import recorded_words
from webapp.services.documents import answers_to_affirm
from webapp.services.rooms import invitation_stage
from webapp.services.roster_facts import commented
from webapp.services.roster_search import countries_of, find_entries, fitting_entries, shown_stage, troubled_by
from webapp.services.sign_on import invitations_of, live_representatives
from webapp.services.troubles import mail_states

_LONGEST_PAGE = 200
_PAGE = 50


@dataclass(frozen=True)
class RepresentativeLine:
    reference: str
    name: str
    email: str
    mail_state: str
    wants_reminders: bool = True


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
    answer: str
    """The reference of its newest answer, or empty."""
    recorded: str
    """How that came, where a coordinator has recorded it (R12)."""
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
    fitting: tuple[str, ...]
    """The invitations on all pages."""
    countries: tuple[tuple[str, str], ...]
    """The countries of the whole roster, code and name."""


def roster_lines(session: Session, letter: LetterRow, only: Sequence[int]) -> list[RosterLine]:
    """These invitations in this order, each society with its stage and its newest answer."""
    if not only:
        return []
    place = {invitation: number for number, invitation in enumerate(only)}
    invitations = sorted(invitations_of(session, letter, only), key=lambda row: place[row.id])
    newest = newest_answers(session, only)
    mail = mail_states(session, letter, [one.email for row in invitations for one in row.representatives])
    waiting = {answer.id for answer in answers_to_affirm(session, letter)} if len(letter.freezings) > 1 else set()
    said = commented(session, letter)
    stages = {
        row.id: shown_stage(invitation_stage(row, one, is_to_be_affirmed=one is not None and one.id in waiting), row.id, said)
        for row, one in ((row, newest.get(row.id)) for row in invitations)
    }
    return [_roster_line(row, newest.get(row.id), stages[row.id], mail, letter) for row in invitations]


def newest_answers(session: Session, invitations: Collection[int]) -> dict[int, AnswerRow]:
    """The standing answer of each of these, else the newest one, which its society took back."""
    answers = select(AnswerRow).where(AnswerRow.invitation_id.in_(invitations)).order_by(AnswerRow.is_standing, AnswerRow.id)
    return {row.invitation_id: row for row in session.scalars(answers.options(joinedload(AnswerRow.representative)))}


def _roster_line(invitation: InvitationRow, answer: AnswerRow | None, stage: Stage, mail: dict[str, str], letter: LetterRow) -> RosterLine:
    is_standing = answer is not None and answer.is_standing
    board_meets_on = invitation.board_meets_on if stage == Stage.WITH_BOARD else None
    representatives = tuple(
        RepresentativeLine(row.reference, row.name, row.email, mail.get(row.email, ""), row.reminders_stopped_at is None)
        for row in live_representatives(invitation)
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
        answer=answer.reference if answer else "",
        recorded=recorded_words(answer) if answer else "",
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
    entries = find_entries(session, letter)
    fitting = fitting_entries(session, letter, entries, Wanted(stage=stage, search=search), ())
    return roster_lines(session, letter, [row.id for row in fitting])


def page_roster(session: Session, actor: Actor, reference: str, wanted: Wanted = ALL, *, number: int = 1, now: datetime) -> RosterPage:
    """The same by everything that can be wanted, a page at a time where it is long; a number beyond the last page gives the last."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    entries = find_entries(session, letter)
    fitting = fitting_entries(session, letter, entries, wanted, troubled_by(session, letter, wanted, now=now))
    size = _PAGE if len(fitting) > _LONGEST_PAGE else _LONGEST_PAGE
    last = max(-(-len(fitting) // size), 1)
    number = min(max(number, 1), last)
    lines = roster_lines(session, letter, [row.id for row in fitting[(number - 1) * size : number * size]])
    return RosterPage(lines, len(fitting), number, last, tuple(row.reference for row in fitting), countries_of(entries))


def find_line(session: Session, actor: Actor, reference: str, invitation: str) -> RosterLine | None:
    """One society's line; None where this letter has no such invitation."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    mine = select(InvitationRow.id).where(InvitationRow.letter_id == letter.id, InvitationRow.reference == invitation)
    return next(iter(roster_lines(session, letter, session.scalars(mine).all())), None)
