"""The people at their browsers: who enters, what they type, and the code that they read in their mail."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.bench.letters import Invited
from tests.bench.load import Request, ask_all
from tests.factories import COORDINATOR, KEYRING
from webapp.clock import SystemClock
from webapp.persistence.database import transaction
from webapp.persistence.tables import CodeRow
from webapp.services.doors import make_sign_in_link

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_PART = re.compile(r'(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Reader:
    """A representative with the form to sign open in front of them."""

    invited: Invited
    cookie: str
    hidden: dict[str, str]

    @property
    def room(self) -> str:
        return f"/room/{self.invited.invitation}"

    def form(self) -> Request:
        return Request(f"{self.room}/sign", self.cookie, {**self.hidden, **typed(self.invited.society)})

    def code(self, code: str) -> Request:
        known = {name: self.hidden[name] for name in ("csrf_token", "nonce")}
        return Request(f"{self.room}/review", self.cookie, {**known, "code": code})


def typed(society: str) -> dict[str, str]:
    """What a representative types into the form to sign."""
    return {
        "printed_name": society,
        "officer": "Prof. Anna Berg",
        "office": "President",
        "consent_to_print": "y",
        "decided_by": "the board",
        "decided_on": datetime.now(UTC).date().isoformat(),
        "competing_interests": "None.",
        "mandate": "edit",
        "is_authorised": "y",
    }


def hidden_fields(page: str) -> dict[str, str]:
    """What the page sends along by itself."""
    fields = [dict(_PART.findall(field)) for field in _HIDDEN.findall(page)]
    return {field["name"]: unescape(field.get("value", "")) for field in fields if "name" in field}


def enter(base: str, invited: Sequence[Invited]) -> list[Reader]:
    """They press the button behind their links and open the form to sign."""
    doors = ask_all(base, [Request(f"/i/{one.link}", typed={}) for one in invited], expect=303)
    pages = ask_all(
        base, [Request(f"/room/{one.invitation}/sign", door.cookie) for one, door in zip(invited, doors, strict=True)], expect=200
    )
    return [Reader(one, page.cookie, hidden_fields(page.text)) for one, page in zip(invited, pages, strict=True)]


def codes(session: Session, readers: Sequence[Reader]) -> list[Request]:
    """Each types the code from the mail, which is derived here as the mail derives it."""
    mailed = {
        row.nonce: KEYRING.code(row.reference) for row in session.execute(select(CodeRow.nonce, CodeRow.reference).order_by(CodeRow.id))
    }
    session.rollback()
    return [reader.code(mailed[reader.hidden["nonce"]]) for reader in readers]


def sign_in(base: str, session: Session) -> str:
    """The coordinator’s cookie."""
    with transaction(session):
        link = f"/sign-in/{make_sign_in_link(session, COORDINATOR, KEYRING, now=SystemClock().now())}"
    page = ask_all(base, [Request(link)], expect=200)[0]
    return ask_all(base, [Request(link, page.cookie, hidden_fields(page.text))], expect=303)[0].cookie
