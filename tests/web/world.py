"""A small world for pages: letters in every state, and twelve kinds of people with a browser each."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask import Flask
from sqlalchemy import Engine, bindparam, select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.browser import Browser
from tests.factories import ANNA, BRUNO, COORDINATOR, KEYRING, NOW, OTTO, SEALABLE, STRANGER, FakeClock, entry
from tests.postman import Postman
from webapp.domain import limits
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.permission import Role
from webapp.domain.text import Change, TextKind
from webapp.domain.tokens import Keyring, hash_token
from webapp.jobs.later import LaterJob
from webapp.jobs.sealing import SealingJob
from webapp.persistence.database import transaction
from webapp.persistence.tables import (
    AnswerRow,
    AskRoundRow,
    ChosenVenueRow,
    CorrespondenceRow,
    InvitationRow,
    JournalMailRow,
    LetterRow,
    MailboxRow,
    RepresentativeRow,
    SealingAct,
    SealingRow,
    SocietyRow,
    StaffRow,
    SubmissionRow,
    TextRow,
    TranslationRow,
    WebSessionRow,
)
from webapp.services import addenda, doors, editions, people, revisions, sign_on, submissions, texts
from webapp.services.references import new_reference
from webapp.services.revisions import Declaration


class Person(StrEnum):
    ANONYMOUS = "anonymous"
    EXPIRED = "owner whose session has ended"
    STRANGER = "staff without a grant"
    ADMINISTRATOR = "staff administrator"
    READER = "reader"
    DRAFTER = "drafter"
    COLLEAGUE = "coordinator"
    OWNER = "owner"
    COORDINATOR = "owner"  # the same person: whoever makes a letter owns it
    REPRESENTATIVE = "representative of this letter"
    OTHER = "representative of another letter"
    LATE = "representative whose session has ended"


ACCOUNTS = {
    Person.STRANGER: STRANGER,
    Person.ADMINISTRATOR: "administrator@example.org",
    Person.READER: "reader@example.org",
    Person.DRAFTER: "drafter@example.org",
    Person.COLLEAGUE: "colleague@example.org",
    Person.OWNER: COORDINATOR,
    Person.EXPIRED: COORDINATOR,
}
_ROUND = (
    select(AskRoundRow.reference).join(LetterRow, LetterRow.id == AskRoundRow.letter_id).where(LetterRow.reference == bindparam("letter"))
)
_SUBMISSION = (
    select(SubmissionRow.reference)
    .join(LetterRow, LetterRow.id == SubmissionRow.letter_id)
    .where(LetterRow.reference == bindparam("letter"))
    .order_by(SubmissionRow.id)
    .limit(1)
)
# For which the short form of every letter is cut: its window has an end, and its limits are kept.
VENUE = "bcmj-letter"
ROLES = {Person.READER: Role.READER, Person.DRAFTER: Role.DRAFTER, Person.COLLEAGUE: Role.COORDINATOR}
# What Anna types into the form to sign.
SIGN = {
    "printed_name": "Gullhaven, Society of",
    "officer": "Prof. Anna Berg",
    "office": "President",
    "consent_to_print": "y",
    "decided_by": "the board",
    "decided_on": "2026-03-01",
    "competing_interests": "None",
    "mandate": "edit",
    "is_authorised": "y",
}


@dataclass(frozen=True)
class Facts:
    """The names of things in the world, as addresses hold them."""

    letters: dict[str, str]
    """State → reference of the letter that is in it; Anna is invited to each. *Answered* is in signing too, and could be closed."""
    invitation: str
    representative: str
    anna: str
    """The token in Anna's link to the letter in *signing*."""
    otto: str
    otto_invitation: str
    mailbox: str
    comment: str
    """Anna’s, on the letter in *circulating*."""


def seed(session: Session) -> Facts:
    # The first account of an installation is its administrator; this one has no letter.
    factories.staff_actor(session, ACCOUNTS[Person.ADMINISTRATOR])
    coordinator, _stranger = factories.staff_actor(session), factories.staff_actor(session, STRANGER)
    letters = {
        "drafting": factories.letter_in_draft(session, coordinator, title="A letter in drafting"),
        "circulating": factories.letter_circulating(session, coordinator, title="A letter that circulates"),
        "signing": factories.letter_in_signing(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth")),
        "closed": factories.letter_closed(session, coordinator, title="A letter that is closed"),
        "sealed": factories.letter_sealed(session, coordinator, title="A letter that is sealed"),
        "submitted": factories.letter_submitted(session, coordinator, title="A letter that is submitted"),
        "resolved": factories.letter_submitted(session, coordinator, title="A letter that is resolved"),
        "cancelled": factories.letter_in_signing(session, coordinator, title="A letter that is cancelled"),
    }
    letters["answered"] = factories.letter_in_signing(session, coordinator, title="A letter that all have answered")
    factories.sign(session, letters["answered"])
    for state in ("sealed", "submitted", "resolved"):
        factories.entered(session, coordinator, letters[state])
        factories.journal_mail(session, coordinator, letters[state])
        factories.translate(session, coordinator, letters[state])
        factories.asked(session, coordinator, letters[state], nonce=f"a-round-of-{letters[state]}")
    submissions.resolve_letter(session, coordinator, letters["resolved"], "Enough.", now=SEALABLE)
    sign_on.cancel_letter(session, coordinator, letters["cancelled"], "It was not needed.", now=NOW)
    for state in ("sealed", "submitted", "resolved"):
        factories.publish(session, coordinator, letters[state])
    comment = factories.comment(session, letters["circulating"], "We, the undersigned, disagree", wording="We doubt")
    for letter in letters.values():
        # As its drafters left it, whatever has become of the letter since.
        row = factories.letter_row(session, letter)
        chosen = ChosenVenueRow(letter_id=row.id, venue=VENUE, position=1)
        row.texts.append(
            TextRow(
                reference=new_reference(),
                kind=TextKind.SHORT_FORM,
                position=1,
                name="For the journal",
                body="We disagree.",
                venues=[chosen],
            )
        )
    _propose_another_text(session, coordinator, letters["signing"])
    for person, role in ROLES.items():
        factories.staff_actor(session, ACCOUNTS[person])
        for letter in letters.values():
            people.add_person(session, coordinator, letter, ACCOUNTS[person], role, now=NOW)
    marshes = entry("Society of the Marshes", OTTO, "Otto Lind")
    elsewhere = factories.letter_in_signing(session, _other_coordinator(session), marshes, title="A letter of others")
    anna, otto = factories.representative(session, letters["signing"]), factories.representative(session, elsewhere, OTTO)
    session.add(
        MailboxRow(
            reference="a-message",
            to_address=ANNA,
            subject="Hello",
            text="Hello\n",
            html="<p>Hello</p>",
            calendar="BEGIN:VCALENDAR",
            arrived_at=NOW,
        )
    )
    return Facts(
        letters=letters,
        invitation=anna.invitation.reference,
        representative=anna.reference,
        anna=KEYRING.personal_link(anna.reference, 1),
        otto=KEYRING.personal_link(otto.reference, 1),
        otto_invitation=otto.invitation.reference,
        mailbox="a-message",
        comment=comment,
    )


def _propose_another_text(session: Session, coordinator: Actor, letter: str) -> None:
    """A revision that is newer than the one that the societies sign."""
    text = factories.letter_row(session, letter).statement
    texts.write_text(session, coordinator, letter, text.reference, text.body + "\n\nOne more sentence.", text.edition, now=NOW)
    revisions.make_revision(session, coordinator, letter, Declaration("One more sentence", Change.EDITORIAL), now=NOW)


def _other_coordinator(session: Session) -> Actor:
    return factories.staff_actor(session, "elsewhere@example.org")


@dataclass
class World:
    app: Flask
    engine: Engine
    facts: Facts
    clock: FakeClock
    mail: Postman
    _values: dict[str, dict[str, Any]] = field(default_factory=dict)

    def browser(self, person: Person) -> Browser:
        """A browser in which this person has come in."""
        browser = Browser(self.app)
        if person in ACCOUNTS:
            self.sign_in(browser, ACCOUNTS[person])
        elif person is not Person.ANONYMOUS:
            self.open_letter(browser, self.facts.otto if person is Person.OTHER else self.facts.anna)
        if person in {Person.EXPIRED, Person.LATE}:
            self.let_expire(browser)
        return browser

    def sign_in_token(self, email: str = COORDINATOR, *, keyring: Keyring = KEYRING) -> str:
        with Session(self.engine) as session, transaction(session):
            return doors.make_sign_in_link(session, email, keyring, now=self.clock.now())

    def sign_in(self, browser: Browser, email: str = COORDINATOR, *, is_proved: bool = True) -> None:
        browser.get(f"/sign-in/{self.sign_in_token(email)}")
        browser.press("Sign in")
        if is_proved:
            self.prove(browser)

    def prove(self, browser: Browser) -> None:
        """As if a code had just proved who sits there; how it does is the business of test_proof."""
        with browser.client.session_transaction() as kept:
            mine = WebSessionRow.token_hash == hash_token(kept["desk"])
        with self.engine.begin() as connection:
            connection.execute(update(WebSessionRow).where(mine).values(proved_at=self.clock.now()))

    def stay_of(self, browser: Browser) -> str:
        """The reference of this browser's session at the desk."""
        with browser.client.session_transaction() as kept:
            token = kept["desk"]
        with Session(self.engine) as session:
            return session.scalars(select(WebSessionRow.reference).where(WebSessionRow.token_hash == hash_token(token))).one()

    def let_expire(self, browser: Browser) -> None:
        """As if nobody had used this browser for an hour."""
        with browser.client.session_transaction() as kept:
            tokens = [*([kept["desk"]] if "desk" in kept else []), *(token for _room, token in kept.get("rooms", ()))]
        mine = WebSessionRow.token_hash.in_([hash_token(token) for token in tokens])
        with self.engine.begin() as connection:
            connection.execute(update(WebSessionRow).where(mine).values(seen_at=NOW - limits.DESK_IDLE))

    def open_letter(self, browser: Browser, token: str) -> None:
        browser.get(f"/i/{token}")
        browser.press("Open the letter")

    def make_documents(self) -> None:
        """What a worker does with the documents that were asked for, by whoever has seen what there is now."""
        known, plans = (self.app.config["UNDERSIGNED"], self.engine), {"addendum": addenda.plan_addendum, "edition": editions.plan_edition}
        with Session(self.engine) as session:
            asked = session.scalars(select(SealingRow).where(SealingRow.ended_at.is_(None))).all()
        for row in asked:
            if row.act == SealingAct.SEAL:
                SealingJob(*known).seal(row.letter_id, row.job)
                continue
            with Session(self.engine) as session:
                letter = session.get_one(LetterRow, row.letter_id).reference
                seen = plans[row.act](session, COMMAND, letter, now=self.clock.now()).seen
            LaterJob(*known).make(row.letter_id, row.job, seen)

    def values(self, state: str = "signing") -> dict[str, Any]:
        """What an address may name, of the letter in this state."""
        if state not in self._values:
            self._values[state] = self._look_up(state)
        return self._values[state]

    def _look_up(self, state: str) -> dict[str, Any]:
        letter = self.facts.letters[state]
        with Session(self.engine) as session:
            post = session.scalars(select(CorrespondenceRow).where(CorrespondenceRow.nonce == f"a-nonce-of-{letter}")).one_or_none()
            anna = session.scalars(
                select(RepresentativeRow)
                .join(InvitationRow)
                .where(RepresentativeRow.email == ANNA, InvitationRow.letter_id == factories.letter_row(session, letter).id)
            ).one()
            return {
                "letter": letter,
                "published": letter,
                "invitation": anna.invitation.reference,
                "representative": anna.reference,
                "submission": session.scalar(_SUBMISSION, {"letter": letter}) or "none",
                "showing": "none",
                "suffix": "docx",
                "key": "vale2026",
                "number": "1",
                "kind": "addendum",
                "form": "bib",
                "token": KEYRING.personal_link(anna.reference, 1),
                "news_mark": KEYRING.news_link(anna.reference, 1),
                "mark": KEYRING.stop_link(anna.reference, 1),
                "reference": self.facts.mailbox,
                "filename": "css/base.css",
                "name": "letter.pdf",
                "venue": VENUE,
                "person": self._reference(session, ACCOUNTS[Person.READER]),
                "account": self._reference(session, STRANGER),
                "comment": self.facts.comment,
                "society": anna.invitation.society.reference,
                "other": session.scalars(select(SocietyRow.reference).where(SocietyRow.printed_name == "Society of the Marshes")).one(),
                "milestone": "deadline",
                "answer": session.scalar(select(AnswerRow.reference).where(AnswerRow.invitation_id == anna.invitation.id)) or "nobody’s",
                "proof": "none",
                "mail": self._mail(session, letter),
                "asked": session.scalar(_ROUND, {"letter": letter}) or "none",
                "item": post.reference if post else "none",
                "file": post.files[0].reference if post else "none",
                "stay": "nobody’s",
                "text": factories.letter_row(session, letter).texts[-1].reference,
                "target": 1,
                "language": "ar",
                "translation": self._translation(session, letter),
                "fate": "none",
                **self._submission(session, letter),
            }

    @staticmethod
    def _mail(session: Session, letter: str) -> str:
        of_letter = select(JournalMailRow.reference).where(JournalMailRow.letter_id == factories.letter_row(session, letter).id)
        return session.scalar(of_letter) or "none"

    @staticmethod
    def _translation(session: Session, letter: str) -> str:
        of_letter = select(TranslationRow.reference).where(TranslationRow.letter_id == factories.letter_row(session, letter).id)
        return session.scalar(of_letter) or "none"

    @staticmethod
    def _submission(session: Session, letter: str) -> dict[str, str]:
        """The letter’s one submission, its step, and what is due first, where there are any."""
        row = next(iter(submissions.submissions_of(session, factories.letter_row(session, letter))), None)
        if row is None:
            return dict.fromkeys(("submission", "step", "follow_up"), "none")
        return {"submission": row.reference, "step": row.steps[0].reference, "follow_up": row.follow_ups[0].reference}

    @staticmethod
    def _reference(session: Session, email: str) -> str:
        return session.scalars(select(StaffRow.reference).where(StaffRow.email == email)).one()
