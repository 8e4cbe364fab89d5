"""What coordinators do with the course of a letter until it is sealed: open, move the deadline, close, correct, cancel."""

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.factories import letter_row
from tests.machine.desk import SOCIETIES, ZONE
from tests.machine.model import Freezing, Letter
from tests.machine.walk import Refusal, Walk, one_of, owners, picks
from webapp.domain.deadline import wall_clock_of
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.text import Change
from webapp.services import roster, sign_on
from webapp.services.documents import digest_in_force
from webapp.services.revisions import Declaration


class Course(Walk):
    @precondition(lambda self: self.model.letters)
    @rule(number=picks, is_fit=st.sampled_from([True, True, True, False]), is_declared=st.booleans(), is_owner=owners)
    def open_sign_on(self, number: int, is_fit: bool, is_declared: bool, is_owner: bool) -> None:
        self.open(self.letter(number), is_fit=is_fit, is_declared=is_declared, is_owner=is_owner)

    def open(self, letter: Letter, *, is_fit: bool = True, is_declared: bool = False, is_owner: bool = True) -> None:
        expected: Refusal = None
        if letter.state not in {"drafting", "circulating"}:
            expected = WrongState
        elif not is_fit or letter.has_unanswered_comments:
            expected = InvalidInput
        elif letter.deadline <= self.time_of(letter) or not letter.places:
            expected = WrongState
        elif letter.has_changed and not is_declared:
            expected = InvalidInput
        declared = Declaration("Another title", Change.EDITORIAL) if is_declared else Declaration()
        if self.desk(
            letter,
            lambda s, a: sign_on.open_sign_on(s, a, letter.reference, declared, is_fit=is_fit, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            if letter.has_changed:
                self.note(letter, "revision.made")
            letter.state, letter.revised_title = "signing", letter.title
            for place in letter.places:
                place.was_invited = True
            letter.freezings.append(Freezing())
            with self.house.reading() as session:
                letter.digest = digest_in_force(letter_row(session, letter.reference))
            self.note(letter, "letter.opened")

    @precondition(lambda self: self.model.letters)
    @rule(number=picks, hours=st.sampled_from([-1, 0, 1, 24]), is_owner=owners)
    def move_deadline(self, number: int, hours: int, is_owner: bool) -> None:
        letter = self.letter(number)
        new = letter.deadline + timedelta(hours=hours)
        local = wall_clock_of(new, ZONE)
        expected: Refusal = None
        if letter.state != "signing" or self.time_of(letter) >= letter.deadline:
            expected = WrongState
        elif hours <= 0:
            expected = InvalidInput
        if self.desk(letter, lambda s, a: sign_on.move_deadline(s, a, letter.reference, local, now=self.now), expected, is_owner=is_owner):
            letter.deadline = new
            self.note(letter, "deadline.moved")

    @precondition(lambda self: self.model.letters)
    @rule(number=picks, is_owner=owners)
    def close_early(self, number: int, is_owner: bool) -> None:
        letter = self.letter(number)
        expected: Refusal = None
        if letter.state != "signing":
            expected = WrongState
        else:
            may_object = letter.object_until is not None and min(self.time_of(letter), letter.deadline) < letter.object_until
            if may_object or any(place.standing is None or place.standing.is_to_be_affirmed for place in letter.places):
                expected = Conflict
        if self.desk(letter, lambda s, a: sign_on.close_early(s, a, letter.reference, now=self.now), expected, is_owner=is_owner):
            self.closed(letter, min(self.time_of(letter), letter.deadline))

    def closed(self, letter: Letter, closed_at: datetime) -> None:
        letter.state, letter.closed_at = "closed", closed_at
        self.note(letter, "letter.closed")

    @precondition(lambda self: self.model.letters)
    @rule(number=picks)
    def close_by_the_clock(self, number: int) -> None:
        """The job of the deadline, which may come at any time, too early and twice."""
        letter = self.letter(number)
        is_due = letter.state == "signing" and self.now >= letter.deadline
        with self.house.reading() as session:
            letter_id = letter_row(session, letter.reference).id
        assert self.act(lambda s: sign_on.close_if_due(s, letter_id, now=self.now), None) is is_due
        if is_due:
            self.closed(letter, letter.deadline)

    @precondition(lambda self: self.model.places())
    @rule(number=picks, name=st.sampled_from([*SOCIETIES, "Gullhaven Society"]), is_owner=owners)
    def correct_name(self, number: int, name: str, is_owner: bool) -> None:
        place = one_of(self.model.places(), number)
        letter, standing = place.letter, place.standing
        expected: Refusal = None
        if letter.state not in {"signing", "closed"}:
            expected = WrongState
        elif standing is None or standing.kind != "sign":
            expected = NotFound
        elif standing.printed_name == name:
            expected = InvalidInput
        if self.desk(
            letter,
            lambda s, a: roster.correct_printed_name(s, a, letter.reference, place.reference, name, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            assert standing
            standing.printed_name = name
            self.note(letter, "name.corrected")

    @precondition(lambda self: self.model.letters)
    @rule(number=picks, is_meant=st.integers(0, 7).map(lambda number: number == 7), is_owner=owners)
    def cancel(self, number: int, is_meant: bool, is_owner: bool) -> None:
        letter = self.letter(number)
        expected = None if letter.state in {"drafting", "circulating", "signing", "closed"} else WrongState
        if expected is None and not is_meant:
            return  # Else most walks would end here.
        if self.desk(
            letter,
            lambda s, a: sign_on.cancel_letter(s, a, letter.reference, "It was retracted.", now=self.now),
            expected,
            is_owner=is_owner,
        ):
            letter.state = "cancelled"
            if letter.released and self.time_of(letter) < letter.released:
                letter.released, letter.release_edition = None, 0
                self.note(letter, "publication.dropped")
            self.note(letter, "letter.cancelled")
