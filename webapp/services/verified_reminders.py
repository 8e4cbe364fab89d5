"""Whether the plan of reminders, what is held back, who has stopped them and what was sent are what the record tells."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.tables import (
    HeldReminderRow,
    InvitationRow,
    LetterRow,
    ReminderPlanRow,
    ReminderRow,
    RepresentativeRow,
    SocietyRow,
)

Found = tuple[str, int | None]
_PLANNED = ("days_before", "days_after_board", "kinds", "is_paused")


@dataclass
class _Told:
    plan: Mapping[str, Any] | None = None
    held: set[tuple[str, str]] = field(default_factory=set)
    """Representatives, each with a moment."""
    quiet: set[str] = field(default_factory=set)
    """Societies of which all are held back."""
    stopped: set[str] = field(default_factory=set)
    sent: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)


def reminder_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    told, present = _told(events), _present(session, letter)
    if told.plan != present.plan:
        yield "its plan of reminders is not the one that its record tells.", None
    if (told.held, told.quiet) != (present.held, present.quiet):
        yield "the reminders that are held back are not those that its record tells.", None
    if told.stopped != present.stopped:
        yield "who has stopped reminders are not those that its record tells.", None
    if told.sent != present.sent:
        yield "the reminders that were sent are not those that its record tells.", None


def _told(events: list[RecordedEvent]) -> _Told:
    told = _Told()
    for event in events:
        public = event.public
        if event.kind == "reminders.planned":
            told.plan = {name: public[name] for name in _PLANNED}
        elif event.kind == "reminders.sent":
            told.sent.update((one["reminder"], one["representative"], one["slot"], one["kind"]) for one in public["reminders"])
        elif event.kind == "reminders.stopped":
            told.stopped.add(public["representative"])
        elif event.kind == "reminders.resumed":
            told.stopped.discard(public["representative"])
        elif event.kind == "society.removed":
            told.quiet.discard(public["society"])
        elif event.kind in {"reminders.held", "reminders.let_go"}:
            _hold(told, public, is_held=event.kind == "reminders.held")
    return told


def _hold(told: _Told, public: Mapping[str, Any], *, is_held: bool) -> None:
    if "society" in public:
        told.quiet = told.quiet | {public["society"]} if is_held else told.quiet - {public["society"]}
    else:
        named = {(one["representative"], one["slot"]) for one in public["reminders"]}
        told.held = told.held | named if is_held else told.held - named


def _present(session: Session, letter: LetterRow) -> _Told:
    row = session.get(ReminderPlanRow, letter.id)
    of_letter = select(RepresentativeRow.reference).join(InvitationRow).where(InvitationRow.letter_id == letter.id)
    held = select(RepresentativeRow.reference, HeldReminderRow.slot).join(
        HeldReminderRow, HeldReminderRow.representative_id == RepresentativeRow.id
    )
    sent = select(ReminderRow.reference, RepresentativeRow.reference, ReminderRow.slot, ReminderRow.kind).join(
        RepresentativeRow, RepresentativeRow.id == ReminderRow.representative_id
    )
    quiet = select(SocietyRow.reference).join(InvitationRow, InvitationRow.society_id == SocietyRow.id)
    quiet = quiet.where(InvitationRow.letter_id == letter.id, InvitationRow.reminders_held_at.is_not(None))
    return _Told(
        plan={name: getattr(row, name) for name in _PLANNED} if row else None,
        held={(representative, slot) for representative, slot in session.execute(held.where(HeldReminderRow.letter_id == letter.id))},
        quiet=set(session.scalars(quiet)),
        stopped=set(session.scalars(of_letter.where(RepresentativeRow.reminders_stopped_at.is_not(None)))),
        sent=Counter((one[0], one[1], one[2], one[3]) for one in session.execute(sent.where(ReminderRow.letter_id == letter.id))),
    )
