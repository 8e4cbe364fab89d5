"""The seal as the workers see it: asked for, begun by one or several, left by those that die, and stored once."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import FAKE_FILES, letter_row
from tests.machine.model import Begun, Letter, Sealing
from tests.machine.walk import Refusal, Walk, one_of, owners, picks
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, WrongState
from webapp.persistence.tables import SealingRow
from webapp.services import seal, sealing

_WAIT = timedelta(seconds=30)


class SealingByWorkers(Walk):
    @precondition(lambda self: self.model.letters)
    @rule(number=picks, is_owner=owners)
    def ask_to_seal(self, number: int, is_owner: bool) -> None:
        self.ask(self.letter(number), is_owner=is_owner)

    def ask(self, letter: Letter, *, is_owner: bool = True) -> None:
        def press(session: Session, actor: Actor) -> None:
            plan = seal.plan_seal(session, actor, letter.reference, self.house.office.links, now=self.now)
            sealing.ask_to_seal(session, actor, letter.reference, plan.seen, now=self.now)

        if self.desk(letter, press, self._why_not(letter), is_owner=is_owner):
            job = self._job_of(letter)
            current = letter.sealings[-1] if letter.sealings else None
            if current is None or current.is_over or abs(self.now - current.heard_at) >= limits.SEALING_SILENCE:
                assert current is None or job != current.job
                for one in letter.sealings:
                    one.is_over = True
                letter.sealings.append(Sealing(job, len(letter.events), self.now))
            else:
                assert job == current.job, "pressed twice, it is asked for twice"

    @precondition(lambda self: any(letter.sealings for letter in self.model.letters))
    @rule(number=picks, is_newest=st.sampled_from([True, True, False]))
    def worker_begins(self, number: int, is_newest: bool) -> None:
        letter = one_of([letter for letter in self.model.letters if letter.sealings], number)
        self.begin_to_seal(letter, letter.sealings[-1 if is_newest else 0])

    def begin_to_seal(self, letter: Letter, asked: Sealing) -> None:
        """It may never come back: whoever begins after it begins anew."""
        taken = self._tell(letter, lambda s, one: sealing.take_up(s, one, asked.job, steps=3, now=self.now))
        assert (taken is not None) is (not asked.is_over and asked.attempts < limits.SEALING_ATTEMPTS)
        if taken is None:
            asked.is_over = True
            return
        asked.attempts, asked.heard_at = asked.attempts + 1, self.now
        actor, refusal = self.actor(letter, is_owner=True), self._why_not(letter)
        plan = self.act(lambda s: seal.plan_seal(s, actor, letter.reference, self.house.office.links, now=self.now), refusal)
        if plan is None or asked.record_length != len(letter.events):
            self._give_up(letter, asked)
        else:
            letter.begun.append(Begun(plan, asked))

    @precondition(lambda self: any(letter.begun for letter in self.model.letters))
    @rule(number=picks, is_newest=st.sampled_from([True, True, False]))
    def worker_stores(self, number: int, is_newest: bool) -> None:
        letter = one_of([letter for letter in self.model.letters if letter.begun], number)
        self.store_sealed(letter, letter.begun[-1 if is_newest else 0])

    def store_sealed(self, letter: Letter, begun: Begun) -> None:
        asked, actor = begun.asked, self.actor(letter, is_owner=True)
        expected: Refusal = None
        if not asked.is_over and letter.state != "closed":
            expected = WrongState
        elif not asked.is_over and asked.record_length != len(letter.events):
            expected = Conflict

        def store(session: Session) -> bool:
            if not sealing.end(session, letter_row(session, letter.reference).id, asked.job, now=self.now):
                return False
            seal.seal_letter(session, actor, letter.reference, begun.plan, FAKE_FILES, now=self.now)
            return True

        was_stored = self.act(store, expected)
        if expected is not None:
            self._give_up(letter, asked)
            return
        assert was_stored is not asked.is_over
        if was_stored:
            asked.is_over = True
            letter.listed = {one.reference for one in letter.joiners}
            letter.sealed, letter.state = letter.signatories, "sealed"
            self.note(letter, "letter.sealed")
            letter.sealed_on = letter.last_at

    def _why_not(self, letter: Letter) -> Refusal:
        is_early = self.now < letter.closes_at + _WAIT
        return WrongState if letter.state != "closed" or is_early or not letter.signatories or letter.in_doubt else None

    def _give_up(self, letter: Letter, asked: Sealing) -> None:
        assert self._tell(letter, lambda s, one: sealing.end(s, one, asked.job, "It was not to be.", now=self.now)) is True
        asked.is_over = True

    def _tell(self, letter: Letter, call: Any) -> Any:
        return self.act(lambda session: call(session, letter_row(session, letter.reference).id), None)

    def _job_of(self, letter: Letter) -> str:
        with self.house.reading() as session:
            job = session.scalar(select(SealingRow.job).where(SealingRow.letter_id == letter_row(session, letter.reference).id))
        assert job
        return job
