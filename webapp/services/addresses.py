"""The addresses of all representatives, for taking away in one file: by permission, and written into the record."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event
from webapp.services.access import load_letter
from webapp.services.documents import sort_key
from webapp.services.sign_on import invitations_of, live_representatives

# As the import of a roster reads them.
ADDRESS_COLUMNS = ("society", "contact", "email", "country", "acronym", "sort_name")

AddressRow = tuple[str, str, str, str, str, str]


def export_addresses(session: Session, actor: Actor, reference: str, *, now: datetime) -> list[AddressRow]:
    """A row for each representative whose link lives, in the order of the roster; the record says how many, and who took them."""
    letter = load_letter(session, actor, reference, Permission.EXPORT_ADDRESSES, for_update=True)
    rows: list[AddressRow] = []
    for invitation in sorted(invitations_of(session, letter), key=lambda one: sort_key(one.society.printed_name, one.society.sort_name)):
        society = invitation.society
        for one in live_representatives(invitation):
            rows.append((society.printed_name, one.name, one.email, society.country, society.acronym, society.sort_name))
    append_event(session, letter, actor, "addresses.exported", {"addresses": len(rows)}, now=now)
    return rows
