"""Whether the signatories were told what the record says, and who wants to be (R16, R17)."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import LetterRow, NewsRow, NewsWishRow, RepresentativeRow

Found = tuple[str, int | None]


def news_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    sent = {event.public["news"]: event for event in events if event.kind == "news.sent"}
    rows = session.scalars(select(NewsRow).where(NewsRow.letter_id == letter.id)).all()
    if sent or rows:
        private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
        for row in rows:
            event = sent.pop(row.reference, None)
            if event is None:
                yield f"its record does not tell of news ({row.reference}).", None
                continue
            told, public = private.get(event.sequence, {}), event.public
            held = (row.about, row.to_all, row.recipients, row.subject, row.words)
            known = (
                public["about"],
                public["to_all"],
                public["recipients"],
                told.get("subject", row.subject),
                told.get("words", row.words),
            )
            if held != known:
                yield f"what the signatories were told is not what event {event.sequence} says.", event.sequence
    for event in sent.values():
        yield f"the news of which event {event.sequence} tells are not there.", event.sequence
    yield from _wish_problems(session, letter, events)


def _wish_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    wanted: dict[str, bool] = {}
    for event in events:
        if event.kind in {"news.wanted", "news.stopped"}:
            wanted[event.public["representative"]] = event.kind == "news.wanted"
    query = select(RepresentativeRow.reference).join(NewsWishRow, NewsWishRow.representative_id == RepresentativeRow.id)
    if set(session.scalars(query.where(NewsWishRow.letter_id == letter.id))) != {one for one, wants in wanted.items() if wants}:
        yield "who wants news is not what its record tells.", None
