"""What coordinators do with the text: write and revise it, and put another one in force while societies sign."""

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.factories import letter_row
from tests.machine.desk import ZONE
from tests.machine.model import Freezing, Letter
from tests.machine.walk import Refusal, Walk, owners, picks
from webapp.domain.actor import Actor
from webapp.domain.deadline import wall_clock_of
from webapp.domain.errors import InvalidInput, WrongState
from webapp.domain.text import Change
from webapp.services import revisions, text_change, texts
from webapp.services.documents import digest_in_force
from webapp.services.revisions import Declaration
from webapp.services.text_change import Declared
from webapp.services.texts import ONE_SITTING

changes = st.sampled_from(list(Change))
# How long before the deadline objections end; the last is after it.
windows = st.sampled_from([timedelta(0), timedelta(minutes=3), timedelta(hours=12), timedelta(minutes=-1)])


class Text(Walk):
    @precondition(lambda self: self.model.letters)
    @rule(number=picks, change=changes, is_owner=owners)
    def write_and_revise(self, number: int, change: str, is_owner: bool) -> None:
        self.revise(self.letter(number), change, is_owner=is_owner)

    def revise(self, letter: Letter, change: str, *, is_owner: bool = True) -> None:
        """One word more than ever before, so that no text comes back."""
        expected = None if letter.state in {"drafting", "circulating", "signing"} else WrongState

        def both(session: Session, actor: Actor) -> None:
            text = letter_row(session, letter.reference).statement
            body = f"{text.body} And {letter.revised}."
            texts.write_text(session, actor, letter.reference, text.reference, body, text.edition, now=self.now)
            revisions.make_revision(session, actor, letter.reference, Declaration("A word more", change), now=self.now)

        at = self.time_of(letter)
        if self.desk(letter, both, expected, is_owner=is_owner):
            letter.revised, letter.revised_title = letter.revised + 1, letter.title
            goes_on = letter.has_newer and letter.newer_is == Change.SUBSTANTIVE
            letter.has_newer, letter.newer_is = letter.state == "signing", Change.SUBSTANTIVE if goes_on else change
            # Saves of one sitting are one event.
            if letter.written_at is None or not timedelta(0) <= self.now - letter.written_at < ONE_SITTING:
                letter.written_at = at
                self.note(letter, "text.edited")
            self.note(letter, "revision.made")

    @precondition(lambda self: any(letter.has_newer for letter in self.model.letters))
    @rule(number=picks, change=changes, window=windows, is_owner=owners)
    def change_text(self, number: int, change: str, window: timedelta, is_owner: bool) -> None:
        self.change(self.letter(number), change, window, is_owner=is_owner)

    def change(self, letter: Letter, change: str, window: timedelta = timedelta(0), *, is_owner: bool = True) -> None:
        until = letter.deadline - window if change == Change.EDITORIAL else None
        declared = Declared(change, is_fit=True, object_until=wall_clock_of(until, ZONE) if until else None)
        expected: Refusal = None
        if letter.state != "signing" or self.time_of(letter) >= letter.deadline or not letter.has_newer:
            expected = WrongState
        elif letter.has_unanswered_comments or (until and (letter.newer_is == Change.SUBSTANTIVE or not self._may_end(letter, until))):
            expected = InvalidInput
        if self.desk(
            letter, lambda s, a: text_change.change_text(s, a, letter.reference, declared, now=self.now), expected, is_owner=is_owner
        ):
            self._changed(letter, Freezing(change, until))

    def _may_end(self, letter: Letter, until: datetime) -> bool:
        """Within sign-on, and not before what was announced, while that lies ahead."""
        at, announced = self.time_of(letter), letter.object_until
        return at < until <= letter.deadline and not (announced and at < announced and until < announced)

    def _changed(self, letter: Letter, freezing: Freezing) -> None:
        letter.freezings.append(freezing)
        letter.has_newer = False
        with self.house.reading() as session:
            row = letter_row(session, letter.reference)
            letter.digest, number = digest_in_force(row), row.revisions[-1].number
        for place in letter.places:
            letter.told |= {f"text_changed:{person.reference}:{number}" for person in place.live_people}
            if freezing.change == Change.SUBSTANTIVE and place.standing and place.standing.kind == "sign":
                place.standing.waits = True
        self.note(letter, "revision.frozen")
