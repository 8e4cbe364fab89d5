"""The roster of an earlier letter for another: of letters one may see, with links of their own, and nothing stored before the button."""

import pytest
from sqlalchemy import Connection, select

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import ANNA, BRUNO, KEYRING, NOW, OTTO, STRANGER, entry, letter_in_draft, letter_in_signing, staff_actor
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import InvalidInput, NotFound, WrongState
from webapp.domain.society import Contact, SocietyFacts
from webapp.persistence.tables import RepresentativeRow, SocietyRow
from webapp.services import roster, roster_copy, roster_import, sign_on, societies
from webapp.services.verification import verify

MARSHES = entry("The Marshes", OTTO, "Otto Lind")


@pytest.fixture
def earlier(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_signing(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth"), MARSHES)


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator, MARSHES, title="The next letter")


def rows(store: Store, actor: Actor, drafted: str, earlier: str) -> list[tuple[str, str, str]]:
    with store() as session:
        reading = roster_copy.copy_roster(session, actor, drafted, earlier).reading
        preview = roster_import.preview_list(session, actor, drafted, reading)
        return [(row.entry.society, row.entry.contact, row.entry.email) for row in preview.rows]


def test_copied_roster_has_the_live_representatives_of_the_societies_that_are_not_there(
    store: Store, connection: Connection, coordinator: Actor, earlier: str, drafted: str
) -> None:
    with unchanged(connection):
        found = rows(store, coordinator, drafted, earlier)
    assert found == [("Gullhaven, Society of", "Anna Berg", ANNA), ("Gullhaven, Society of", "Bruno Wirth", BRUNO)]


def test_r14_copied_representatives_get_links_of_their_own(store: Store, coordinator: Actor, earlier: str, drafted: str) -> None:
    with store() as session:
        reading = roster_copy.copy_roster(session, coordinator, drafted, earlier).reading
        preview = roster_import.preview_list(session, coordinator, drafted, reading)
        assert roster.import_roster(session, coordinator, drafted, preview, KEYRING, now=NOW) == 1
        links = session.scalars(select(RepresentativeRow.link_hash).where(RepresentativeRow.email == ANNA)).all()
        assert len(set(links)) == 2
        assert verify(session).problems == ()


def test_r13_roster_of_a_letter_that_one_may_not_see_is_neither_listed_nor_copied(
    store: Store, coordinator: Actor, earlier: str, drafted: str
) -> None:
    with store() as session:
        other = staff_actor(session, STRANGER)
        theirs = letter_in_draft(session, other, entry("Moss", "m@moss.example.org"), title="A letter of others")
        assert [one.reference for one in roster_copy.earlier_letters(session, coordinator, drafted)] == [earlier]
        with pytest.raises(NotFound):
            roster_copy.copy_roster(session, coordinator, drafted, theirs)
        with pytest.raises(NotFound):
            roster_copy.copy_roster(session, other, drafted, theirs)
        assert len(roster_copy.earlier_letters(session, COMMAND, drafted)) == 2


def test_whoever_was_revoked_is_not_copied_and_the_usual_contacts_step_in(
    store: Store, coordinator: Actor, earlier: str, drafted: str
) -> None:
    with store() as session:
        for row in session.scalars(select(RepresentativeRow).where(RepresentativeRow.email.in_([ANNA, BRUNO]))).all():
            roster.revoke_representative(session, coordinator, earlier, row.reference, now=NOW)
    with store() as session:
        society = session.scalars(select(SocietyRow).where(SocietyRow.printed_name == "Gullhaven, Society of")).one()
        preview = roster_copy.copy_roster(session, coordinator, drafted, earlier).reading
        assert roster_import.preview_list(session, coordinator, drafted, preview).problem_count == 1
        facts = SocietyFacts("Gullhaven, Society of", contacts=(Contact("Office", "office@gullhaven.example.org"),))
        societies.change_entry(session, coordinator, society.reference, facts, society.edition, now=NOW)
    assert rows(store, coordinator, drafted, earlier) == [("Gullhaven, Society of", "Office", "office@gullhaven.example.org")]


def test_roster_that_is_all_there_is_said_so(store: Store, coordinator: Actor, earlier: str) -> None:
    with store() as session:
        same = letter_in_draft(session, coordinator, entry(), MARSHES, title="The same societies")
        with pytest.raises(InvalidInput, match="on this roster already"):
            roster_copy.copy_roster(session, coordinator, same, earlier)


def test_nothing_is_copied_into_a_letter_that_invites_nobody_any_more(store: Store, coordinator: Actor, earlier: str, drafted: str) -> None:
    with store() as session:
        sign_on.cancel_letter(session, coordinator, drafted, "It is not needed.", now=NOW)
        with pytest.raises(WrongState):
            roster_copy.copy_roster(session, coordinator, drafted, earlier)


def test_r15_copied_names_are_exactly_those_that_were(store: Store, coordinator: Actor, drafted: str) -> None:
    names = ["'=1+1", "'t Genootschap", "-Ferns", 'The "Moss", Ltd']
    with store() as session:
        odd = letter_in_draft(session, coordinator, *(entry(name, f"a{number}@x.example.org") for number, name in enumerate(names)))
    assert {row[0] for row in rows(store, coordinator, drafted, odd)} == set(names)
