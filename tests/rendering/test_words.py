"""The catalogues hold every fixed word of the documents, and nothing else, in the way their languages are written."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from webapp.domain.wording import COLLECTIVE_NOUNS, count_phrase, signed_sentence
from webapp.rendering.catalogue import spoken, written
from webapp.rendering.letter import letter_html
from webapp.rendering.words import LOCALE, read_catalogue, words_for

from .letters import letter

WHOLE = ("de", "fr", "es")
_PLACEHOLDER = re.compile(r"%\(\w+\)s")
# What the typography of a language does not have.
_FOREIGN = {
    "de": re.compile("[\"'”]|(?<=\\w)“\\w"),
    "fr": re.compile("[\"'“”]|(?<![\u00a0\u202f])[:;?!»]|«(?![\u00a0\u202f])"),
    "es": re.compile("[\"'“”]"),
    "en_US": re.compile("[\"']"),
}
_BRITISH = re.compile(r"isation|ising|elling|colour|favour|behaviour|honour|programme|centre|licence")


def _forms(said: object) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())  # type: ignore[arg-type]


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _ids(catalogue: Catalog) -> set[tuple[str, ...]]:
    return {_forms(message.id) for message in _messages(catalogue)}


def _lacking(catalogue: Catalog) -> list[tuple[str, ...]]:
    said = {_forms(message.id) for message in _messages(catalogue) if message.string and all(_forms(message.string))}
    return sorted(_ids(spoken()) - said)


@pytest.mark.parametrize("name", WHOLE)
def test_no_catalogue_lacks_a_message_or_has_one_that_nobody_says(name: str) -> None:
    catalogue = read_catalogue(name)
    assert _lacking(catalogue) == [], "python -m webapp.rendering.catalogue, and then translate"
    assert _ids(catalogue) <= _ids(spoken())


def test_message_without_a_translation_is_noticed() -> None:
    catalogue = read_catalogue("de")
    catalogue["Signatories"].string = ""
    catalogue["%(count)s society"].string = ("%(count)s Fachgesellschaft", "")
    catalogue.delete("Authors")
    assert _lacking(catalogue) == [("%(count)s society", "%(count)s societies"), ("Authors",), ("Signatories",)]


@pytest.mark.parametrize("name", ["en_US", *WHOLE])
def test_placeholders_are_those_of_the_source(name: str) -> None:
    differing = [
        message.id
        for message in _messages(read_catalogue(name))
        for form in _forms(message.string)
        if sorted(_PLACEHOLDER.findall(form)) != sorted(_PLACEHOLDER.findall(_forms(message.id)[0]))
    ]
    assert differing == []


@pytest.mark.parametrize("name", ["en_US", *WHOLE])
def test_signs_are_those_of_the_language(name: str) -> None:
    found = [form for message in _messages(read_catalogue(name)) for form in _forms(message.string) if _FOREIGN[name].search(form)]
    assert found == []


@pytest.mark.parametrize(
    ("name", "wrong"), [("de", 'ein "Wort"'), ("de", "ein “Wort”"), ("fr", "Logo : X"), ("fr", "«mot»"), ("es", "“palabra”")]
)
def test_sign_of_another_language_is_noticed(name: str, wrong: str) -> None:
    assert _FOREIGN[name].search(wrong)


def test_american_words_are_spelt_as_there() -> None:
    british = {one for one in _ids(spoken()) if any(_BRITISH.search(form) for form in one)}
    assert british == _ids(read_catalogue("en_US"))


@pytest.mark.parametrize("name", ["en_US", *WHOLE])
def test_file_is_as_it_is_written_by_the_recipe(name: str) -> None:
    assert (LOCALE / f"{name}.po").read_text(encoding="utf-8") == written(read_catalogue(name))


@pytest.mark.parametrize("noun", COLLECTIVE_NOUNS)
@pytest.mark.parametrize("count", [0, 1, 2, 34])
def test_english_documents_count_as_the_pages_do(noun: str, count: int) -> None:
    words = words_for("en-GB")
    assert (words.count_phrase(count, noun), words.signed_sentence(count, noun)) == (
        count_phrase(count, noun),
        signed_sentence(count, noun),
    )


@pytest.mark.parametrize("language", ["de", "fr", "es"])
@pytest.mark.parametrize("noun", COLLECTIVE_NOUNS)
def test_number_stands_in_the_sentence_of_every_language(noun: str, language: str) -> None:
    words = words_for(language)
    assert [re.findall(r"\d+", words.signed_sentence(count, noun)) for count in (0, 1, 34)] == [[], ["1"], ["34"]]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-GB", "34 organisations have signed this letter."),
        ("en-US", "34 organizations have signed this letter."),
        ("de-AT", "34 Organisationen haben diesen Brief unterzeichnet."),
        ("fr-CA", "34 organisations ont signé cette lettre."),
        ("es", "34 organizaciones han firmado esta carta."),
        ("ar", "34 organisations have signed this letter."),
        ("en-ZA", "34 organisations have signed this letter."),
    ],
)
def test_language_is_that_of_the_letter_or_english(language: str, said: str) -> None:
    assert words_for(language).signed_sentence(34, "organisations") == said


def test_words_that_came_with_the_document_are_said_in_its_language_and_typed_ones_as_they_are() -> None:
    words = words_for("de")
    assert words.known("a correction") == "eine Korrektur"
    assert words.known("a letter of our own") == "a letter of our own"
    assert words.known("") == ""
    assert (
        words.known("By a minute of its board; recorded by the coordinator from an e-mail")
        == "Durch ein Protokoll des Vorstands; von der Koordination nach einer E-Mail eingetragen"
    )


@pytest.mark.parametrize("language", WHOLE)
def test_no_english_word_is_left_in_a_letter(language: str) -> None:
    html = letter_html(letter(language=language, is_draft=True, is_demonstration=True, draft_for="Example Society", signatories=()))
    catalogue = read_catalogue(language)
    said = [one.id for one in _messages(catalogue) if isinstance(one.id, str) and one.id != one.string and len(one.id) > 8]
    assert [words for words in said if f">{words}" in html] == []
    assert words_for(language).gettext("References") in html
