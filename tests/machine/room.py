"""What representatives do: come in by a link, fill a form, ask for a code, confirm, name a board day, leave."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.factories import KEYRING, sign_on_facts
from tests.machine.house import JOBS
from tests.machine.model import Answer, Code, Pending, Place, Stay
from tests.machine.walk import NETWORK, Refusal, Walk, one_of, picks
from webapp.domain import limits
from webapp.domain.errors import AnswerStands, Conflict, InvalidInput, NotFound, StaleText, TookTooLong, TooLate, TooMany, WrongState
from webapp.domain.handing_over import LEAVING
from webapp.domain.tokens import hash_token
from webapp.persistence.tables import CountRow
from webapp.services import access, answers, doors, rooms
from webapp.services import place as places
from webapp.services.answers import Intent, Recorded, WrongCode
from webapp.services.objections import OBJECT

WITHDRAW = "withdraw"
STALE = "0" * 64
# How long a request was under way before it was judged: at once, within what is allowed, and for too long.
lags = st.sampled_from([timedelta(0), timedelta(0), timedelta(0), timedelta(milliseconds=1), timedelta(seconds=29), timedelta(seconds=30)])
forms = st.sampled_from(["as shown", "as shown", "as shown", "an older text", "nothing replaced", "another replaced", "of another form"])
typed_codes = st.sampled_from(["right", "right", "right", "wrong", "old", "of another stay"])
# What an answer says for itself beside its reason.
SAID: dict[str, dict[str, str]] = {"abstain": {"ground": "policy"}, "separate": {"link": "https://example.org/ours"}}
acts = st.sampled_from(["sign", "sign", "sign", "sign_if", "decline", "abstain", "separate", WITHDRAW, WITHDRAW, OBJECT])


class Room(Walk):
    @precondition(lambda self: self.model.tokens)
    @rule(number=st.integers(0, 40))
    def open_room(self, number: int) -> None:
        tokens = [token for token, _person in self.model.tokens]
        self.enter(one_of([*tokens, "never-made", ""], number))

    def enter(self, token: str) -> None:
        person = dict(self.model.tokens).get(token)
        is_live = self.model.is_link_live(token)
        entered = self.act(lambda s: rooms.enter_room(s, token, now=self.now), None if is_live else NotFound)
        if entered is None:
            return
        assert person
        assert entered[1] == person.place.reference, "R13: a link opens its own society’s place"
        stay = Stay(entered[0], self.now, self.now, person)
        self.model.stays.append(stay)
        if not person.place.was_opened:
            person.place.was_opened = True
            self.note(person.place.letter, "invitation.opened")

    @rule(number=picks)
    def request_link(self, number: int) -> None:
        """Always the same answer; only the outbox knows, and only registered addresses hear of it (R14)."""
        people = self.model.people()
        person = one_of(people, number) if number and people else None
        before = self.seen
        typed = person.email.upper() if person else "nobody@example.org"
        assert self.act(lambda s: rooms.request_link(s, typed, NETWORK, KEYRING, now=self.now), None) is None
        assert before.changed(self.seen) <= {"outbox", JOBS, CountRow.__tablename__}
        new = [row for row in self.seen["outbox"] if row["id"] not in before.by("outbox", "id")]
        live = [one for one in people if person and one.email == person.email and not one.is_revoked]
        live = [one for one in live if one.place.was_invited and one.place.letter.state != "cancelled"]
        assert {row["to_address"] for row in new} <= {one.email for one in live}
        assert len(new) <= len(live)

    def room(self, stay: Stay, call: Callable[[Session, places.Place], Any], expected: Refusal) -> Any:
        """An act in the reading room, as the web does it: place loaded and marked as in use, then the act on a place loaded anew."""
        assert stay.person
        reference, token_hash = stay.person.place.reference, hash_token(stay.token)

        def load(session: Session) -> places.Place:
            return access.load_place(session, token_hash, reference, now=self.now)

        if not stay.is_live(self.now):
            expected = NotFound
        elif self.now - stay.seen_at >= limits.TOUCH_EVERY:
            stay.seen_at = self.now
            self.act(lambda s: doors.touch(s, stay.token, now=self.now), None)
        return self.act(lambda s: call(s, load(s)), expected)

    def a_stay(self, number: int) -> Stay:
        """Of those in a room, the newest first: the older ones are mostly over."""
        stays = [one for one in reversed(self.model.stays) if one.person]
        return stays[number % min(len(stays), 4)]

    @precondition(lambda self: any(stay.person for stay in self.model.stays))
    @rule(number=picks, act=acts, form=forms, lag=lags, is_again=st.sampled_from([False, False, False, True]))
    def fill_form(self, number: int, act: str, form: str, lag: timedelta, is_again: bool) -> None:
        """Submits a form; `is_again` is the one that waits already, sent twice."""
        self.send_form(self.a_stay(number), act, form, self.now - lag, number, is_again=is_again)

    def send_form(self, stay: Stay, act: str, form: str, received_at: datetime, number: int = 0, *, is_again: bool = False) -> None:
        assert stay.person
        place = stay.person.place
        standing = place.standing
        nonce = stay.pending.nonce if is_again and stay.pending else self.new_nonce()
        used = self._used_nonces(stay)
        if form == "of another form" and used:
            nonce = used[number % len(used)]
        replaces = standing.reference if standing and form != "nothing replaced" else "another" if form == "another replaced" else None
        if form == "another replaced":
            replaces = "another"
        facts = replace(sign_on_facts(), printed_name=place.society, decided_on=self.now.date() - timedelta(days=1))
        digest = STALE if form == "an older text" else place.letter.digest
        reason = "" if act == "sign" else "A reason."
        intent = Intent(act, nonce, digest, replaces, facts if act == "sign" else None, reason, **SAID.get(act, {}))
        content = (act, facts.decided_on if act == "sign" else None)
        expected = self._judged(place, act, received_at, digest, replaces)
        is_same = stay.pending is not None and (stay.pending.nonce, stay.pending.content) == (nonce, content)
        if expected is None and nonce in used:
            expected = Conflict
        elif expected is None and act == WITHDRAW and standing is None:
            expected = WrongState
        elif expected is None and act == OBJECT and (refused := self._objection_refused(place, received_at)):
            expected = refused
        elif expected is None and not is_same and self._has_asked_too_often(stay):
            expected = TooMany
        is_done = expected is None and stay.is_live(self.now)
        self.room(stay, lambda s, p: answers.prepare_answer(s, p, intent, KEYRING, received_at=received_at, now=self.now), expected)
        if is_done and not is_same:
            stay.pending = Pending(nonce, act, digest, content, replaces)
            self._code_sent(stay)

    def _judged(self, place: Place, act: str, received_at: datetime, digest: str, replaces: str | None) -> Refusal:
        """R9, R2 and R1, in the order in which the house asks."""
        letter = place.letter
        may_withdraw = act == WITHDRAW and letter.state in {"signing", "closed", "sealed", "submitted", "resolved"}
        if not may_withdraw and (refused := self.not_taken(letter, act, received_at)):
            return refused
        if digest != letter.digest:
            return StaleText
        if act != WITHDRAW and letter.sealed is not None and place.standing is not None and place.standing.reference in letter.listed:
            return WrongState
        if place.standing is not None and place.standing.reference != replaces:
            return AnswerStands
        return None

    @staticmethod
    def _objection_refused(place: Place, received_at: datetime) -> Refusal:
        newest, standing = place.letter.freezings[-1], place.standing
        if newest.object_until is None:
            return WrongState
        if received_at >= newest.object_until:
            return TooLate
        if standing is None or standing.kind != "sign" or standing.digest == place.letter.digest or standing.waits:
            return WrongState
        return None

    def _used_nonces(self, stay: Stay) -> list[str]:
        answered = [nonce for place in self.model.places() for one in place.answers for nonce in one.nonces]
        return answered + [one.pending.nonce for one in self.model.stays if one is not stay and one.pending and not self._is_gone(one)]

    def _is_gone(self, stay: Stay) -> bool:
        """Whether the session’s row is gone, and what waited in it too."""
        return hash_token(stay.token) not in self.seen.by("web_session", "token_hash")

    def _has_asked_too_often(self, stay: Stay) -> bool:
        assert stay.person
        since = self.now - limits.AN_HOUR
        recent = [code for code in self.model.codes(stay.person) if code.made_at > since]
        here = [code for code in stay.codes if code.made_at > since]
        return len(here) >= limits.CODES_AN_HOUR or len(recent) >= limits.CODES_OF_A_PERSON_AN_HOUR

    def _code_sent(self, stay: Stay) -> None:
        assert stay.person
        assert stay.pending
        for code in self.model.codes(stay.person):
            code.is_over = True
        newest = max(self.seen["code"], key=lambda row: row["id"])
        text = KEYRING.code(newest["reference"])
        stay.codes.append(Code(text, stay.pending.nonce, self.now, self.now + limits.CODE_LIFE))

    @precondition(lambda self: any(stay.person for stay in self.model.stays))
    @rule(number=picks)
    def ask_for_another_code(self, number: int) -> None:
        stay = self.a_stay(number)
        assert stay.person
        expected: Refusal = None
        if stay.pending is None:
            expected = WrongState
        elif self._has_asked_too_often(stay):
            expected = TooMany
        is_done = expected is None and stay.is_live(self.now)
        self.room(stay, lambda s, p: answers.send_another_code(s, p, KEYRING, now=self.now), expected)
        if is_done:
            self._code_sent(stay)

    @precondition(lambda self: any(stay.pending for stay in self.model.stays))
    @rule(number=picks, typed=typed_codes, lag=lags, other=picks)
    def confirm(self, number: int, typed: str, lag: timedelta, other: int) -> None:
        waiting = [stay for stay in reversed(self.model.stays) if stay.pending]
        stay = waiting[number % len(waiting)]
        assert stay.pending
        self.send_code(stay, stay.pending.nonce, self._typed(stay, typed, other), self.now - lag)

    @precondition(lambda self: any(place.answers for place in self.model.places()) and any(stay.person for stay in self.model.stays))
    @rule(number=picks, other=picks)
    def confirm_again(self, number: int, other: int) -> None:
        """A double click, a page that was kept: the nonce of an answer that is stored, perhaps of somebody else’s."""
        stay = self.a_stay(number)
        nonces = [nonce for place in self.model.places() for one in place.answers for nonce in one.nonces]
        self.send_code(stay, nonces[other % len(nonces)], "0000-0000", self.now)

    def _typed(self, stay: Stay, typed: str, other: int) -> str:
        mine = [code.text for code in stay.codes]
        others = [code.text for one in self.model.stays if one is not stay for code in one.codes]
        if typed == "right" and mine:
            return mine[-1]
        if typed == "old" and len(mine) > 1:
            return mine[other % (len(mine) - 1)]
        if typed == "of another stay" and others:
            return others[-1 - other % len(others)]
        return "0000-0000"

    def send_code(self, stay: Stay, nonce: str, typed: str, received_at: datetime) -> None:
        """Confirms, and follows in the model whatever the rules say must come of it."""
        assert stay.person
        place, pending = stay.person.place, stay.pending
        before = self.seen
        done = next((one for one in place.answers if nonce in one.nonces), None)
        expected: Refusal = None
        is_objection = done is not None and nonce == done.objection_nonce
        if done is None or is_objection:
            if self.now - received_at >= limits.LONGEST_REQUEST:
                expected = TookTooLong
            elif is_objection:
                pass
            elif pending is None or pending.nonce != nonce or pending.act in LEAVING:
                expected = Conflict
            else:
                expected = self._judged(place, pending.act, received_at, pending.digest, pending.replaces)
                if expected is None and pending.act == OBJECT:
                    expected = self._objection_refused(place, received_at)
        is_refused = expected is not None or not stay.is_live(self.now)
        found = self.room(
            stay,
            lambda s, p: answers.confirm_answer(s, p, nonce, typed, KEYRING, received_at=received_at, now=self.now),
            expected,
        )
        if is_refused:
            return
        if done is not None:
            assert found == Recorded(done.reference), "R8: the same form again is the same answer"
            assert before.changed(self.seen) <= {"web_session"}, "R8: the same form again stores nothing"
            return
        assert pending
        live = [code for code in stay.codes if code.is_live(self.now) and code.nonce == nonce]
        if not live:
            assert found == WrongCode(0)
        elif live[-1].text != typed.replace("-", ""):
            live[-1].tries += 1
            assert found == WrongCode(limits.CODE_TRIES - live[-1].tries)
        else:
            assert isinstance(found, Recorded)
            live[-1].is_over = True
            self._answered(stay, pending, found.answer, received_at)

    def _answered(self, stay: Stay, pending: Pending, reference: str, received_at: datetime) -> None:
        assert stay.person
        place, letter = stay.person.place, stay.person.place.letter
        told = {person.reference for person in place.live_people}
        standing, stay.pending = place.standing, None
        if pending.act == OBJECT:
            assert standing is not None
            assert standing.reference == reference
            standing.waits, standing.objection_nonce, standing.objection_receipts = True, pending.nonce, told
            self.note(letter, "answer.objected")
            return
        is_disputed = standing is not None and standing.is_disputed
        if standing is not None:
            standing.is_standing = False
        if pending.act == WITHDRAW:
            assert standing is not None
            assert standing.reference == reference
            standing.withdrawal_nonce, standing.withdrawal_receipts = pending.nonce, told
            self.note(letter, "answer.withdrawn")
            return
        name = place.society
        given = Answer(reference, pending.act, pending.nonce, letter.digest, received_at, letter.takes_until, name, told)
        given.is_after_the_seal = letter.sealed is not None
        given.authority = "open" if is_disputed or letter.rule != "code" else "code"
        place.answers.append(given)
        self.note(letter, "answer.given")

    @precondition(lambda self: any(stay.person for stay in self.model.stays))
    @rule(number=picks, act=acts)
    def answer_in_one_go(self, number: int, act: str) -> None:
        """What most people do: the form, and at once the code."""
        self.answer_now(self.a_stay(number), act)

    def answer_now(self, stay: Stay, act: str) -> None:
        self.send_form(stay, act, "as shown", self.now)
        if stay.pending:
            self.send_code(stay, stay.pending.nonce, self._typed(stay, "right", 0), self.now)

    @precondition(lambda self: any(stay.person for stay in self.model.stays))
    @rule(number=picks, days=st.sampled_from([-3, 1, 5, 500]))
    def name_board_day(self, number: int, days: int) -> None:
        stay = self.a_stay(number)
        assert stay.person
        letter, day = stay.person.place.letter, self.now.date() + timedelta(days=days)
        expected: Refusal = None
        if letter.state not in {"circulating", "signing"} or self.now >= letter.deadline:
            expected = TooLate
        elif days < 0 or day > letter.deadline.date() + limits.LONGEST_BOARD_WAIT:
            expected = InvalidInput
        is_done = expected is None and stay.is_live(self.now)
        self.room(stay, lambda s, p: rooms.set_board_date(s, p, day, now=self.now), expected)
        if is_done:
            self.note(letter, "board.announced")

    @precondition(lambda self: self.model.stays)
    @rule(number=picks)
    def end_stay(self, number: int) -> None:
        stay = self.model.stays[-1 - number % len(self.model.stays)]
        self.act(lambda s: doors.end_stay(s, stay.token), None)
        stay.is_over = True
