"""What coordinators vouch for, and what a society disowns: records, their second, what is asked for, disputes."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.factories import KEYRING, sign_on_facts, staff_actor
from tests.machine.model import Answer, Letter, Place
from tests.machine.room import SAID, STALE
from tests.machine.walk import Refusal, Walk, one_of, owners, picks
from webapp.domain.actor import Actor
from webapp.domain.authority import WitnessPurpose
from webapp.domain.errors import AnswerStands, InvalidInput, NotAllowed, NotFound, StaleText, WrongState
from webapp.domain.proof_file import read_proof
from webapp.services import authority, disputes, people, recorded, witnesses
from webapp.services.answers import Intent
from webapp.services.authority import Settling
from webapp.services.disputes import Words
from webapp.services.recorded import Received, Record

SECOND = "second@example.org"
PROOF = read_proof("letter.pdf", b"%PDF-1.7")


class Vouching(Walk):
    def a_place(self, number: int) -> Place:
        return one_of(self.model.places(), number)

    def an_answer(self, number: int) -> tuple[Place, Answer]:
        return one_of([(place, one) for place in self.model.places() for one in place.answers], number)

    @precondition(lambda self: self.model.letters)
    @rule(number=picks)
    def let_a_second_in(self, number: int) -> None:
        letter = self.letter(number)
        if not letter.has_second and letter.state != "cancelled":
            self.act(lambda s: self._let_in(s, letter), None)
            letter.has_second = True
            self.note(letter, "person.added")

    def _let_in(self, session: Session, letter: Letter) -> None:
        staff_actor(session, SECOND)
        people.add_person(session, self.actor(letter, is_owner=True), letter.reference, SECOND, "coordinator", now=self.now)

    @precondition(lambda self: self.model.letters)
    @rule(number=picks, method=st.sampled_from(["code", "word", ""]), is_owner=owners)
    def set_rule(self, number: int, method: str, is_owner: bool) -> None:
        letter = self.letter(number)
        is_over = letter.sealed is not None or letter.state == "cancelled"
        expected: Refusal = WrongState if is_over else None if method else InvalidInput
        if self.desk(letter, lambda s, a: authority.set_rule(s, a, letter.reference, [method], now=self.now), expected, is_owner=is_owner):
            if letter.rule != method:
                self.note(letter, "authority.rule_set")
            letter.rule = method

    @precondition(lambda self: self.model.places())
    @rule(number=picks, act=st.sampled_from(["sign", "sign", "decline", "sign_if", "abstain"]), is_stale=st.booleans(), is_owner=owners)
    def record(self, number: int, act: str, is_stale: bool, is_owner: bool) -> None:
        self.record_now(self.a_place(number), act, is_stale=is_stale, is_owner=is_owner)

    def record_now(self, place: Place, act: str, *, is_stale: bool = False, is_owner: bool = True) -> None:
        letter, standing, nonce = place.letter, place.standing, self.new_nonce()
        replaces = standing.reference if standing and not is_stale else None
        day_before = self.now.date() - timedelta(days=1)
        facts = sign_on_facts(printed_name=place.society, decided_on=day_before) if act == "sign" else None
        digest = STALE if is_stale and standing is None else letter.digest
        intent = Intent(act, nonce, digest, replaces, facts, "" if act == "sign" else "A reason.", **SAID.get(act, {}))
        made = Record(intent, Received("phone", "Anna Berg", day_before), PROOF)
        expected: Refusal = None
        if (refused := self.not_taken(letter, act, self.now)) is not None:
            expected = refused
        elif digest != letter.digest:
            expected = StaleText
        elif standing is not None and (standing.source == "room" or (letter.sealed is not None and standing.reference in letter.listed)):
            expected = WrongState
        elif standing is not None and replaces is None:
            expected = AnswerStands
        found: list[str] = []

        def call(session: Session, actor: Actor) -> None:
            where = (letter.reference, place.reference)
            found.append(recorded.record_answer(session, actor, where, made, KEYRING, received_at=self.now, now=self.now))

        if not self.desk(letter, call, expected, is_owner=is_owner):
            return
        told = {person.reference for person in place.live_people}
        given = Answer(found[0], act, nonce, letter.digest, self.now, letter.takes_until, place.society, told, source="phone")
        given.is_after_the_seal = letter.sealed is not None
        is_disputed = standing is not None and standing.is_disputed
        given.authority = "open" if is_disputed or letter.rule != "code" else "proof"
        given.is_confirmed = not letter.has_second
        if standing is not None:
            standing.is_standing = False
        place.answers.append(given)
        self.note(letter, "answer.given", "proof.attached")

    @precondition(lambda self: any(place.answers for place in self.model.places()))
    @rule(number=picks, is_second=st.booleans())
    def confirm_record(self, number: int, is_second: bool) -> None:
        place, one = self.an_answer(number)
        letter = place.letter
        if is_second and not letter.has_second:
            return
        expected: Refusal = None
        if one.source == "room" or one.is_confirmed or not one.is_standing or not letter.is_still_settled(one):
            expected = WrongState
        elif not is_second:
            expected = NotAllowed
        owner = self.actor(letter, is_owner=True)
        self.act(
            lambda s: recorded.confirm_record(
                s, staff_actor(s, SECOND) if is_second else owner, letter.reference, one.reference, now=self.now
            ),
            expected,
        )
        if expected is None:
            one.is_confirmed = True
            self.note(letter, "answer.confirmed")

    @precondition(lambda self: any(place.answers for place in self.model.places()))
    @rule(number=picks, method=st.sampled_from(["word", "code", "proof", "refused"]), is_owner=owners)
    def settle(self, number: int, method: str, is_owner: bool) -> None:
        place, one = self.an_answer(number)
        letter = place.letter
        ways = {"refused", "word" if letter.rule == "word" else "code" if one.source == "room" else "proof"}
        expected: Refusal = None
        if method not in ways:
            expected = InvalidInput
        elif not letter.is_still_settled(one) or not one.is_standing or (one.authority != "open" and one.is_confirmed):
            expected = WrongState
        where = (letter.reference, one.reference)
        settling = Settling(method, "Because.")
        if self.desk(letter, lambda s, a: authority.settle_authority(s, a, where, settling, now=self.now), expected, is_owner=is_owner):
            one.authority = method
            self.note(letter, "authority.settled")

    @precondition(lambda self: any(place.answers for place in self.model.places()))
    @rule(number=picks, is_right=st.sampled_from([True, True, False]))
    def dispute(self, number: int, is_right: bool) -> None:
        self.dispute_now(*self.an_answer(number), is_right=is_right)

    def dispute_now(self, place: Place, one: Answer, *, is_right: bool = True) -> None:
        """By whoever first got the receipt: the link of one whose place has ended is dead with it (R14)."""
        first = min(one.receipts, default=None)
        if first is None or one.is_disputed or place.letter.state == "cancelled" or not one.is_standing:
            return
        person = next(person for person in place.people if person.reference == first)
        token = self._token(one, person.reference)
        code = self.act(lambda s: self._code(s, token), NotFound if person.is_revoked else None)
        if code is None:
            return
        said = Words("Not ours.", code if is_right else "0000-0000")
        left = self.act(lambda s: disputes.dispute_answer(s, token, said, KEYRING, now=self.now), None)
        assert (left is None) is is_right, "R7: an answer is disowned with the code alone"
        if is_right:
            one.is_disputed = True
            self.note(place.letter, "answer.disputed")

    def _token(self, one: Answer, representative: str) -> str:
        ids = self.seen.by("representative", "reference")
        answers = self.seen.by("answer", "reference")
        mine = (answers[one.reference]["id"], ids[representative]["id"])
        row = next(row for row in self.seen["witness"] if (row["answer_id"], row["representative_id"]) == mine)
        return KEYRING.witness_link(WitnessPurpose.DISPUTE, row["reference"])

    def _code(self, session: Session, token: str) -> str:
        # However often a walk disputes: how many codes may be asked for is the business of another test.
        row = witnesses.find_witness(session, WitnessPurpose.DISPUTE, token)
        if row.code_hash is None:
            witnesses.send_witness_code(session, WitnessPurpose.DISPUTE, token, KEYRING, now=self.now)
        row.code_tries, row.code_made_at = 0, self.now
        row.code_expires_at = self.now.replace(year=self.now.year + 1)
        session.flush()
        return KEYRING.witness_code(row.reference, row.code_number)

    @precondition(lambda self: any(place.answers for place in self.model.places()))
    @rule(number=picks, stands=st.booleans(), is_owner=owners)
    def settle_dispute(self, number: int, stands: bool, is_owner: bool) -> None:
        place, one = self.an_answer(number)
        letter, where = place.letter, (place.letter.reference, one.reference)
        expected: Refusal = None if one.is_disputed else WrongState

        def call(session: Session, actor: Actor) -> None:
            disputes.settle_dispute(session, actor, where, "Asked them.", stands=stands, now=self.now)

        if self.desk(letter, call, expected, is_owner=is_owner):
            one.is_disputed = False
            self.note(letter, "dispute.settled")
            if not stands and one.is_standing:
                one.is_standing, one.was_disowned = False, True
                self.note(letter, "answer.withdrawn")
