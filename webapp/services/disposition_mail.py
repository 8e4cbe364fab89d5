"""Telling everyone who commented that there is a new revision, and what became of the comments."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.persistence import outbox
from webapp.persistence.tables import CommentRow, LetterRow, RepresentativeRow


def send_dispositions(session: Session, letter: LetterRow, occasion: str, *, now: datetime) -> None:
    """With a new revision, what became of the comments goes to everyone who commented; `occasion` names the revision’s way out."""
    disposed = select(CommentRow.id).where(
        CommentRow.letter_id == letter.id, CommentRow.disposition != "", CommentRow.taken_back_at.is_(None)
    )
    if session.scalar(disposed.limit(1)) is None:
        return
    commented = select(CommentRow.representative_id).where(CommentRow.letter_id == letter.id, CommentRow.taken_back_at.is_(None))
    rows = session.scalars(select(RepresentativeRow).where(RepresentativeRow.id.in_(commented), RepresentativeRow.revoked_at.is_(None)))
    due = [outbox.Due(f"dispositions:{row.reference}:{occasion}", row.email, {"representative": row.id}) for row in rows]
    outbox.put_all(session, "dispositions", due, now=now, letter_id=letter.id)
