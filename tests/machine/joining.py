"""What comes after the seal: the letter held open, joined, closed and issued; and errata (R4, R5, R9, R11)."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.factories import FAKE_PDF, letter_row
from tests.machine.desk import ZONE
from tests.machine.model import Addendum, Letter, Place
from tests.machine.walk import Refusal, Walk, one_of, owners, picks
from webapp.domain.actor import Actor
from webapp.domain.deadline import wall_clock_of
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.services import addenda, errata
from webapp.services.errata import Correction

_AFTER = {"sealed", "submitted", "resolved"}


class Joining(Walk):
    @precondition(lambda self: any(letter.sealed for letter in self.model.letters))
    @rule(number=picks, minutes=st.sampled_from([-1, 10, 10, 600]), is_owner=owners)
    def open_addendum(self, number: int, minutes: int, is_owner: bool) -> None:
        self.hold_open(self.letter(number), minutes, is_owner=is_owner)

    def hold_open(self, letter: Letter, minutes: int = 10, *, is_owner: bool = True) -> None:
        until = (self.time_of(letter) + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        expected: Refusal = None
        if letter.state not in {"sealed", "submitted"}:
            expected = WrongState
        elif letter.addendum is not None:
            expected = Conflict
        elif until <= self.time_of(letter):
            expected = InvalidInput
        local = wall_clock_of(until, ZONE)
        if self.desk(
            letter,
            lambda s, a: addenda.open_addendum(s, a, letter.reference, local, asks=True, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            letter.addendum = Addendum(until)
            for place in self._can_join(letter):
                place.was_invited = True
            self.note(letter, "addendum.opened")

    @staticmethod
    def _can_join(letter: Letter) -> list[Place]:
        """Never answered, short of time or with a condition; the walks abstain by policy alone."""
        waiting = []
        for place in letter.places:
            standing = place.standing
            if place.said_not_us or (standing is None and place.answers):
                continue
            if standing is None or standing.kind == "sign_if" or standing.is_to_be_affirmed:
                waiting.append(place)
        return waiting

    @precondition(lambda self: any(letter.addendum for letter in self.model.letters))
    @rule(number=picks)
    def close_addendum_by_the_clock(self, number: int) -> None:
        """The job of its deadline, which may come at any time, too early and twice."""
        letter = self.letter(number)
        addendum = letter.addendum
        is_due = addendum is not None and addendum.closed_at is None and self.now >= addendum.until
        with self.house.reading() as session:
            letter_id = letter_row(session, letter.reference).id
        assert self.act(lambda s: addenda.close_if_due(s, letter_id, now=self.now), None) is is_due
        if is_due and addendum is not None:
            addendum.closed_at = addendum.until
            self.note(letter, "addendum.closed")

    @precondition(lambda self: any(letter.addendum for letter in self.model.letters))
    @rule(number=picks, is_owner=owners)
    def close_addendum_early(self, number: int, is_owner: bool) -> None:
        letter = self.letter(number)
        addendum = letter.addendum
        expected: Refusal = None
        if letter.state not in _AFTER or addendum is None or addendum.closed_at is not None:
            expected = WrongState
        elif any(place.was_invited and place.live_people for place in self._can_join(letter)):
            expected = Conflict
        if self.desk(letter, lambda s, a: addenda.close_addendum(s, a, letter.reference, now=self.now), expected, is_owner=is_owner):
            assert addendum
            addendum.closed_at = min(self.time_of(letter), addendum.until)
            self.note(letter, "addendum.closed")

    @precondition(lambda self: any(letter.addendum for letter in self.model.letters))
    @rule(number=picks, is_owner=owners)
    def issue_addendum(self, number: int, is_owner: bool) -> None:
        self.issue(self.letter(number), is_owner=is_owner)

    def issue(self, letter: Letter, *, is_owner: bool = True) -> None:
        addendum, joiners = letter.addendum, letter.joiners
        is_ready = addendum is not None and addendum.closed_at is not None and self.now >= addendum.closed_at + timedelta(seconds=30)
        is_ready = is_ready and letter.state in _AFTER

        def both(session: Session, actor: Actor) -> None:
            plan = addenda.plan_addendum(session, actor, letter.reference, now=self.now)
            addenda.issue_addendum(session, actor, letter.reference, plan, FAKE_PDF, now=self.now)

        if self.desk(letter, both, None if is_ready and joiners else WrongState, is_owner=is_owner):
            letter.addenda.append(sorted(one.printed_name for one in joiners))
            letter.listed |= {one.reference for one in joiners}
            letter.addendum = None
            self.note(letter, "addendum.issued")
        elif is_ready and is_owner and not joiners:
            self.desk(letter, lambda s, a: addenda.end_addendum(s, a, letter.reference, now=self.now), None, is_owner=True)
            letter.addendum = None
            self.note(letter, "addendum.ended")

    @precondition(lambda self: any(letter.listed for letter in self.model.letters))
    @rule(number=picks, other=picks, is_withdrawal=st.booleans(), is_owner=owners)
    def make_erratum(self, number: int, other: int, is_withdrawal: bool, is_owner: bool) -> None:
        letter = one_of([one for one in self.model.letters if one.listed], number)
        answer = one_of(sorted(letter.listed), other)
        after = f"Society number {len(letter.errata) + 1}"
        expected: Refusal = None
        if is_withdrawal:
            stands = next(one.is_standing for place in letter.places for one in place.answers if one.reference == answer)
            expected = WrongState if stands else Conflict if (answer, "withdrawn") in letter.errata else None
        given = Correction(answer, "withdrawn" if is_withdrawal else "name", after, "", "It was wrong.", "its secretary")

        def both(session: Session, actor: Actor) -> None:
            plan = errata.plan_erratum(session, actor, letter.reference, given, now=self.now)
            errata.make_erratum(session, actor, letter.reference, plan, FAKE_PDF, now=self.now)

        if self.desk(letter, both, expected, is_owner=is_owner):
            letter.errata.append((answer, given.kind))
            self.note(letter, "erratum.made")
