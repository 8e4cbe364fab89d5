"""Whether the bundle of a sealed letter is there, is as it was made, and ends with the seal of which the record tells."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.document_kind import DocumentKind
from webapp.domain.record import RecordedEvent
from webapp.persistence.tables import DocumentRow, LetterRow
from webapp.rendering.bundle_verifier import Bundle, check_bundle

Found = tuple[str, int | None]


def bundle_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on. A seal that names no key made no bundle."""
    sealing = next((event for event in events if event.kind == "letter.sealed" and "key" in event.public), None)
    query = select(DocumentRow.content).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == DocumentKind.BUNDLE)
    content = session.scalar(query)
    if sealing is None:
        if content is not None:
            yield "it has a bundle, and its record does not tell of a seal with one.", None
        return
    if content is None:
        yield "its bundle is gone.", sealing.sequence
        return
    problems = [sentence for is_so, sentence in check_bundle(content) if not is_so]
    yield from ((f"in its bundle: {sentence}", sealing.sequence) for sentence in problems)
    if problems:
        return
    told = [(one["sequence"], one["hash"]) for one in Bundle(content).events]
    if told[-1] != (sealing.sequence, sealing.hash):
        yield f"its bundle ends with another seal than event {sealing.sequence}.", sealing.sequence
    # What a bundle withholds cannot be chained without the record.
    elif told != [(one.sequence, one.hash) for one in events if one.sequence <= sealing.sequence]:
        yield "its bundle holds another record.", sealing.sequence
