"""Who works on a letter: owners let staff in, change their role, take them off; every change stands in the record."""

import pytest
from sqlalchemy import Connection

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import COORDINATOR, NOW, STRANGER, letter_row, staff_actor
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from webapp.domain.permission import Permission, Role, permissions_of
from webapp.domain.record import replay
from webapp.persistence.record import load_events
from webapp.services import people
from webapp.services.access import load_letter
from webapp.services.record import list_events


@pytest.fixture
def stranger(store: Store, letter: str) -> Actor:
    with store() as session:
        return staff_actor(session, STRANGER)


def roles(store: Store, coordinator: Actor, letter: str) -> dict[str, str]:
    with store() as session:
        return {line.email: line.role for line in people.list_people(session, coordinator, letter)}


@pytest.mark.parametrize("role", Role)
def test_r13_person_may_do_what_the_role_allows_from_the_moment_of_being_let_in(
    store: Store, coordinator: Actor, stranger: Actor, letter: str, role: Role
) -> None:
    with store() as session:
        with pytest.raises(NotFound):
            load_letter(session, stranger, letter, Permission.SEE)
        people.add_person(session, coordinator, letter, STRANGER.upper(), role, now=NOW)
        session.flush()
        for permission in Permission:
            if permission in permissions_of(role):
                assert load_letter(session, stranger, letter, permission)
            else:
                with pytest.raises(NotAllowed):
                    load_letter(session, stranger, letter, permission)


def test_r13_person_who_is_taken_off_knows_of_the_letter_no_more(store: Store, coordinator: Actor, stranger: Actor, letter: str) -> None:
    with store() as session:
        people.add_person(session, coordinator, letter, STRANGER, "coordinator", now=NOW)
        people.remove_person(session, coordinator, letter, stranger.reference, now=NOW)
        session.flush()
        with pytest.raises(NotFound):
            load_letter(session, stranger, letter, Permission.SEE)


@pytest.mark.parametrize("role", ["coordinator", "drafter", "reader"])
def test_only_an_owner_shares_the_letter(store: Store, coordinator: Actor, stranger: Actor, letter: str, role: str) -> None:
    with store() as session:
        people.add_person(session, coordinator, letter, STRANGER, role, now=NOW)
        staff_actor(session, "third@example.org")
        session.flush()
        for act in (
            lambda: people.add_person(session, stranger, letter, "third@example.org", "owner", now=NOW),
            lambda: people.change_role(session, stranger, letter, stranger.reference, "owner", now=NOW),
            lambda: people.remove_person(session, stranger, letter, coordinator.reference, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_last_owner_stays(store: Store, connection: Connection, coordinator: Actor, stranger: Actor, letter: str) -> None:
    with store() as session:
        people.add_person(session, coordinator, letter, STRANGER, "coordinator", now=NOW)
    with unchanged(connection), store() as session:
        with pytest.raises(Conflict, match="at least one owner"):
            people.change_role(session, coordinator, letter, coordinator.reference, "reader", now=NOW)
        with pytest.raises(Conflict, match="at least one owner"):
            people.remove_person(session, coordinator, letter, coordinator.reference, now=NOW)
        assert people.list_people(session, coordinator, letter)[0].is_last_owner


def test_owner_leaves_when_another_has_come(store: Store, coordinator: Actor, stranger: Actor, letter: str) -> None:
    with store() as session:
        people.add_person(session, coordinator, letter, STRANGER, "owner", now=NOW)
        people.change_role(session, coordinator, letter, coordinator.reference, "reader", now=NOW)
    assert roles(store, coordinator, letter) == {STRANGER: "owner", COORDINATOR: "reader"}


@pytest.mark.parametrize(
    ("email", "role", "words"),
    [
        ("nobody@example.org", "reader", "Nobody on the staff"),
        (COORDINATOR, "reader", "works on the letter already"),
        (STRANGER, "king", "Choose one"),
        (STRANGER, "", "Choose one"),
    ],
)
def test_who_cannot_be_let_in_is_refused_with_a_sentence(
    store: Store, connection: Connection, coordinator: Actor, stranger: Actor, letter: str, email: str, role: str, words: str
) -> None:
    with unchanged(connection), store() as session, pytest.raises(InvalidInput, match=words):
        people.add_person(session, coordinator, letter, email, role, now=NOW)


def test_person_of_another_letter_is_not_there(store: Store, coordinator: Actor, stranger: Actor, letter: str) -> None:
    with store() as session:
        for act in (people.remove_person, lambda *given, now: people.change_role(*given, "reader", now=now)):
            with pytest.raises(NotFound):
                act(session, coordinator, letter, stranger.reference, now=NOW)


def test_r17_r19_every_change_is_recorded_without_an_address_and_replays(
    store: Store, coordinator: Actor, stranger: Actor, letter: str
) -> None:
    with store() as session:
        people.add_person(session, coordinator, letter, STRANGER, "drafter", now=NOW)
        people.change_role(session, coordinator, letter, stranger.reference, "owner", now=NOW)
        people.change_role(session, coordinator, letter, stranger.reference, "owner", now=NOW)
        people.remove_person(session, coordinator, letter, coordinator.reference, now=NOW)
    with store() as session:
        events = load_events(session, letter_row(session, letter).id)
        assert [event.kind for event in events[-3:]] == ["person.added", "person.changed", "person.removed"]
        assert "@" not in str([event.public for event in events[-3:]])
        assert replay(events).people == {stranger.reference: "owner"}
        assert list_events(session, stranger, letter)[0].note == COORDINATOR
