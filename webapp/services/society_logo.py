"""The logo of a society: looked at, then put in; taken out, read."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, NotFound
from webapp.domain.society import ChangeKind
from webapp.persistence.tables import LogoRow, LogoUploadRow
from webapp.rendering.logo import Logo
from webapp.services.directory import check_keeper, load_society
from webapp.services.society_history import change

_SWEEP_AFTER = timedelta(days=1)
_OTHER = "Somebody has uploaded another logo since. Look at it, then choose."


@dataclass(frozen=True)
class Upload:
    """A logo that waits to be looked at."""

    sha256: str
    width: int
    height: int
    is_drawing: bool


def offer_logo(session: Session, actor: Actor, reference: str, logo: Logo, *, now: datetime) -> None:
    """Keeps it for a day, until somebody has looked at it. The logo that is there stays."""
    check_keeper(session, actor)
    society = load_society(session, reference, for_update=True)
    session.merge(
        LogoUploadRow(
            society_id=society.id,
            sha256=hashlib.sha256(logo.content).hexdigest(),
            media_type=logo.media_type,
            content=logo.content,
            preview=logo.preview,
            width=logo.width,
            height=logo.height,
            added_at=now,
        )
    )
    session.flush()


def show_upload(session: Session, actor: Actor, reference: str) -> Upload | None:
    """What waits; None where nothing does."""
    check_keeper(session, actor)
    row = session.get(LogoUploadRow, load_society(session, reference).id)
    return Upload(row.sha256, row.width, row.height, row.media_type != "image/png") if row else None


def use_upload(session: Session, actor: Actor, reference: str, sha256: str, *, now: datetime) -> None:
    """Puts the logo that was looked at in the place of the one that was.

    Raises NotFound where nothing waits any more, Conflict where something else does.
    """
    check_keeper(session, actor)
    society = load_society(session, reference, for_update=True)
    row = session.get(LogoUploadRow, society.id)
    if row is None:
        raise NotFound
    if row.sha256 != sha256:
        raise Conflict(_OTHER)
    kept = ("sha256", "media_type", "content", "preview", "width", "height")
    session.merge(LogoRow(society_id=society.id, added_at=now, **{name: getattr(row, name) for name in kept}))
    session.delete(row)
    session.add(change(society.id, actor, ChangeKind.LOGO, {"logo": f"Put in, {row.width} × {row.height}"}, now=now))
    session.flush()


def drop_upload(session: Session, actor: Actor, reference: str) -> None:
    check_keeper(session, actor)
    society = load_society(session, reference, for_update=True)
    session.execute(delete(LogoUploadRow).where(LogoUploadRow.society_id == society.id))


def sweep_uploads(session: Session, *, now: datetime) -> None:
    """Removes what nobody has decided on within a day."""
    session.execute(delete(LogoUploadRow).where(LogoUploadRow.added_at < now - _SWEEP_AFTER))


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
    """The picture for pages. Raises NotFound where there is none."""
    row = session.get(LogoRow, load_society(session, reference).id)
    if row is None:
        raise NotFound
    return row.preview or row.content


def read_upload(session: Session, actor: Actor, reference: str) -> bytes:
    """The picture of what waits. Raises NotFound where nothing does."""
    check_keeper(session, actor)
    row = session.get(LogoUploadRow, load_society(session, reference).id)
    if row is None:
        raise NotFound
    return row.preview
