"""Whether the texts that journals wanted changed are those of the record: who was asked, what was said, lists and files (R17)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.digest import sha256_of
from webapp.domain.new_text import AFFIRM, OBJECT_TO_TEXT, Asked, NewTextState, Place, place_of
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import AnswerRow, LetterRow, NewTextAnswerRow, NewTextAskedRow, NewTextDocumentRow, NewTextRow, PutTextRow
from webapp.rendering.text import cited_keys
from webapp.services.new_text import asked_facts
from webapp.services.new_text_list import printed_line, said_of, signatories_of, stored_line
from webapp.services.revisions import text_digest

Found = tuple[str, int | None]
Private = Mapping[int, Mapping[str, Any]]
"""What the private parts say, by the number of the event; nothing where it was erased."""

_NEWEST_OF = {
    "begun": NewTextState.DRAFTING,
    "put": NewTextState.ASKING,
    "fixed": NewTextState.FIXED,
    "made": NewTextState.MADE,
    "abandoned": NewTextState.ABANDONED,
}
_ACTS = {"new_text.affirmed": AFFIRM, "new_text.objected": OBJECT_TO_TEXT}


def new_text_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    private: Private = {sequence: json.loads(said) for sequence, _commitment, said, _salt in load_private(session, letter.id) if said}
    told: dict[str, list[RecordedEvent]] = {}
    for event in events:
        if event.kind.startswith("new_text."):
            told.setdefault(event.public["new_text"], []).append(event)
    for row in session.scalars(select(NewTextRow).where(NewTextRow.letter_id == letter.id).order_by(NewTextRow.id)):
        its = told.pop(row.reference, [])
        if not its:
            yield f"changed text {row.number} is there, and its record does not tell of it.", None
            continue
        yield from _course_problems(row, its)
        yield from _put_problems(session, row, its, private)
        yield from _said_problems(session, row, its, private)
        yield from _list_problems(session, row, its, events)
        yield from _line_problems(session, letter, row)
        yield from _file_problems(session, row, its)
    for its in told.values():
        yield f"the changed text of which event {its[0].sequence} tells is not there.", its[0].sequence


def _course_problems(row: NewTextRow, its: list[RecordedEvent]) -> Iterator[Found]:
    begun = its[0]
    held = (row.number, row.based_on, row.submission, row.begun_by)
    if held != (begun.public["number"], begun.public["based_on"], begun.public["submission"], begun.actor):
        yield f"changed text {row.number} was not begun as event {begun.sequence} tells.", begun.sequence
    verbs = [event.kind.partition(".")[2] for event in its]
    state = next(_NEWEST_OF[verb] for verb in reversed(verbs) if verb in _NEWEST_OF)
    if row.state != state:
        yield f"the state of changed text {row.number} is not what its record tells.", its[-1].sequence
    if state == NewTextState.ABANDONED and row.reason != its[-1].public["reason"]:
        yield f"why changed text {row.number} was abandoned is not what its record tells.", its[-1].sequence


def _newest(its: list[RecordedEvent], kind: str) -> RecordedEvent | None:
    return next((event for event in reversed(its) if event.kind == kind), None)


def _put_problems(session: Session, row: NewTextRow, its: list[RecordedEvent], private: Private) -> Iterator[Found]:
    put, event = session.get(PutTextRow, row.id), _newest(its, "new_text.put")
    if put is None or event is None:
        if put is not None or event is not None:
            yield f"whether changed text {row.number} was put to the signatories is not what its record tells.", None
        return
    cites = cited_keys(put.body)
    digest = text_digest(put.title, put.ask, put.targets, body=put.body, references=put.references, cites=cites)
    if {digest, put.digest} != {event.public["digest"]} or put.based_on_digest != event.public["before"]:
        yield f"changed text {row.number} is not the one that event {event.sequence} put to the signatories.", event.sequence
    held = (put.change, put.until.isoformat(), put.zone, row.journal)
    said = private.get(event.sequence, {})
    if held != tuple(event.public[name] for name in ("change", "until", "zone", "journal")) or _differ(put, said, "asked"):
        yield f"how changed text {row.number} was put to the signatories is not what event {event.sequence} tells.", event.sequence
    asked = select(AnswerRow.reference, NewTextAskedRow.is_carried).join(AnswerRow, AnswerRow.id == NewTextAskedRow.answer_id)
    facts = asked_facts(session.execute(asked.where(NewTextAskedRow.new_text_id == row.id)))
    if facts != {name: event.public[name] for name in facts}:
        yield f"who was asked about changed text {row.number} is not what event {event.sequence} tells.", event.sequence


def _differ(row: PutTextRow | NewTextAnswerRow, private: Mapping[str, Any], *names: str) -> bool:
    return any(getattr(row, name) != private[name] for name in names if name in private)


def _said_problems(session: Session, row: NewTextRow, its: list[RecordedEvent], private: Private) -> Iterator[Found]:
    told = {event.public["said"]: event for event in its if event.kind in _ACTS}
    for said in said_of(session, row):
        event = told.pop(said.reference, None)
        if event is None:
            yield f"its record does not tell of something that was said of changed text {row.number}.", None
            continue
        answer = session.get_one(AnswerRow, said.answer_id)
        held = (said.act, answer.reference, said.digest, said.received_at.isoformat(), said.record_sequence, said.record_hash)
        public = event.public
        told_so = (_ACTS[event.kind], public["answer"], public["digest"], public["received_at"], event.sequence, event.hash)
        if held != told_so or _differ(said, private.get(event.sequence, {}), "decided_by", "remark"):
            yield f"what was said of changed text {row.number} is not what event {event.sequence} tells.", event.sequence
    for event in told.values():
        yield f"what was said of changed text {row.number} in event {event.sequence} is not there.", event.sequence


def _list_problems(session: Session, row: NewTextRow, its: list[RecordedEvent], events: list[RecordedEvent]) -> Iterator[Found]:
    """The list is replayed: from who was asked, what was said, withdrawn and disputed until it was fixed."""
    fixed, signatories = _newest(its, "new_text.fixed"), signatories_of(session, row)
    if fixed is None:
        if signatories or row.fixed_at is not None:
            yield f"changed text {row.number} has a list, and its record tells of none.", None
        return
    names = [one.printed_name for one in signatories]
    if (len(names), sha256_of("signatories/v1", names)) != (fixed.public["signatories"], fixed.public["signatories_sha256"]):
        yield f"the list of changed text {row.number} is not the one of event {fixed.sequence}.", fixed.sequence
    if row.fixed_at is None or row.fixed_at.isoformat() != fixed.public["fixed_at"]:
        yield f"when the list of changed text {row.number} was fixed is not what event {fixed.sequence} tells.", fixed.sequence
    expected = _replayed(session, row, [event for event in events if event.sequence < fixed.sequence])
    if {one.answer_id: one.place for one in signatories} != expected:
        yield f"the list of changed text {row.number} does not follow from what was said before event {fixed.sequence}.", fixed.sequence


def _line_problems(session: Session, letter: LetterRow, row: NewTextRow) -> Iterator[Found]:
    """All but the name, which an erratum may have corrected since, is as it stands printed in the letter or its addendum."""
    for one in signatories_of(session, row):
        line = stored_line(one, letter.language)
        printed = printed_line(session, letter, session.get_one(AnswerRow, one.answer_id))
        if line != replace(printed, printed_name=line.printed_name):
            yield f"a line on the list of changed text {row.number} is not as the society stands printed.", None


def _replayed(session: Session, row: NewTextRow, before: list[RecordedEvent]) -> Mapping[int, str]:
    said: dict[str, str] = {}
    withdrawn, disputed = set(), set()
    for event in before:
        if event.kind in _ACTS and event.public["new_text"] == row.reference:
            said[event.public["answer"]] = _ACTS[event.kind]
        elif event.kind == "answer.withdrawn":
            withdrawn.add(event.public["answer"])
        elif event.kind == "answer.disputed":
            disputed.add(event.public["answer"])
        elif event.kind == "dispute.settled":
            disputed.discard(event.public["answer"])
    query = select(NewTextAskedRow).where(NewTextAskedRow.new_text_id == row.id)
    places = {}
    for asked in session.scalars(query):
        reference = asked.answer.reference
        facts = Asked(asked.is_carried, said.get(reference, ""), reference not in withdrawn, reference in disputed)
        places[asked.answer_id] = place_of(facts)
    return {answer: place.value for answer, place in places.items() if place in {Place.CARRIED, Place.AFFIRMED}}


def _file_problems(session: Session, row: NewTextRow, its: list[RecordedEvent]) -> Iterator[Found]:
    made = _newest(its, "new_text.made")
    held = session.scalars(select(NewTextDocumentRow).where(NewTextDocumentRow.new_text_id == row.id)).all()
    if {one.kind: one.sha256 for one in held} != (made.public["files"] if made else {}):
        yield f"the files of changed text {row.number} are not those that its record tells of.", made.sequence if made else None
    for one in held:
        if hashlib.sha256(one.content).hexdigest() != one.sha256:
            yield f"a file of changed text {row.number} ({one.kind}) no longer matches its SHA-256.", made.sequence if made else None
