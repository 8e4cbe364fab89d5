"""What coordinators do with a sealed letter at its journals: submit, note, correct, tell of its article, end the course."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.model import Letter, Submission
from tests.machine.walk import Refusal, Walk, one_of, owners, picks
from webapp.domain.course import ENDED, MOVES
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.services import fates, step_corrections, submissions
from webapp.services.fates import Told
from webapp.services.step_corrections import Correction
from webapp.services.submissions import Step, Submitted

_FOLLOWS = {(str(move.state), str(move.step)) for move in MOVES}
_DAYS = st.sampled_from([-3, 0, 0, 3])


class Journals(Walk):
    @precondition(lambda self: any(letter.sealed for letter in self.model.letters))
    @rule(number=picks, days=_DAYS, is_owner=owners)
    def submit(self, number: int, days: int, is_owner: bool) -> None:
        letter = self.letter(number)
        day = self.now.date() + timedelta(days=days)
        # Each to another journal: to one of them a text is under way once.
        given = Submitted(f"Journal {1 + len(letter.submissions)} of Invented Medicine", "rapid_response", "JIM-1", day)
        expected: Refusal = WrongState
        if letter.state in {"sealed", "submitted"}:
            expected = InvalidInput if not self._first_day(letter) <= day <= self._latest_day() else None
        if self.desk(
            letter, lambda s, a: submissions.submit_letter(s, a, letter.reference, given, now=self.now), expected, is_owner=is_owner
        ):
            made = self._submissions(letter)[-1]
            letter.submissions.append(Submission(made["reference"], [(self._step(made), "submitted", day)]))
            self.note(letter, "submission.added")
            self.note(letter, "letter.submitted" if letter.state == "sealed" else "submission.noted")
            letter.state = "submitted"

    @precondition(lambda self: any(letter.submissions for letter in self.model.letters))
    @rule(
        number=picks,
        which=picks,
        kind=st.sampled_from(["submitted", "acknowledged", "revision_asked", "published", "declined", "noted"]),
        days=_DAYS,
        is_late=st.sampled_from([False, False, False, True]),
        is_owner=owners,
    )
    def note_step(self, number: int, which: int, kind: str, days: int, is_late: bool, is_owner: bool) -> None:
        letter, submission = self._one(number, which)
        day = self.now.date() + timedelta(days=days)
        first = submission.steps[-1][2] if submission.steps else self._first_day(letter)
        edition = self._row(submission)["edition"] - is_late
        expected: Refusal = None
        if is_late:
            expected = Conflict
        elif letter.state not in {"sealed", "submitted"} or (submission.state, kind) not in _FOLLOWS:
            expected = WrongState
        elif not first <= day <= self._latest_day():
            # A course that was taken back to its beginning can hear of anything since the letter was begun.
            expected = None if not submission.steps and kind != "submitted" and day <= self._latest_day() else InvalidInput
        if self.desk(
            letter,
            lambda s, a: submissions.note_step(s, a, letter.reference, submission.reference, Step(kind, day), edition, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            submission.steps.append((self._step(self._row(submission)), kind, day))
            self.note(letter, "letter.submitted" if letter.state == "sealed" and kind == "submitted" else "submission.noted")
            letter.state = "submitted" if kind == "submitted" else letter.state

    @precondition(lambda self: any(one.steps for letter in self.model.letters for one in letter.submissions))
    @rule(number=picks, which=picks, is_owner=owners)
    def take_step_back(self, number: int, which: int, is_owner: bool) -> None:
        """The newest step of a course goes: steps back are corrections, with a reason."""
        letter, submission = self._one(number, which)
        if not submission.steps:
            return
        reference = submission.steps[-1][0]

        def act(session: Any, actor: Any) -> None:
            edition = self._row(submission)["edition"]
            held = submissions.hold_submission(session, actor, letter.reference, submission.reference, edition)
            step_corrections.correct_step(session, actor, held, reference, Correction("It was another letter."), now=self.now)

        expected: Refusal = None if letter.state in {"sealed", "submitted"} else WrongState
        if self.desk(letter, act, expected, is_owner=is_owner):
            submission.steps.pop()
            submission.struck.add(reference)
            if letter.state == "submitted" and not any(kind == "submitted" for one in letter.submissions for _r, kind, _on in one.steps):
                letter.state = "sealed"
            self.note(letter, "step.corrected")

    @precondition(lambda self: any(letter.sealed for letter in self.model.letters))
    @rule(number=picks, kind=st.sampled_from(["correction", "retraction"]), days=_DAYS, is_owner=owners)
    def tell_fate(self, number: int, kind: str, days: int, is_owner: bool) -> None:
        letter = self.letter(number)
        day, edition = self.now.date() + timedelta(days=days), self._fate_edition(letter)
        expected: Refusal = WrongState
        if letter.state in {"sealed", "submitted", "resolved"}:
            expected = None if day <= self._latest_day() else InvalidInput
        if self.desk(
            letter,
            lambda s, a: fates.tell_fate(s, a, letter.reference, 1, Told(kind, day), edition, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            told = {row["reference"] for row in self.seen["target_fate"]} - {one for each in self.model.letters for one in each.fates}
            letter.fates[told.pop()] = True
            self.note(letter, "fate.told")

    @precondition(lambda self: any(letter.fates for letter in self.model.letters))
    @rule(number=picks, which=picks, is_owner=owners)
    def correct_fate(self, number: int, which: int, is_owner: bool) -> None:
        letter = one_of([one for one in self.model.letters if one.fates], number)
        fate = one_of(list(letter.fates), which)
        expected: Refusal = None if letter.fates[fate] else WrongState
        edition = self._fate_edition(letter)
        if self.desk(
            letter,
            lambda s, a: fates.correct_fate(s, a, letter.reference, fate, "Another article.", edition, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            letter.fates[fate] = False
            self.note(letter, "fate.corrected")

    @precondition(lambda self: any(letter.sealed for letter in self.model.letters))
    @rule(number=picks, reason=st.sampled_from(["", "Nobody answers."]), is_owner=owners)
    def resolve(self, number: int, reason: str, is_owner: bool) -> None:
        letter = self.letter(number)
        expected: Refusal = None if letter.state == "submitted" else WrongState
        if expected is None and not reason and not all(one.state in ENDED for one in letter.submissions):
            expected = InvalidInput
        if self.desk(
            letter, lambda s, a: submissions.resolve_letter(s, a, letter.reference, reason, now=self.now), expected, is_owner=is_owner
        ):
            letter.state = "resolved"
            self.note(letter, "letter.resolved")

    def _one(self, number: int, which: int) -> tuple[Letter, Submission]:
        letter = one_of([one for one in self.model.letters if one.submissions], number)
        return letter, one_of(letter.submissions, which)

    def _submissions(self, letter: Letter) -> list[Any]:
        ids = {row["reference"]: row["id"] for row in self.seen["letter"]}
        return sorted((row for row in self.seen["submission"] if row["letter_id"] == ids[letter.reference]), key=lambda row: row["id"])

    def _row(self, submission: Submission) -> Any:
        return next(row for row in self.seen["submission"] if row["reference"] == submission.reference)

    def _step(self, row: Any) -> str:
        """The newest step of this submission."""
        newest = max((one for one in self.seen["submission_step"] if one["submission_id"] == row["id"]), key=lambda one: one["id"])
        return str(newest["reference"])

    def _fate_edition(self, letter: Letter) -> int:
        return len(letter.fates) + sum(not stands for stands in letter.fates.values())

    def _first_day(self, letter: Letter) -> date:
        if letter.sealed_on is None:
            return date.max
        return (letter.sealed_on - timedelta(hours=12)).date()

    def _latest_day(self) -> date:
        return (self.now + timedelta(hours=14)).date()
