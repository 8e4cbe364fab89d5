"""The whole machine: every rule of the course, every invariant, and where a walk begins."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis.stateful import initialize
from sqlalchemy import Engine

from tests.factories import COORDINATOR
from tests.machine.changing import Changing
from tests.machine.circulating import Circulating
from tests.machine.course import Course
from tests.machine.desk import ENTRIES, Desk
from tests.machine.doors import Doors
from tests.machine.invariants import Invariants
from tests.machine.joining import Joining
from tests.machine.journals import Journals
from tests.machine.leaving import Leaving
from tests.machine.model import Letter
from tests.machine.post import Post
from tests.machine.publishing import Publishing
from tests.machine.sealing import SealingByWorkers
from tests.machine.text import Text
from tests.machine.vouching import Vouching
from webapp.domain.text import Change


class Letters(Desk, Text, Course, SealingByWorkers, Circulating, Leaving, Vouching, Joining, Doors, Post):
    """Up to the seal, and what is held open after it."""


class Machine(Letters, Journals, Changing, Publishing, Invariants):
    """Begins on the way that it is told: a whole course is longer than most walks."""

    def __init__(self, engine: Engine, begins: str) -> None:
        super().__init__(engine)
        self.begins = begins

    @initialize()
    def begin(self) -> None:
        BEGINNINGS[self.begins](self)

    def draft(self) -> Letter:
        letter = self.new_letter(COORDINATOR, days=1)
        for one in ENTRIES[:3]:
            self.add(letter, one)
        return letter

    def ask_for_comments(self) -> None:
        letter = self.draft()
        self.send_out(letter)
        for token, _person in list(self.model.tokens):
            self.enter(token)

    def ask_everybody(self) -> Letter:
        """Ten minutes before the deadline, when the most can go wrong, all have the letter open."""
        letter = self.draft()
        self.open(letter)
        self.house.clock.at = letter.deadline - timedelta(minutes=10)
        for token, _person in list(self.model.tokens):
            self.enter(token)
        return letter

    def have_a_week(self) -> Letter:
        """Long before the deadline: the invitations have arrived, nobody has answered, and every morning somebody might be reminded."""
        letter = self.new_letter(COORDINATOR, days=10)
        for one in ENTRIES[:3]:
            self.add(letter, one)
        self.open(letter)
        for message in self.queued():
            self.send(*message, "taken")
        self.plan_reminders(letter, "8, 7, 6, 5, 4, 3, 2, 1")
        return letter

    def have_signed(self) -> Letter:
        letter = self.ask_everybody()
        for stay in self.model.stays[1:]:
            self.answer_now(stay, "sign")
        return letter

    def have_another_text(self) -> Letter:
        """All have signed; then a word of the text was changed, and they may object for some minutes."""
        letter = self.have_signed()
        self.revise(letter, Change.EDITORIAL)
        self.change(letter, Change.EDITORIAL, timedelta(minutes=3))
        return letter

    def set_the_clock_back(self) -> None:
        self.have_signed()
        self.house.clock.at -= timedelta(hours=1)

    def close(self) -> Letter:
        letter = self.have_signed()
        self.house.clock.at = letter.deadline
        self.tick()
        self.house.clock.at += timedelta(seconds=30)
        return letter

    def have_sealed(self) -> None:
        letter = self.close()
        self.ask(letter)
        self.begin_to_seal(letter, letter.sealings[-1])
        self.store_sealed(letter, letter.begun[-1])
        self.hold_open(letter)


class InTheRooms(Machine):
    """The same house, where for once only representatives act, and the clock: so the walks are full of answers."""

    make_letter = edit_draft = add_society = import_roster = remove_society = correct_address = send_to_all = None
    open_addendum = close_addendum_early = issue_addendum = make_erratum = close_addendum_by_the_clock = None
    put_changed_text = window_of_a_changed_text_ends = abandon_changed_text = None
    say_when_public = keep_from_the_public = instant_comes = None
    write_to_journal = approve_to_journal = send_to_journal = None
    let_a_second_in = set_rule = record = None
    open_sign_on = circulate = close_early = ask_to_seal = worker_begins = worker_stores = cancel = None
    ask_for_sign_in_link = use_sign_in_link = sweep = attempt = attempt_twice = r16_none_is_lost = None


BEGINNINGS: dict[str, Callable[[Machine], object]] = {
    "nothing": lambda _machine: None,
    "a draft": Machine.draft,
    "a circulating draft": Machine.ask_for_comments,
    "an open sign-on": Machine.ask_everybody,
    "an open sign-on with a week to go": Machine.have_a_week,
    "signatories": Machine.have_signed,
    "signatories and another text": Machine.have_another_text,
    "signatories and a clock set back": Machine.set_the_clock_back,
    "a closed letter": Machine.close,
    "a sealed letter": Machine.have_sealed,
}
