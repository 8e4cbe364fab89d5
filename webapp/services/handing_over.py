"""A representative hands the letter over to a colleague, or says that it has reached the wrong place (R7, R14)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.address import mask_address
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.handing_over import HAND_OVER, LEAVING, NOT_US, WHY_NOT_US
from webapp.domain.letter import LetterState
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.tokens import Keyring
from webapp.persistence import outbox
from webapp.persistence.record import append_events
from webapp.persistence.tables import Ended, LetterRow, RepresentativeRow
from webapp.services.access import hold_place
from webapp.services.address_doubts import address_doubts
from webapp.services.answer_store import Pending, forget_pending
from webapp.services.answers import WrongCode, keep_pending, pending_answer, refuse_used_nonce
from webapp.services.codes import send_code, use_code
from webapp.services.coordinators import tell_coordinators
from webapp.services.doors import clean_address
from webapp.services.place import HeldLetter, Place
from webapp.services.succession import begin_place, end_place, refuse_taken, told

# A society may still take its answer back after the seal, and so whoever stands for it may still change.
_MAY_HAND_OVER = frozenset(LetterState) - {LetterState.DRAFTING, LetterState.CANCELLED}
_MAY_SAY_NOT_US = frozenset({LetterState.CIRCULATING, LetterState.SIGNING, LetterState.CLOSED})


@dataclass(frozen=True)
class Leaving:
    """What a representative asks for: `which` says what is wrong, of “not us”; a name and an address are a colleague’s."""

    act: str
    nonce: str
    reason: str
    name: str = ""
    email: str = ""
    which: str = ""


@dataclass(frozen=True)
class LeavingView:
    """What waits for the code, for the review page."""

    act: str
    nonce: str
    name: str
    email: str
    reason: str
    which: str
    why: str
    doubts: tuple[str, ...]
    masked_address: str


@dataclass(frozen=True)
class Left:
    """It is done: this browser’s stay has ended."""

    act: str
    name: str


def may_leave(state: str, act: str) -> bool:
    return state in (_MAY_HAND_OVER if act == HAND_OVER else _MAY_SAY_NOT_US)


def choices(session: Session, place: Place) -> frozenset[str]:
    """Which of the two this room offers."""
    state = session.get_one(LetterRow, place.letter_id).state
    return frozenset(act for act in LEAVING if may_leave(state, act))


def prepare_leaving(session: Session, place: Place, leaving: Leaving, keyring: Keyring, *, now: datetime) -> None:
    """Keeps what was typed and mails the code that confirms it, in the place of anything else that waited; the same form twice is one code.

    Raises InvalidInput, Conflict or WrongState, and then keeps nothing.
    """
    place, letter = hold_place(session, place)
    _refuse_wrong_state(letter, leaving.act)
    refuse_used_nonce(session, place, leaving.nonce)
    content = _content(session, place, leaving)
    pending = pending_answer(session, place)
    if pending is not None and (pending.nonce, pending.act, pending.content) == (leaving.nonce, leaving.act, content):
        return
    if pending is not None:
        forget_pending(session, pending)
    keep_pending(session, place, Pending(0, leaving.nonce, leaving.act, letter.digest or "", content, None), now=now)
    send_code(session, place, leaving.nonce, keyring, now=now)


def pending_leaving(session: Session, place: Place) -> LeavingView | None:
    """What waits in this stay for its code, where it is one of these acts."""
    pending = pending_answer(session, place)
    if pending is None or pending.act not in LEAVING:
        return None
    said = pending.content
    return LeavingView(
        act=pending.act,
        nonce=pending.nonce,
        name=said.get("name", ""),
        email=said.get("email", ""),
        reason=said["reason"],
        which=said.get("which", ""),
        why=WHY_NOT_US.get(said.get("which", ""), ""),
        doubts=tuple(_doubts(session, place, said["email"])) if said.get("email") else (),
        masked_address=mask_address(place.representative.email),
    )


def _doubts(session: Session, place: Place, email: str) -> list[str]:
    return address_doubts(email, _row(session, place).invitation.society.domains.split())


def confirm_leaving(session: Session, place: Place, nonce: str, code: str, keyring: Keyring, *, now: datetime) -> Left | WrongCode:
    """Ends the place, and begins the colleague’s, once, if the code is right. The new link is mailed to the colleague alone."""
    place, letter = hold_place(session, place)
    pending = pending_answer(session, place)
    if pending is None or pending.nonce != nonce or pending.act not in LEAVING:
        raise Conflict("This page is older than your last one. Open the letter again and continue there.")
    _refuse_wrong_state(letter, pending.act)
    before = _row(session, place)
    if pending.act == HAND_OVER:
        refuse_taken(before.invitation, before, pending.content["name"], pending.content["email"])
    tries_left = use_code(session, place, nonce, code, keyring, now=now)
    if tries_left is not None:
        return WrongCode(tries_left)
    forget_pending(session, pending)
    if pending.act == HAND_OVER:
        return _hand_over(session, place, letter, before, pending, keyring, now=now)
    return _not_us(session, place, letter, before, pending, now=now)


def _hand_over(
    session: Session, place: Place, letter: HeldLetter, before: RepresentativeRow, pending: Pending, keyring: Keyring, *, now: datetime
) -> Left:
    said = pending.content
    end_place(session, before, Ended.HANDED_OVER, said["reason"], now=now)
    after = begin_place(session, before, said["name"], said["email"], keyring, now=now)
    append_events(session, letter, place.actor, [told("representative.handed_over", before, after, said["reason"])], now=now)
    reason = f"handed_over:{after.reference}:generation-{after.link_generation}"
    what = {"representative": after.id, "before": before.id}
    outbox.put(session, "handed_over", reason, after.email, now=now, letter_id=letter.id, **what)
    _tell(session, letter, before, now=now)
    return Left(HAND_OVER, after.name)


def _not_us(session: Session, place: Place, letter: HeldLetter, before: RepresentativeRow, pending: Pending, *, now: datetime) -> Left:
    said = pending.content
    reason = f"{WHY_NOT_US[said['which']]} {said['reason']}"
    end_place(session, before, Ended.NOT_US, reason, now=now)
    before.invitation.not_us_at, before.invitation.not_us_settled_at = now, None
    append_events(session, letter, place.actor, [told("representative.not_us", before, None, reason)], now=now)
    _tell(session, letter, before, now=now)
    return Left(NOT_US, "")


def _tell(session: Session, letter: HeldLetter, before: RepresentativeRow, *, now: datetime) -> None:
    # Who is back after all may leave a second time.
    tell_coordinators(session, letter.id, "place_ended", f"{before.reference}-{before.link_generation}", {"ended": before.id}, now=now)


def _row(session: Session, place: Place) -> RepresentativeRow:
    """As it is behind the lock, and whoever else stands for the society."""
    row = session.get_one(RepresentativeRow, place.representative.id, populate_existing=True)
    session.refresh(row.invitation)
    return row


def _refuse_wrong_state(letter: HeldLetter, act: str) -> None:
    if not may_leave(letter.state, act):
        raise WrongState("The letter is not in a state in which this can be done any more. Write to the address below.")


def _content(session: Session, place: Place, leaving: Leaving) -> dict[str, Any]:
    reason = bounded_text(leaving.reason, limits.REASON, field="reason", what="What you write")
    if leaving.act == NOT_US:
        if leaving.which not in WHY_NOT_US:
            raise InvalidInput("Choose what is wrong.", field="which")
        if not reason:
            raise InvalidInput("Write a sentence: the coordinators look for the right place with it.", field="reason")
        return {"which": leaving.which, "reason": reason}
    name = bounded_line(leaving.name, limits.PERSON_NAME, field="name", what="The name")
    if not name:
        raise InvalidInput("Name the colleague who takes over.", field="name")
    if not reason:
        raise InvalidInput("Write a sentence on why: your colleague and the coordinators read it.", field="reason")
    email = clean_address(leaving.email)
    before = _row(session, place)
    refuse_taken(before.invitation, before, name, email)
    return {"name": name, "email": email, "reason": reason}
