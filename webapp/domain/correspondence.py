"""What is written to a journal and what comes back: directions, ways, and what a mail to a journal needs before it leaves."""

from collections.abc import Sequence
from enum import StrEnum

from webapp.domain.digest import sha256_of


class Direction(StrEnum):
    """From whose side an item comes."""

    IN = "in"
    OUT = "out"
    REPORT = "report"
    """Neither side wrote it to the other: somebody reports it."""


class Way(StrEnum):
    """How an item came into the correspondence."""

    TYPED = "typed"
    MAIL = "mail"
    """Read from a mail that was uploaded."""
    FILE = "file"
    SENT = "sent"
    """It left from here."""


class Audience(StrEnum):
    """To whom an item is released."""

    SIGNATORIES = "signatories"
    PUBLIC = "public"


class JournalMailState(StrEnum):
    """The course of a mail to a journal, until it leaves; what the mail server says then, the outbox knows."""

    WRITTEN = "written"
    SENT = "sent"
    DROPPED = "dropped"


DIRECTION_WORDS = {
    Direction.IN: "received",
    Direction.OUT: "sent",
    Direction.REPORT: "reported",
}
RELEASED_WORDS = {
    Direction.IN: "Received from the journal",
    Direction.OUT: "Sent to the journal",
    Direction.REPORT: "Reported by others",
}
"""As those read it to whom it is released."""
AUDIENCE_WORDS = {Audience.SIGNATORIES: "the signatories", Audience.PUBLIC: "everybody, once the letter is published"}


def approvals_needed(coordinators: int) -> int:
    """Two; one where the letter has only one coordinator."""
    return 1 if coordinators == 1 else 2


def mail_digest(to_address: str, subject: str, body: str, attachments: Sequence[tuple[str, str]]) -> str:
    """What an approval names: address, subject, text, and of each attachment its name and SHA-256."""
    facts = {"to": to_address, "subject": subject, "body": body, "attachments": [list(one) for one in attachments]}
    return sha256_of("journal-mail/v1", facts)
