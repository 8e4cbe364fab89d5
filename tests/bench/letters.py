"""Letters of a given size: the societies that will answer come through the services, the crowd that has answered as copies of one."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from tests.factories import KEYRING, NOW, prepared, representative, sign
from webapp.domain.actor import Actor
from webapp.domain.roster import read_roster
from webapp.domain.tokens import hash_token
from webapp.persistence.tables import AnswerRow, InvitationRow, OutboxRow, RepresentativeRow, SocietyRow
from webapp.persistence.tables.message import MessageState
from webapp.services.demonstration.words import read_letter, read_roster_file
from webapp.services.letters import create_letter, prepare_draft
from webapp.services.references import new_reference
from webapp.services.roster import import_roster, preview_roster
from webapp.services.sign_on import open_sign_on

_OPENED_BEFORE = timedelta(days=13)
_OPEN_FOR = timedelta(days=22)


@dataclass(frozen=True)
class Invited:
    """A representative who has not answered, with the token of the link that was mailed."""

    email: str
    society: str
    link: str
    invitation: str


def society_names(count: int) -> Iterator[str]:
    """The names of the demonstration's societies, again and again, each in another town."""
    known = cycle(row.entry.society for row in read_roster(read_roster_file()))
    return (f"{name}, Chapter {number}" for number, name in enumerate(islice(known, count), 1))


def open_letter(session: Session, staff: Actor, *, signed: int, waiting: int, crowd: int = 0, now: datetime) -> tuple[str, list[Invited]]:
    """A letter open for signing: its reference, and those who are still to answer; a crowd of them is invited without mail."""
    opened_at = now - _OPENED_BEFORE
    deadline = opened_at + _OPEN_FOR
    reference = create_letter(session, staff, prepare_draft(read_letter(deadline.replace(tzinfo=None), deadline.date())), now=opened_at)
    names = list(society_names(signed + waiting))
    first, others = names[: waiting + 1], names[waiting + 1 :]
    import_roster(session, staff, reference, preview_roster(session, staff, reference, _roster(first)), KEYRING, now=opened_at)
    open_sign_on(session, staff, reference, is_fit=True, now=opened_at)
    model = _sign(session, reference, first[0], at=opened_at)
    _copy(session, model, others, until=now)
    people = [_invited(session, reference, name) for name in first[1:]]
    return reference, people + _invite(session, model, list(islice(society_names(len(names) + crowd), len(names), None)))


def imported_letter(session: Session, staff: Actor, count: int) -> str:
    """A letter open for signing with so many societies, of which nobody has been invited yet."""
    reference = create_letter(session, staff, prepared(), now=NOW)
    listed = _roster(list(society_names(count)))
    import_roster(session, staff, reference, preview_roster(session, staff, reference, listed), KEYRING, now=NOW)
    open_sign_on(session, staff, reference, is_fit=True, invites_later=True, now=NOW)
    return reference


def _address(society: str) -> str:
    """Made of the name, so that it is nobody else's."""
    return f"office-{society.rpartition(' ')[2]}@society.example.org"


def _roster(names: list[str]) -> bytes:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["society", "contact", "email", "country"])
    rows.writerows([name, "Dr Ida Holm", _address(name), "DE"] for name in names)
    return written.getvalue().encode()


def _sign(session: Session, reference: str, society: str, *, at: datetime) -> AnswerRow:
    answer = sign(session, reference, _address(society), at=at, printed_name=society, decided_on=at.date())
    return session.scalars(select(AnswerRow).where(AnswerRow.reference == answer)).one()


def _invited(session: Session, reference: str, society: str) -> Invited:
    row = representative(session, reference, _address(society))
    return Invited(row.email, society, KEYRING.personal_link(row.reference, row.link_generation), row.invitation.reference)


def _copy(session: Session, model: AnswerRow, names: list[str], *, until: datetime) -> None:
    """The rows that an answer leaves where pages look, without the record, which they do not read."""
    people = [person for _invitation, person in _places(session, model, names)]
    step = (until - model.received_at) / (len(names) + 1)
    answers = [
        _answer(model, person, name, model.received_at + step * place)
        for place, (person, name) in enumerate(zip(people, names, strict=True))
    ]
    _store(session, answers)
    _store(session, [_delivered(letter_id=model.letter_id, to=person) for person in people])


def _places(session: Session, model: AnswerRow, names: list[str]) -> list[tuple[InvitationRow, RepresentativeRow]]:
    """A society, its invitation and its representative for each name."""
    societies = [SocietyRow(**_columns(model.invitation.society, reference=new_reference(), printed_name=name)) for name in names]
    _store(session, societies)
    invitations = [InvitationRow(**_columns(model.invitation, reference=new_reference(), society_id=row.id)) for row in societies]
    _store(session, invitations)
    people = [_person(model.representative, invitation.id, name) for invitation, name in zip(invitations, names, strict=True)]
    _store(session, people)
    return list(zip(invitations, people, strict=True))


def _invite(session: Session, model: AnswerRow, names: list[str]) -> list[Invited]:
    return [
        Invited(person.email, name, KEYRING.personal_link(person.reference, person.link_generation), invitation.reference)
        for name, (invitation, person) in zip(names, _places(session, model, names), strict=True)
    ]


def _person(model: RepresentativeRow, invitation_id: int, society: str) -> RepresentativeRow:
    reference = new_reference()
    changes = {"reference": reference, "link_hash": _link_hash(reference), "email": _address(society), "invitation_id": invitation_id}
    return RepresentativeRow(**_columns(model, **changes))


def _link_hash(reference: str) -> str:
    return hash_token(KEYRING.personal_link(reference, 1))


def _answer(model: AnswerRow, person: RepresentativeRow, society: str, received_at: datetime) -> AnswerRow:
    reference = new_reference()
    who = {"invitation_id": person.invitation_id, "representative_id": person.id, "printed_name": society, "received_at": received_at}
    return AnswerRow(**_columns(model, reference=reference, nonce=reference, **who))


def _delivered(*, letter_id: int, to: RepresentativeRow) -> OutboxRow:
    queued: dict[str, Any] = {"queued_at": to.added_at, "next_attempt_at": to.added_at, "sent_at": to.added_at}
    reason = f"invitation:{to.reference}:1"
    facts = {"reference": new_reference(), "reason": reason, "kind": "invitation", "letter_id": letter_id, "to_address": to.email}
    return OutboxRow(**facts, **queued, parameters={"representative": to.id}, state=MessageState.SENT, attempts=1)


def _columns(model: Any, **changes: Any) -> dict[str, Any]:
    kept = {column.key: getattr(model, column.key) for column in inspect(type(model)).column_attrs if column.key != "id"}
    return {**kept, **changes}


def _store(session: Session, rows: list[Any]) -> None:
    session.add_all(rows)
    session.flush()
