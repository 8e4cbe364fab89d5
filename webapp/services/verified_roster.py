"""Whether the representatives in the tables are those that the record tells of: who lives, by which link, and who came after whom."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import Ended, InvitationRow, InvitationTextRow, LetterRow, RepresentativeRow

Found = tuple[str, int | None]

_ENDS = {"address.corrected": Ended.CORRECTED, "representative.handed_over": Ended.HANDED_OVER, "representative.not_us": Ended.NOT_US}


@dataclass
class _Told:
    """One representative, as the events tell."""

    lives: bool = True
    generation: int = 1
    ended_by: str = ""
    successor: str = ""
    reason: str = ""
    was_invited: bool = False
    event: int = 0


def roster_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
    told = _replayed(events, private)
    rows = session.scalars(select(RepresentativeRow).join(InvitationRow).where(InvitationRow.letter_id == letter.id))
    for row in rows:
        if (one := told.get(row.reference)) is None:
            yield f"its record does not tell of the representative {row.reference}.", None
        else:
            yield from _differences(row, one)
    yield from _not_us_problems(session, letter, events)
    yield from _text_problems(session, letter, events, private)


def _replayed(events: list[RecordedEvent], private: dict[int, dict[str, str]]) -> dict[str, _Told]:
    told: dict[str, _Told] = {}
    for event in events:
        reference = event.public.get("representative")
        if reference is None:
            continue
        if event.kind == "representative.added":
            told[reference] = _Told(event=event.sequence)
        one = told.setdefault(reference, _Told())
        if event.kind == "link.replaced":
            one.generation, one.event = event.public["generation"], event.sequence
        elif event.kind == "representative.revoked":
            one.lives, one.event = False, event.sequence
        elif event.kind == "invitation.sent":
            one.was_invited, one.event = True, event.sequence
        elif event.kind in _ENDS:
            if one.lives:
                # Whoever had gone with “not us” has somebody come after, and that is all.
                one.lives, one.ended_by, one.reason = False, _ENDS[event.kind], private.get(event.sequence, {}).get("reason", "")
            one.event = event.sequence
            _succeed(told, one, event)
    return told


def _succeed(told: dict[str, _Told], before: _Told, event: RecordedEvent) -> None:
    """Whoever comes after lives from then on: also one who had gone, and is back by another link."""
    before.successor = event.public.get("successor", "")
    if before.successor:
        generation = event.public.get("generation", 1)
        told[before.successor] = _Told(generation=generation, event=event.sequence)


def _differences(row: RepresentativeRow, told: _Told) -> Iterator[Found]:
    said = {
        "life": (row.revoked_at is None, told.lives),
        "link": (row.link_generation, told.generation),
        "end": (row.ended_by, told.ended_by),
        "successor": (row.successor, told.successor),
        "reason": (row.ended_reason, told.reason or row.ended_reason),
        "invitation": (row.invitation.invited_at is not None, told.was_invited or row.invitation.invited_at is not None),
    }
    for name, (present, recorded) in said.items():
        if present != recorded:
            yield f"the {name} of the representative {row.reference} is not what its record tells.", told.event or None


# A coordinator has found a way to the society.
_ASKED_AGAIN = frozenset({"address.corrected", "representative.added", "invitation.sent", "link.replaced"})


def _not_us_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    society: dict[str, str] = {}
    said: dict[str, bool] = {}
    for event in events:
        of = event.public.get("society") or society.get(event.public.get("representative", ""), "")
        for person in ("representative", "successor"):
            society.setdefault(event.public.get(person, ""), of)
        if event.kind == "representative.not_us":
            said[of] = False
        elif event.kind == "not_us.settled" and of in said:
            said[of] = True
        elif event.kind in _ASKED_AGAIN:
            said.pop(of, None)
    for row in session.scalars(select(InvitationRow).where(InvitationRow.letter_id == letter.id)):
        present = None if row.not_us_at is None else row.not_us_settled_at is not None
        if present != said.get(row.society.reference):
            yield f"whether the letter had reached the wrong place with {row.society.reference} is not what its record tells.", None


def _text_problems(session: Session, letter: LetterRow, events: list[RecordedEvent], private: dict[int, dict[str, str]]) -> Iterator[Found]:
    row = session.get(InvitationTextRow, letter.id)
    last = next((event for event in reversed(events) if event.kind == "invitation_text.edited"), None)
    if (row is None) != (last is None) or (row is not None and last is not None and row.edition != last.public["edition"]):
        yield "the words of its invitation are not those that its record tells of.", last.sequence if last else None
    elif row is not None and last is not None:
        words = private.get(last.sequence, {"subject": row.subject, "words": row.words})
        if (row.subject, row.words) != (words["subject"], words["words"]):
            yield f"the words of its invitation are not those of event {last.sequence}.", last.sequence
