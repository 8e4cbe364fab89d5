"""A coordinator says from when a letter is public, and the clock decides; mails leave to a journal once enough have approved them."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.factories import staff_actor
from tests.machine.desk import ZONE
from tests.machine.model import JournalMail, Letter
from tests.machine.vouching import SECOND
from tests.machine.walk import Refusal, Walk, one_of, owners, picks
from webapp.domain.actor import Actor
from webapp.domain.deadline import wall_clock_of
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.services import journal_mails, publication
from webapp.services.journal_mails import Written
from webapp.services.publication import Release

_MS = timedelta(milliseconds=1)
stale = st.integers(0, 5).map(lambda number: number == 0)


class Publishing(Walk):
    @precondition(lambda self: self.model.letters)
    @rule(number=picks, minutes=st.sampled_from([None, 0, 1, 2, 60, 24 * 60]), is_stale=stale, is_owner=owners)
    def say_when_public(self, number: int, minutes: int | None, is_stale: bool, is_owner: bool) -> None:
        self.release(self.letter(number), minutes, is_stale=is_stale, is_owner=is_owner)

    def release(self, letter: Letter, minutes: int | None = None, *, is_stale: bool = False, is_owner: bool = True) -> None:
        """At once, or so many minutes after the last whole one."""
        at = None if minutes is None else self.now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
        expected: Refusal = None
        if letter.state in {"drafting", "circulating", "cancelled"} or self._is_read(letter):
            expected = WrongState
        elif is_stale:
            expected = Conflict
        elif at is not None and at <= self.now:
            expected = InvalidInput
        given = Release(wall_clock_of(at, ZONE) if at else None, letter.release_edition + is_stale)
        if self.desk(
            letter, lambda s, a: publication.release_letter(s, a, letter.reference, given, now=self.now), expected, is_owner=is_owner
        ):
            self.note(letter, "publication.moved" if letter.released else "publication.set")
            letter.released, letter.release_edition = at or self.now, letter.release_edition + 1

    @precondition(lambda self: any(letter.released for letter in self.model.letters))
    @rule(number=picks, is_stale=stale, is_owner=owners)
    def keep_from_the_public(self, number: int, is_stale: bool, is_owner: bool) -> None:
        letter = one_of([one for one in self.model.letters if one.released], number)
        expected: Refusal = WrongState if self._is_read(letter) else Conflict if is_stale else None
        edition = letter.release_edition + is_stale
        if self.desk(
            letter, lambda s, a: publication.drop_release(s, a, letter.reference, edition, now=self.now), expected, is_owner=is_owner
        ):
            letter.released, letter.release_edition = None, 0
            self.note(letter, "publication.dropped")

    @precondition(lambda self: any(letter.released for letter in self.model.letters))
    @rule(number=picks, by=st.sampled_from([-_MS, timedelta(0), _MS]))
    def instant_comes(self, number: int, by: timedelta) -> None:
        """Nobody presses anything."""
        letter = one_of([one for one in self.model.letters if one.released], number)
        assert letter.released
        self.house.clock.at = max(self.now, letter.released + by)

    def _is_read(self, letter: Letter) -> bool:
        return letter.released is not None and self.time_of(letter) >= letter.released

    @precondition(lambda self: any(letter.sealed for letter in self.model.letters))
    @rule(number=picks, is_owner=owners)
    def write_to_journal(self, number: int, is_owner: bool) -> None:
        self.write_mail(self.letter(number), is_owner=is_owner)

    def write_mail(self, letter: Letter, *, is_owner: bool = True) -> None:
        given = Written("editor@jim.example.org", "A joint letter", "Dear Editor, here it is.")
        made: list[str] = []

        def write(session: Session, actor: Actor) -> None:
            made.append(journal_mails.write_mail(session, actor, letter.reference, given, now=self.now))

        if self.desk(letter, write, None if letter.sealed is not None else NotFound, is_owner=is_owner):
            letter.mails.append(JournalMail(made[-1]))
            self.note(letter, "journal_mail.written")

    @precondition(lambda self: any(letter.mails for letter in self.model.letters))
    @rule(number=picks, which=picks, is_second=st.booleans())
    def approve_to_journal(self, number: int, which: int, is_second: bool) -> None:
        letter = one_of([one for one in self.model.letters if one.mails], number)
        self.approve_mail(letter, one_of(letter.mails, which), is_second=is_second and letter.has_second)

    def approve_mail(self, letter: Letter, mail: JournalMail, *, is_second: bool = False) -> None:
        email, digest = SECOND if is_second else letter.owner, self._digest(mail)
        expected: Refusal = WrongState if mail.is_sent else None
        self.act(
            lambda s: journal_mails.approve_mail(s, staff_actor(s, email), letter.reference, mail.reference, digest, now=self.now), expected
        )
        if expected is None and email not in mail.approved:
            mail.approved.add(email)
            self.note(letter, "journal_mail.approved")

    @precondition(lambda self: any(letter.mails for letter in self.model.letters))
    @rule(number=picks, which=picks, is_owner=owners)
    def send_to_journal(self, number: int, which: int, is_owner: bool) -> None:
        letter = one_of([one for one in self.model.letters if one.mails], number)
        self.send_mail(letter, one_of(letter.mails, which), is_owner=is_owner)

    def send_mail(self, letter: Letter, mail: JournalMail, *, is_owner: bool = True) -> None:
        """One where the letter has only one coordinator, else two, have approved these very words."""
        expected: Refusal = None
        if mail.is_sent:
            expected = WrongState
        elif len(mail.approved) < (2 if letter.has_second else 1):
            expected = Conflict
        digest = self._digest(mail)
        if self.desk(
            letter,
            lambda s, a: journal_mails.send_mail(s, a, letter.reference, mail.reference, digest, now=self.now),
            expected,
            is_owner=is_owner,
        ):
            mail.is_sent = True
            self.note(letter, "journal_mail.sent")

    def _digest(self, mail: JournalMail) -> str:
        return str(self.seen.by("journal_mail", "reference")[mail.reference]["digest"])
