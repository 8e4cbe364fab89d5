"""Reminders: put by the tick, and stopped by those to whom they go (I31)."""

from datetime import datetime, time, timedelta
from typing import Any

from hypothesis.stateful import precondition, rule

from tests.factories import KEYRING
from tests.machine.model import Letter, Person
from tests.machine.walk import Walk, picks
from webapp.domain.errors import NotFound
from webapp.domain.reminder import GAP, LAST_GAP, ReminderKind
from webapp.services import reminder_acts, reminders, stopping
from webapp.services.reminder_acts import PlanDraft


class Reminding(Walk):
    def plan_reminders(self, letter: Letter, days_before: str) -> None:
        draft = PlanDraft(days_before, "1", list(ReminderKind), is_paused=False, edition=0)
        actor = self.actor(letter, is_owner=True)
        self.act(lambda s: reminder_acts.edit_plan(s, actor, letter.reference, draft, now=self.now), None)
        self.note(letter, "reminders.planned")

    def morning_comes(self, *, days: int) -> None:
        """Nine in Berlin, when reminders leave."""
        day = (self.now + timedelta(days=days + 1)).date()
        self.house.clock.at = datetime.combine(day, time(8), self.now.tzinfo)

    @rule()
    def remind(self) -> None:
        """What the worker does every minute."""
        with self.house.reading() as session:
            due = [one for one in reminders.letters_that_wait(session) if reminders.is_due(session, one, now=self.now)]
        known = {row["id"] for row in self.seen["reminder"]}
        for letter_id in due:
            self.act(lambda s, one=letter_id: reminders.put_due(s, one, now=self.now), None)
        ids = {row["id"]: row["reference"] for row in self.seen["letter"]}
        for letter in self.model.letters:
            if letter.reference in {ids[one] for one in due}:
                self.note(letter, "reminders.sent")
        for row in [one for one in self.seen["reminder"] if one["id"] not in known]:
            self.i31_may_be_reminded(row["representative_id"])
            self.i31_two_days_lie_between(row)

    @precondition(lambda self: self.model.people())
    @rule(number=picks)
    def stop_reminders(self, number: int) -> None:
        """The button of a mail program."""
        person = self.model.people()[number % len(self.model.people())]
        mark = KEYRING.stop_link(person.reference, len(person.tokens))
        is_live = self.model.is_link_live(person.tokens[-1])
        self.act(lambda s: stopping.stop_at_once(s, mark, KEYRING, now=self.now), None if is_live else NotFound)
        if is_live and not person.has_stopped:
            person.has_stopped = True
            self.note(person.place.letter, "reminders.stopped")

    def i31_may_be_reminded(self, representative: int) -> None:
        """Never after the close, never who has answered, has gone or has stopped reminders: when it is put, and when it is sent."""
        references = {row["id"]: row["reference"] for row in self.seen["representative"]}
        person = next(one for one in self.model.people() if one.reference == references[representative])
        assert self._is_waited_for(person), "somebody is reminded who has answered, has gone, or wants none"
        letter = person.place.letter
        until = person.place.comments_until if letter.state == "circulating" else letter.deadline
        assert letter.state in {"circulating", "signing"} and until and self.now < until, "somebody is reminded after the close"

    def _is_waited_for(self, person: Person) -> bool:
        place = person.place
        if person.is_revoked or person.has_stopped or place.said_not_us or not place.was_invited:
            return False
        if place.letter.state == "circulating":
            return not any(one.place is place and not one.is_taken_back for one in place.letter.comments)
        # Who has taken an answer back has said something, too.
        return not place.answers or (place.standing is not None and (place.standing.is_to_be_affirmed or place.standing.kind == "sign_if"))

    def i31_two_days_lie_between(self, row: dict[str, Any]) -> None:
        """By the clock, unless it stood elsewhere altogether; the last day is excepted, and is no second time on one day."""
        gap = LAST_GAP if row["slot"].endswith("-1") and not row["slot"].startswith("board-") else GAP
        for other in self.seen["reminder"]:
            if other["representative_id"] == row["representative_id"] and other["id"] < row["id"]:
                between = row["put_at"] - other["put_at"]
                assert between >= gap or between < -GAP, "two reminders to one person came too soon after each other"
