"""A representative's own place on a letter, for the length of one request, as plain facts."""

from dataclasses import dataclass
from datetime import date, datetime

from webapp.domain.actor import Actor, ActorKind


@dataclass(frozen=True)
class Stay:
    id: int
    token_hash: str
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Representative:
    id: int
    reference: str
    name: str
    email: str


@dataclass(frozen=True)
class Society:
    reference: str
    printed_name: str
    country: str
    domains: str = ""
    """Its own e-mail domains, one a line."""
    official_address: str = ""


@dataclass(frozen=True)
class Invitation:
    id: int
    reference: str
    letter_id: int
    invited_at: datetime | None
    opened_at: datetime | None
    board_meets_on: date | None
    not_us_at: datetime | None
    society: Society


@dataclass(frozen=True)
class Place:
    """Made only by the loaders in `access`, so that whoever holds one has been checked."""

    stay: Stay
    representative: Representative
    invitation: Invitation

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.REPRESENTATIVE, self.representative.reference)

    @property
    def letter_id(self) -> int:
        return self.invitation.letter_id


@dataclass(frozen=True)
class HeldLetter:
    """What an act at a place is judged by: the letter as it is while its row is held, and so until the transaction ends."""

    id: int
    reference: str
    title: str
    state: str
    deadline: datetime | None
    closed_at: datetime | None
    deadline_zone: str
    authority_rule: list[str]
    """What settles how it is known who speaks for a society."""
    digest: str | None
    """Of the text in force; None while there is only a draft."""

    @property
    def closes_at(self) -> datetime | None:
        """The instant that decides whether an answer is in time (R9)."""
        return self.closed_at or self.deadline
