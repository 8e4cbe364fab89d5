"""Two entries that a person has found to be one society: shown side by side, then one stands for both, for good.

Letters keep the entry that they asked: rosters, answers, records and sealed lists stay as they are (R11, R17).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.letter import LetterState
from webapp.domain.names import bounded_line
from webapp.domain.society import ChangeKind, SocietyFacts
from webapp.persistence.tables import InvitationRow, JoinRow, LetterRow, LogoRow, SocietyRow
from webapp.services.directory import (
    SocietyLine,
    check_keeper,
    every_society,
    hold_names,
    known_to_all,
    list_societies,
    load_society,
)
from webapp.services.joined import joins
from webapp.services.known_names import words_in_order
from webapp.services.societies import SocietyView, facts_of, letters_in_sight, put_facts, show_society
from webapp.services.society_history import change

_LIVE = frozenset([LetterState.DRAFTING, LetterState.CIRCULATING, LetterState.SIGNING, LetterState.CLOSED])
_CHANGED = "Somebody else has changed one of the two entries since you opened this page. Look at both once more."
_LIKELY = 70
_MOST_LIKELY = 5


@dataclass(frozen=True)
class Joining:
    """Both entries, and what is kept of them."""

    stays: SocietyView
    goes: SocietyView
    kept: SocietyFacts
    refusals: tuple[str, ...]
    """Why they cannot be joined now, each with what to do."""


def others_like(session: Session, actor: Actor, reference: str, search: str = "") -> tuple[SocietyLine, ...]:
    """The entries that the search finds; without one those whose names are most like this one's."""
    check_keeper(session, actor)
    row = load_society(session, reference)
    if search.strip():
        return tuple(one for one in list_societies(session, search=search).lines if one.reference != reference)
    own = words_in_order(row.printed_name)
    scored = [(fuzz.token_set_ratio(own, words_in_order(one.printed_name)), one) for one in every_society(session) if one.id != row.id]
    best = sorted((one for one in scored if one[0] >= _LIKELY), key=lambda one: -one[0])[:_MOST_LIKELY]
    return tuple(SocietyLine(one.reference, one.printed_name, one.acronym, one.country, "") for _points, one in best)


def compare_entries(session: Session, actor: Actor, stays: str, goes: str) -> Joining:
    """Changes nothing. Raises NotFound for an entry that is not there, that was joined already, or that is the same."""
    check_keeper(session, actor)
    first, second = _two(session, stays, goes)
    kept = _united(facts_of(session, first), facts_of(session, second))
    refusals = (*_refusals(session, actor, first, second), *_too_much(kept))
    return Joining(show_society(session, actor, stays), show_society(session, actor, goes), kept, tuple(refusals))


def join_entries(session: Session, actor: Actor, stays: str, goes: str, editions: tuple[int, int], reason: str, *, now: datetime) -> None:
    """From now on the one stands for both: its page, its names, every list that is imported.

    Raises Conflict where one was changed since these editions, or both are asked by one live letter; InvalidInput names the field.
    """
    check_keeper(session, actor)
    hold_names(session)
    first, second = _two(session, stays, goes, for_update=True)
    if (first.edition, second.edition) != editions:
        raise Conflict(_CHANGED)
    why = bounded_line(reason, limits.REVISION_NOTE, field="reason", what="The reason")
    if not why:
        raise InvalidInput("Say how it is known that the two are one society.", field="reason")
    kept = _united(facts_of(session, first), facts_of(session, second))
    if refusals := [*_refusals(session, actor, first, second), *_too_much(kept)]:
        raise Conflict(" ".join(refusals))
    told = put_facts(session, first, kept)
    first.edition, second.edition = first.edition + 1, second.edition + 1
    _hand_logo_over(session, first, second)
    session.add(JoinRow(society_id=second.id, into_id=first.id, joined_at=now))
    session.flush()
    known_to_all(session, [first])
    took_in = {**told, "joined_name": second.printed_name}
    session.add(change(first.id, actor, ChangeKind.TOOK_IN, took_in, reason=why, now=now))
    session.add(change(second.id, actor, ChangeKind.JOINED, {"joined_name": first.printed_name}, reason=why, now=now))
    session.flush()


def _two(session: Session, stays: str, goes: str, *, for_update: bool = False) -> tuple[SocietyRow, SocietyRow]:
    # In one order, so that two who join the same entries the other way round wait for one another.
    rows = {one: load_society(session, one, for_update=for_update) for one in sorted({stays, goes})}
    joined = joins(session)
    if len(rows) < 2 or any(row.id in joined for row in rows.values()):
        raise NotFound
    return rows[stays], rows[goes]


def _united(stays: SocietyFacts, goes: SocietyFacts) -> SocietyFacts:
    """What the one says stays; where it says nothing, what the other says; names, domains and contacts of both."""
    # The sort name is the other printed name's, and would put this one in the wrong place.
    single = ("acronym", "country", "kind", "legal_name", "website", "ror", "official_address")
    names = dict.fromkeys((*stays.former_names, goes.printed_name, *goes.former_names))
    if goes.legal_name and stays.legal_name not in {"", goes.legal_name}:
        names[goes.legal_name] = None
    known = {one.email.casefold() for one in stays.contacts}
    return replace(
        stays,
        **{name: getattr(stays, name) or getattr(goes, name) for name in single},
        former_names=tuple(name for name in names if name != stays.printed_name),
        domains=tuple(dict.fromkeys((*stays.domains, *goes.domains))),
        contacts=(*stays.contacts, *(one for one in goes.contacts if one.email.casefold() not in known)),
    )


def _too_much(kept: SocietyFacts) -> list[str]:
    counted = (("former names", kept.former_names, limits.FORMER_NAMES), ("domains", kept.domains, limits.DOMAINS))
    return [
        f"Together they have {len(values)} {what}; {most} is the most. Take some away first."
        for what, values, most in (*counted, ("contacts", kept.contacts, limits.CONTACTS))
        if len(values) > most
    ]


def _refusals(session: Session, actor: Actor, first: SocietyRow, second: SocietyRow) -> list[str]:
    letters = _asked_by(session, _all_of(session, first)) & _asked_by(session, _all_of(session, second))
    rows = session.scalars(select(LetterRow).where(LetterRow.id.in_(letters)).order_by(LetterRow.id)).all()
    seen = letters_in_sight(session, actor, letters)
    return [_refusal(f"“{row.title}”" if row.id in seen else "a letter of others", row.state) for row in rows]


def _refusal(letter: str, state: str) -> str:
    if state == LetterState.DRAFTING:
        return f"Both are on the roster of {letter}. Take one of them off it first."
    until = "Until then, on its roster, revoke the links of the one that should not answer: nobody is asked twice then."
    return f"Both are asked by {letter}, and each may answer there. Join them when that letter is sealed or ended. {until}"


def _all_of(session: Session, row: SocietyRow) -> list[int]:
    return [row.id, *(one for one, into in joins(session).items() if into == row.id)]


def _asked_by(session: Session, societies: Sequence[int]) -> set[int]:
    query = select(InvitationRow.letter_id).join(LetterRow, LetterRow.id == InvitationRow.letter_id)
    return set(session.scalars(query.where(InvitationRow.society_id.in_(societies), LetterRow.state.in_(_LIVE))))


def _hand_logo_over(session: Session, first: SocietyRow, second: SocietyRow) -> None:
    logo = session.get(LogoRow, second.id)
    if logo is None or session.get(LogoRow, first.id) is not None:
        return
    kept = {column.name: getattr(logo, column.name) for column in LogoRow.__table__.columns}
    session.add(LogoRow(**{**kept, "society_id": first.id}))
