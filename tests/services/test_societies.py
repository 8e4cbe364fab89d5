"""The directory of societies: facts with a history, found by every name, changed by those who coordinate and by nobody unseen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import NOW, STRANGER, entry, letter_in_draft, letter_in_signing, sign, staff_actor
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from webapp.domain.permission import Role
from webapp.domain.society import Contact, SocietyFacts
from webapp.persistence.tables import SocietyChangeRow, SocietyRow
from webapp.services import directory, people, societies
from webapp.services.verification import verify

FERNS = SocietyFacts(
    "The Society of Ferns",
    acronym="SoF",
    country="br",
    kind="Learned societies",
    legal_name="Society of Ferns, Inc.",
    former_names=("Fern League", " Fern League "),
    website="ferns.example.org",
    ror="https://ror.org/05dxps055",
    domains=("Ferns.example.org, mail.ferns.example.org",),
    official_address="office@ferns.example.org",
    contacts=(Contact("Fern Wood", "fern@ferns.example.org"), Contact("", "")),
)


@pytest.fixture
def ferns(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return societies.add_entry(session, COMMAND, FERNS, now=NOW)


def names(page: directory.SocietiesPage) -> list[str]:
    return [one.printed_name for one in page.lines]


def test_entry_is_kept_in_one_form_with_its_first_line_of_history(store: Store, coordinator: Actor, ferns: str) -> None:
    with store() as session:
        view = societies.show_society(session, coordinator, ferns)
    assert view.facts == SocietyFacts(
        "The Society of Ferns",
        acronym="SoF",
        country="BR",
        kind="Learned societies",
        legal_name="Society of Ferns, Inc.",
        former_names=("Fern League",),
        website="https://ferns.example.org",
        ror="05dxps055",
        domains=("ferns.example.org", "mail.ferns.example.org"),
        official_address="office@ferns.example.org",
        contacts=(Contact("Fern Wood", "fern@ferns.example.org"),),
    )
    assert (view.country, [one.title for one in view.changes]) == ("Brazil", ["Entry made"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"printed_name": " "}, "printed_name"),
        ({"printed_name": "Fern\u202es"}, "printed_name"),
        ({"country": "Atlantis"}, "country"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "https://a:b@ferns.example.org"}, "website"),
        ({"ror": "05dxps056"}, "ror"),
        ({"domains": ("gmail.com",)}, "domains"),
        ({"official_address": "office"}, "official_address"),
        ({"former_names": tuple(f"Name {n}" for n in range(31))}, "former_names"),
    ],
)
def test_wrong_fact_names_its_field_and_stores_nothing(store: Store, connection: Connection, wrong: dict[str, str], field: str) -> None:
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        societies.add_entry(session, COMMAND, replace(FERNS, **wrong), now=NOW)
    assert refused.value.field == field


@pytest.mark.parametrize("contact", [Contact("Fern", ""), Contact("", "f@ferns.example.org"), Contact("Fern", "f@")])
def test_half_a_contact_is_refused(store: Store, connection: Connection, contact: Contact) -> None:
    with unchanged(connection), pytest.raises(InvalidInput), store() as session:
        societies.add_entry(session, COMMAND, replace(FERNS, contacts=(contact,)), now=NOW)


def test_kinds_that_are_in_use_are_suggested(store: Store, ferns: str) -> None:
    with store() as session:
        assert {"Learned societies", "National societies"} <= set(directory.known_kinds(session))


@pytest.mark.parametrize("search", ["fern", "FÉRNS society", "sof", "brazil", "BR"])
def test_society_is_found_by_name_acronym_and_country(store: Store, ferns: str, search: str) -> None:
    with store() as session:
        assert names(directory.list_societies(session, search=search)) == ["The Society of Ferns"]


@pytest.mark.parametrize("search", ["league", "society of ferns, inc."])
def test_society_is_found_by_the_names_that_it_had_and_the_list_says_which(store: Store, ferns: str, search: str) -> None:
    with store() as session:
        (line,) = directory.list_societies(session, search=search).lines
        assert line.found_by in {"Fern League", "Society of Ferns, Inc."}


def test_list_is_in_the_order_of_names_and_in_pages(store: Store, coordinator: Actor) -> None:
    with store() as session:
        for name in ["Zoo Society", "The Érable League", "apple college", *(f"Number {n:03}" for n in range(60))]:
            societies.add_entry(session, COMMAND, SocietyFacts(name), now=NOW)
        first, second = (directory.list_societies(session, number=number) for number in (1, 2))
    assert names(first)[:2] == ["apple college", "The Érable League"]
    assert names(second)[-1] == "Zoo Society"
    assert (len(first.lines), first.total, first.last) == (50, 63, 2)


def test_new_printed_name_needs_a_reason_and_the_old_one_still_finds_it(store: Store, coordinator: Actor, ferns: str) -> None:
    renamed = replace(FERNS, printed_name="Fern Society")
    with store() as session:
        with pytest.raises(InvalidInput, match="who asked for it"):
            societies.change_entry(session, coordinator, ferns, renamed, 1, now=NOW)
        assert societies.change_entry(session, coordinator, ferns, renamed, 1, reason="Asked by its office.", now=NOW)
        view = societies.show_society(session, coordinator, ferns)
        assert view.facts.former_names == ("Fern League", "The Society of Ferns")
        assert view.changes[0].title == "Printed name changed"
        assert view.changes[0].who == "coordinator@example.org"
        assert "“The Society of Ferns”, now “Fern Society”" in view.changes[0].note
        assert "Asked by its office." in view.changes[0].note
        assert names(directory.list_societies(session, search="the society of ferns")) == ["Fern Society"]


def test_history_tells_of_contacts_only_how_many(store: Store, coordinator: Actor, ferns: str) -> None:
    with store() as session:
        societies.change_entry(session, coordinator, ferns, replace(FERNS, contacts=()), 1, now=NOW)
        told = str([row.facts for row in session.scalars(select(SocietyChangeRow))])
    assert "'contacts': [1, 0]" in told
    assert "fern@" not in told


def test_name_of_another_entry_is_refused(store: Store, connection: Connection, coordinator: Actor, ferns: str) -> None:
    with unchanged(connection), pytest.raises(InvalidInput, match="join the entries"), store() as session:
        societies.add_entry(session, coordinator, SocietyFacts("The Society of Ferns"), now=NOW)


def test_same_facts_once_more_change_nothing(store: Store, connection: Connection, coordinator: Actor, ferns: str) -> None:
    with unchanged(connection), store() as session:
        assert not societies.change_entry(session, coordinator, ferns, FERNS, 1, now=NOW)


def test_nobody_writes_unseen_over_what_another_has_changed(store: Store, connection: Connection, coordinator: Actor, ferns: str) -> None:
    with store() as session:
        societies.change_entry(session, coordinator, ferns, replace(FERNS, acronym="TSF"), 1, now=NOW)
    with unchanged(connection), pytest.raises(Conflict), store() as session:
        societies.change_entry(session, coordinator, ferns, replace(FERNS, acronym="SF"), 1, now=NOW)


@pytest.mark.parametrize("role", [None, Role.READER, Role.DRAFTER])
def test_who_coordinates_no_letter_reads_and_changes_nothing(
    store: Store, connection: Connection, coordinator: Actor, ferns: str, role: Role | None
) -> None:
    with store() as session:
        other = staff_actor(session, STRANGER)
        if role:
            letter = letter_in_draft(session, coordinator)
            people.add_person(session, coordinator, letter, STRANGER, role, now=NOW)
    with unchanged(connection), store() as session:
        for act in (
            lambda: societies.add_entry(session, other, SocietyFacts("New"), now=NOW),
            lambda: societies.change_entry(session, other, ferns, FERNS, 1, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                act()
        view = societies.show_society(session, other, ferns)
        assert (view.may_keep, view.facts.contacts, view.facts.acronym) == (False, (), "SoF")


def test_coordinator_of_a_letter_may_change_the_directory(store: Store, coordinator: Actor, ferns: str) -> None:
    with store() as session:
        other = staff_actor(session, STRANGER)
        people.add_person(session, coordinator, letter_in_draft(session, coordinator), STRANGER, Role.COORDINATOR, now=NOW)
        assert societies.change_entry(session, other, ferns, replace(FERNS, acronym="F"), 1, now=NOW)


def test_r13_letters_of_others_are_not_told_of(store: Store, coordinator: Actor) -> None:
    with store() as session:
        other = staff_actor(session, STRANGER)
        letter_in_draft(session, coordinator, title="A letter of ours")
        letter_in_draft(session, other, title="A letter of others")
        reference = session.scalars(select(SocietyRow.reference)).one()
        assert [one.title for one in societies.show_society(session, coordinator, reference).letters] == ["A letter of ours"]
        assert len(societies.show_society(session, COMMAND, reference).letters) == 2


def test_what_is_not_there_is_not_found(store: Store, coordinator: Actor) -> None:
    with store() as session, pytest.raises(NotFound):
        societies.show_society(session, coordinator, "nobody")


def test_r17_new_name_leaves_answers_and_records_as_they_are(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry())
        sign(session, letter)
        society = session.scalars(select(SocietyRow)).one()
        facts = SocietyFacts("Gullhaven Society")
        societies.change_entry(session, coordinator, society.reference, facts, 1, reason="It asked.", now=NOW + timedelta(hours=1))
        assert verify(session).problems == ()


@pytest.mark.parametrize("act", [update(SocietyChangeRow).values(reason="another"), SocietyChangeRow.__table__.delete()])
def test_history_never_changes(store: Store, ferns: str, act: object) -> None:
    with pytest.raises(DBAPIError, match="never"), store() as session:
        session.execute(act)  # type: ignore[call-overload]
