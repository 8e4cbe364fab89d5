"""One entry of the directory: shown with its letters and its history, made, and changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.deadline import show_date
from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.names import bounded_line
from webapp.domain.society import FACT_WORDS, ChangeKind, Contact, SocietyFacts
from webapp.persistence.tables import ContactRow, GrantRow, InvitationRow, LetterRow, LogoRow, LogoUploadRow, SocietyRow, StaffRow
from webapp.services.directory import check_keeper, hold_names, known_to_all, load_society, may_keep
from webapp.services.documents import country_name
from webapp.services.joined import joins
from webapp.services.references import new_reference
from webapp.services.society_facts import clean_facts
from webapp.services.society_history import ChangeLine, change, list_changes

_CHANGED = "Somebody else has changed this entry since you opened it. Compare with what is there now, then send once more."
_LINES = {"former_names", "domains"}


@dataclass(frozen=True)
class PastLetter:
    """A letter that asked the society, among those that the actor may see."""

    reference: str
    title: str
    state: str
    since: str


@dataclass(frozen=True)
class SocietyView:
    """An entry as its page shows it."""

    reference: str
    facts: SocietyFacts
    """Without the contacts, where whoever looks may not change the directory: they are persons."""
    country: str
    edition: int
    may_keep: bool
    logo: str
    """The digest of its logo; empty where it has none."""
    has_upload: bool
    """A logo waits until somebody has looked at it; told to those who may change the directory."""
    joined: tuple[str, ...]
    """The printed names of the entries that were joined with it."""
    letters: tuple[PastLetter, ...]
    changes: tuple[ChangeLine, ...]


def stands_for(session: Session, reference: str) -> str:
    """The reference of the entry that stands for this one: by itself its own. Raises NotFound."""
    row = load_society(session, reference)
    into = joins(session).get(row.id)
    return session.get_one(SocietyRow, into).reference if into else row.reference


def show_society(session: Session, actor: Actor, reference: str) -> SocietyView:
    """Raises NotFound. Letters on which the actor has no grant are not told of (R13)."""
    row = load_society(session, reference)
    joined = [one for one, into in joins(session).items() if into == row.id]
    keeps = may_keep(session, actor)
    facts = facts_of(session, row) if keeps else replace(facts_of(session, row), contacts=())
    names = session.scalars(select(SocietyRow.printed_name).where(SocietyRow.id.in_(joined)).order_by(SocietyRow.id))
    return SocietyView(
        reference=row.reference,
        facts=facts,
        country=country_name(row.country, "en-GB") or "",
        edition=row.edition,
        may_keep=keeps,
        logo=session.scalar(select(LogoRow.sha256).where(LogoRow.society_id == row.id)) or "",
        has_upload=keeps and session.get(LogoUploadRow, row.id) is not None,
        joined=tuple(names),
        letters=_past_letters(session, actor, [row.id, *joined]),
        changes=tuple(list_changes(session, [row.id, *joined])),
    )


def facts_of(session: Session, row: SocietyRow) -> SocietyFacts:
    """What is kept of the society, contacts included."""
    kept: dict[str, Any] = {name: getattr(row, name) for name in FACT_WORDS}
    lists = {name: tuple(kept.pop(name).splitlines()) for name in _LINES}
    contacts = session.scalars(select(ContactRow).where(ContactRow.society_id == row.id).order_by(ContactRow.position))
    return SocietyFacts(**(kept | lists), contacts=tuple(Contact(one.name, one.email) for one in contacts))


def _past_letters(session: Session, actor: Actor, societies: Sequence[int]) -> tuple[PastLetter, ...]:
    query = select(LetterRow, InvitationRow.added_at).join(InvitationRow).where(InvitationRow.society_id.in_(societies))
    rows = session.execute(query.order_by(InvitationRow.added_at.desc())).all()
    seen = letters_in_sight(session, actor, [row.id for row, _since in rows])
    return tuple(PastLetter(row.reference, row.title, row.state, show_date(since.date())) for row, since in rows if row.id in seen)


def letters_in_sight(session: Session, actor: Actor, letters: Collection[int]) -> set[int]:
    """Those of these letters of which the actor may know (R13)."""
    if actor.kind != ActorKind.STAFF:
        return set(letters)
    mine = select(GrantRow.letter_id).join(StaffRow, StaffRow.id == GrantRow.staff_id)
    here = mine.where(StaffRow.reference == actor.reference, StaffRow.closed_at.is_(None), GrantRow.letter_id.in_(letters))
    return set(session.scalars(here))


def add_entry(session: Session, actor: Actor, typed: SocietyFacts, *, now: datetime) -> str:
    """A new entry; returns its reference. Raises InvalidInput, also where another has this printed name already."""
    check_keeper(session, actor)
    facts = clean_facts(typed)
    hold_names(session)
    _refuse_taken(session, facts.printed_name)
    row = SocietyRow(reference=new_reference(), created_at=now, printed_name=facts.printed_name)
    session.add(row)
    session.flush()
    told = put_facts(session, row, facts)
    session.add(change(row.id, actor, ChangeKind.ADDED, {name: facts for name, facts in told.items() if name != "printed_name"}, now=now))
    session.flush()
    return row.reference


def change_entry(
    session: Session, actor: Actor, reference: str, typed: SocietyFacts, edition: int, *, reason: str = "", now: datetime
) -> bool:
    """Puts these facts in the place of those that were; whether anything is different.

    A new printed name needs a reason, and the old one stays as a former name: letters that were printed with it are found by it.
    Raises Conflict where somebody else has changed the entry since that edition, or it was joined; InvalidInput names the field.
    """
    check_keeper(session, actor)
    facts = clean_facts(typed)
    hold_names(session)
    row = load_society(session, reference, for_update=True)
    joined = joins(session)
    if row.edition != edition or row.id in joined:
        raise Conflict(_CHANGED)
    why = bounded_line(reason, limits.REVISION_NOTE, field="reason", what="The reason")
    is_renamed = facts.printed_name != row.printed_name
    if is_renamed:
        _refuse_taken(session, facts.printed_name, {one for one, into in joined.items() if into == row.id})
        if not why:
            raise InvalidInput("Say why the printed name is another now, and who asked for it.", field="reason")
        former = dict.fromkeys((*facts.former_names, row.printed_name))
        facts = replace(facts, former_names=tuple(name for name in former if name != facts.printed_name))
    told = put_facts(session, row, facts)
    if not told:
        return False
    row.edition += 1
    known_to_all(session, [row])
    session.add(change(row.id, actor, ChangeKind.RENAMED if is_renamed else ChangeKind.CHANGED, told, reason=why, now=now))
    session.flush()
    return True


def _refuse_taken(session: Session, name: str, joined: Collection[int] = ()) -> None:
    """`joined` are entries of the same society, whose names are its own."""
    if session.scalar(select(SocietyRow.id).where(SocietyRow.printed_name == name, SocietyRow.id.not_in(joined)).limit(1)):
        sentence = f"There is an entry “{name}” already. If the two are one society, join the entries; if not, tell them apart by name."
        raise InvalidInput(sentence, field="printed_name")


def put_facts(session: Session, row: SocietyRow, facts: SocietyFacts) -> dict[str, tuple[str | int, str | int]]:
    """Stores the facts; returns those that changed, with what they were and what they are."""
    told: dict[str, tuple[str | int, str | int]] = {}
    for name in FACT_WORDS:
        value = getattr(facts, name)
        new = "\n".join(value) if name in _LINES else value
        if getattr(row, name) != new:
            told[name] = (getattr(row, name), new)
            setattr(row, name, new)
    before = facts_of(session, row).contacts
    if before != facts.contacts:
        told["contacts"] = (len(before), len(facts.contacts))
        put_contacts(session, row, facts.contacts)
    return told


def put_contacts(session: Session, row: SocietyRow, contacts: Sequence[Contact]) -> None:
    session.execute(delete(ContactRow).where(ContactRow.society_id == row.id))
    session.add_all(ContactRow(society_id=row.id, position=place, name=one.name, email=one.email) for place, one in enumerate(contacts))
    session.flush()
