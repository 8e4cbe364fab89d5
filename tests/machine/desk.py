"""What coordinators do with a draft and its roster: write, invite, take off, replace a link, revoke one."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.factories import COORDINATOR, KEYRING, STRANGER, draft, entry, letter_row
from tests.machine.model import Letter, Person, Place
from tests.machine.walk import Refusal, Walk, one_of, owners, picks
from webapp.domain.actor import Actor
from webapp.domain.deadline import wall_clock_of
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.roster import RosterEntry
from webapp.services import letters, roster, sign_on
from webapp.services.letters import PreparedDraft

# No summer time, and its quarter of an hour shows what forgets a zone.
ZONE = "Asia/Kathmandu"
TITLES = ["The quiet hour deserves a fair trial", "A fair trial for the quiet hour"]
STATEMENTS = ["We disagree [@vale2026].\n", "We disagree, and say why [@vale2026].\n"]
SOCIETIES = ["Gullhaven, Society of", "The Marshes (Medical)", "ÅSEN legeforening"]
PEOPLE = ["anna", "bruno"]
MOST_LETTERS = 2
OPEN = {"drafting", "circulating", "signing"}
ENTRIES = [
    entry(society, f"{person}@s{number}.example.org", person.title()) for number, society in enumerate(SOCIETIES) for person in PEOPLE
]


@cache
def _read_draft() -> PreparedDraft:
    return letters.prepare_draft(draft())


def written(title: str, statement: str, deadline: datetime) -> PreparedDraft:
    """A draft whose references were read once for all."""
    known = _read_draft()
    local = wall_clock_of(deadline, ZONE)
    changed = replace(known.draft, title=title, statement=statement, deadline_local=local, deadline_zone=ZONE)
    return PreparedDraft(changed, known.references)


class Desk(Walk):
    @precondition(lambda self: len(self.model.letters) < MOST_LETTERS)
    @rule(days=st.integers(1, 3), is_cora=st.booleans())
    def make_letter(self, days: int, is_cora: bool) -> None:
        self.new_letter(COORDINATOR if is_cora else STRANGER, days=days)

    def new_letter(self, owner: str, *, days: int) -> Letter:
        deadline = (self.now + timedelta(days=days)).replace(second=0, microsecond=0)
        prepared = written(TITLES[0], STATEMENTS[days % 2], deadline)
        reference = self.act(lambda s: letters.create_letter(s, self.staff[owner], prepared, now=self.now), None)
        letter = Letter(reference, owner, TITLES[0], deadline)
        self.model.letters.append(letter)
        self.note(letter, "letter.created")
        return letter

    @precondition(lambda self: self.model.letters)
    @rule(number=picks, text=st.integers(0, 1), days=st.integers(-1, 3), is_stale=st.booleans(), is_owner=owners)
    def edit_draft(self, number: int, text: int, days: int, is_stale: bool, is_owner: bool) -> None:
        letter = self.letter(number)
        deadline = (self.now + timedelta(days=days)).replace(second=0, microsecond=0)
        facts = written(TITLES[text], STATEMENTS[0], deadline).draft
        edition = letter.edition - 1 if is_stale else letter.edition
        expected = WrongState if letter.state not in {"drafting", "circulating"} else Conflict if is_stale else None
        if self.desk(
            letter, lambda s, a: letters.edit_letter(s, a, letter.reference, facts, edition, now=self.now), expected, is_owner=is_owner
        ):
            letter.title, letter.deadline, letter.edition = TITLES[text], deadline, letter.edition + 1
            self.note(letter, "letter.edited")

    @precondition(lambda self: self.model.letters)
    @rule(number=picks, who=st.sampled_from(ENTRIES), is_owner=owners)
    def add_society(self, number: int, who: RosterEntry, is_owner: bool) -> None:
        self.add(self.letter(number), who, is_owner=is_owner)

    def add(self, letter: Letter, who: RosterEntry, *, is_owner: bool = True) -> None:
        expected = self._adding(letter, [who])
        if self.desk(
            letter, lambda s, a: roster.add_society(s, a, letter.reference, who, KEYRING, now=self.now), expected, is_owner=is_owner
        ):
            self._added(letter, [who])

    @precondition(lambda self: self.model.letters)
    @rule(number=picks, who=st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=4, unique=True), is_owner=owners)
    def import_roster(self, number: int, who: list[RosterEntry], is_owner: bool) -> None:
        letter = self.letter(number)
        listed = "society;contact;email\n" + "".join(f"{one.society};{one.contact};{one.email}\n" for one in who)
        # The preview is read before anything is stored, and refuses what has gone too far.
        expected = self._adding(letter, who) if self._moves(letter) else WrongState

        def both(session: Session, actor: Actor) -> None:
            preview = roster.preview_roster(session, actor, letter.reference, listed.encode())
            roster.import_roster(session, actor, letter.reference, preview, KEYRING, now=self.now)

        if self.desk(letter, both, expected, is_owner=is_owner):
            self._added(letter, who)

    @staticmethod
    def _adding(letter: Letter, who: list[RosterEntry]) -> Refusal:
        there = {(place.society, person.email) for place in letter.places for person in place.people}
        if any((one.society, one.email) in there for one in who):
            return InvalidInput
        return None if Desk._moves(letter) else WrongState

    @staticmethod
    def _moves(letter: Letter) -> bool:
        """Whether its roster takes a society: until the seal, and while it is held open after that."""
        return letter.state in OPEN or (letter.state in {"sealed", "submitted"} and letter.is_held_open)

    def _added(self, letter: Letter, who: list[RosterEntry]) -> None:
        kinds: list[str] = []
        with self.house.reading() as session:
            rows = {
                (row.society.printed_name, person.email): (row, person)
                for row in sign_on.invitations_of(session, letter_row(session, letter.reference))
                for person in row.representatives
            }
            for one in who:
                row, person = rows[one.society, one.email]
                place = next((place for place in letter.places if place.society == one.society), None)
                if place is None:
                    place = Place(one.society, row.reference, letter)
                    letter.places.append(place)
                    kinds.append("society.added")
                place.said_not_us = False
                kinds.append("representative.added")
                token = KEYRING.personal_link(person.reference, 1)
                place.people.append(Person(person.reference, one.email, place, [token]))
                place.was_invited = place.was_invited or letter.state == "signing" or letter.is_held_open
                self.model.tokens.append((token, place.people[-1]))
        self.note(letter, *kinds)

    @precondition(lambda self: self.model.places())
    @rule(number=picks, is_owner=owners)
    def remove_society(self, number: int, is_owner: bool) -> None:
        place = one_of(self.model.places(), number)
        letter = place.letter
        expected = None if letter.state == "drafting" else WrongState
        if self.desk(
            letter, lambda s, a: roster.remove_society(s, a, letter.reference, place.reference, now=self.now), expected, is_owner=is_owner
        ):
            letter.places.remove(place)
            self.note(letter, "society.removed")

    @precondition(lambda self: self.model.people())
    @rule(number=picks, is_owner=owners)
    def replace_link(self, number: int, is_owner: bool) -> None:
        person = one_of(self.model.people(), number)
        letter = person.place.letter
        may_move = letter.state in {"circulating", "signing", "closed"} or (letter.sealed is not None and self._moves(letter))
        expected = (NotFound if person.is_revoked else None) if may_move else WrongState
        if self.desk(
            letter,
            lambda s, a: roster.replace_link(s, a, letter.reference, person.reference, KEYRING, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            person.tokens.append(KEYRING.personal_link(person.reference, len(person.tokens) + 1))
            self.model.tokens.append((person.tokens[-1], person))
            self._shut(person)
            person.place.said_not_us = False
            self.note(letter, "link.replaced")

    @precondition(lambda self: self.model.people())
    @rule(number=picks, is_owner=owners)
    def revoke_representative(self, number: int, is_owner: bool) -> None:
        person = one_of(self.model.people(), number)
        letter = person.place.letter
        may_move = letter.state == "closed" or self._moves(letter)
        expected = (NotFound if person.is_revoked else None) if may_move else WrongState
        if self.desk(
            letter,
            lambda s, a: roster.revoke_representative(s, a, letter.reference, person.reference, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            person.is_revoked = True
            self._shut(person)
            self.note(letter, "representative.revoked")

    def _shut(self, person: Person) -> None:
        for stay in self.model.stays:
            stay.is_over = stay.is_over or stay.person is person
