"""R5: every document of a letter names the same signatories, in the same order, and says the same number."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.counts import IS_ASSURE
from webapp.domain.document import LetterDocument, SignatoryLine
from webapp.domain.document_kind import DocumentKind
from webapp.domain.layout import Acronyms, Grouping, Layout
from webapp.rendering import documents
from webapp.rendering.count_words import count_sentences
from webapp.rendering.documents import KINDS_MADE
from webapp.rendering.writing import direction

from .letters import AWKWARD_NAMES, letter
from .lists import expected, read

COUNTS = (1, 2, 34, 301)
FORMULAS = ("+1 Care Alliance", "-2 Society", "@home Nursing", "＝1＋1 Society", "'=1 Society", "Nord, Süd; Ost | West Verband")
LEAD = SignatoryLine(
    "“Lead” (American) Example Society, Inc. & Co", "Dr Ana Lima", "President, acting", "Chile", acronym="AES", is_lead=True
)
KINDS = ("National society", "Patient group", "")


def line(place: int, name: str) -> SignatoryLine:
    recorded = "recorded by the coordinator from a letter on paper" if place % 7 == 0 else ""
    facts = ("Prof Tomáš Okafor", "President") if place % 3 or not place % 5 else (None, None)
    # So that nobody stands there with a bare name.
    country = ("Portugal", "Côte d’Ivoire")[place % 2] if place % 4 or not facts[0] else None
    # What is drawn from the left and from the right at once is compared by the tests of the PDF.
    acronym = f"Ä{place}" if place % 5 == 0 and direction(name) == "ltr" else ""
    return SignatoryLine(name, *facts, country, recorded, acronym, KINDS[place % 3])


def by(lines: Iterable[SignatoryLine], grouping: Grouping) -> list[SignatoryLine]:
    keys = {Grouping.COUNTRY: lambda one: one.country or "~", Grouping.KIND: lambda one: one.society_kind or "~"}
    return sorted(lines, key=keys.get(grouping, lambda _one: ""))


@cache
def document(count: int) -> LetterDocument:
    """Grouped, with acronyms and the lead society first, in another way for each count."""
    names = [*AWKWARD_NAMES, *FORMULAS]
    names += [f"Society {place:03}" for place in range(count - len(names) - 1)]
    grouping = {1: Grouping.NONE, 2: Grouping.NONE, 34: Grouping.COUNTRY, 301: Grouping.KIND}[count]
    rest = by((line(place, name) for place, name in enumerate(names[: count - 1])), grouping)
    acronyms = Acronyms.BEFORE if count == 301 else Acronyms.AFTER
    return letter(
        statement="We write.",
        references=(),
        signatories=(LEAD, *rest),
        layout=Layout(grouping=grouping, is_lead_first=True, acronyms=acronyms),
    )


def cases(others: Iterable[Any], printed: Any) -> list[Any]:
    """Each kind of document with each of the others; by itself a PDF, which takes its second, only with one of them."""
    pairs = [(kind, other) for kind in KINDS_MADE for other in others]
    return [(kind, other) for kind, other in pairs if IS_ASSURE or kind is not DocumentKind.LETTER or other == printed]


@pytest.mark.parametrize(("kind", "count"), cases(COUNTS, 34))
def test_r5_document_has_the_same_number_names_and_order(kind: DocumentKind, count: int) -> None:
    assert read(kind, document(count)) == expected(kind, document(count))


@pytest.mark.parametrize("count", COUNTS)
def test_r5_sentence_has_the_same_number(count: int) -> None:
    said = dict(count_sentences(document(count)))
    assert said["The number"] == ("1 society" if count == 1 else f"{count} societies")
    assert said["One by name"] == {
        1: LEAD.printed_name,
        2: f"{LEAD.printed_name} and 1 other",
    }.get(count, f"{LEAD.printed_name} and {count - 1} others")


def without_the_last(lines: tuple[SignatoryLine, ...]) -> tuple[SignatoryLine, ...]:
    return lines[:-1]


def with_two_swapped(lines: tuple[SignatoryLine, ...]) -> tuple[SignatoryLine, ...]:
    return (*lines[:-2], lines[-1], lines[-2])


def with_one_twice(lines: tuple[SignatoryLine, ...]) -> tuple[SignatoryLine, ...]:
    return (*lines[:-1], lines[-2])


def with_one_renamed(lines: tuple[SignatoryLine, ...]) -> tuple[SignatoryLine, ...]:
    return (*lines[:-1], replace(lines[-1], printed_name=lines[-1].printed_name.replace("Society", "society")))


@pytest.mark.parametrize(("kind", "slip"), cases([without_the_last, with_two_swapped, with_one_twice, with_one_renamed], with_two_swapped))
def test_control_format_that_prints_another_list_is_noticed(kind: DocumentKind, slip: object, monkeypatch: pytest.MonkeyPatch) -> None:
    right = letter(statement="We write.", references=(), signatories=tuple(line(place, f"Society {place}") for place in range(5)))
    make = documents._MAKERS[kind]
    monkeypatch.setattr(documents, "_MAKERS", {kind: lambda given: make(replace(given, signatories=slip(given.signatories)))})  # type: ignore[operator]
    assert read(kind, right) != expected(kind, right)
