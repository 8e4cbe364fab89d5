"""A house that strangers come to: the real web server, one letter, and mail for three societies in different states."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from tests import factories
from tests.databases import Databases
from tests.factories import ANNA, BRUNO, COORDINATOR, OTTO, entry
from tests.faults.site import Kind, Site, site_at
from tests.journeys.client import HttpBrowser
from tests.postman import Postman
from webapp.domain.answer import AnswerKind
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import AnswerRow, MailboxRow

_ADDRESS = re.compile(r"https?://[^\s\"'<>)]+")


@dataclass(frozen=True)
class House:
    """Anna has not answered, Bruno’s society has signed, Otto’s has declined."""

    site: Site
    engine: Engine
    letter: str
    mail: Postman
    links: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return self.site.base

    @property
    def log(self) -> Path:
        return self.site.settings.data_folder / "server.log"

    def mailed_addresses(self) -> list[str]:
        """Every address of ours in every mail, text and HTML."""
        self.mail.deliver()
        with Session(self.engine) as session:
            bodies = session.execute(select(MailboxRow.text, MailboxRow.html)).all()
        found = {one for row in bodies for body in row for one in _ADDRESS.findall(body)}
        return sorted(one for one in found if one.startswith(self.base))

    def standing(self) -> dict[str, str]:
        """Society → the kind of its answer that stands; a withdrawn answer does not."""
        with Session(self.engine) as session:
            rows = session.scalars(select(AnswerRow).where(AnswerRow.is_standing))
            return {row.printed_name or row.invitation.society.printed_name: row.kind for row in rows}

    def count(self, table: str, where: str = "1 = 1") -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())

    def ask_to_sign_in(self, browser: HttpBrowser) -> str:
        """The sign-in link that the coordinator is mailed for what this browser asks."""
        browser.get("/sign-in")
        browser.press("Send me a link", email=COORDINATOR)
        return self.mail.link(COORDINATOR)

    def sign_as_anna(self) -> str:
        """What a person does with the same link; returns the heading of the last page."""
        room = HttpBrowser(self.base)
        room.get(self.links[ANNA])
        room.press("Open the letter")
        room.follow("Sign now for")
        typed = {"officer": "Prof. Anna Berg", "office": "President", "decided_by": "the board", "competing_interests": "None."}
        room.press("Go on to review", **typed, mandate="edit", decided_on="2026-03-01", consent_to_print="y", is_authorised="y")
        return room.press("Sign for", code=self.mail.code(ANNA)).heading


@contextmanager
def house_at(folder: Path, databases: Databases, kind: Kind | None = None) -> Iterator[House]:
    with site_at(folder, databases.fresh(folder), kind) as site:
        engine = make_engine(site.settings)
        with Session(engine) as session, transaction(session):
            letter = _furnish(session)
        mail = Postman(site.settings, engine)
        site.start()
        house = House(site, engine, letter, mail)
        house.links.update({email: mail.link(email) for email in (ANNA, BRUNO, OTTO)})
        yield house
        engine.dispose()


def _furnish(session: Session) -> str:
    actor = factories.staff_actor(session)
    entries = (entry(), entry("Society of the Firs", BRUNO, "Bruno Wirth"), entry("Society of the Marshes", OTTO, "Otto Lind"))
    deadline = (datetime.now(UTC) + timedelta(days=30)).replace(tzinfo=None, second=0, microsecond=0)
    letter = factories.letter_in_signing(session, actor, *entries, deadline_local=deadline, submission_target=None)
    place = factories.enter(session, letter, BRUNO)
    signed = factories.sign_on_facts(printed_name="Society of the Firs")
    factories.give(session, place, factories.intent(session, place, nonce="a-nonce-of-bruno", sign_on=signed))
    place = factories.enter(session, letter, OTTO)
    factories.give(session, place, factories.intent(session, place, AnswerKind.DECLINE, nonce="a-nonce-of-otto", reason="No."))
    return letter
