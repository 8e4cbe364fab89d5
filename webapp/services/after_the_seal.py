"""The page “After the seal”: what is held open, what was issued, and what waits to be."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_date, show_instant, time_left
from webapp.domain.errors import NotFound
from webapp.domain.letter import AFTER_THE_SEAL, Action, find_move, may_seal_from
from webapp.domain.permission import Permission
from webapp.domain.wording import signed_sentence
from webapp.persistence.tables import AddendumRow, ErratumRow, LaterDocumentRow, LaterKind, LetterRow
from webapp.services.access import load_letter
from webapp.services.addenda import awaited, seen_joiners
from webapp.services.asked_to_join import can_join
from webapp.services.documents import signed_count
from webapp.services.editions import seen_parts
from webapp.services.errata import Printed, printed_lines, untold_withdrawals
from webapp.services.held_open import addendum_under_way
from webapp.services.joined_since import joiners, since_the_seal, waiting_joiners
from webapp.services.later_bundle import has_later_bundle
from webapp.services.later_files import day_of
from webapp.services.need import Need, Urgency
from webapp.services.sealing import Progress, progress_after_seal


@dataclass(frozen=True)
class UnderWay:
    """The addendum that is open, or has closed and waits to be issued."""

    opened: str
    until: ShownInstant
    time_left: str
    is_closed: bool
    issued_from: ShownInstant | None
    """Not yet: an answer may still be on its way."""
    joined: tuple[str, ...]
    unsettled: tuple[str, ...]
    """They have signed, and it is not known yet that they may: they stand in a later addendum, or in none."""
    awaited: int
    seen: str
    """What is handed back with the button that issues it."""


@dataclass(frozen=True)
class Issued:
    """One file, with what a line says of it."""

    kind: str
    number: int
    name: str
    day: str
    says: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class AfterView:
    sealed_on: str
    signed_sentence: str
    since: str
    can_open: bool
    can_be_asked: int
    """How many societies would be mailed if an addendum were opened now."""
    under_way: UnderWay | None
    issued: tuple[Issued, ...]
    """Addenda and errata, the newest last."""
    editions: tuple[Issued, ...]
    can_join_files: bool
    """Something was issued that no edition holds."""
    withdrawals: tuple[Printed, ...]
    """Of which no erratum tells yet."""
    seen: str
    """What is handed back with the button that makes an edition."""
    has_bundle: bool
    """One with what came after the seal can be had."""
    making: Progress
    """The addendum or the edition that is being made now, or why the last one was not."""


def show_after(session: Session, actor: Actor, reference: str, *, now: datetime) -> AfterView:
    """Raises NotFound before the seal."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    if letter.sealed_at is None:
        raise NotFound
    files = session.scalars(select(LaterDocumentRow).where(LaterDocumentRow.letter_id == letter.id).order_by(LaterDocumentRow.id)).all()
    row = addendum_under_way(session, letter.id)
    return AfterView(
        sealed_on=show_date(day_of(letter, letter.sealed_at)),
        signed_sentence=signed_sentence(signed_count(session, letter), letter.collective_noun),
        since=since_the_seal(session, letter),
        can_open=row is None and find_move(letter.state, Action.OPEN_ADDENDUM) is not None,
        can_be_asked=len(can_join(session, letter)),
        under_way=_under_way(session, letter, row, now=now) if row else None,
        issued=tuple(_issued(session, letter, one) for one in files if one.kind != LaterKind.EDITION),
        editions=tuple(_issued(session, letter, one) for one in files if one.kind == LaterKind.EDITION),
        can_join_files=bool(files) and files[-1].kind != LaterKind.EDITION,
        withdrawals=tuple(untold_withdrawals(session, letter)),
        seen=seen_parts(session, letter),
        has_bundle=has_later_bundle(session, actor, reference),
        making=progress_after_seal(session, letter, now=now),
    )


def _under_way(session: Session, letter: LetterRow, row: AddendumRow, *, now: datetime) -> UnderWay:
    ready = may_seal_from(row.closed_at) if row.closed_at else None
    return UnderWay(
        opened=show_date(day_of(letter, row.opened_at)),
        until=show_instant(row.closes_at, row.deadline_zone),
        time_left=time_left(row.deadline, now=now),
        is_closed=row.closed_at is not None,
        issued_from=show_instant(ready, row.deadline_zone) if ready and now < ready else None,
        joined=tuple(one.printed_name for one in joiners(session, letter)),
        unsettled=tuple(one.printed_name for one in waiting_joiners(session, letter)),
        awaited=len(awaited(session, letter)),
        seen=seen_joiners(session, letter),
    )


def _issued(session: Session, letter: LetterRow, file: LaterDocumentRow) -> Issued:
    names = {LaterKind.ADDENDUM: "Addendum", LaterKind.ERRATUM: "Erratum", LaterKind.EDITION: "Edition"}
    day, says = show_date(day_of(letter, file.made_at)), _says(session, letter, file)
    return Issued(file.kind, file.number, f"{names[LaterKind(file.kind)]} {file.number}", day, says, file.sha256)


def _says(session: Session, letter: LetterRow, file: LaterDocumentRow) -> tuple[str, ...]:
    if file.kind == LaterKind.ADDENDUM:
        query = select(AddendumRow).where(AddendumRow.letter_id == letter.id, AddendumRow.number == file.number)
        return tuple(one.printed_name for one in session.scalars(query).one().signatories)
    if file.kind == LaterKind.EDITION:
        return ()
    one = session.scalars(select(ErratumRow).where(ErratumRow.letter_id == letter.id, ErratumRow.number == file.number)).one()
    return (f"“{one.before}” is “{one.after}”" if one.after else f"{one.before} has withdrawn",)


def lines_to_correct(session: Session, actor: Actor, reference: str) -> list[Printed]:
    """What stands printed, to choose from. Raises NotFound before the seal."""
    letter = load_letter(session, actor, reference, Permission.SEAL)
    if letter.sealed_at is None:
        raise NotFound
    return printed_lines(session, letter)


def later_needs(session: Session, letter: LetterRow, *, now: datetime) -> list[Need]:
    """What waits for a coordinator beside the sealed letter."""
    if letter.state not in AFTER_THE_SEAL:
        return []
    needs, row, making = [], addendum_under_way(session, letter.id), progress_after_seal(session, letter, now=now)
    if making.failure:
        needs.append(Need(f"The {making.act} was not made", "after", making.failure, urgency=Urgency.NOW))
    if making.is_under_way:
        needs.append(Need(f"The {making.act} is being made", "after", "See how far it is.", urgency=Urgency.TO_KNOW))
    elif row is not None and row.closed_at is not None:
        needs.append(_closed_addendum(session, letter))
    if untold := len(untold_withdrawals(session, letter)):
        what = "1 withdrawal has" if untold == 1 else f"{untold} withdrawals have"
        needs.append(Need(f"{what} no erratum yet", "after", "Issue it, so that it stands beside the sealed letter."))
    return needs


def _closed_addendum(session: Session, letter: LetterRow) -> Need:
    if joiners(session, letter):
        return Need("The addendum has closed: issue it", "after", "Look through the list first.")
    if waiting := len(waiting_joiners(session, letter)):
        signed = "1 signature is not settled" if waiting == 1 else f"{waiting} signatures are not settled"
        return Need(f"The addendum has closed, and {signed}", "after", "Settle who may speak for its society, or end it without a file.")
    return Need("The addendum has closed, and nobody has joined: end it", "after")
