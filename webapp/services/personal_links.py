"""Personal links: another one, after which the one before is dead with all that it has opened (R14)."""

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence.record import Happening
from webapp.persistence.tables import InvitationRow, RepresentativeRow, WebSessionRow


def renewed(row: RepresentativeRow, keyring: Keyring) -> Happening:
    """Another link; returns what the record says of it."""
    row.link_generation += 1
    asks_again(row.invitation)
    row.link_hash = hash_token(keyring.personal_link(row.reference, row.link_generation))
    return Happening("link.replaced", {"representative": row.reference, "generation": row.link_generation})


def end_stays(session: Session, representatives: Collection[int]) -> None:
    """Whoever came in by the old links, perhaps a stranger to whom one was forwarded, is out."""
    session.execute(delete(WebSessionRow).where(WebSessionRow.representative_id.in_(representatives)))


def asks_again(invitation: InvitationRow) -> None:
    """A coordinator has found a way to the society: that the letter had reached the wrong place is over."""
    invitation.not_us_at = invitation.not_us_settled_at = None
