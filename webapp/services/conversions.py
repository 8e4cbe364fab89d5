"""What an act converts, converted before it waits for the lock: nobody else waits for pandoc then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.permission import Permission
from webapp.rendering.letter import uncovered_in_document
from webapp.rendering.pandoc import without_converting
from webapp.rendering.text import word_count
from webapp.services.access import load_letter
from webapp.services.chosen_venues import freezing_refusals
from webapp.services.documents import letter_document
from webapp.services.revisions import texts_now, unreadable_texts


@contextmanager
def converted_ahead(session: Session, actor: Actor, reference: str, *, now: datetime) -> Iterator[None]:
    """Within it pandoc is not run: what is not known by then has been written meanwhile, and raises Conflict.

    Texts that cannot be read are left to the act itself, which says why.
    """
    letter = load_letter(session, actor, reference, Permission.SEE)
    if unreadable_texts(letter):
        yield
        return
    texts_now(letter)
    for text in letter.texts:
        word_count(text.body)
    freezing_refusals(session, letter)
    uncovered_in_document(letter_document(session, letter, dated=now, is_draft=True))
    with without_converting():
        yield
