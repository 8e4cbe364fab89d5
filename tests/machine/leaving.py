"""Who comes after whom: handing over and “not us” in the room, addresses corrected and invitations sent again at the desk."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.factories import KEYRING
from tests.machine.model import Pending, Person, Place, Stay
from tests.machine.room import Room
from tests.machine.walk import Refusal, one_of, owners, picks
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, NotFound, TooMany, WrongState
from webapp.domain.handing_over import HAND_OVER, NOT_US
from webapp.services import corrections, handing_over, invitations
from webapp.services.answers import WrongCode
from webapp.services.corrections import Correction
from webapp.services.handing_over import Left

COLLEAGUES = ["anna", "bruno", "carla"]
_OPEN = {"drafting", "circulating", "signing", "closed"}
left_by = st.sampled_from([HAND_OVER, HAND_OVER, NOT_US])


class Leaving(Room):
    @precondition(lambda self: any(stay.person for stay in self.model.stays))
    @rule(number=picks, act=left_by, to=st.sampled_from(COLLEAGUES), is_right=st.sampled_from([True, True, False]))
    def leave(self, number: int, act: str, to: str, is_right: bool) -> None:
        self.leave_to(self.a_stay(number), act, to, is_right=is_right)

    def leave_to(self, stay: Stay, act: str, to: str, *, is_right: bool = True) -> None:
        """The form, and at once the code, right or wrong."""
        assert stay.person
        place, email = stay.person.place, self._address(stay.person.place, to)
        nonce = self.new_nonce()
        leaving = handing_over.Leaving(act, nonce, "A reason.", to.title(), email, "wrong_person")
        expected = self._refused(stay, act, email)
        is_done = expected is None and stay.is_live(self.now)
        self.room(stay, lambda s, p: handing_over.prepare_leaving(s, p, leaving, KEYRING, now=self.now), expected)
        if not is_done:
            return
        stay.pending = Pending(nonce, act, place.letter.digest, (act, None), None)
        self._code_sent(stay)
        typed = stay.codes[-1].text if is_right else "0000-0000"
        found = self.room(stay, lambda s, p: handing_over.confirm_leaving(s, p, nonce, typed, KEYRING, now=self.now), None)
        if not is_right:
            stay.codes[-1].tries += 1
            assert isinstance(found, WrongCode), "R7: nobody leaves without the code"
            return
        assert isinstance(found, Left)
        stay.codes[-1].is_over, stay.pending = True, None
        self.model.left.append(nonce)
        self._gone(stay.person)
        if act == HAND_OVER:
            self._came_after(place, email)
        else:
            place.said_not_us = True
        self.note(place.letter, "representative.handed_over" if act == HAND_OVER else "representative.not_us")

    def _refused(self, stay: Stay, act: str, email: str) -> Refusal:
        assert stay.person
        if not handing_over.may_leave(stay.person.place.letter.state, act):
            return WrongState
        if act == HAND_OVER and self._is_taken(stay.person, email):
            return InvalidInput
        return TooMany if self._has_asked_too_often(stay) else None

    @staticmethod
    def _is_taken(before: Person, email: str) -> bool:
        return email == before.email or email in {one.email for one in before.place.live_people}

    @staticmethod
    def _address(place: Place, name: str) -> str:
        return f"{name}@{place.people[0].email.partition('@')[2]}"

    def _gone(self, person: Person) -> None:
        person.is_revoked = True
        for stay in self.model.stays:
            stay.is_over = stay.is_over or stay.person is person

    def _came_after(self, place: Place, email: str) -> None:
        """Somebody new, or somebody who is back by another link."""
        row = next(row for row in self.seen["representative"] if row["email"] == email and self._invitation(row) == place.reference)
        person = next((one for one in place.people if one.email == email), None)
        if person is None:
            person = Person(row["reference"], email, place, [])
            place.people.append(person)
        person.is_revoked = False
        person.tokens.append(KEYRING.personal_link(person.reference, len(person.tokens) + 1))
        self.model.tokens.append((person.tokens[-1], person))

    def _invitation(self, row: dict[str, Any]) -> str:
        return next(str(one["reference"]) for one in self.seen["invitation"] if one["id"] == row["invitation_id"])

    @precondition(lambda self: self.model.people())
    @rule(number=picks, to=st.sampled_from(COLLEAGUES), is_owner=owners)
    def correct_address(self, number: int, to: str, is_owner: bool) -> None:
        person = one_of(self.model.people(), number)
        place, email = person.place, self._address(person.place, to)
        given = Correction(person.reference, to.title(), email)
        letter = place.letter
        may_move = letter.state in _OPEN or (letter.state in {"sealed", "submitted"} and letter.is_held_open)
        expected = None if may_move else WrongState
        if expected is None and person.is_revoked:
            row = self.seen.by("representative", "reference")[person.reference]
            expected = None if row["ended_by"] == NOT_US and not row["successor"] else NotFound
        if expected is None and self._is_taken(person, email):
            expected = InvalidInput
        if self.desk(
            letter,
            lambda s, a: corrections.correct_address(s, a, letter.reference, place.reference, given, KEYRING, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            self._gone(person)
            self._came_after(place, email)
            place.said_not_us = False
            self.note(letter, "address.corrected")

    @precondition(lambda self: any(letter.state == "signing" for letter in self.model.letters))
    @rule(number=picks, is_owner=owners)
    def send_to_all(self, number: int, is_owner: bool) -> None:
        """Everybody has been invited, or handed the letter by somebody who was: each gets another link, and twice is once."""
        letter = one_of([one for one in self.model.letters if one.state == "signing"], number)
        people = [one for place in letter.places for one in place.live_people]
        marks = ""
        with self.house.reading() as session:
            marks = invitations.list_invitations(session, self.actor(letter, is_owner=True), letter.reference).all_marks

        def send(session: Session, actor: Actor) -> None:
            invitations.send(session, actor, letter.reference, marks, KEYRING, now=self.now)

        if not self.desk(letter, send, None if people else InvalidInput, is_owner=is_owner):
            return
        for person in people:
            person.tokens.append(KEYRING.personal_link(person.reference, len(person.tokens) + 1))
            self.model.tokens.append((person.tokens[-1], person))
            person.place.said_not_us = False
            for stay in self.model.stays:
                stay.is_over = stay.is_over or stay.person is person
        self.note(letter, *["link.replaced"] * len(people))
        before = self.seen
        self.desk(letter, send, None, is_owner=True)
        assert before.changed(self.seen) == set(), "R16: the same form again sends nothing"
