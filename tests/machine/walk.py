"""The floor that every walk stands on: an act is tried on the house, and judged by the model."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.factories import COORDINATOR, NOW, STRANGER, staff_actor
from tests.machine.house import House
from tests.machine.model import STEP, Letter, Model
from webapp.domain.actor import Actor
from webapp.domain.errors import DomainError, NotFound, TooLate, WrongState

Thing = TypeVar("Thing")
Refusal = type[DomainError] | None

picks = st.integers(0, 11)
"""Which of the things that are there."""
owners = st.sampled_from([True, True, True, True, False])
"""Whether the letter's own coordinator acts, or somebody of the staff who may not know of it."""


def one_of(things: Sequence[Thing], number: int) -> Thing:
    return things[number % len(things)]


NETWORK = "192.0.2.0/24"


class Walk(RuleBasedStateMachine):
    """Keeps house and model; rules are in the classes that follow."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.house = House(engine)
        self.model = Model()
        self.staff: dict[str, Actor] = {}
        with self.house.store() as session:
            for email in (COORDINATOR, STRANGER):
                self.staff[email] = staff_actor(session, email)
        self.latest = NOW
        self.seen = self.house.snapshot()
        self.nonces = 0

    def teardown(self) -> None:
        self.house.close()

    @property
    def now(self) -> datetime:
        return self.house.clock.at

    def letter(self, number: int) -> Letter:
        return one_of(self.model.letters, number)

    def actor(self, letter: Letter, *, is_owner: bool) -> Actor:
        other = STRANGER if letter.owner == COORDINATOR else COORDINATOR
        return self.staff[letter.owner if is_owner else other]

    def act(self, call: Callable[[Session], Any], expected: Refusal) -> Any:
        """Tries the act, which ends as the model says: done, or refused with this error and nothing changed (I08)."""
        before = self.seen
        done, refused = self.house.attempt(call)
        self.seen = self.house.snapshot()
        if refused is not None:
            i08_refused_request_changes_nothing(before.changed(self.seen))
        got = type(refused) if refused is not None else None
        assert got is expected, f"the rules say {_named(expected)}, the house {_named(got)}: {refused}"
        return done

    def desk(self, letter: Letter, call: Callable[[Session, Actor], Any], expected: Refusal, *, is_owner: bool) -> bool:
        """An act at the desk; for whoever has no grant the letter does not exist (R13). Whether it was done."""
        actor = self.actor(letter, is_owner=is_owner)
        expected = expected if is_owner else NotFound
        self.act(lambda session: call(session, actor), expected)
        return expected is None

    def note(self, letter: Letter, *kinds: str) -> None:
        letter.note(*kinds, now=self.now)

    def time_of(self, letter: Letter) -> datetime:
        """The time as the letter's record has it."""
        return max(self.now, letter.last_at or self.now)

    def is_past(self, letter: Letter) -> bool:
        """Whether the clock stands so far before the record that it has gone back."""
        return letter.last_at is not None and letter.last_at - self.now > STEP

    def not_taken(self, letter: Letter, act: str, received_at: datetime) -> Refusal:
        """R9: by the deadline of the letter, or by that of the addendum for which it is held open."""
        if letter.sealed is None:
            is_late = letter.state not in {"signing", "closed"} or received_at >= letter.closes_at
            # Once closed, closed: the clock went back behind the close.
            return TooLate if is_late or (letter.state == "closed" and self.is_past(letter)) else None
        if letter.addendum is None or received_at >= letter.addendum.closes_at:
            return TooLate
        if letter.addendum.closed_at is not None and self.is_past(letter):
            return TooLate
        return None if act in {"sign", "decline", "abstain", "separate"} else WrongState

    def new_nonce(self) -> str:
        self.nonces += 1
        return f"nonce-number-{self.nonces:08}"


def i08_refused_request_changes_nothing(changed: set[str]) -> None:
    assert changed == set(), f"a refused request has changed {changed}"


def _named(refusal: Refusal) -> str:
    return refusal.__name__ if refusal else "done"
