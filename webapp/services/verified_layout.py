"""Whether the letter is laid out as its record tells."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.tables import LetterRow
from webapp.services.layout_desk import layout_facts
from webapp.services.layouts import layout_row

Found = tuple[str, int | None]


def layout_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    told = next((event for event in reversed(events) if event.kind == "layout.edited"), None)
    if layout_facts(session, letter, layout_row(session, letter)) != (dict(told.public) if told else {}):
        yield "how it is printed is not what its record tells.", told.sequence if told else None
