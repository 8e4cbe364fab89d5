"""The edition with addenda: the untouched sealed pages and all that stands beside them, in one new file (R11)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, WrongState
from webapp.domain.later_document import EditionDocument, Part
from webapp.domain.letter import Action, move_for
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event, record_length
from webapp.persistence.tables import AddendumRow, ErratumRow, LaterDocumentRow, LaterKind, LetterRow
from webapp.services.access import load_letter
from webapp.services.files import read_sealed
from webapp.services.later_files import checked, day_of, keep_file, sealed_facts
from webapp.services.seen import digest_of_shown

CHANGED_SINCE = "Something changed since the page was shown, so no edition was stored. Look at what was issued, then make it again."


@dataclass(frozen=True)
class EditionPlan:
    """What would be joined, as of one place in the record; anything recorded later makes the plan void."""

    document: EditionDocument
    sealed: bytes
    parts: tuple[bytes, ...]
    record_length: int

    @property
    def seen(self) -> str:
        return digest_of_shown(self.record_length, ())


def seen_parts(session: Session, letter: LetterRow) -> str:
    """What whoever makes an edition has seen who looks now: all that is issued stands in the record."""
    return digest_of_shown(record_length(session, letter.id), ())


def refuse_needless(session: Session, letter: LetterRow) -> None:
    """Raises WrongState where nothing was issued since the seal, or since the newest edition."""
    move_for(letter.state, Action.MAKE_EDITION)
    kinds = session.scalars(
        select(LaterDocumentRow.kind).where(LaterDocumentRow.letter_id == letter.id).order_by(LaterDocumentRow.id)
    ).all()
    if not kinds:
        raise WrongState("Nothing has been issued since the seal: the sealed letter is all there is.")
    if kinds[-1] == LaterKind.EDITION:
        raise WrongState("The newest edition holds everything that was issued.")


def plan_edition(session: Session, actor: Actor, reference: str, *, now: datetime) -> EditionPlan:
    """What to join, outside any transaction. Raises as `refuse_needless`."""
    letter = load_letter(session, actor, reference, Permission.SEAL)
    refuse_needless(session, letter)
    files = session.scalars(select(LaterDocumentRow).where(LaterDocumentRow.letter_id == letter.id).order_by(LaterDocumentRow.id)).all()
    parts = [row for row in files if row.kind != LaterKind.EDITION]
    document = EditionDocument(
        letter=sealed_facts(session, letter),
        number=1 + len(files) - len(parts),
        as_of=day_of(letter, now),
        parts=tuple(_part(session, letter, row) for row in parts),
    )
    sealed = read_sealed(session, actor, reference).content
    return EditionPlan(document, sealed, tuple(checked(row) for row in parts), record_length(session, letter.id))


def _part(session: Session, letter: LetterRow, row: LaterDocumentRow) -> Part:
    day = day_of(letter, row.made_at)
    if row.kind == LaterKind.ADDENDUM:
        query = select(AddendumRow).where(AddendumRow.letter_id == letter.id, AddendumRow.number == row.number)
        return Part(True, row.number, day, row.sha256, signatories=len(session.scalars(query).one().signatories))
    one = session.scalars(select(ErratumRow).where(ErratumRow.letter_id == letter.id, ErratumRow.number == row.number)).one()
    return Part(False, row.number, day, row.sha256, before=one.before, after=one.after)


def keep_edition(session: Session, actor: Actor, reference: str, plan: EditionPlan, pdf: bytes, *, now: datetime) -> int:
    """Stores it for good; returns its number. Conflict where anything was recorded since the plan."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move = move_for(letter.state, Action.MAKE_EDITION)
    if record_length(session, letter.id) != plan.record_length:
        raise Conflict(CHANGED_SINCE)
    document = plan.document
    public = {
        "edition": document.number,
        "parts": [part.sha256 for part in document.parts],
        "sealed_sha256": document.letter.sha256,
        "file_sha256": keep_file(session, letter, LaterKind.EDITION, document.number, pdf, now=now),
    }
    session.flush()
    append_event(session, letter, actor, move.event, public, now=now)
    return document.number
