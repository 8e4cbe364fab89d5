"""A small world for pages: letters in every state, and five kinds of people with a browser each."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests import factories
from tests.browser import Browser
from tests.factories import ANNA, BRUNO, COORDINATOR, KEYRING, NOW, OTTO, STRANGER, FakeClock, entry
from tests.postman import Postman
from webapp.domain.actor import Actor
from webapp.domain.tokens import Keyring
from webapp.persistence.database import transaction
from webapp.persistence.tables import InvitationRow, MailboxRow, RepresentativeRow
from webapp.services import doors


class Person(StrEnum):
    ANONYMOUS = "anonymous"
    STRANGER = "staff without a grant"
    COORDINATOR = "staff with a grant"
    REPRESENTATIVE = "representative of this letter"
    OTHER = "representative of another letter"


@dataclass(frozen=True)
class Facts:
    """The names of things in the world, as addresses hold them."""

    letters: dict[str, str]
    """State → reference of the letter that is in it; Anna is invited to each."""
    invitation: str
    representative: str
    anna: str
    """The token in Anna's link to the letter in *signing*."""
    otto: str
    otto_invitation: str
    mailbox: str


def seed(session: Session) -> Facts:
    coordinator, _stranger = factories.staff_actor(session), factories.staff_actor(session, STRANGER)
    letters = {
        "drafting": factories.letter_in_draft(session, coordinator, title="A letter in drafting"),
        "signing": factories.letter_in_signing(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth")),
        "closed": factories.letter_closed(session, coordinator, title="A letter that is closed"),
        "sealed": factories.letter_sealed(session, coordinator, title="A letter that is sealed"),
        "submitted": factories.letter_submitted(session, coordinator, title="A letter that is submitted"),
    }
    marshes = entry("Society of the Marshes", OTTO, "Otto Lind")
    elsewhere = factories.letter_in_signing(session, _other_coordinator(session), marshes, title="A letter of others")
    anna, otto = factories.representative(session, letters["signing"]), factories.representative(session, elsewhere, OTTO)
    session.add(MailboxRow(reference="a-message", to_address=ANNA, subject="Hello", text="Hello\n", html="<p>Hello</p>", arrived_at=NOW))
    return Facts(
        letters=letters,
        invitation=anna.invitation.reference,
        representative=anna.reference,
        anna=KEYRING.personal_link(anna.reference, 1),
        otto=KEYRING.personal_link(otto.reference, 1),
        otto_invitation=otto.invitation.reference,
        mailbox="a-message",
    )


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
        if person in {Person.STRANGER, Person.COORDINATOR}:
            self.sign_in(browser, COORDINATOR if person is Person.COORDINATOR else STRANGER)
        elif person in {Person.REPRESENTATIVE, Person.OTHER}:
            self.open_letter(browser, self.facts.anna if person is Person.REPRESENTATIVE else self.facts.otto)
        return browser

    def sign_in_token(self, email: str = COORDINATOR, *, keyring: Keyring = KEYRING) -> str:
        with Session(self.engine) as session, transaction(session):
            return doors.make_sign_in_link(session, email, keyring, now=self.clock.now())

    def sign_in(self, browser: Browser, email: str = COORDINATOR) -> None:
        browser.get(f"/sign-in/{self.sign_in_token(email)}")
        browser.press("Sign in")

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
                "token": self.facts.anna,
                "reference": self.facts.mailbox,
                "filename": "css/base.css",
            }
