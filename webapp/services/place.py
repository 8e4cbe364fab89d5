"""A representative's own place on a letter, for the length of one request."""

from dataclasses import dataclass

from webapp.domain.actor import Actor, ActorKind
from webapp.persistence.tables import InvitationRow, RepresentativeRow, WebSessionRow


@dataclass(frozen=True)
class Place:
    """Made only by the loader in `access`, so that whoever holds one has been checked."""

    stay: WebSessionRow
    representative: RepresentativeRow
    invitation: InvitationRow

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.REPRESENTATIVE, self.representative.reference)

    @property
    def letter_id(self) -> int:
        return self.invitation.letter_id
