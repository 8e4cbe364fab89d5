"""What strangers read of the translations of a letter: those that stand, and since when they were known (R18)."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.public_letter import Change, PublicLetter, PublicSignatory, PublicTranslation
from webapp.persistence.tables import LetterRow, TranslationRow
from webapp.rendering.languages import own_name
from webapp.services.documents import country_name
from webapp.services.translations import standing_rows


def public_translations(session: Session, letter: LetterRow) -> list[PublicTranslation]:
    """In the order in which they were added; whether the letter is public, the caller has asked."""
    return [
        PublicTranslation(
            reference=row.reference,
            language=row.language,
            name=own_name(row.language),
            title=row.title,
            text=row.body,
            translator=row.translator,
            digest=row.digest,
            translates=row.translates,
            edited_at=row.edited_at,
        )
        for row in standing_rows(session, letter)
    ]


def translation_changes(session: Session, letter: LetterRow) -> Iterator[Change]:
    """For the feed: a translation that is there or was edited, and one that is there no more."""
    query = select(TranslationRow).where(TranslationRow.letter_id == letter.id).order_by(TranslationRow.id)
    for row in session.scalars(query):
        key, name = f"translation-{row.reference}", own_name(row.language)
        if row.removed_at is None:
            yield Change(key, "translation", row.edited_at, name)
        else:
            yield Change(f"{key}-removed", "translation removed", row.removed_at, name)


def find_translation(letter: PublicLetter, language: str) -> PublicTranslation:
    """Raises NotFound where the letter is not translated into it."""
    found = next((one for one in letter.translations if one.language == language), None)
    if found is None:
        raise NotFound
    return found


def in_words_of(letter: PublicLetter, language: str) -> PublicLetter:
    """The same letter with what is said of it in another language: its countries, and whatever is made from here on."""
    signatories, joined = (tuple(_named(one, language) for one in lines) for lines in (letter.signatories, letter.joined))
    return replace(letter, language=language, signatories=signatories, joined=joined)


def _named(one: PublicSignatory, language: str) -> PublicSignatory:
    return replace(one, country=country_name(one.country_code, language) or "")
