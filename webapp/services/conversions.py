"""What an act converts, converted before it waits for the lock: nobody else waits for pandoc then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.imported import WordImport
from webapp.domain.permission import Permission
from webapp.persistence.tables import LetterRow
from webapp.rendering.letter import uncovered_in_document
from webapp.rendering.pandoc import without_converting
from webapp.rendering.text import word_count
from webapp.services.access import load_letter
from webapp.services.chosen_venues import freezing_refusals
from webapp.services.documents import letter_document
from webapp.services.revisions import texts_now, unreadable_texts
from webapp.services.texts import body_of
from webapp.services.word_files import met


@contextmanager
def converted_ahead(session: Session, actor: Actor, reference: str, *, now: datetime) -> Iterator[None]:
    """Within it pandoc is not run: what is not known by then has been written meanwhile, and raises Conflict.

    Texts that cannot be read are left to the act itself, which says why.
    """
    letter = load_letter(session, actor, reference, Permission.SEE)
    if unreadable_texts(letter):
        yield
        return
    _convert(letter)
    freezing_refusals(session, letter)
    uncovered_in_document(letter_document(session, letter, dated=now, is_draft=True))
    with without_converting():
        yield


@contextmanager
def arrival_converted_ahead(session: Session, actor: Actor, reference: str, text: str, brought: WordImport) -> Iterator[None]:
    """The same for a Word file whose remarks hang on a revision: what is converted is the letter as the file will have made it."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    if not (brought.remarks and _convert_arrival(session, letter, text, brought)):
        yield
        return
    with without_converting():
        yield


def _convert_arrival(session: Session, letter: LetterRow, text: str, brought: WordImport) -> bool:
    """Whether there was something to convert. Nothing of what is set here for a moment is stored."""
    arriving = met(letter.references, brought)
    with session.no_autoflush:
        changed = [row for row in letter.texts if row.reference == text]
        for row in changed:
            row.body = body_of(arriving.text)
        letter.references = [*letter.references, *map(dict, arriving.references)]
        is_readable = not unreadable_texts(letter)
        if is_readable:
            _convert(letter)
        for one in (letter, *changed):
            session.expire(one)
    return is_readable


def _convert(letter: LetterRow) -> None:
    texts_now(letter)
    for text in letter.texts:
        word_count(text.body)
