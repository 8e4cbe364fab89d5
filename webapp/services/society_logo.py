"""The logo of a society: put in, taken out, read."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.domain.society import ChangeKind
from webapp.persistence.tables import LogoRow
from webapp.rendering.logo import Logo
from webapp.services.directory import check_keeper, load_society
from webapp.services.society_history import change


def put_logo(session: Session, actor: Actor, reference: str, logo: Logo, *, now: datetime) -> None:
    """In the place of the one that was."""
    check_keeper(session, actor)
    society = load_society(session, reference, for_update=True)
    digest = hashlib.sha256(logo.content).hexdigest()
    values = {"sha256": digest, "content": logo.content, "width": logo.width, "height": logo.height, "added_at": now}
    session.merge(LogoRow(society_id=society.id, **values))
    session.add(change(society.id, actor, ChangeKind.LOGO, {"logo": f"Put in, {logo.width} × {logo.height}"}, now=now))
    session.flush()


def take_logo_out(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Raises NotFound where there is none."""
    check_keeper(session, actor)
    society = load_society(session, reference, for_update=True)
    row = session.get(LogoRow, society.id)
    if row is None:
        raise NotFound
    session.delete(row)
    session.add(change(society.id, actor, ChangeKind.LOGO, {"logo": "Taken out"}, now=now))
    session.flush()


def read_logo_of(session: Session, reference: str) -> bytes:
    """The picture. Raises NotFound where there is none."""
    row = session.get(LogoRow, load_society(session, reference).id)
    if row is None:
        raise NotFound
    return row.content
