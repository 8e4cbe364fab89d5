"""Whether the instant from which a letter is public is the one that its record tells of (R17, R18)."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.tables import LetterRow, PublicationRow

Found = tuple[str, int | None]


def publication_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    told, times, last = None, 0, None
    for event in events:
        if event.kind in {"publication.set", "publication.moved"}:
            told, times, last = (event.public["released_at"], event.public["zone"]), times + 1, event.sequence
        elif event.kind == "publication.dropped":
            told, times, last = None, 0, event.sequence
    row = session.get(PublicationRow, letter.id, populate_existing=True)
    held = (row.released_at.isoformat(), row.zone) if row else None
    if (held, row.edition if row else 0) != (told, times):
        yield "from when it is public is not what its record tells.", last
