"""Translations of the sealed letter: beside it, never in it, told by the record, seen by nobody too early (R11, R13, R17, R18)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    ARABIC,
    BRUNO,
    DEADLINE,
    NOW,
    OTTO,
    SEALABLE,
    STRANGER,
    enter,
    entry,
    letter_in_signing,
    letter_row,
    publish,
    seal_it,
    sign,
    staff_actor,
    translate,
)
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.digest import translation_digest
from webapp.domain.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound, WrongState
from webapp.domain.links import Links
from webapp.domain.permission import Role
from webapp.domain.public_letter import PublicLetter
from webapp.domain.translation import LANGUAGES, listed_language
from webapp.persistence.record import load_events
from webapp.persistence.tables import DocumentRow, SealedSignatoryRow, TranslationRow
from webapp.rendering.languages import language_name, own_name
from webapp.rendering.public_json import translation_facts, translations_facts
from webapp.rendering.public_words import change_words
from webapp.rendering.words import spoken_language
from webapp.services import people, public_letter, sign_on, translations
from webapp.services.public_translations import find_translation, in_words_of
from webapp.services.verification import verify

GERMAN = translations.Written("Ein gemeinsamer Brief", "Wir widersprechen [@vale2026].", "Marie Roth")
LINKS = Links("https://letters.example.org")
LATER = SEALABLE + timedelta(hours=1)


@pytest.fixture
def sealed(store: Store, coordinator: Actor) -> str:
    """Sealed, and not public: Gullhaven has signed, the Marshes have not."""
    with store() as session:
        marshes = entry("Society of the Marshes", OTTO, "Otto Lind")
        reference = letter_in_signing(session, coordinator, entry(), marshes)
        sign(session, reference)
        sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
        seal_it(session, coordinator, reference)
        return reference


def row_of(session: Session) -> TranslationRow:
    return session.scalars(select(TranslationRow).execution_options(populate_existing=True)).one()


def sealed_things(session: Session) -> list[object]:
    files = session.execute(select(DocumentRow.kind, DocumentRow.sha256).order_by(DocumentRow.id)).all()
    return [*files, *session.scalars(select(SealedSignatoryRow.printed_name)).all()]


def told(session: Session, reference: str) -> list[tuple[str, dict[str, object]]]:
    events = load_events(session, letter_row(session, reference).id)
    return [(one.kind, dict(one.public)) for one in events if one.kind.startswith("translation.")]


def test_r11_translation_names_the_sealed_text_and_changes_nothing_of_it(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        before, revision = sealed_things(session), letter_row(session, sealed).revision_in_force
        translate(session, coordinator, sealed)
        assert sealed_things(session) == before
        assert revision is not None and row_of(session).translates == revision.digest
        assert letter_row(session, sealed).revision_in_force is revision


def test_r17_record_tells_each_edition_with_its_digest_and_replays(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        reference = translate(session, coordinator, sealed)
        added = row_of(session).digest
        translations.edit_translation(session, coordinator, sealed, reference, replace(ARABIC, title="رسالة", edition=1), now=LATER)
        edited = row_of(session).digest
        assert verify(session, sealed).problems == ()
        translations.remove_translation(session, coordinator, sealed, reference, 2, now=LATER)
        events = told(session, sealed)
        assert [kind for kind, _public in events] == ["translation.added", "translation.edited", "translation.removed"]
        assert [public["digest"] for _kind, public in events] == [added, edited, edited]
        assert [public["edition"] for _kind, public in events] == [1, 2, 2]
        assert len({added, edited}) == 2
        assert verify(session, sealed).problems == ()


@pytest.mark.parametrize("change", ["translates", "language", "title", "body", "translator"])
def test_digest_of_a_translation_covers_all_that_is_shown_and_what_it_translates(change: str) -> None:
    facts = {"translates": "0" * 64, "language": "de", "title": "T", "body": "B", "translator": "M"}
    assert translation_digest(**facts) != translation_digest(**{**facts, change: "another"})


PLANTED = {
    "its words are edited": ("UPDATE translation SET body = 'They lie.'", "the words of a translation are not those"),
    "its translator is edited": ("UPDATE translation SET translator = 'Nobody'", "the words of a translation are not those"),
    "its edition is raised": ("UPDATE translation SET edition = 7", "a translation is not what event"),
    "it becomes another language": ("UPDATE translation SET language = 'fa'", "a translation is not what event"),
    "it is said to translate another text": ("UPDATE translation SET translates = digest", "is not one of the sealed text"),
    "it is removed in silence": (
        "UPDATE translation SET removed_at = edited_at, removed_by = edited_by",
        "was removed is not what its record",
    ),
    "it is taken away": ("DELETE FROM translation", "is not there."),
    "one is put in": (
        (
            "INSERT INTO translation (reference, letter_id, language, translates, title, body, translator, digest, edition, added_at,"
            " added_by,"
            " edited_at, edited_by, removed_by) SELECT 'x', letter_id, 'fr', translates, title, body, translator, digest, edition,"
            " added_at, added_by, edited_at, edited_by, removed_by FROM translation"
        ),
        "does not tell of a translation",
    ),
}


def test_r17_control_what_is_changed_behind_the_record_is_named(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        translate(session, coordinator, sealed)
        thaw(session)
        found = {}
        for planted, (change, sentence) in PLANTED.items():
            undone = session.begin_nested()
            session.execute(text(change))
            session.expire_all()
            found[planted] = any(sentence in str(one) for one in verify(session, sealed).problems)
            undone.rollback()
            session.expire_all()
        assert found == dict.fromkeys(PLANTED, True)
        assert verify(session, sealed).problems == ()


@pytest.mark.parametrize("change", ["DELETE FROM translation", "UPDATE translation SET translates = ''"])
def test_r17_database_refuses_to_take_one_away_or_to_say_that_it_translates_another_text(
    store: Store, coordinator: Actor, sealed: str, change: str
) -> None:
    with store() as session:
        translate(session, coordinator, sealed)
    with pytest.raises(DBAPIError), store() as session:
        session.execute(text(change))


def read(session: Session, reference: str) -> PublicLetter:
    return public_letter.read_public(session, reference, now=LATER)


def test_r18_translation_is_public_with_the_letter_and_not_before(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        reference = translate(session, coordinator, sealed)
        with pytest.raises(NotFound):
            read(session, sealed)
        publish(session, coordinator, sealed, now=SEALABLE)
        letter = read(session, sealed)
        assert [(one.reference, one.language, one.name) for one in letter.translations] == [(reference, "ar", "العربية")]
        translations.remove_translation(session, coordinator, sealed, reference, 1, now=LATER)
        assert read(session, sealed).translations == ()
        with pytest.raises(NotFound):
            find_translation(read(session, sealed), "ar")


def test_letter_that_is_public_before_the_seal_has_no_translation(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        publish(session, coordinator, letter)
        assert public_letter.read_public(session, letter, now=NOW).translations == ()
    with store() as session, unchanged(session.connection()), pytest.raises(WrongState, match="not sealed"):
        translate(session, coordinator, letter)


def changes(session: Session, reference: str) -> list[str]:
    letter = read(session, reference)
    return [change_words(one, letter) for one in letter.changes if one.key != "published"]


def test_feed_tells_of_what_came_after_the_page_was_there(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        first = translate(session, coordinator, sealed)
        publish(session, coordinator, sealed, now=SEALABLE)
        assert changes(session, sealed) == [], "it came with the page itself"
        translations.add_translation(session, coordinator, sealed, "de", GERMAN, now=SEALABLE + timedelta(minutes=1))
        assert changes(session, sealed) == ["Translation: Deutsch"]
        translations.remove_translation(session, coordinator, sealed, first, 1, now=LATER)
        assert changes(session, sealed) == ["Translation taken away: العربية", "Translation: Deutsch"]


def test_interface_lists_each_with_digest_and_address_and_gives_its_text(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        translate(session, coordinator, sealed)
        publish(session, coordinator, sealed, now=SEALABLE)
        letter, row = read(session, sealed), row_of(session)
        listed = translations_facts(letter, LINKS)
        assert (listed["signed_language"], listed["signed_digest"]) == ("en-GB", letter.digest)
        (one,) = listed["translations"]
        facts = (one["language"], one["title"], one["digest"], one["translates"])
        assert facts == ("ar", ARABIC.title, row.digest, letter.digest)
        assert one["page"] == f"https://letters.example.org/p/{sealed}/ar"
        whole = translation_facts(letter, find_translation(letter, "ar"), LINKS)
        assert whole["text"]["markdown"].strip() == ARABIC.body
        assert "نحن الموقعين" in whole["text"]["html"] and "A quiet hour" in whole["text"]["html"]


def test_page_speaks_the_language_of_the_translation_where_there_are_words(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        publish(session, coordinator, sealed, now=SEALABLE)
        letter = read(session, sealed)
        letter = replace(letter, signatories=tuple(replace(one, country_code="GB", country="United Kingdom") for one in letter.signatories))
        assert {one.country for one in in_words_of(letter, "de").signatories} == {"Vereinigtes Königreich"}
    assert [spoken_language(tag) for tag in ("de", "fr", "es", "en", "ar", "zh-Hans")] == ["de", "fr", "es", "en", "en-GB", "en-GB"]


REFUSED: dict[str, tuple[str, translations.Written, type[DomainError], str]] = {
    "the language in which it was signed": ("en", GERMAN, InvalidInput, "in which the letter was signed"),
    "a language of the list alone": ("tlh", GERMAN, InvalidInput, "from the list"),
    "a path for a language": ("../x", GERMAN, InvalidInput, "from the list"),
    "no title": ("de", replace(GERMAN, title=" "), InvalidInput, "Give the title"),
    "a title that turns its signs around": ("de", replace(GERMAN, title="a\u202eb"), InvalidInput, "The title"),
    "no text": ("de", replace(GERMAN, body=" \n"), InvalidInput, "Write the translation"),
    "a text that is too long": ("de", replace(GERMAN, body="x" * 100_001), InvalidInput, "100000 is the most"),
    "a citation of nothing": ("de", replace(GERMAN, body="Nein [@nobody]."), InvalidInput, "The translation cites @nobody"),
    "a picture": ("de", replace(GERMAN, body="![x](https://example.org/x.png)"), InvalidInput, "words only"),
    "too long a line of who translated it": ("de", replace(GERMAN, translator="x" * 201), InvalidInput, "200 is the most"),
}


def test_what_could_not_be_read_is_refused_with_a_sentence_and_stores_nothing(store: Store, coordinator: Actor, sealed: str) -> None:
    for language, written, kind, sentence in REFUSED.values():
        with store() as session, unchanged(session.connection()), pytest.raises(kind, match=sentence):
            translations.add_translation(session, coordinator, sealed, language, written, now=LATER)


def test_r20_markup_and_addresses_of_a_translation_are_cleaned_as_those_of_the_text(store: Store, coordinator: Actor, sealed: str) -> None:
    body = "<script>alert(1)</script> [x](javascript:alert(1)) <b onclick='x'>b</b>"
    with store() as session:
        html = translations.preview_translation(session, coordinator, sealed, "de", body)
    assert not any(bad in html for bad in ("<script", "javascript:", "<b "))


def conflicts(session: Session, act: Callable[[], object]) -> str:
    with unchanged(session.connection()), pytest.raises(Conflict) as refused:
        act()
    return str(refused.value)


def test_two_who_write_at_once_never_overwrite_each_other_unseen(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        reference = translate(session, coordinator, sealed)
        mine, theirs = replace(ARABIC, title="عنوان", edition=1), replace(ARABIC, title="عنوان آخر", edition=1)
        assert translations.edit_translation(session, coordinator, sealed, reference, theirs, now=LATER) == 2
        # A page whose answer was lost on the way sends the same once more.
        assert translations.edit_translation(session, coordinator, sealed, reference, theirs, now=LATER) == 2
        assert "nothing of yours is stored" in conflicts(
            session, lambda: translations.edit_translation(session, coordinator, sealed, reference, mine, now=LATER)
        )
        assert "was not removed" in conflicts(
            session, lambda: translations.remove_translation(session, coordinator, sealed, reference, 1, now=LATER)
        )
        assert row_of(session).title == theirs.title
        translations.remove_translation(session, coordinator, sealed, reference, 2, now=LATER)
        assert "removed meanwhile" in conflicts(
            session, lambda: translations.edit_translation(session, coordinator, sealed, reference, mine, now=LATER)
        )


def test_language_has_one_translation_at_a_time_and_can_have_another_afterwards(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        first = translations.add_translation(session, coordinator, sealed, "de", GERMAN, now=LATER)
        assert translations.add_translation(session, coordinator, sealed, "de", GERMAN, now=LATER) == first
        other = replace(GERMAN, title="Ein anderer Brief")
        assert "into German by now" in conflicts(
            session, lambda: translations.add_translation(session, coordinator, sealed, "de", other, now=LATER)
        )
        translations.remove_translation(session, coordinator, sealed, first, 1, now=LATER)
        assert translations.add_translation(session, coordinator, sealed, "de", other, now=LATER) != first
        assert verify(session, sealed).problems == ()


def test_r13_only_who_may_publish_writes_and_only_of_the_own_letter(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        reference = translate(session, coordinator, sealed)
        with pytest.raises(NotFound):
            translate(session, stranger, sealed, "fr")
        for role in (Role.READER, Role.DRAFTER):
            people.add_person(session, coordinator, sealed, STRANGER, role, now=NOW)
            with pytest.raises(NotAllowed):
                translations.edit_translation(session, stranger, sealed, reference, GERMAN, now=LATER)
            people.remove_person(session, coordinator, sealed, stranger.reference, now=NOW)
        marshes = letter_in_signing(session, coordinator, entry("Fjord", BRUNO))
        sign(session, marshes, BRUNO)
        sign_on.close_if_due(session, letter_row(session, marshes).id, now=DEADLINE)
        seal_it(session, coordinator, marshes)
        with pytest.raises(NotFound):
            translations.read_translation(session, coordinator, marshes, reference)


def test_signatories_read_it_in_their_rooms_before_it_is_public_and_nobody_else_does(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        reference = translate(session, coordinator, sealed)
        anna, otto = enter(session, sealed, ANNA), enter(session, sealed, OTTO)
        assert translations.translations_in_room(session, anna) == {"ar": "العربية"}
        assert translations.translations_in_room(session, otto) == {}
        shown = translations.read_in_room(session, anna, "ar")
        assert (shown.title, shown.signed_in, shown.translator) == (ARABIC.title, "English", "Layla Haddad")
        for place, language in ((otto, "ar"), (anna, "de")):
            with pytest.raises(NotFound):
                translations.read_in_room(session, place, language)
        translations.remove_translation(session, coordinator, sealed, reference, 1, now=LATER)
        with pytest.raises(NotFound):
            translations.read_in_room(session, anna, "ar")


def test_every_language_of_the_list_is_known_by_a_name_of_its_own() -> None:
    names = [own_name(tag) for tag in LANGUAGES]
    assert len(set(names)) == len(LANGUAGES)
    assert [tag for tag in LANGUAGES if own_name(tag) == tag or language_name(tag, "en") == tag] == []
    assert [listed_language(tag) for tag in ("en-GB", "pt-BR", "pt-PT", "zh-Hans", "tlh")] == ["en", "pt-BR", "pt", "zh-Hans", "tlh"]
    assert (language_name("en-GB", "de"), language_name("en-GB", "fr")) == ("Englisch", "anglais")
