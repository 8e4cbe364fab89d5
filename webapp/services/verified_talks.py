"""Whether what stands in the talks is what the record tells of."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import InvitationRow, LetterRow, SocietyRow, TalkRow

Found = tuple[str, int | None]


def talk_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
    told = {event.public["talk"]: event for event in events if event.kind == "talk.said"}
    rows = session.execute(
        select(TalkRow, SocietyRow.reference)
        .join(InvitationRow, InvitationRow.id == TalkRow.invitation_id)
        .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
        .where(TalkRow.letter_id == letter.id)
    )
    for row, society in rows:
        event = told.pop(row.reference, None)
        if event is None:
            yield f"something is said in a talk ({row.reference}) that its record does not tell of.", None
        elif (row.words, society) != (private.get(event.sequence, {}).get("words", row.words), event.public["society"]):
            yield f"what is said in a talk is not what event {event.sequence} tells.", event.sequence
    for event in told.values():
        yield f"what was said in a talk, of which event {event.sequence} tells, is not there.", event.sequence
