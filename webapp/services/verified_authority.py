"""Whether what settles who speaks, what was recorded, attached and disputed is what the record tells of (R12, R17)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.answer import Source
from webapp.domain.authority import DEFAULT_RULE
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import AnswerRow, AuthorityCheckRow, DisputeRow, LetterRow, ProofFileRow, RecordedAnswerRow, StaffRow

Found = tuple[str, int | None]
Private = Mapping[int, Mapping[str, Any]]


@dataclass
class _Told:
    """What the record tells of, by the reference of an answer, a proof or a dispute."""

    rule: list[str] = field(default_factory=lambda: list(DEFAULT_RULE))
    authority: dict[str, str] = field(default_factory=dict)
    settled: dict[str, list[RecordedEvent]] = field(default_factory=dict)
    recorded: dict[str, RecordedEvent] = field(default_factory=dict)
    unconfirmed: set[str] = field(default_factory=set)
    confirmers: dict[str, str] = field(default_factory=dict)
    disputed: dict[str, RecordedEvent] = field(default_factory=dict)
    findings: dict[str, RecordedEvent] = field(default_factory=dict)
    proofs: dict[str, RecordedEvent] = field(default_factory=dict)

    def take(self, event: RecordedEvent) -> None:
        public = event.public
        if event.kind == "authority.rule_set":
            self.rule = public["rule"]
        elif event.kind == "answer.given":
            self.authority[public["answer"]] = public["authority"]
            if public.get("source", Source.ROOM) != Source.ROOM:
                self.recorded[public["answer"]] = event
            if public.get("needs_second"):
                self.unconfirmed.add(public["answer"])
        elif event.kind == "authority.settled":
            self.authority[public["answer"]] = public["authority"]
            self.settled.setdefault(public["answer"], []).append(event)
        elif event.kind == "answer.confirmed":
            self.unconfirmed.discard(public["answer"])
            self.confirmers[public["answer"]] = event.actor
        elif event.kind == "answer.disputed":
            self.disputed[public["dispute"]] = event
        elif event.kind == "dispute.settled":
            self.findings[public["dispute"]] = event
        elif event.kind == "proof.attached":
            self.proofs[public["proof"]] = event

    @property
    def open_disputes(self) -> set[str]:
        """The answers that are disputed now."""
        return {event.public["answer"] for key, event in self.disputed.items() if key not in self.findings}


def authority_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    told = _Told()
    for event in events:
        told.take(event)
    private: Private = {sequence: json.loads(text) for sequence, _commitment, text, _salt in load_private(session, letter.id) if text}
    if letter.authority_rule != told.rule:
        yield "what the letter asks for before a signature counts is not what its record tells.", None
    answers = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id).order_by(AnswerRow.id)).all()
    for answer in answers:
        yield from _answer_problems(session, answer, told, private)
    numbers = {answer.id: answer.reference for answer in answers}
    yield from _proof_problems(session, numbers, told)
    yield from _dispute_problems(session, numbers, told, private)


def _answer_problems(session: Session, answer: AnswerRow, told: _Told, private: Private) -> Iterator[Found]:
    reference = answer.reference
    present = {
        "authority": (answer.authority, told.authority.get(reference, answer.authority)),
        "confirmation": (answer.is_confirmed, reference not in told.unconfirmed),
        "dispute": (answer.is_disputed, reference in told.open_disputes),
    }
    for name, (held, said) in present.items():
        if held != said:
            yield f"the {name} of the answer {reference} is not what its record tells.", None
    checks = session.scalars(select(AuthorityCheckRow).where(AuthorityCheckRow.answer_id == answer.id).order_by(AuthorityCheckRow.id)).all()
    settled = told.settled.get(reference, [])
    if [row.method for row in checks] != [event.public["authority"] for event in settled]:
        yield f"by what the authority of the answer {reference} was settled is not what its record tells.", None
        return
    for row, event in zip(checks, settled, strict=True):
        proof = row.proof.reference if row.proof else None
        if proof != event.public["proof"] or _staff(row.staff) != (event.actor if event.actor.startswith("staff:") else ""):
            yield f"who settled the authority of the answer {reference}, and by what, is not what its record tells.", event.sequence
        if row.words != private.get(event.sequence, {}).get("words", row.words):
            yield f"why the authority of the answer {reference} was settled is not what event {event.sequence} tells.", event.sequence
    yield from _recorded_problems(session, answer, told, private)


def _recorded_problems(session: Session, answer: AnswerRow, told: _Told, private: Private) -> Iterator[Found]:
    row, event = session.get(RecordedAnswerRow, answer.id), told.recorded.get(answer.reference)
    if (row is None) != (event is None):
        yield f"whether the answer {answer.reference} was recorded by a coordinator is not what its record tells.", None
        return
    if row is None or event is None:
        return
    said = private.get(event.sequence, {})
    held = {"received_from": row.received_from, "came_on": row.came_on.isoformat(), "how": row.how}
    is_told = all(value == said.get(name, value) for name, value in held.items())
    is_whole = (row.needs_second, event.actor) == (event.public["needs_second"], f"staff:{row.recorder.reference}")
    if not (is_told and is_whole):
        yield f"how the answer {answer.reference} came is not what event {event.sequence} tells.", event.sequence
    confirmer = session.get(StaffRow, row.confirmed_by_id) if row.confirmed_by_id else None
    if _staff(confirmer) != told.confirmers.get(answer.reference, ""):
        yield f"who confirmed the answer {answer.reference} is not what its record tells.", event.sequence
    if row.needs_second and answer.is_confirmed and row.confirmed_by_id in {None, row.staff_id}:
        yield f"the answer {answer.reference} counts without a second coordinator.", event.sequence


def _staff(row: StaffRow | None) -> str:
    """As the record names an actor of the staff; empty where it was none."""
    return f"staff:{row.reference}" if row else ""


def _proof_problems(session: Session, answers: dict[int, str], told: _Told) -> Iterator[Found]:
    waiting = dict(told.proofs)
    for row in session.scalars(select(ProofFileRow).where(ProofFileRow.answer_id.in_(list(answers))).order_by(ProofFileRow.id)):
        event = waiting.pop(row.reference, None)
        if event is None:
            yield f"a proof ({row.reference}) is attached that its record does not tell of.", None
        elif answers[row.answer_id] != event.public["answer"]:
            yield f"the proof of which event {event.sequence} tells is attached to another answer.", event.sequence
        elif {row.sha256, hashlib.sha256(row.content).hexdigest()} != {event.public["proof_sha256"]}:
            yield f"a proof is not the file of which event {event.sequence} tells.", event.sequence
    for event in waiting.values():
        yield f"the proof of which event {event.sequence} tells is not there.", event.sequence


def _dispute_problems(session: Session, answers: dict[int, str], told: _Told, private: Private) -> Iterator[Found]:
    waiting = dict(told.disputed)
    for row in session.scalars(select(DisputeRow).where(DisputeRow.answer_id.in_(list(answers))).order_by(DisputeRow.id)):
        event, finding = waiting.pop(row.reference, None), told.findings.get(row.reference)
        if event is None:
            yield f"an answer is disputed ({row.reference}), of which its record does not tell.", None
            continue
        if row.words != private.get(event.sequence, {}).get("words", row.words):
            yield f"what was said in a dispute is not what event {event.sequence} tells.", event.sequence
        stands = finding.public["stands"] if finding else None
        found = private.get(finding.sequence, {}).get("finding", row.finding) if finding else ""
        settler = finding.actor if finding else ""
        if (row.stands, row.finding, _staff(row.staff), row.answer.reference) != (stands, found, settler, event.public["answer"]):
            yield f"what came of the dispute of event {event.sequence} is not what its record tells.", event.sequence
    for event in waiting.values():
        yield f"the dispute of which event {event.sequence} tells is not there.", event.sequence
