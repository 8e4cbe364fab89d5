"""What happens while a revision circulates: it is sent out, commented on, comments are taken back and answered."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.factories import letter_row
from tests.machine.desk import ZONE
from tests.machine.model import Comment, Letter, Stay
from tests.machine.room import Room, lags
from tests.machine.walk import Refusal, owners, picks
from webapp.domain import limits
from webapp.domain.deadline import wall_clock_of
from webapp.domain.errors import Conflict, InvalidInput, NotFound, TookTooLong, TooLate, WrongState
from webapp.services import circulation, comment_desk, comments
from webapp.services.circulation import Sending
from webapp.services.comments import Said

dispositions = st.sampled_from(["accepted", "partly", "declined"])


class Circulating(Room):
    @precondition(lambda self: self.model.letters)
    @rule(number=picks, hours=st.sampled_from([-1, 1, 24]), is_owner=owners)
    def circulate(self, number: int, hours: int, is_owner: bool) -> None:
        self.send_out(self.letter(number), hours=hours, is_owner=is_owner)

    def send_out(self, letter: Letter, *, hours: int = 24, is_owner: bool = True) -> None:
        until = (self.now + timedelta(hours=hours)).replace(second=0, microsecond=0)
        asked = [place for place in letter.places if place.live_people]
        expected: Refusal = None
        if letter.state not in {"drafting", "circulating"}:
            expected = WrongState
        elif until <= self.time_of(letter) or until > self.time_of(letter) + limits.LONGEST_CIRCULATION or not asked:
            expected = InvalidInput
        sending = Sending(1, wall_clock_of(until, ZONE))
        if self.desk(
            letter, lambda s, a: circulation.circulate(s, a, letter.reference, sending, now=self.now), expected, is_owner=is_owner
        ):
            letter.state = "circulating"
            if letter.revised_title is None:
                letter.revised_title = letter.title
            for place in asked:
                place.was_invited, place.comments_until = True, until
            self.note(letter, "revision.circulated")

    @precondition(lambda self: any(stay.person for stay in self.model.stays))
    @rule(number=picks, lag=lags, is_blocking=st.booleans())
    def comment(self, number: int, lag: timedelta, is_blocking: bool) -> None:
        stay, received_at = self.a_stay(number), self.now - lag
        assert stay.person
        place, letter = stay.person.place, stay.person.place.letter
        expected: Refusal = None
        if place.comments_until is None:
            expected = NotFound
        elif lag >= limits.LONGEST_REQUEST:
            expected = TookTooLong
        elif letter.state != "circulating" or received_at >= place.comments_until:
            expected = TooLate
        with self.house.reading() as session:
            text = letter_row(session, letter.reference).statement.reference
        said = Said(self.new_nonce(), 1, text, "disagree", "Is that so?", is_blocking=is_blocking)
        is_done = expected is None and stay.is_live(self.now)
        found = self.room(stay, lambda s, p: comments.give_comment(s, p, said, received_at=received_at, now=self.now), expected)
        if not is_done:
            return
        letter.comments.append(Comment(found, place))
        self.note(letter, "comment.given")
        again = self.room(stay, lambda s, p: comments.give_comment(s, p, said, received_at=received_at, now=self.now), None)
        assert again == found, "the same form again is the same comment"

    @precondition(lambda self: any(letter.comments for letter in self.model.letters) and any(stay.person for stay in self.model.stays))
    @rule(number=picks, which=picks)
    def take_back(self, number: int, which: int) -> None:
        stay = self.a_stay(number)
        comment = self._a_comment(which)
        expected = self._taking_back(stay, comment)
        is_done = expected is None and stay.is_live(self.now) and not comment.is_taken_back
        self.room(stay, lambda s, p: comments.take_back_comment(s, p, comment.reference, now=self.now), expected)
        if is_done:
            comment.is_taken_back = True
            self.note(comment.place.letter, "comment.taken_back")

    @staticmethod
    def _taking_back(stay: Stay, comment: Comment) -> Refusal:
        assert stay.person
        if stay.person.place is not comment.place:
            return NotFound
        return Conflict if comment.disposition and not comment.is_taken_back else None

    @precondition(lambda self: any(letter.comments for letter in self.model.letters))
    @rule(
        which=picks,
        disposition=st.sampled_from(["accepted", "partly", "declined"]),
        has_reason=st.sampled_from([True, True, False]),
        is_owner=owners,
    )
    def dispose(self, which: int, disposition: str, has_reason: bool, is_owner: bool) -> None:
        comment = self._a_comment(which)
        letter, reason = comment.place.letter, "A reason." if has_reason else ""
        expected: Refusal = None
        if letter.state not in {"drafting", "circulating", "signing"}:
            expected = WrongState
        elif comment.is_taken_back:
            expected = NotFound
        elif not has_reason:
            expected = InvalidInput
        if self.desk(
            letter,
            lambda s, a: comment_desk.dispose_comment(s, a, letter.reference, comment.reference, disposition, reason, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            comment.disposition = disposition
            self.note(letter, "comment.disposed")

    def _a_comment(self, which: int) -> Comment:
        known = [one for letter in self.model.letters for one in letter.comments]
        return known[which % len(known)]
