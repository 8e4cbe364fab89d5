"""The list as every document prints it: its order under each layout, what stands in each line, and that the seal keeps it."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import DEADLINE, FAKE_PDF, NOW, SEALABLE, letter_in_signing, letter_row, seal_it, sign
from webapp.domain.actor import Actor
from webapp.domain.document import LetterDocument, groups_of, name_as_listed
from webapp.domain.errors import Conflict
from webapp.domain.layout import Acronyms, Grouping, Layout
from webapp.domain.links import Links
from webapp.domain.record import RecordedEvent, event_hash, genesis_hash
from webapp.domain.roster import RosterEntry
from webapp.persistence.tables import LayoutRow, SocietyRow
from webapp.services import seal, sign_on
from webapp.services.documents import letter_document, signatory_lines

LEAD = "The Marrowby Society"
# Name, country, kind; in the order of their names.
SOCIETIES = [
    ("Aspen Society", "SE", "National societies"),
    ("The Brindle Society", "DE", "Colleges"),
    ("Cedar College", "", "Colleges"),
    (LEAD, "FR", "National societies"),
    ("Österby Society", "SE", ""),
    ("Zeal Union", "DE", "alliances"),
]
NAMES = [name for name, _country, _kind in SOCIETIES]
LINKS = Links("http://127.0.0.1:8000")

# The order under each heading, as a person would put it: Germany before France before Sweden would be wrong in German alone.
BY_HEADING = {
    Grouping.NONE: NAMES,
    Grouping.COUNTRY: [LEAD, "The Brindle Society", "Zeal Union", "Aspen Society", "Österby Society", "Cedar College"],
    Grouping.KIND: ["Zeal Union", "The Brindle Society", "Cedar College", "Aspen Society", LEAD, "Österby Society"],
}
HEADINGS = {
    Grouping.NONE: [""],
    Grouping.COUNTRY: ["France", "Germany", "Sweden", ""],
    Grouping.KIND: ["alliances", "Colleges", "National societies", ""],
}
EVERY = [
    Layout(grouping=grouping, is_lead_first=first, acronyms=acronyms, shows_logos=logos, has_annex=annex)
    for grouping, first, acronyms, logos, annex in product(Grouping, (False, True), Acronyms, (False, True), (False, True))
]


def lay_out(session: Session, letter: str, layout: Layout) -> None:
    row = session.get(LayoutRow, letter_row(session, letter).id) or LayoutRow(letter_id=letter_row(session, letter).id)
    for name in ("paper", "grouping", "is_lead_first", "acronyms", "shows_logos", "has_annex", "accent"):
        setattr(row, name, getattr(layout, name))
    session.add(row)
    session.flush()


def entry_of(session: Session, name: str) -> SocietyRow:
    return session.scalars(select(SocietyRow).where(SocietyRow.printed_name == name)).one()


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    """Signed by six societies, in another order than any in which they are printed."""
    with store() as session:
        entries = [RosterEntry(name, f"Person {n}", f"p{n}@s{n}.example.org", country=code) for n, (name, code, _) in enumerate(SOCIETIES)]
        reference = letter_in_signing(session, coordinator, *entries, lead_society=LEAD)
        for number in (4, 1, 5, 0, 3, 2):
            sign(session, reference, entries[number].email, printed_name=entries[number].society, officer=f"Officer {number}")
        for name, _country, kind in SOCIETIES:
            entry_of(session, name).kind = kind
        entry_of(session, "Zeal Union").acronym = "ZU"
        return reference


def the_document(session: Session, letter: str) -> LetterDocument:
    return letter_document(session, letter_row(session, letter), dated=NOW, is_draft=True)


def test_r5_r15_order_and_headings_under_every_layout(store: Store, letter: str) -> None:
    with store() as session:
        for layout in EVERY:
            lay_out(session, letter, layout)
            document = the_document(session, letter)
            names = [one.printed_name for one in document.signatories]
            groups = [(group.heading, [one.printed_name for one in group.signatories]) for group in groups_of(document.signatories, layout)]
            expected = list(BY_HEADING[layout.grouping])
            headings = list(HEADINGS[layout.grouping])
            if layout.is_lead_first:
                expected.sort(key=lambda name: name != LEAD)
                if layout.grouping is not Grouping.NONE:
                    # It is the only French society.
                    headings = ["", *(one for one in headings if one != "France")]
            assert document.layout == layout
            assert names == expected
            assert [heading for heading, _names in groups] == headings
            assert [name for _heading, members in groups for name in members] == names
            assert [one.printed_name for one in document.signatories if one.is_lead] == [LEAD]
            assert bool(document.authority) is layout.has_annex
            assert not layout.has_annex or [line.society for line in document.authority] == names


def test_r15_acronym_is_given_in_the_one_style_and_never_twice(store: Store, letter: str) -> None:
    with store() as session:
        entry_of(session, "Cedar College").acronym = "Cedar"
        lines = signatory_lines(session, letter_row(session, letter))
        names = {style: [name_as_listed(one, style) for one in lines] for style in Acronyms}
        assert names[Acronyms.NONE] == NAMES
        assert names[Acronyms.AFTER][-1] == "Zeal Union (ZU)"
        assert names[Acronyms.BEFORE][-1] == "ZU – Zeal Union"
        assert all("Cedar College" in listed for listed in names.values())


def test_headings_follow_the_language_of_the_letter(store: Store, letter: str) -> None:
    with store() as session:
        lay_out(session, letter, Layout(grouping=Grouping.COUNTRY))
        letter_row(session, letter).language = "de-DE"
        document = the_document(session, letter)
        assert [one.heading for one in groups_of(document.signatories, document.layout)] == ["Deutschland", "Frankreich", "Schweden", ""]


# R19


def test_r19_annex_says_how_it_is_known_and_no_address(store: Store, letter: str) -> None:
    with store() as session:
        lay_out(session, letter, Layout(has_annex=True))
        document = the_document(session, letter)
        assert {line.confirmed for line in document.authority} == {"By a code sent to the registered address"}
        assert {line.decided_by for line in document.authority} == {"the board"}
        assert "@" not in repr(document.authority)


def test_officer_without_consent_is_not_in_the_annex(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_in_signing(session, coordinator)
        sign(session, reference, consent_to_print=False)
        lay_out(session, reference, Layout(has_annex=True))
        assert [(line.officer, line.office) for line in the_document(session, reference).authority] == [("", "")]


def test_draft_names_the_society_that_it_is_for(store: Store, letter: str) -> None:
    with store() as session:
        row = letter_row(session, letter)
        assert letter_document(session, row, dated=NOW, is_draft=True, draft_for="Aspen Society").draft_for == "Aspen Society"


# The seal


def test_r11_sealed_list_keeps_order_and_facts_whatever_the_directory_says_later(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        lay_out(session, letter, Layout(grouping=Grouping.COUNTRY, is_lead_first=True))
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        before = the_document(session, letter).signatories
        seal_it(session, coordinator, letter)
        for name in NAMES:
            row = entry_of(session, name)
            row.kind, row.acronym, row.country, row.sort_name = "Another kind", "XX", "JP", f"zzz{row.id}"
        session.flush()
        assert signatory_lines(session, letter_row(session, letter)) == before


def test_r11_directory_that_changes_while_the_letter_is_made_voids_the_seal(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        plan = seal.plan_seal(session, coordinator, letter, LINKS, now=SEALABLE)
        entry_of(session, "Aspen Society").country = "NO"
        session.flush()
        with pytest.raises(Conflict, match="Something changed"):
            seal.seal_letter(session, coordinator, letter, plan, FAKE_PDF, now=SEALABLE + timedelta(seconds=1))


def test_proof_holds_the_record_up_to_the_plan_and_no_private_part(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        plan = seal.plan_seal(session, coordinator, letter, LINKS, now=SEALABLE)
        proof = plan.document.proof
        assert proof is not None
        told = json.loads(proof.record)
        before = genesis_hash(told["letter"])
        for number, event in enumerate(told["events"], start=1):
            assert (event["sequence"], event["previous_hash"]) == (number, before)
            assert "withheld" in event or event_hash(RecordedEvent(**event)) == event["hash"]
            before = event["hash"]
        assert (number, before) == (proof.record_length, proof.record_head) == (plan.record_length, proof.record_head)
        assert "@" not in proof.record
        assert proof.address == LINKS.check(letter)
        # Control: a changed event is found.
        first = RecordedEvent(**told["events"][0])
        assert event_hash(replace(first, actor="staff:somebody")) != first.hash
