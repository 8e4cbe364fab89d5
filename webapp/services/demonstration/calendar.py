"""When everything in the demonstration happened: two weeks that end now, whenever now is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from webapp.services.demonstration.words import ZONE, read_answers, read_stages

_OPENED_DAYS_AGO = 13
_DEADLINE_IN_DAYS = 9
_DEADLINE_CLOCK = time(17)
SINCE_THE_DEADLINE = timedelta(days=_DEADLINE_IN_DAYS + 1)
"""How long ago the demonstration was as it is, of which the deadline has passed: on whatever clock, at least one night."""
_SUBMISSION_AFTER = timedelta(days=4)
# Societies answer between ten and six, each at an hour of its own; 13 and 36 have no common factor, so no two meet.
_FIRST_ANSWER = time(10)
_SLOT = timedelta(minutes=13)
_SLOTS = 36


class ActKind(Enum):
    SIGN = "sign"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    TELL_BOARD = "tell_board"
    READ = "read"


@dataclass(frozen=True)
class Act:
    """What one representative does at an instant; `day` is the day of the decision or of the board's meeting."""

    at: datetime
    email: str
    kind: ActKind
    day: date
    reason: str = ""


@dataclass(frozen=True)
class Calendar:
    """The days of the demonstration, counted from the day on which it is made."""

    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(ZONE)).date()

    @property
    def deadline_local(self) -> datetime:
        return datetime.combine(self.today + timedelta(days=_DEADLINE_IN_DAYS), _DEADLINE_CLOCK)

    @property
    def submission_target(self) -> date:
        return self.deadline_local.date() + _SUBMISSION_AFTER

    @property
    def created_at(self) -> datetime:
        return self._instant(_OPENED_DAYS_AGO + 2, time(14, 20))

    @property
    def listed_at(self) -> datetime:
        return self._instant(_OPENED_DAYS_AGO + 1, time(11, 5))

    @property
    def opened_at(self) -> datetime:
        return self._instant(_OPENED_DAYS_AGO, time(9))

    def acts(self) -> list[Act]:
        """What the societies have done so far, in the order of time: who decides only later has done nothing yet."""
        answers, stages = read_answers(), read_stages()
        slots = {email: position * 13 % _SLOTS for position, email in enumerate(answers)}
        acts = [*self._staged(stages, slots), *self._decided(answers, stages, slots)]
        return sorted(acts, key=lambda act: act.at)

    def _staged(self, stages: dict[str, Any], slots: dict[str, int]) -> Iterator[Act]:
        for email, facts in stages["with_board"].items():
            meets_on = self.today + timedelta(days=facts["meets_in_days"])
            yield Act(self._answered(facts["told_days_ago"], slots[email]), email, ActKind.TELL_BOARD, meets_on)
        for email, facts in stages["reading"].items():
            yield Act(self._answered(facts["opened_days_ago"], slots[email]), email, ActKind.READ, self.today)
        for email, facts in stages["withdrawn"].items():
            signed_at = self._answered(facts["signed_days_ago"], slots[email])
            yield Act(signed_at, email, ActKind.SIGN, _day(signed_at))
            yield Act(self._answered(facts["withdrawn_days_ago"], slots[email]), email, ActKind.WITHDRAW, self.today, facts["reason"])

    def _decided(self, answers: dict[str, Any], stages: dict[str, Any], slots: dict[str, int]) -> Iterator[Act]:
        staged = {email for of_stage in stages.values() for email in of_stage}
        for email, answer in answers.items():
            if answer["kind"] == "silent" or email in staged:
                continue
            days_ago = answer["decided_days_before_deadline"] - _DEADLINE_IN_DAYS
            if days_ago < 0:
                continue
            at = self._answered(min(days_ago, _OPENED_DAYS_AGO), slots[email])
            # Just after midnight today's answers were given late yesterday, and no board decides after its society has answered.
            decided_on = min(self.today - timedelta(days=days_ago), _day(at))
            yield Act(at, email, ActKind(answer["kind"]), decided_on, answer["reason"])

    def _answered(self, days_ago: int, slot: int) -> datetime:
        planned = self._instant(days_ago, _FIRST_ANSWER) + slot * _SLOT
        latest = self.now - timedelta(minutes=15) - slot * timedelta(minutes=5)
        return min(planned, latest)

    def _instant(self, days_ago: int, clock: time) -> datetime:
        return datetime.combine(self.today - timedelta(days=days_ago), clock, ZoneInfo(ZONE)).astimezone(UTC)


def _day(instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(ZONE)).date()
