"""One act for several societies of a roster: who is meant, and then all of it or nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.letter import Action, move_for
from webapp.domain.permission import Permission
from webapp.persistence.record import Happening, append_events
from webapp.persistence.tables import InvitationRow, LetterRow
from webapp.services.access import load_letter
from webapp.services.documents import sort_key
from webapp.services.sign_on import invitations_of, live_representatives

NONE_CHOSEN = "Tick at least one society."
_CHANGED = "Some of the societies you chose are not on the roster any more, so nothing was done. Choose once more."


@dataclass(frozen=True)
class Chosen:
    """The societies that are meant, for a second look."""

    references: tuple[str, ...]
    names: tuple[str, ...]
    people: int
    """How many people represent them."""
    unreached: tuple[str, ...]
    """Those of them that nobody represents: no mail goes there."""


def choose(session: Session, actor: Actor, reference: str, invitations: Collection[str]) -> Chosen:
    """Who of these is on the roster, for a page that shows them; changes nothing."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    places = _places(session, letter, invitations)
    alone = tuple(row.society.printed_name for row in places if not live_representatives(row))
    people = sum(len(live_representatives(row)) for row in places)
    return Chosen(tuple(row.reference for row in places), tuple(row.society.printed_name for row in places), people, alone)


def chosen_places(session: Session, letter: LetterRow, invitations: Collection[str]) -> list[InvitationRow]:
    """These places of the roster, in its order, each once. Raises InvalidInput where none is chosen, Conflict where one is gone."""
    if not invitations:
        raise InvalidInput(NONE_CHOSEN)
    places = _places(session, letter, invitations)
    if len(places) < len(set(invitations)):
        raise Conflict(_CHANGED)
    return places


def _places(session: Session, letter: LetterRow, invitations: Collection[str]) -> list[InvitationRow]:
    wanted = set(invitations)
    places = [row for row in invitations_of(session, letter) if row.reference in wanted] if wanted else []
    return sorted(places, key=lambda row: sort_key(row.society.printed_name, row.society.sort_name))


def remove_societies(session: Session, actor: Actor, reference: str, invitations: Collection[str], *, now: datetime) -> int:
    """Takes them off the roster of a draft, all or none. Once a society was asked to sign, it stays: the record must say that."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move = move_for(letter.state, Action.REMOVE_SOCIETY)
    places = chosen_places(session, letter, invitations)
    told = [Happening(move.event, {"society": row.society.reference, "printed_name": row.society.printed_name}) for row in places]
    _delete(session, places)
    append_events(session, letter, actor, told, now=now)
    return len(places)


def _delete(session: Session, places: Sequence[InvitationRow]) -> None:
    for place in places:
        for representative in place.representatives:
            session.delete(representative)
    session.flush()
    for place in places:
        session.delete(place)
    session.flush()
