"""Translations of the sealed statement: added, edited and removed by coordinators; the sealed text and its files stay as they are (R11)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.digest import translation_digest
from webapp.domain.errors import Conflict, InvalidInput, NotFound, TextTooSlow
from webapp.domain.names import bounded_line
from webapp.domain.permission import Permission
from webapp.domain.translation import LANGUAGES, listed_language, refuse_language, refuse_untranslatable
from webapp.persistence.record import actor_words, append_event, record_time
from webapp.persistence.tables import LetterRow, StaffRow, TranslationRow
from webapp.rendering.languages import language_name, own_name
from webapp.rendering.text import statement_html
from webapp.services.access import load_letter
from webapp.services.new_text import sealed_revision
from webapp.services.place import Place
from webapp.services.references import new_reference
from webapp.services.signatory_places import is_signatory_place
from webapp.services.texts import body_of

_ENGLISH = "en"
_CHANGED_SINCE = (
    "Somebody has kept another wording of this translation since you opened the page, so nothing of yours is stored. Yours stands in the "
    "form, and what is stored now beneath it. Press once more, and yours takes its place."
)
_GONE = "This translation was removed meanwhile, so nothing is stored. Add it anew if it is to stand again."


@dataclass(frozen=True)
class Written:
    """A translation as it was typed; `edition` is the one that the page showed, and counts for an edit only."""

    title: str
    body: str
    translator: str = ""
    edition: int = 0


@dataclass(frozen=True)
class TranslationView:
    reference: str
    language: str
    own_name: str
    english_name: str
    title: str
    body: str
    translator: str
    digest: str
    translates: str
    """The digest of the sealed text."""
    edition: int
    edited_at: ShownInstant
    edited_by: str
    """The address of a coordinator; empty where it was somebody else."""


@dataclass(frozen=True)
class TranslationsPage:
    """What the desk lists: what stands, and into which languages one can still be added."""

    standing: tuple[TranslationView, ...]
    signed_in: str
    """The language of the sealed text, in English."""
    language: str
    """Its tag."""
    title: str
    body: str
    """What is to be translated."""
    offered: dict[str, str]


def list_translations(session: Session, actor: Actor, reference: str) -> TranslationsPage:
    """By their English names. WrongState before the seal."""
    letter = _load(session, actor, reference)
    standing = tuple(_view(session, letter, row) for row in standing_rows(session, letter))
    taken = {one.language for one in standing} | {listed_language(letter.language)}
    named = {tag: f"{language_name(tag, _ENGLISH)} – {own_name(tag)}" for tag in LANGUAGES if tag not in taken}
    offered = dict(sorted(named.items(), key=lambda one: one[1]))
    sealed = sealed_revision(letter)
    signed_in = language_name(letter.language, _ENGLISH)
    return TranslationsPage(standing, signed_in, letter.language, letter.title, sealed.statement, offered)


def read_translation(session: Session, actor: Actor, reference: str, translation: str) -> TranslationView:
    """Raises Conflict where it was removed, NotFound where the letter has none with this reference."""
    letter = _load(session, actor, reference)
    return _view(session, letter, _standing(session, letter, translation))


def preview_translation(session: Session, actor: Actor, reference: str, language: str, body: str) -> str:
    """As it will be set; changes nothing. Raises InvalidInput for what cannot be set, and for a language that is not offered."""
    letter = _load(session, actor, reference)
    refuse_language(language, letter.language)
    return translation_html(letter, language, body_of(body))


def translation_html(letter: LetterRow, language: str, body: str) -> str:
    """With the references and in the citation style of the sealed text. Raises InvalidInput."""
    sealed = sealed_revision(letter)
    try:
        return statement_html(body, sealed.references, language=language, style=sealed.style)
    except TextTooSlow as error:
        raise TextTooSlow(field="body") from error
    except InvalidInput as error:
        raise InvalidInput(str(error).replace("The statement", "The translation"), field="body") from error


def add_translation(session: Session, actor: Actor, reference: str, language: str, written: Written, *, now: datetime) -> str:
    """Puts a translation beside the sealed text; returns its reference. Conflict where there is another one into this language."""
    letter = _load(session, actor, reference, for_update=True)
    refuse_language(language, letter.language)
    title, body, translator = _checked(letter, language, written)
    translates = sealed_revision(letter).digest
    digest = translation_digest(translates=translates, language=language, title=title, body=body, translator=translator)
    there = next((row for row in standing_rows(session, letter) if row.language == language), None)
    if there is not None and there.digest == digest:
        # A page whose answer was lost on the way sends the same once more.
        return there.reference
    if there is not None:
        into = language_name(language, _ENGLISH)
        raise Conflict(f"There is a translation into {into} by now, so yours is not stored. It stands in the form: compare the two.")
    at, by = record_time(session, letter.id, now=now), actor_words(actor)
    row = TranslationRow(reference=new_reference(), letter_id=letter.id, language=language, translates=translates, digest=digest)
    row.title, row.body, row.translator, row.edition = title, body, translator, 1
    row.added_at, row.added_by, row.edited_at, row.edited_by = at, by, at, by
    session.add(row)
    session.flush()
    _tell(session, letter, actor, "translation.added", row, now=now)
    return row.reference


def edit_translation(session: Session, actor: Actor, reference: str, translation: str, written: Written, *, now: datetime) -> int:
    """Changes title, text or translator, and returns the new edition. Conflict where somebody has changed or removed it in between."""
    letter = _load(session, actor, reference, for_update=True)
    row = _standing(session, letter, translation)
    title, body, translator = _checked(letter, row.language, written)
    digest = translation_digest(translates=row.translates, language=row.language, title=title, body=body, translator=translator)
    if digest == row.digest:
        return row.edition
    if row.edition != written.edition:
        raise Conflict(_CHANGED_SINCE)
    row.title, row.body, row.translator, row.digest, row.edition = title, body, translator, digest, row.edition + 1
    row.edited_at, row.edited_by = record_time(session, letter.id, now=now), actor_words(actor)
    _tell(session, letter, actor, "translation.edited", row, now=now)
    return row.edition


def remove_translation(session: Session, actor: Actor, reference: str, translation: str, edition: int, *, now: datetime) -> None:
    """From then on nobody reads it; the record tells that it was there. Conflict where it was edited since `edition`."""
    letter = _load(session, actor, reference, for_update=True)
    row = _standing(session, letter, translation)
    if row.edition != edition:
        raise Conflict("Somebody has edited this translation since you opened the page, so it was not removed. Read it as it stands now.")
    row.removed_at, row.removed_by = record_time(session, letter.id, now=now), actor_words(actor)
    _tell(session, letter, actor, "translation.removed", row, now=now)


def _tell(session: Session, letter: LetterRow, actor: Actor, kind: str, row: TranslationRow, *, now: datetime) -> None:
    facts = {name: getattr(row, name) for name in ("language", "translates", "digest", "edition")}
    append_event(session, letter, actor, kind, {"translation": row.reference, **facts}, now=now)


def _load(session: Session, actor: Actor, reference: str, *, for_update: bool = False) -> LetterRow:
    letter = load_letter(session, actor, reference, Permission.PUBLISH, for_update=for_update)
    refuse_untranslatable(letter.state)
    return letter


def _checked(letter: LetterRow, language: str, written: Written) -> tuple[str, str, str]:
    """Title, text and translator as they are stored. Raises InvalidInput for what could not be set for those who read it."""
    title = bounded_line(written.title, limits.TITLE, field="title", what="The title")
    translator = bounded_line(written.translator, limits.TRANSLATOR, field="translator", what="Who translated it")
    body = body_of(written.body)
    if not title:
        raise InvalidInput("Give the title of the letter in the language of the translation.", field="title")
    if not body.strip():
        raise InvalidInput("Write the translation of the text.", field="body")
    translation_html(letter, language, body)
    return title, body, translator


def standing_rows(session: Session, letter: LetterRow) -> list[TranslationRow]:
    """What stands beside the sealed text, in the order in which it was added."""
    query = select(TranslationRow).where(TranslationRow.letter_id == letter.id, TranslationRow.removed_at.is_(None))
    return list(session.scalars(query.order_by(TranslationRow.id).execution_options(populate_existing=True)))


def _standing(session: Session, letter: LetterRow, reference: str) -> TranslationRow:
    """Raises Conflict for one that was removed, and NotFound for what never was."""
    query = select(TranslationRow).where(TranslationRow.letter_id == letter.id, TranslationRow.reference == reference)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    if row.removed_at is not None:
        raise Conflict(_GONE)
    return row


def _view(session: Session, letter: LetterRow, row: TranslationRow) -> TranslationView:
    editor = row.edited_by.partition(":")[2]
    return TranslationView(
        reference=row.reference,
        language=row.language,
        own_name=own_name(row.language),
        english_name=language_name(row.language, _ENGLISH),
        title=row.title,
        body=row.body,
        translator=row.translator,
        digest=row.digest,
        translates=row.translates,
        edition=row.edition,
        edited_at=show_instant(row.edited_at, letter.deadline_zone),
        edited_by=session.scalar(select(StaffRow.email).where(StaffRow.reference == editor)) or "",
    )


@dataclass(frozen=True)
class RoomTranslation:
    """As a signatory reads it, before the letter is public and after."""

    language: str
    own_name: str
    english_name: str
    signed_in: str
    title: str
    html: str
    translator: str
    digest: str


def translations_in_room(session: Session, place: Place) -> dict[str, str]:
    """Language → its own name, for a signatory; nothing for whoever is none."""
    if not is_signatory_place(session, place):
        return {}
    letter = session.get_one(LetterRow, place.letter_id)
    return {row.language: own_name(row.language) for row in standing_rows(session, letter)}


def read_in_room(session: Session, place: Place, language: str) -> RoomTranslation:
    """Raises NotFound where there is none, and for a society that is no signatory."""
    letter = session.get_one(LetterRow, place.letter_id)
    row = next((one for one in standing_rows(session, letter) if one.language == language), None)
    if row is None or not is_signatory_place(session, place):
        raise NotFound
    return RoomTranslation(
        language=language,
        own_name=own_name(language),
        english_name=language_name(language, _ENGLISH),
        signed_in=language_name(letter.language, _ENGLISH),
        title=row.title,
        html=translation_html(letter, language, row.body),
        translator=row.translator,
        digest=row.digest,
    )
