"""Who comes after whom: one representative’s place ends, and another’s begins with a link of its own (R14, R17)."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.errors import InvalidInput
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence.record import Happening
from webapp.persistence.tables import Ended, InvitationRow, RepresentativeRow
from webapp.services.personal_links import end_stays
from webapp.services.references import new_reference


def end_place(session: Session, row: RepresentativeRow, ended: Ended, reason: str, *, now: datetime) -> None:
    """Its link is dead at once, with all that it has opened; what it has answered stands."""
    row.revoked_at, row.ended_by, row.ended_reason = now, ended, reason
    end_stays(session, [row.id])


def refuse_taken(invitation: InvitationRow, before: RepresentativeRow, name: str, email: str) -> None:
    """Raises InvalidInput where this address cannot come after that one; says nothing of any other address (R19)."""
    known = _with_address(invitation, email)
    if before.email.lower() == email.lower():
        raise InvalidInput("That is the address that is registered already. Give another one.", field="email")
    if known is not None and known.revoked_at is None:
        raise InvalidInput("Whoever has this address represents the society on this letter already, and has a link.", field="email")
    if known is not None and known.name != name:
        # What was answered from that address stays the word of whoever had it then.
        sentence = "This address stood for somebody of another name on this letter before. Give the name as it was, or another address."
        raise InvalidInput(sentence, field="email")


def begin_place(
    session: Session, before: RepresentativeRow, name: str, email: str, keyring: Keyring, *, now: datetime
) -> RepresentativeRow:
    """The place of whoever comes after, alive from now on; one who is back has another link than the one that died."""
    row = _with_address(before.invitation, email)
    if row is None:
        reference = new_reference()
        row = RepresentativeRow(reference=reference, name=name, email=email, link_generation=0, added_at=now)
        before.invitation.representatives.append(row)
    row.link_generation += 1
    row.link_hash = hash_token(keyring.personal_link(row.reference, row.link_generation))
    row.revoked_at, row.ended_by, row.ended_reason, row.successor = None, "", "", ""
    before.successor = row.reference
    session.flush()
    return row


def told(kind: str, before: RepresentativeRow, after: RepresentativeRow | None, reason: str) -> Happening:
    """What the record says: addresses and words are private (R19)."""
    public = {"society": before.invitation.society.reference, "representative": before.reference}
    private = {"name": before.name, "email": before.email, "reason": reason}
    if after is not None:
        public |= {"successor": after.reference}
        private |= {"new_name": after.name, "new_email": after.email}
    return Happening(kind, {**public, **({"generation": after.link_generation} if after else {})}, private)


def _with_address(invitation: InvitationRow, email: str) -> RepresentativeRow | None:
    return next((row for row in invitation.representatives if row.email.lower() == email.lower()), None)
