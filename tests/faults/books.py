"""What must agree when the dust has settled: acknowledged, answers, events, receipts, jobs, and the chain (G1, G6)."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from webapp.domain.record import first_break, replay
from webapp.persistence.database import make_engine
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, CodeRow, EventRow, InvitationRow, LetterRow, OutboxRow, PendingAnswerRow
from webapp.settings import Settings


@dataclass
class Books:
    """Empty lists are what is hoped for; each entry names one thing that does not agree."""

    answers: int = 0
    lost: list[str] = field(default_factory=list)
    """Acknowledged, and not there."""
    doubled: list[str] = field(default_factory=list)
    """One press, two traces."""
    orphans: list[str] = field(default_factory=list)
    """A row without those that belong to it."""
    broken: list[str] = field(default_factory=list)
    """The chain, the replay, or the file itself."""

    @property
    def problems(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.orphans, *self.broken]

    def __str__(self) -> str:
        counts = f"{self.answers} answers, {len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.orphans)} orphans"
        return "; ".join([f"{counts}, {len(self.broken)} breaks", *self.problems[:5]])


def audit(settings: Settings, acknowledged: Mapping[str, str], coded: Mapping[str, str] | None = None, *, is_mailed: bool = False) -> Books:
    """Compares what people were told (nonce → invitation) with everything that is stored."""
    engine, books = make_engine(settings), Books()
    try:
        with Session(engine) as session:
            _answers(session, acknowledged, books)
            _traces(session, books)
            _codes(session, coded or {}, books)
            _jobs(session, books, most=None if is_mailed else 1)
            _records(session, books)
        _file(engine, books)
    finally:
        engine.dispose()
    return books


def _answers(session: Session, acknowledged: Mapping[str, str], books: Books) -> None:
    rows = session.execute(select(AnswerRow.nonce, InvitationRow.reference, AnswerRow.is_standing).join(InvitationRow)).all()
    books.answers = len(rows)
    stored = Counter(nonce for nonce, _invitation, _standing in rows)
    by_society = Counter(invitation for _nonce, invitation, _standing in rows)
    standing = Counter(invitation for _nonce, invitation, is_standing in rows if is_standing)
    books.lost += [f"the answer {nonce} was acknowledged and is not there" for nonce in acknowledged if stored[nonce] == 0]
    books.doubled += [f"the nonce {nonce} has {count} answers" for nonce, count in stored.items() if count > 1]
    books.doubled += [f"the place {one} has {count} standing answers" for one, count in standing.items() if count > 1]
    # Each pressed once, so that one answer is all that there can be.
    pressed = set(acknowledged.values())
    books.doubled += [f"the place {one} has {count} answers" for one, count in by_society.items() if count > 1 and one in pressed]


def _traces(session: Session, books: Books) -> None:
    """Each answer has its event, its receipt, its used code, and nothing that still waits; and the other way about."""
    answers = {row.reference: row for row in session.scalars(select(AnswerRow))}
    events: dict[str, EventRow] = {}
    for event in session.scalars(select(EventRow).where(EventRow.kind == "answer.given")):
        name = json.loads(event.public)["answer"]
        if name in events:
            books.doubled.append(f"the answer {name} has two events")
        events[name] = event
    receipts = Counter(reason.split(":")[1] for reason in session.scalars(select(OutboxRow.reason).where(OutboxRow.kind == "receipt")))
    books.orphans += [f"the event {name} has no answer" for name in events.keys() - answers.keys()]
    books.orphans += [f"the receipt {name} has no answer" for name in receipts.keys() - answers.keys()]
    for name, answer in answers.items():
        event_of = events.get(name)
        if event_of is None:
            books.orphans.append(f"the answer {name} has no event")
        elif (event_of.sequence, event_of.hash) != (answer.record_sequence, answer.record_hash):
            books.orphans.append(f"the answer {name} names another event")
        if receipts[name] == 0:
            books.orphans.append(f"the answer {name} has no receipt")
    waiting = set(session.scalars(select(PendingAnswerRow.nonce)))
    books.orphans += [f"the answer {row.reference} still waits" for row in answers.values() if row.nonce in waiting]
    used = Counter(session.scalars(select(CodeRow.nonce).where(CodeRow.used_at.is_not(None))))
    books.orphans += [f"the answer {row.reference} has used no code" for row in answers.values() if used[row.nonce] == 0]
    given = {nonce for row in answers.values() for nonce in (row.nonce, row.withdrawal_nonce)}
    books.orphans += [f"a code of {nonce} is used up without an answer" for nonce in used if nonce not in given]


def _codes(session: Session, coded: Mapping[str, str], books: Books) -> None:
    made = Counter(session.scalars(select(CodeRow.nonce)))
    books.lost += [f"the form {nonce} was taken and has no code" for nonce in coded if made[nonce] == 0]
    books.doubled += [f"the form {nonce} has {made[nonce]} codes" for nonce in coded if made[nonce] > 1]


def _jobs(session: Session, books: Books, *, most: int | None) -> None:
    """Each message has the one job that sends it, or one for each attempt; and no job has lost its message."""
    schema = "dbos." if session.get_bind().dialect.name == "postgresql" else ""
    names = session.execute(text(f"SELECT workflow_uuid FROM {schema}workflow_status WHERE workflow_uuid LIKE 'send_message:%'")).scalars()
    jobs = Counter(name.split(":")[1] for name in names)
    messages = set(session.scalars(select(OutboxRow.reference)))
    books.orphans += [f"the message {name} has no job" for name in messages - jobs.keys()]
    books.orphans += [f"a job has no message {name}" for name in jobs.keys() - messages]
    books.doubled += [f"the message {name} has {count} jobs" for name, count in jobs.items() if most and count > most]


def _records(session: Session, books: Books) -> None:
    for letter in session.scalars(select(LetterRow)):
        events = load_events(session, letter.id)
        at = first_break(letter.reference, events)
        if at is not None:
            books.broken.append(f"the record of {letter.reference} breaks at {at}")
        if [event.sequence for event in events] != list(range(1, len(events) + 1)):
            books.broken.append(f"the record of {letter.reference} has gaps")
        rows = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True)))
        standing = {row.invitation.society.reference: row.kind for row in rows}
        told = replay(events)
        if (told.state, dict(told.standing)) != (letter.state, standing):
            books.broken.append(f"the record of {letter.reference} tells another state than its rows")


def _file(engine: Engine, books: Books) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        books.broken += [f"integrity: {line}" for line in said if line != "ok"]
        books.broken += [f"foreign key: {tuple(row)}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
