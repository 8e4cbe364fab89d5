"""Whether the translations are those that the record tells of, and whether they translate the sealed text (R11, R17)."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.digest import translation_digest
from webapp.domain.record import RecordedEvent
from webapp.persistence.tables import LetterRow, TranslationRow

Found = tuple[str, int | None]
_FACTS = ("language", "translates", "digest", "edition")


def translation_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    # The newest of each: an edition replaces the one before, and a removal ends it.
    newest = {event.public["translation"]: event for event in events if event.kind.startswith("translation.")}
    query = select(TranslationRow).where(TranslationRow.letter_id == letter.id).order_by(TranslationRow.id)
    for row in session.scalars(query.execution_options(populate_existing=True)):
        event = newest.pop(row.reference, None)
        if event is None:
            yield f"its record does not tell of a translation ({row.reference}).", None
        else:
            yield from _problems(letter, row, event)
    for event in newest.values():
        yield f"the translation of which event {event.sequence} tells is not there.", event.sequence


def _problems(letter: LetterRow, row: TranslationRow, event: RecordedEvent) -> Iterator[Found]:
    if any(getattr(row, name) != event.public[name] for name in _FACTS):
        yield f"a translation is not what event {event.sequence} tells.", event.sequence
    made = translation_digest(translates=row.translates, language=row.language, title=row.title, body=row.body, translator=row.translator)
    if made != row.digest:
        yield f"the words of a translation are not those of which event {event.sequence} tells.", event.sequence
    if letter.revision_in_force is None or row.translates != letter.revision_in_force.digest:
        yield f"the translation of event {event.sequence} is not one of the sealed text.", event.sequence
    if (row.removed_at is not None) != (event.kind == "translation.removed"):
        yield "whether a translation was removed is not what its record tells.", event.sequence
