"""A mail or a file that somebody looks at before it is kept: what was understood of it, shown first."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.correspondence import Way
from webapp.domain.errors import InvalidInput
from webapp.domain.proof_file import MAIL
from webapp.domain.received_file import KIND_WORDS, ReceivedFile, kind_of
from webapp.domain.received_mail import ReceivedMail, read_mail
from webapp.persistence.tables import CorrespondenceUploadRow, StaffRow
from webapp.services.correspondence import Came, FileLine, load_sealed
from webapp.services.references import new_reference

_SWEEP_AFTER = timedelta(days=1)
_GONE = "The file that you chose before is kept for a day only. Choose it again; what you typed is still here."


@dataclass(frozen=True)
class Understood:
    """A file that waits, and what it says where it is a mail."""

    reference: str
    file: ReceivedFile
    mail: ReceivedMail | None

    @property
    def came(self) -> Came:
        way, read = (Way.MAIL, self.mail) if self.mail else (Way.FILE, None)
        return Came(way, (self.file, *(read.files if read else ())), read.remarks if read else (), self.reference)

    @property
    def files(self) -> list[FileLine]:
        """The file itself first, then what is attached to it."""
        return [
            FileLine("", one.name, KIND_WORDS[one.media_type], len(one.content), hashlib.sha256(one.content).hexdigest())
            for one in self.came.files
        ]


def understand(file: ReceivedFile, reference: str = "") -> Understood:
    """Takes a mail apart. Raises InvalidInput for one that is a maze."""
    return Understood(reference, file, read_mail(file.content) if file.media_type == MAIL else None)


def offer_upload(session: Session, actor: Actor, letter: str, file: ReceivedFile, *, now: datetime) -> str:
    """Keeps it for a day, for whoever chose it; returns its reference."""
    row = CorrespondenceUploadRow(
        reference=new_reference(),
        letter_id=load_sealed(session, actor, letter).id,
        staff_id=session.scalars(select(StaffRow.id).where(StaffRow.reference == actor.reference)).one(),
        name=file.name,
        content=file.content,
        added_at=now,
    )
    session.add(row)
    session.flush()
    return row.reference


def read_offered(session: Session, actor: Actor, letter: str, reference: str) -> Understood:
    """What one has chosen oneself. Raises InvalidInput where it is no longer there."""
    query = select(CorrespondenceUploadRow).join(StaffRow, StaffRow.id == CorrespondenceUploadRow.staff_id)
    mine = query.where(
        CorrespondenceUploadRow.letter_id == load_sealed(session, actor, letter).id,
        CorrespondenceUploadRow.reference == reference,
        StaffRow.reference == actor.reference,
    )
    row = session.scalars(mine).one_or_none()
    if row is None:
        raise InvalidInput(_GONE, field="file")
    return understand(ReceivedFile(row.name, kind_of(row.content), row.content), reference)


def sweep_uploads(session: Session, *, now: datetime) -> None:
    """Removes what nobody has kept within a day."""
    session.execute(delete(CorrespondenceUploadRow).where(CorrespondenceUploadRow.added_at < now - _SWEEP_AFTER))
