"""Appending to a letter's record, in the transaction of the change itself."""

import itertools
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.orm import Session

from webapp.domain.actor import CLOCK, Actor
from webapp.domain.digest import canonical_json
from webapp.domain.lifetime import has_gone_back
from webapp.domain.record import RecordedEvent, event_hash, genesis_hash, private_commitment
from webapp.persistence.plain import look_past, run, table
from webapp.persistence.tables import EventRow, LetterRow

_END = (
    select(EventRow.sequence, EventRow.at, EventRow.hash)
    .where(EventRow.letter_id == bindparam("letter"))
    .order_by(EventRow.sequence.desc())
    .limit(1)
)
_INSERT = insert(table(EventRow))
_WENT_BACK = "clock.regressed"
_NEWEST = 200


@dataclass(frozen=True)
class Link:
    """An event's place in the chain, to which the next one is chained."""

    sequence: int
    at: datetime
    hash: str


class Recorded(Protocol):
    """A letter, as far as its record needs to know it."""

    @property
    def id(self) -> int: ...

    @property
    def reference(self) -> str: ...


@dataclass(frozen=True)
class Happening:
    """What an event says: public facts, and private ones that the record only commits itself to."""

    kind: str
    public: Mapping[str, Any]
    private: Mapping[str, Any] | None = None


def append_event(
    session: Session,
    letter: Recorded,
    actor: Actor,
    kind: str,
    public: Mapping[str, Any],
    *,
    now: datetime,
    private: Mapping[str, Any] | None = None,
) -> Link:
    """Chains one event to the letter's record. The caller holds the letter's row, so no two events get one number."""
    return append_events(session, letter, actor, [Happening(kind, public, private)], now=now)[-1]


def append_events(session: Session, letter: Recorded, actor: Actor, happenings: Iterable[Happening], *, now: datetime) -> list[Link]:
    """Chains several events, with one look at the record and one write: a roster of 1,000 societies makes 2,000."""
    last = _end(session, letter.id)
    links, rows = [], []
    for who, happening in itertools.chain(_going_back(session, letter, last, now=now), ((actor, one) for one in happenings)):
        row = _chained(letter, who, happening, last, now=now)
        last = Link(row["sequence"], row["at"], row["hash"])
        links.append(last)
        rows.append(row)
    run(session, _INSERT, rows)
    return links


def _end(session: Session, letter_id: int) -> Link | None:
    # Past the session: events are written at once, and what else waits to be written can wait for its own turn.
    found = look_past(session.connection(), _END, {"letter": letter_id}).first()
    return Link(*found) if found else None


def _going_back(session: Session, letter: Recorded, last: Link | None, *, now: datetime) -> list[tuple[Actor, Happening]]:
    """That the clock has gone back is itself an event, once for each time that it does (`bar.md` F10)."""
    if last is None or not has_gone_back(now, since=last.at):
        return []
    # While the clock is behind, all events carry the newest time that it ever showed; so does the note that it went back.
    noted = select(EventRow.public).where(EventRow.letter_id == letter.id, EventRow.kind == _WENT_BACK, EventRow.at == last.at)
    newest = session.scalars(noted.order_by(EventRow.sequence.desc()).limit(1)).first()
    if newest is not None and not has_gone_back(now, since=datetime.fromisoformat(json.loads(newest)["clock"])):
        return []
    return [(CLOCK, Happening(_WENT_BACK, {"clock": now.astimezone(UTC).isoformat(timespec="microseconds")}))]


def _chained(letter: Recorded, actor: Actor, happening: Happening, last: Link | None, *, now: datetime) -> dict[str, Any]:
    # Times in the record never run backwards, even when the machine's clock does.
    at = max(now, last.at) if last else now
    private = happening.private
    salt = secrets.token_bytes(32) if private else None
    draft = RecordedEvent(
        sequence=last.sequence + 1 if last else 1,
        at=at.astimezone(UTC).isoformat(timespec="microseconds"),
        kind=happening.kind,
        actor=actor_words(actor),
        public=happening.public,
        private_commitment=private_commitment(private, salt) if private and salt else None,
        previous_hash=last.hash if last else genesis_hash(letter.reference),
        hash="",
    )
    return {
        "letter_id": letter.id,
        "sequence": draft.sequence,
        "at": at,
        "kind": draft.kind,
        "actor": draft.actor,
        "public": canonical_json(dict(draft.public)),
        "private": canonical_json(dict(private)) if private else None,
        "salt": salt,
        "private_commitment": draft.private_commitment,
        "previous_hash": draft.previous_hash,
        "hash": event_hash(draft),
    }


def last_said(session: Session, letter_id: int, actor: Actor, happening: Happening) -> datetime | None:
    """When this actor last had the same thing recorded, among the newest events: for whoever would only say it again."""
    last = _end(session, letter_id)
    if last is None:
        return None
    query = select(EventRow.at).where(
        EventRow.letter_id == letter_id,
        EventRow.sequence > last.sequence - _NEWEST,
        EventRow.kind == happening.kind,
        EventRow.actor == actor_words(actor),
        EventRow.public == canonical_json(dict(happening.public)),
    )
    return session.scalars(query.order_by(EventRow.sequence.desc()).limit(1)).first()


def event_about(session: Session, letter_id: int, kind: str, answer: str) -> Link | None:
    """Place and hash of the newest event of this kind that names the answer."""
    query = select(EventRow.sequence, EventRow.at, EventRow.hash, EventRow.public)
    rows = session.execute(query.where(EventRow.letter_id == letter_id, EventRow.kind == kind).order_by(EventRow.sequence.desc()))
    return next((Link(row.sequence, row.at, row.hash) for row in rows if json.loads(row.public).get("answer") == answer), None)


def actor_words(actor: Actor) -> str:
    """An actor as the record writes it."""
    return f"{actor.kind}:{actor.reference}" if actor.reference else str(actor.kind)


def record_time(session: Session, letter_id: int, *, now: datetime) -> datetime:
    """The time as the record of the letter has it: never before its newest event, whatever the clock shows."""
    last = _end(session, letter_id)
    return max(now, last.at) if last else now


def record_length(session: Session, letter_id: int) -> int:
    """How many events the letter's record has."""
    return session.scalar(select(func.max(EventRow.sequence)).where(EventRow.letter_id == letter_id)) or 0


# The columns that are chained: there in every version, so that a backup of an older one can be replayed too.
_CHAINED = (
    EventRow.sequence,
    EventRow.at,
    EventRow.kind,
    EventRow.actor,
    EventRow.public,
    EventRow.private_commitment,
    EventRow.previous_hash,
    EventRow.hash,
)


def load_events(session: Session, letter_id: int) -> list[RecordedEvent]:
    """The letter's record in order, as the domain verifies and replays it."""
    rows = session.execute(select(*_CHAINED).where(EventRow.letter_id == letter_id).order_by(EventRow.sequence))
    return [_recorded(row) for row in rows]


def load_private(session: Session, letter_id: int) -> list[tuple[int, str | None, str | None, bytes | None]]:
    """Of each event its number, its commitment, and the private part with its salt, as far as they have not been erased."""
    columns = (EventRow.sequence, EventRow.private_commitment, EventRow.private, EventRow.salt)
    rows = session.execute(select(*columns).where(EventRow.letter_id == letter_id).order_by(EventRow.sequence))
    return [(row.sequence, row.private_commitment, row.private, row.salt) for row in rows]


def record_heads(connection: Connection) -> list[tuple[str, int, str]]:
    """Of each letter its reference, the number of its events and the hash of the last; the first letter first."""
    letters = connection.execute(select(LetterRow.id, LetterRow.reference).order_by(LetterRow.id)).all()
    return [(reference, *_head(connection, letter_id)) for letter_id, reference in letters]


def _head(connection: Connection, letter_id: int) -> tuple[int, str]:
    of_letter = select(EventRow.sequence, EventRow.hash).where(EventRow.letter_id == letter_id)
    count = connection.scalar(select(func.count()).select_from(of_letter.subquery())) or 0
    last = connection.execute(of_letter.order_by(EventRow.sequence.desc()).limit(1)).first()
    return count, last.hash if last else ""


def _recorded(row: Any) -> RecordedEvent:
    return RecordedEvent(
        sequence=row.sequence,
        at=row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        kind=row.kind,
        actor=row.actor,
        public=json.loads(row.public),
        private_commitment=row.private_commitment,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
