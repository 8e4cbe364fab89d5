"""Who is a signatory, in which order and under which name; and one number everywhere (R4, R5, R15, R20)."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    DEADLINE,
    NOW,
    SEALABLE,
    enter,
    give,
    intent,
    letter_in_signing,
    letter_row,
    seal_it,
    sign,
)
from tests.rendering.lists import read
from webapp.domain.actor import Actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.links import Links
from webapp.domain.roster import RosterEntry
from webapp.persistence.tables import AnswerRow, InvitationRow, LayoutRow
from webapp.rendering.count_words import count_sentences
from webapp.rendering.letter import letter_html
from webapp.rendering.signatories import signatories_csv, signatories_json
from webapp.services import dashboard, documents, rooms, seal, sign_on

LINKS = Links("http://127.0.0.1:8000")

# As printed, in the order in which they are printed: sorted by name without “The”, accents and case folded, never re-cased or split.
AWKWARD = [
    "Académie des Marées",
    "The Brindle & Co. Society, of 1888",
    "BRINDLE COLLEGE",
    "d’Orme Society (d’Orme)",
    "Émile Foundation",
    "Emile Guild",
    "Østers Society",
    "the quiet society",
    "Society of Étoiles",
    "Zürich Society",
    "Общество тихого часа",
    "جمعية الساعة الهادئة",
    "安静医学会",
]


def society(number: int, name: str, **more: str) -> RosterEntry:
    return RosterEntry(name, f"Person {number}", f"p{number}@s{number}.example.org", **more)


def counts(session: Session, coordinator: Actor, letter: str) -> dict[str, int]:
    """The number of signatories, as every place gives it."""
    document = seal.current_document(session, coordinator, letter, now=SEALABLE)
    shown = dashboard.show_dashboard(session, coordinator, letter, LINKS, now=SEALABLE)
    line = next(one for one in dashboard.list_letters(session, coordinator, now=SEALABLE) if one.reference == letter)
    place = enter(session, letter, "p0@s0.example.org", now=NOW)
    room = rooms.show_room(session, place, now=NOW)
    html = letter_html(document)
    return {
        "dashboard": shown.signed,
        "phrase": int(shown.signed_phrase.split()[0].replace("no", "0")),
        "sentence": int(shown.signed_sentence.split()[0].replace("No", "0")),
        "list of letters": line.signed,
        "room": int(room.signed_sentence.split()[0].replace("No", "0")),
        "document": len(document.signatories),
        "page of the PDF": sum(html.count(f">{one.printed_name.replace('&', '&amp;')}<") > 0 for one in document.signatories),
        "CSV": len(list(csv.reader(io.StringIO(signatories_csv(document))))) - 1,
        "JSON": json.loads(signatories_json(document))["count"],
        **{kind.value: read(kind, document).count for kind in (DocumentKind.TEXT, DocumentKind.HTML, DocumentKind.SIGNATORIES_XLSX)},
        "to be copied": int(count_sentences(document)[0][1].split()[0].replace("no", "0")),
        "JSON list": len(json.loads(signatories_json(document))["signatories"]),
    }


def test_r5_one_number_everywhere_live_and_sealed(store: Store, coordinator: Actor) -> None:
    with store() as session:
        entries = [society(number, name) for number, name in enumerate(AWKWARD)]
        letter = letter_in_signing(session, coordinator, *entries)
        assert set(counts(session, coordinator, letter).values()) == {0}
        for number, one in enumerate(entries[:-2], start=1):
            sign(session, letter, one.email, printed_name=one.society)
            if number in {1, 2}:
                assert set(counts(session, coordinator, letter).values()) == {number}
        declining = enter(session, letter, entries[-2].email)
        give(session, declining, intent(session, declining, "decline", nonce="a-nonce-to-decline"))
        taken_back = enter(session, letter, entries[3].email)
        give(session, taken_back, intent(session, taken_back, "withdraw", nonce="a-nonce-to-withdraw"))
        assert set(counts(session, coordinator, letter).values()) == {len(AWKWARD) - 3}
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        assert set(counts(session, coordinator, letter).values()) == {len(AWKWARD) - 3}
        seal_it(session, coordinator, letter)
        assert set(counts(session, coordinator, letter).values()) == {len(AWKWARD) - 3}


def test_r15_names_are_sorted_by_their_words_and_printed_as_given(store: Store, coordinator: Actor) -> None:
    with store() as session:
        entries = [society(number, name) for number, name in enumerate(AWKWARD)]
        letter = letter_in_signing(session, coordinator, *reversed(entries))
        for one in entries[::2] + entries[1::2]:
            sign(session, letter, one.email, printed_name=one.society)
        printed = [line.printed_name for line in seal.current_document(session, coordinator, letter, now=NOW).signatories]
        assert printed == AWKWARD


ORDERS = [
    (["The Zeal Society", "Yonder Society"], ["Yonder Society", "The Zeal Society"], "“The” is passed over"),
    (["the zeal society", "Yonder Society"], ["Yonder Society", "the zeal society"], "in small letters too"),
    (
        ["Theatre Society", "Sable Society", "Umber Society"],
        ["Sable Society", "Theatre Society", "Umber Society"],
        "a word that begins so is not",
    ),
    (["Zebra", "Éclair", "eclair b", "Apple"], ["Apple", "Éclair", "eclair b", "Zebra"], "accents and case are folded"),
    (["Society, B", "Society (A)", "Society A"], None, "punctuation does not split a name"),
    (["安静医学会", "Общество", "Aspen"], ["Aspen", "Общество", "安静医学会"], "Latin, Cyrillic, Chinese"),
    (["The", "A"], ["A", "The"], "a name that is nothing but “The”"),
]


@pytest.mark.parametrize(("names", "expected"), [row[:2] for row in ORDERS], ids=[row[2] for row in ORDERS])
def test_r15_order(names: list[str], expected: list[str] | None) -> None:
    given = sorted(names, key=documents.sort_key)
    assert sorted(given) == sorted(names)
    if expected is not None:
        assert given == expected


def test_r15_sort_name_decides_where_it_is_given() -> None:
    assert documents.sort_key("Royal Society of Ferns", "Ferns") < documents.sort_key("Ghent Society") < documents.sort_key("Royal Society")


# R4


CHANGES: list[tuple[str, Callable[[AnswerRow], None], bool]] = [
    ("as it was given", lambda answer: None, True),
    ("authority still open", lambda answer: setattr(answer, "authority", "open"), False),
    ("no longer standing", lambda answer: setattr(answer, "is_standing", False), False),
]


def test_r5_list_for_strangers_is_the_list_that_is_sealed(store: Store, coordinator: Actor) -> None:
    with store() as session:
        entries = [society(number, name, country="DE", acronym=f"S{number}") for number, name in enumerate(AWKWARD)]
        letter = letter_in_signing(session, coordinator, *entries)
        for one in entries[:-1]:
            sign(session, letter, one.email, printed_name=one.society, consent_to_print=one is not entries[0])
        row = letter_row(session, letter)
        of_nobody = session.scalars(select(AnswerRow).where(AnswerRow.printed_name == AWKWARD[2])).one()
        of_nobody.authority = "open"
        row.lead_society = AWKWARD[4]
        session.add(LayoutRow(letter_id=row.id, grouping="country", is_lead_first=True))
        session.flush()
        listed = [(answer.invitation.society.country, line) for answer, line in documents.listed_answers(session, row)]
        assert documents.printed_lines(session, row) == listed
        assert [line.printed_name for _country, line in listed][:2] == [AWKWARD[4], AWKWARD[0]]
        assert len(listed) == len(AWKWARD) - 2


@pytest.mark.parametrize(("change", "counts_as_signed"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_r4_society_is_a_signatory_if_and_only_if(
    store: Store, coordinator: Actor, letter: str, change: Callable[[AnswerRow], None], counts_as_signed: bool
) -> None:
    with store() as session:
        sign(session, letter)
        change(session.scalars(select(AnswerRow)).one())
        session.flush()
        row = letter_row(session, letter)
        assert bool(documents.signatory_lines(session, row)) is counts_as_signed
        assert dashboard.show_dashboard(session, coordinator, letter, LINKS, now=NOW).signed == counts_as_signed


def test_r4_signature_under_another_text_does_not_count(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        other = letter_in_signing(session, coordinator, title="Another letter")
        row = letter_row(session, other)
        assert documents.signatory_lines(session, row) == ()
        assert len(documents.signatory_lines(session, letter_row(session, letter))) == 1


def test_officer_is_printed_only_with_consent(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter, consent_to_print=False)
        line = documents.signatory_lines(session, letter_row(session, letter))[0]
        assert (line.officer, line.office) == (None, None)
        assert "Anna Berg" not in signatories_csv(documents.letter_document(session, letter_row(session, letter), dated=NOW, is_draft=True))


# R20

PAYLOADS = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)"]
TEMPLATES = ["{{ 7 * 7 }} Society", "{% raw %}", "${7*7}", "<script>alert(1)</script>", "<b>Bold</b> & Co.", "{{ config }}"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_r20_no_field_of_an_export_is_a_formula(store: Store, coordinator: Actor, letter: str, payload: str) -> None:
    with store() as session:
        sign(session, letter, printed_name=payload, officer=payload, office=payload)
        text = signatories_csv(seal.current_document(session, coordinator, letter, now=NOW))
        (row,) = csv.DictReader(io.StringIO(text))
        assert [row[column] for column in ("society", "officer", "office")] == [f"'{payload}"] * 3
        assert text.endswith("\r\n")


@pytest.mark.parametrize("payload", TEMPLATES)
def test_r20_template_syntax_in_a_name_is_printed_literally(store: Store, coordinator: Actor, letter: str, payload: str) -> None:
    with store() as session:
        sign(session, letter, printed_name=payload)
        document = seal.current_document(session, coordinator, letter, now=NOW)
        assert document.signatories[0].printed_name == payload
        html = letter_html(document)
        assert "<script>alert" not in html
        assert "<b>Bold" not in html
        assert str(escape(payload)) in html


def test_everybody_is_listed_once(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter, ANNA)
        assert session.scalars(select(InvitationRow)).all()
        assert len(documents.signing_answers(session, letter_row(session, letter))) == 1
