"""What every act on a package does: the submission is found, its row held, and the act told by its digest."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, NotFound
from webapp.domain.letter import Action, move_for
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event
from webapp.persistence.tables import LetterRow, PackageRow, SubmissionRow
from webapp.services.access import load_letter

CHANGED = "Somebody else has changed this since you opened it. Compare with what is there now, then send once more."


def find_submission(session: Session, letter: LetterRow, reference: str) -> SubmissionRow:
    """NotFound where the letter has no such submission."""
    query = select(SubmissionRow).where(SubmissionRow.letter_id == letter.id, SubmissionRow.reference == reference)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    return row


def open_package(session: Session, actor: Actor, reference: str, submission: str) -> tuple[LetterRow, PackageRow]:
    """The letter, held, and the row of the package; where there is none, one that is stored with what is kept.

    NotFound where the letter has no such submission, WrongState once nothing can be prepared any more.
    """
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    found = find_submission(session, letter, submission)
    move_for(letter.state, Action.PREPARE)
    row = session.get(PackageRow, found.id)
    if row is None:
        row = PackageRow(
            submission_id=found.id, letter_id=letter.id, covering_letter="", statements={}, shown_digest="", shown_by="", edition=0
        )
    return letter, row


def begin_edition(row: PackageRow, edition: int) -> None:
    """The next edition of what was written. Raises Conflict where somebody else has written since this one (0: nobody had)."""
    if row.edition != edition:
        raise Conflict(CHANGED)
    row.edition += 1


def keep_event(session: Session, letter: LetterRow, actor: Actor, row: PackageRow, part: str, digest: str, *, now: datetime) -> None:
    """Tells the record which part is kept, by its digest alone: people may stand in the words (R19)."""
    session.add(row)
    session.flush()
    submission = session.get_one(SubmissionRow, row.submission_id).reference
    public = {"submission": submission, "part": part, "sha256": digest}
    append_event(session, letter, actor, move_for(letter.state, Action.PREPARE).event, public, now=now)
