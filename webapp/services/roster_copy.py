"""The roster of an earlier letter as a list for another: the same societies and people, who get links of their own for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.cell import as_cell
from webapp.domain.columns import REQUIRED_COLUMNS
from webapp.domain.deadline import show_date
from webapp.domain.errors import InvalidInput
from webapp.domain.letter import Action
from webapp.domain.permission import Permission
from webapp.domain.sheet import write_rows
from webapp.domain.society import Contact
from webapp.persistence.tables import ContactRow, GrantRow, InvitationRow, LetterRow, SocietyRow, StaffRow
from webapp.services.access import load_letter
from webapp.services.documents import sort_key
from webapp.services.held_open import move_now
from webapp.services.joined import joins
from webapp.services.roster_import import Reading
from webapp.services.sign_on import invitations_of, live_representatives


@dataclass(frozen=True)
class EarlierLetter:
    reference: str
    title: str
    since: str
    societies: int


@dataclass(frozen=True)
class Copied:
    """What is left of an earlier roster when those that are on this one already are taken away."""

    reading: Reading
    there_already: int


def earlier_letters(session: Session, actor: Actor, reference: str) -> list[EarlierLetter]:
    """The other letters that the actor may see and that have a roster, the newest first (R13)."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    move_now(session, letter, Action.INVITE)
    query = select(LetterRow.reference, LetterRow.title, LetterRow.created_at, func.count()).join(InvitationRow)
    query = query.where(LetterRow.id != letter.id).group_by(LetterRow.id).order_by(LetterRow.id.desc())
    if actor.kind == ActorKind.STAFF:
        mine = select(GrantRow.letter_id).join(StaffRow, StaffRow.id == GrantRow.staff_id).where(StaffRow.reference == actor.reference)
        query = query.where(LetterRow.id.in_(mine))
    return [EarlierLetter(one, title, show_date(at.date()), count) for one, title, at, count in session.execute(query)]


def copy_roster(session: Session, actor: Actor, reference: str, source: str) -> Copied:
    """The list to be looked at and confirmed; stores nothing. NotFound for a letter that the actor may not see.

    A society that is on this roster already is left out, whoever represents it. Of one that nobody represents any more the usual
    contacts are taken; where there are none, its row waits for a person.
    """
    letter = load_letter(session, actor, reference, Permission.INVITE)
    move_now(session, letter, Action.INVITE)
    other = load_letter(session, actor, source, Permission.SEE)
    joined = joins(session)
    there = {joined.get(row.society_id, row.society_id) for row in invitations_of(session, letter)}
    wanted: dict[int, list[InvitationRow]] = {}
    for invitation in invitations_of(session, other):
        wanted.setdefault(joined.get(invitation.society_id, invitation.society_id), []).append(invitation)
    societies = {row.id: row for row in session.scalars(select(SocietyRow).where(SocietyRow.id.in_(wanted.keys() - there)))}
    contacts = _contacts(session, societies)
    rows = [
        tuple(map(as_cell, (society.printed_name, person.name, person.email)))
        for society in sorted(societies.values(), key=lambda row: sort_key(row.printed_name, row.sort_name))
        for person in _people(wanted[society.id], contacts.get(society.id, []))
    ]
    if not rows:
        raise InvalidInput("Every society of that letter is on this roster already.", field="source")
    return Copied(Reading(write_rows([REQUIRED_COLUMNS, *rows]), "utf-8", REQUIRED_COLUMNS), len(wanted.keys() & there))


def _people(invitations: Sequence[InvitationRow], usual: Sequence[Contact]) -> list[Contact]:
    live = {row.email: Contact(row.name, row.email) for one in invitations for row in live_representatives(one)}
    return list(live.values()) or list(usual) or [Contact("", "")]


def _contacts(session: Session, societies: Mapping[int, SocietyRow]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = {}
    query = select(ContactRow).where(ContactRow.society_id.in_(societies)).order_by(ContactRow.society_id, ContactRow.position)
    for row in session.scalars(query):
        found.setdefault(row.society_id, []).append(Contact(row.name, row.email))
    return found
