"""A journal wants another text of a sealed letter: put to the signatories, affirmed, objected to, fixed by the clock, abandoned."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.factories import KEYRING, letter_row
from tests.machine.desk import ZONE
from tests.machine.model import ChangedText, Letter, Pending, Place
from tests.machine.room import Room
from tests.machine.walk import Refusal, one_of, owners, picks
from webapp.domain.actor import Actor
from webapp.domain.deadline import wall_clock_of
from webapp.domain.errors import Conflict, NotFound, TooLate, TooMany, WrongState
from webapp.domain.new_text import AFFIRM, OBJECT_TO_TEXT
from webapp.domain.text import Change
from webapp.services import new_text, new_text_acts, new_text_list
from webapp.services.answers import Recorded
from webapp.services.new_text import Begun, PutDeclared, Written
from webapp.services.new_text_acts import SaidOfText

_WAIT = timedelta(seconds=30)
_MS = timedelta(milliseconds=1)
around = st.sampled_from([-_MS, timedelta(0), _WAIT - _MS, _WAIT])


class Changing(Room):
    @precondition(lambda self: any(letter.sealed for letter in self.model.letters))
    @rule(number=picks, change=st.sampled_from([Change.EDITORIAL, Change.EDITORIAL, Change.SUBSTANTIVE]), is_owner=owners)
    def put_changed_text(self, number: int, change: Change, is_owner: bool) -> None:
        self.put_to_signatories(self.letter(number), change, is_owner=is_owner)

    def put_to_signatories(self, letter: Letter, change: Change = Change.EDITORIAL, *, is_owner: bool = True) -> None:
        until = (self.time_of(letter) + timedelta(days=1, minutes=2)).replace(second=0, microsecond=0)
        asked = {one.reference: place for place in letter.places if (one := place.standing) and one.reference in letter.listed}
        expected: Refusal = None
        if letter.state not in {"sealed", "submitted"}:
            expected = WrongState
        elif letter.open_text is not None:
            expected = Conflict
        elif not asked:
            expected = WrongState
        made: list[str] = []

        def put(session: Session, actor: Actor) -> None:
            reference = letter.reference
            text = new_text.begin_new_text(session, actor, reference, Begun("Journal of Ferns", "Shorter, please."), now=self.now)
            new_text.write_new_text(session, actor, reference, text, Written("We disagree.", "Shorter, please.", 1), now=self.now)
            new_text.put_new_text(session, actor, reference, text, PutDeclared(change, wall_clock_of(until, ZONE)), now=self.now)
            made.append(text)

        if self.desk(letter, put, expected, is_owner=is_owner):
            mandates = {row["reference"]: row["mandate"] for row in self.seen["answer"]}
            carried = {
                one: change is Change.EDITORIAL and mandates[one] == "edit" and bool(place.live_people) for one, place in asked.items()
            }
            letter.texts.append(ChangedText(made[-1], until, carried))
            self.note(letter, "new_text.begun", "new_text.edited", "new_text.put")

    @precondition(lambda self: any(letter.texts for letter in self.model.letters))
    @rule(number=picks, other=picks, affirms=st.booleans(), lag=st.sampled_from([timedelta(0), _MS, timedelta(seconds=29)]))
    def say_of_changed_text(self, number: int, other: int, affirms: bool, lag: timedelta) -> None:
        letter = one_of([one for one in self.model.letters if one.texts], number)
        self.say_of(one_of(letter.places, other), letter.texts[-1], AFFIRM if affirms else OBJECT_TO_TEXT, lag)

    def say_of(self, place: Place, text: ChangedText, act: str, lag: timedelta = timedelta(0)) -> None:
        """From a room that is opened for it: the form, and at once the code."""
        live = [one for one in place.live_people if self.model.is_link_live(one.tokens[-1])]
        if not live:
            return
        self.enter(live[0].tokens[-1])
        stay, received_at, nonce = self.model.stays[-1], self.now - lag, self.new_nonce()
        mine = next((one for one in reversed(place.answers) if one.reference in text.asked), None)
        expected: Refusal = None
        if mine is None:
            expected = NotFound
        elif text.is_abandoned:
            expected = WrongState
        elif text.listed is not None or received_at >= text.until:
            expected = TooLate
        elif not mine.is_standing or text.said.get(mine.reference) == act:
            expected = WrongState
        elif self._has_asked_too_often(stay):
            expected = TooMany
        digests = {row["new_text_id"]: row["digest"] for row in self.seen["put_text"]}
        digest = next(digests[row["id"]] for row in self.seen["new_text"] if row["reference"] == text.reference)
        said = SaidOfText(act, text.reference, nonce, digest, "the board")
        self.room(stay, lambda s, p: new_text_acts.prepare_saying(s, p, said, KEYRING, received_at=received_at, now=self.now), expected)
        if expected is not None or mine is None:
            return
        stay.pending = Pending(nonce, act, digest, (act, None), None)
        self._code_sent(stay)
        code = stay.codes[-1].text
        done = self.room(
            stay, lambda s, p: new_text_acts.confirm_saying(s, p, nonce, code, KEYRING, received_at=received_at, now=self.now), None
        )
        assert isinstance(done, Recorded)
        stay.codes[-1].is_over, stay.pending = True, None
        self.model.left.append(nonce)
        text.said[mine.reference] = act
        self.note(place.letter, "new_text.affirmed" if act == AFFIRM else "new_text.objected")

    @precondition(lambda self: any(letter.open_text for letter in self.model.letters))
    @rule(number=picks, by=around)
    def window_of_a_changed_text_ends(self, number: int, by: timedelta) -> None:
        """The clock shows about the end that was announced, and the job comes, perhaps too early."""
        letter = one_of([one for one in self.model.letters if one.open_text], number)
        text = letter.open_text
        assert text
        if text.listed is None:
            self.house.clock.at = max(self.now, text.until + by)
        self.fix_changed_text(letter)

    def fix_changed_text(self, letter: Letter) -> None:
        text = letter.open_text
        is_due = text is not None and text.listed is None and self.now >= text.until + _WAIT
        with self.house.reading() as session:
            letter_id = letter_row(session, letter.reference).id
        fixed = self.act(lambda s: new_text_list.fix_if_due(s, letter_id, now=self.now), None)
        assert fixed == ([text.reference] if text and is_due else [])
        if text and is_due:
            text.listed = letter.stands_on(text)
            self.note(letter, "new_text.fixed")

    @precondition(lambda self: any(letter.open_text for letter in self.model.letters))
    @rule(number=picks, is_owner=owners)
    def abandon_changed_text(self, number: int, is_owner: bool) -> None:
        letter = one_of([one for one in self.model.letters if one.open_text], number)
        text = letter.open_text
        assert text
        reference = text.reference
        if self.desk(
            letter,
            lambda s, a: new_text.abandon_new_text(s, a, letter.reference, reference, "Not needed.", now=self.now),
            None,
            is_owner=is_owner,
        ):
            text.is_abandoned = True
            self.note(letter, "new_text.abandoned")
