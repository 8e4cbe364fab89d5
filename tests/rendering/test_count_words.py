"""How many have signed, in the forms in which people write it."""

from dataclasses import replace

import pytest

from webapp.domain.wording import COLLECTIVE_NOUNS
from webapp.rendering.count_words import count_sentences

from .letters import letter, signatories


def said(*names: str, noun: str = "societies", lead: str = "") -> list[str]:
    lines = tuple(replace(one, is_lead=one.printed_name == lead) for one in signatories(names))
    return [sentence for _label, sentence in count_sentences(letter(signatories=lines, collective_noun=noun))]


def test_nobody_is_nobody() -> None:
    assert said() == ["no societies"]


def test_one_is_named() -> None:
    assert said("Gullhaven Society") == [
        "1 society",
        "We, the Gullhaven Society",
        "the Gullhaven Society",
        "on behalf of the Gullhaven Society",
    ]


def test_two_are_one_and_one_other() -> None:
    named = "the Gullhaven Society and 1 other"
    assert said("Gullhaven Society", "Marsh") == ["2 societies", "We, the undersigned 2 societies", named, "on behalf of 2 societies"]


def test_many_are_one_and_the_others() -> None:
    names = ("Marsh", "American Example Society", *(f"Number {place}" for place in range(32)))
    named = "the American Example Society and 33 others"
    assert said(*names, lead="American Example Society") == [
        "34 societies",
        "We, the undersigned 34 societies",
        named,
        "on behalf of 34 societies",
    ]


@pytest.mark.parametrize(
    ("language", "noun", "sentences"),
    [
        ("de-AT", "associations", ["34 Verbände", "Wir, die 34 unterzeichnenden Verbände", "und 33 weitere", "im Namen von 34 Verbänden"]),
        ("fr", "groups", ["34 groupes", "Nous, les 34 groupes soussignés", "et 33 autres", "au nom de 34 groupes"]),
        ("es", "societies", ["34 sociedades", "Nosotras, las 34 sociedades firmantes", "y 33 más", "en nombre de 34 sociedades"]),
        (
            "en-US",
            "organisations",
            ["34 organizations", "We, the undersigned 34 organizations", "and 33 others", "on behalf of 34 organizations"],
        ),
    ],
)
def test_language_is_that_of_the_letter(language: str, noun: str, sentences: list[str]) -> None:
    given = letter(language=language, collective_noun=noun, signatories=signatories(tuple(f"Gullhaven {place}" for place in range(34))))
    said = [sentence for _label, sentence in count_sentences(given)]
    assert [one.removeprefix("Gullhaven 0 ") for one in said] == sentences


@pytest.mark.parametrize("noun", COLLECTIVE_NOUNS)
@pytest.mark.parametrize("count", [1, 2, 34])
def test_every_noun_is_in_the_right_number(noun: str, count: int) -> None:
    first = said(*(f"Name {place}" for place in range(count)), noun=noun)[0]
    assert first == f"{count} {COLLECTIVE_NOUNS[noun] if count == 1 else noun}"


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("The Adriatic Council", "The Adriatic Council"),
        ("European Society of Care", "the European Society of Care"),
        ("Gullhaven, Society of", "Gullhaven, Society of"),
        ("Kidney Research <b>& Care</b>", "Kidney Research <b>& Care</b>"),
        ("Académie française de néphrologie", "Académie française de néphrologie"),
        ("中华医学会肾脏病学分会", "中华医学会肾脏病学分会"),
    ],
)
def test_r15_name_stands_as_it_was_given_with_an_article_only_where_english_has_one(name: str, named: str) -> None:
    assert said(name)[2] == named
