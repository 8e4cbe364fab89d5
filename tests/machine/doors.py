"""Time, the minute tick, and the doors of the staff."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.factories import BROWSER, COORDINATOR, KEYRING, STRANGER
from tests.machine.model import SignInLink, Stay
from tests.machine.walk import NETWORK, Walk, picks
from webapp.domain.errors import InvalidInput, NotFound
from webapp.persistence.tables import LetterRow
from webapp.services import delivery, doors, sign_on, tick

forward = st.sampled_from(
    [
        timedelta(milliseconds=1),
        timedelta(seconds=30),
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=16),
        timedelta(minutes=31),
        timedelta(minutes=61),
        timedelta(hours=13),
    ]
)
backward = st.sampled_from(
    [
        timedelta(milliseconds=1),
        timedelta(minutes=1),
        timedelta(minutes=3),
        timedelta(minutes=20),
        timedelta(hours=1),
        timedelta(days=1),
        timedelta(days=3650),
    ]
)
LONGEST_WAY_BACK = timedelta(days=4_000)


class Doors(Walk):
    @rule(by=forward)
    def time_passes(self, by: timedelta) -> None:
        self.house.clock.at += by

    @rule(by=backward)
    def clock_goes_back(self, by: timedelta) -> None:
        if self.now - by > self.latest - LONGEST_WAY_BACK:
            self.house.clock.at -= by

    @rule()
    def clock_is_put_right(self) -> None:
        """To the latest time that it ever showed."""
        self.house.clock.at = max(self.latest, self.now)

    @precondition(lambda self: any(letter.state in {"signing", "closed"} for letter in self.model.letters))
    @rule(number=picks, milliseconds=st.sampled_from([-1, 0, 1, 30_000]))
    def deadline_comes(self, number: int, milliseconds: int) -> None:
        running = [letter for letter in self.model.letters if letter.state in {"signing", "closed"}]
        letter = running[number % len(running)]
        self.house.clock.at = letter.closes_at + timedelta(milliseconds=milliseconds)

    @rule()
    def tick(self) -> None:
        """What the worker does every minute."""
        due = sorted(letter.reference for letter in self.model.letters if letter.state == "signing" and self.now >= letter.deadline)
        with self.house.reading() as session:
            found = sign_on.letters_due(session, now=self.now)
            assert sorted(session.get_one(LetterRow, one).reference for one in found) == due
        for letter_id in found:
            self.act(lambda s, one=letter_id: sign_on.close_if_due(s, one, now=self.now), None)
        for letter in self.model.letters:
            if letter.reference in due:
                letter.state, letter.closed_at = "closed", letter.deadline
                self.note(letter, "letter.closed")
        self.act(lambda s: delivery.enqueue_due(s, now=self.now), None)
        self.act(lambda s: tick.end_what_is_over(s, now=self.now), None)
        self.model.end_what_is_over(self.now)

    @rule()
    def sweep(self) -> None:
        """What the worker does every night."""
        self.act(lambda s: tick.sweep_doors(s, now=self.now), None)
        kept = {row["reference"] for row in self.seen["sign_in_link"]}
        for link in self.model.links:
            link.is_over = link.is_over or link.reference not in kept

    @rule(who=st.sampled_from([COORDINATOR, STRANGER, "nobody@example.org"]), is_mailed=st.booleans())
    def ask_for_sign_in_link(self, who: str, is_mailed: bool) -> None:
        if not is_mailed:
            token = self.act(lambda s: doors.make_sign_in_link(s, who, KEYRING, now=self.now), None if who in self.staff else NotFound)
            self._keep_links("", token)
            return
        before = self.seen.by("sign_in_link", "reference")
        assert self.act(lambda s: doors.mail_sign_in_link(s, who, NETWORK, BROWSER, KEYRING, now=self.now), None) is None
        for reference in self.seen.by("sign_in_link", "reference").keys() - before.keys():
            assert who in self.staff
            self._keep_links(who, KEYRING.sign_in_link(reference))

    def _keep_links(self, mailed_to: str, *tokens: str | None) -> None:
        newest = max(self.seen["sign_in_link"], key=lambda row: row["id"], default={})
        self.model.links += [SignInLink(token, newest["reference"], self.now, mailed_to) for token in tokens if token]

    @precondition(lambda self: self.model.links)
    @rule(number=picks, browser=st.sampled_from([BROWSER, "another"]), typed=st.sampled_from(["", "test", COORDINATOR, STRANGER]))
    def use_sign_in_link(self, number: int, browser: str, typed: str) -> None:
        link = self.model.links[-1 - number % len(self.model.links)]
        is_theirs = not link.mailed_to or browser == BROWSER or typed == link.mailed_to
        expected = (None if is_theirs else InvalidInput) if link.is_live(self.now) else NotFound
        token = self.act(lambda s: doors.use_sign_in_link(s, link.token, browser=browser, typed=typed, now=self.now), expected)
        if token:
            link.is_over = True
            self.model.stays.append(Stay(token, self.now, self.now))

    @precondition(lambda self: self.model.stays)
    @rule(number=picks)
    def touch(self, number: int) -> None:
        """A page is looked at: a session that has not ended lives on, and no page wakes one that has."""
        stay = self.model.stays[-1 - number % len(self.model.stays)]
        if stay.is_live(self.now):
            self.act(lambda s: doors.touch(s, stay.token, now=self.now), None)
            stay.seen_at = max(stay.seen_at, self.now)
