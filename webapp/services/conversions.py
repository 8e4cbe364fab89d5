"""What an act converts, converted before it waits for the lock: nobody else waits for pandoc then."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput
from webapp.domain.imported import WordImport
from webapp.domain.permission import Permission
from webapp.rendering.letter import uncovered_in_document
from webapp.rendering.pandoc import without_converting
from webapp.rendering.text import cited_keys, statement_html, word_count
from webapp.services.access import load_letter
from webapp.services.chosen_venues import freezing_refusals
from webapp.services.documents import letter_document
from webapp.services.revisions import unreadable_texts
from webapp.services.texts import body_of
from webapp.services.word_files import met


@contextmanager
def converted_ahead(session: Session, actor: Actor, reference: str, *, now: datetime) -> Iterator[None]:
    """Within it pandoc is not run: what is not known by then has been written meanwhile, and raises Conflict.

    Of texts that cannot be read the act itself says why.
    """
    letter = load_letter(session, actor, reference, Permission.SEE)
    for text in letter.texts:
        _convert(text.body, letter.references, language=letter.language, style=text.style)
    if not unreadable_texts(letter):
        freezing_refusals(session, letter)
        uncovered_in_document(letter_document(session, letter, dated=now, is_draft=True))
    with without_converting():
        yield


@contextmanager
def arrival_converted_ahead(session: Session, actor: Actor, reference: str, text: str, brought: WordImport) -> Iterator[None]:
    """The same for a Word file whose remarks hang on a revision: what is converted is the letter as the file will have made it."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    arriving = met(letter.references, brought)
    references = [*letter.references, *arriving.references]
    for row in letter.texts if arriving.remarks else ():
        body = body_of(arriving.text) if row.reference == text else row.body
        _convert(body, references, language=letter.language, style=row.style)
    with without_converting():
        yield


def _convert(body: str, references: Sequence[CslItem], *, language: str, style: str) -> None:
    """All that a revision of it needs, so that it is known; that a text cannot be read is known by then as well."""
    with suppress(InvalidInput):
        statement_html(body, references, language=language, style=style)
        cited_keys(body)
        word_count(body)
