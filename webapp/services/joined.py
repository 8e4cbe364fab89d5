"""Which entry of the directory stands for another that was joined with it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.persistence.tables import JoinRow


def joins(session: Session) -> dict[int, int]:
    """Of each entry that was joined the one that stands for it now, however many were joined in between."""
    first = {row.society_id: row.into_id for row in session.execute(select(JoinRow.society_id, JoinRow.into_id))}
    return {one: _end(first, one) for one in first}


def _end(first: dict[int, int], one: int) -> int:
    while one in first:
        one = first[one]
    return one
