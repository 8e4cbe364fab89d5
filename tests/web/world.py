"""A small world for pages: letters in every state, and twelve kinds of people with a browser each."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.browser import Browser
from tests.factories import ANNA, BRUNO, COORDINATOR, KEYRING, NOW, OTTO, SEALABLE, STRANGER, FakeClock, entry
from tests.postman import Postman
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.permission import Role
from webapp.domain.text import Change, TextKind
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence.database import transaction
from webapp.persistence.tables import (
    AnswerRow,
    ChosenVenueRow,
    InvitationRow,
    MailboxRow,
    RepresentativeRow,
    SocietyRow,
    StaffRow,
    TextRow,
    WebSessionRow,
)
from webapp.services import doors, people, revisions, sign_on, submissions, texts
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
    submissions.resolve_letter(session, coordinator, letters["resolved"], now=SEALABLE)
    sign_on.cancel_letter(session, coordinator, letters["cancelled"], "It was not needed.", now=NOW)
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

    def values(self, state: str = "signing") -> dict[str, Any]:
        """What an address may name, of the letter in this state."""
        if state not in self._values:
            self._values[state] = self._look_up(state)
        return self._values[state]

    def _look_up(self, state: str) -> dict[str, Any]:
        letter = self.facts.letters[state]
        with Session(self.engine) as session:
            anna = session.scalars(
                select(RepresentativeRow)
                .join(InvitationRow)
                .where(RepresentativeRow.email == ANNA, InvitationRow.letter_id == factories.letter_row(session, letter).id)
            ).one()
            return {
                "letter": letter,
                "invitation": anna.invitation.reference,
                "representative": anna.reference,
                "key": "vale2026",
                "number": "1",
                "form": "bib",
                "token": KEYRING.personal_link(anna.reference, 1),
                "mark": KEYRING.stop_link(anna.reference, 1),
                "reference": self.facts.mailbox,
                "filename": "css/base.css",
                "venue": VENUE,
                "person": self._reference(session, ACCOUNTS[Person.READER]),
                "account": self._reference(session, STRANGER),
                "comment": self.facts.comment,
                "society": anna.invitation.society.reference,
                "other": session.scalars(select(SocietyRow.reference).where(SocietyRow.printed_name == "Society of the Marshes")).one(),
                "milestone": "deadline",
                "answer": session.scalar(select(AnswerRow.reference).where(AnswerRow.invitation_id == anna.invitation.id)) or "nobody’s",
                "proof": "none",
                "stay": "nobody’s",
                "text": factories.letter_row(session, letter).texts[-1].reference,
            }

    @staticmethod
    def _reference(session: Session, email: str) -> str:
        return session.scalars(select(StaffRow.reference).where(StaffRow.email == email)).one()
