"""Whether the comments that are held are those that the record tells of, given by a society or brought in with a Word file."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import CommentRow, InvitationRow, LetterRow
from webapp.services.word_files import imported_digest

Found = tuple[str, int | None]


def comment_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
    rows = _rows(session, letter)
    for event in events:
        if event.kind == "comment.given":
            yield from _given_problems(event, rows.pop(event.public["comment"], None), private.get(event.sequence, {}))
        elif event.kind == "comments.imported":
            found = [row for one in event.public["comments"] if (row := rows.pop(one, None)) is not None]
            yield from _imported_problems(event, found, private.get(event.sequence, {}))
    for reference in rows:
        yield f"the comment {reference} is there, and its record does not tell of it.", None


def _rows(session: Session, letter: LetterRow) -> dict[str, CommentRow]:
    query = select(CommentRow).where(CommentRow.letter_id == letter.id).order_by(CommentRow.id)
    nearest = (joinedload(CommentRow.invitation).joinedload(InvitationRow.society), joinedload(CommentRow.revision))
    return {row.reference: row for row in session.scalars(query.options(*nearest))}


def _given_problems(event: RecordedEvent, row: CommentRow | None, private: Mapping[str, Any]) -> Iterator[Found]:
    if row is None:
        yield f"the comment {event.public['comment']}, of which event {event.sequence} tells, is not there.", event.sequence
        return
    society = row.invitation.society.reference if row.invitation else None
    held = {"society": society, "revision": row.revision.number, "text": row.text_reference, "is_blocking": row.is_blocking}
    said = {"quote": row.quote, "remark": row.remark, "wording": row.wording}
    if any(event.public[name] != fact for name, fact in held.items()) or any(
        private.get(name, fact) != fact for name, fact in said.items()
    ):
        yield f"the comment {row.reference} is not the one that event {event.sequence} tells of.", event.sequence


def _imported_problems(event: RecordedEvent, rows: list[CommentRow], private: Mapping[str, Any]) -> Iterator[Found]:
    gone = len(event.public["comments"]) - len(rows)
    if gone:
        what = "1 of the comments" if gone == 1 else f"{gone} of the comments"
        yield f"{what} that event {event.sequence} brought in from a file {'is' if gone == 1 else 'are'} not there.", event.sequence
        return
    held = {(row.text_reference, row.revision.number, row.invitation_id) for row in rows}
    suggestions = sum(row.wording is not None for row in rows)
    is_told = held == {(event.public["text"], event.public["revision"], None)} and suggestions == event.public["suggestions"]
    if not is_told or private.get("sha256", imported_digest(rows)) != imported_digest(rows):
        yield f"the comments from a file are not those of which event {event.sequence} tells.", event.sequence
