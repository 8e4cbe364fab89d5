"""Whether the rounds before an answer, what was said in them and when they ended are what the record tells (R4, R9, R17)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.ask_round import ends_at
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import AskAnswerRow, AskEndRow, AskRoundRow, LetterRow

Found = tuple[str, int | None]
Private = Mapping[int, Mapping[str, Any]]


def ask_round_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    told = [event for event in events if event.kind.startswith("round.")]
    rows = session.scalars(select(AskRoundRow).where(AskRoundRow.letter_id == letter.id).order_by(AskRoundRow.id)).all()
    if not told and not rows:
        return
    private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
    for row in rows:
        its = [event for event in told if event.public["round"] == row.reference]
        yield from _opening_problems(row, its, private)
        yield from _end_problems(session, row, its)
        yield from _word_problems(session, row, its, private)
    known = {row.reference for row in rows}
    for event in told:
        if event.public["round"] not in known:
            yield f"the round of which event {event.sequence} tells is not there.", event.sequence


def _opening_problems(row: AskRoundRow, its: list[RecordedEvent], private: Private) -> Iterator[Found]:
    opened = next((event for event in its if event.kind == "round.opened"), None)
    if opened is None:
        yield f"its record does not tell that the signatories were asked ({row.reference}).", None
        return
    said = private.get(opened.sequence, {})
    held = (row.until.isoformat(), row.zone, row.opened_by, row.opened_at.isoformat(timespec="microseconds"))
    typed = {"title": row.title, "proposal": row.proposal, "correspondence": row.correspondence}
    if held != (opened.public["until"], opened.public["zone"], opened.actor, opened.at) or {**typed, **said} != typed:
        yield f"what the signatories were asked, or until when, is not what event {opened.sequence} tells.", opened.sequence


def _end_problems(session: Session, row: AskRoundRow, its: list[RecordedEvent]) -> Iterator[Found]:
    ended, held = next((event for event in its if event.kind == "round.ended"), None), session.get(AskEndRow, row.id)
    if (ended is None) != (held is None):
        yield f"whether a round ({row.reference}) was ended early is not what its record tells.", ended.sequence if ended else None
    elif ended and held and (held.ended_at.isoformat(), held.ended_by) != (ended.public["ended_at"], ended.actor):
        yield f"when a round was ended is not what event {ended.sequence} tells.", ended.sequence


def _word_problems(session: Session, row: AskRoundRow, its: list[RecordedEvent], private: Private) -> Iterator[Found]:
    told = {event.public["said"]: event for event in its if event.kind == "round.answered"}
    ended = session.get(AskEndRow, row.id)
    end, before = ends_at(row.until, ended.ended_at if ended else None), 0
    for word in session.scalars(select(AskAnswerRow).where(AskAnswerRow.round_id == row.id).order_by(AskAnswerRow.id)):
        event = told.pop(word.reference, None)
        if event is None:
            yield f"its record does not tell of what a society said in a round ({word.reference}).", None
            continue
        remarks = private.get(event.sequence, {}).get("remarks", word.remarks)
        if (*_held(word), word.remarks) != (*_known(event), remarks):
            yield f"what a society said in a round is not what event {event.sequence} tells.", event.sequence
        if word.received_at >= end:
            yield f"what a society said in event {event.sequence} came after the end of the round, and counts.", event.sequence
        if event.sequence < before:
            # The last word counts, so their order is a fact too.
            yield f"which word of a society is the last one is not what event {event.sequence} tells.", event.sequence
        before = event.sequence
    for event in told.values():
        yield f"what a society said in event {event.sequence} is not there.", event.sequence


def _held(word: AskAnswerRow) -> tuple[str, ...]:
    speaker = word.representative
    # Whoever spoke did so for the society at whose place they are.
    society = word.invitation.society.reference if speaker.invitation_id == word.invitation_id else ""
    return society, f"representative:{speaker.reference}", word.choice, word.received_at.isoformat()


def _known(event: RecordedEvent) -> tuple[str, ...]:
    return event.public["society"], event.actor, event.public["choice"], event.public["received_at"]
