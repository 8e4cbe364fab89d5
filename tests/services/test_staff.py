"""The accounts of the staff and who keeps them; an administrator opens no letter by that."""

from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import COORDINATOR, KEYRING, NOW, STRANGER, letter_in_draft, letter_row, staff_actor
from webapp.domain.actor import CLOCK, COMMAND, Actor
from webapp.domain.errors import Conflict, NotAllowed, NotFound
from webapp.domain.permission import Permission
from webapp.domain.record import replay
from webapp.persistence.record import load_events
from webapp.persistence.tables import SignInLinkRow, StaffRow, WebSessionRow
from webapp.services import doors, people, staff
from webapp.services.access import load_letter

ADMINISTRATOR = "administrator@example.org"


@pytest.fixture
def administrator(store: Store) -> Actor:
    with store() as session:
        return staff_actor(session, ADMINISTRATOR)


@pytest.fixture
def owner(store: Store, administrator: Actor) -> Actor:
    """On the staff after the administrator, and the owner of a letter."""
    with store() as session:
        return staff_actor(session)


@pytest.fixture
def owned(store: Store, owner: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, owner)


def administrators(session: Session) -> set[str]:
    return {line.email for line in doors.list_staff(session) if line.is_administrator}


def test_first_account_is_the_administrator_and_no_other_by_itself(store: Store, administrator: Actor, owner: Actor) -> None:
    with store() as session:
        assert administrators(session) == {ADMINISTRATOR}


def test_r13_administrator_sees_no_letter_without_a_grant(store: Store, administrator: Actor, owned: str) -> None:
    with store() as session, pytest.raises(NotFound):
        load_letter(session, administrator, owned, Permission.SEE)


ACTS: dict[str, Any] = {
    "list": lambda session, actor, who: staff.list_accounts(session, actor),
    "add": lambda session, actor, who: staff.add_account(session, actor, "new@example.org", now=NOW),
    "make": lambda session, actor, who: staff.set_administrator(session, actor, who, is_administrator=True),
    "unmake": lambda session, actor, who: staff.set_administrator(session, actor, who, is_administrator=False),
    "close": lambda session, actor, who: staff.close_account(session, actor, who, now=NOW),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_whoever_is_no_administrator_keeps_no_list(
    store: Store, connection: Connection, administrator: Actor, owner: Actor, act: Any
) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
    for nobody in (owner, CLOCK, Actor(owner.kind, "nobody")):
        with unchanged(connection), store() as session, pytest.raises(NotAllowed):
            act(session, nobody, stranger.reference)


# What each act leaves of the list: the keeper, and whoever the act is about.
LEFT: dict[str, dict[str, bool]] = {
    "list": {ADMINISTRATOR: True, COORDINATOR: False},
    "add": {ADMINISTRATOR: True, COORDINATOR: False, "new@example.org": False},
    "make": {ADMINISTRATOR: True, COORDINATOR: True},
    "unmake": {ADMINISTRATOR: True, COORDINATOR: False},
    "close": {ADMINISTRATOR: True},
}


@pytest.mark.parametrize("by_command", [False, True])
@pytest.mark.parametrize(("name", "left"), LEFT.items())
def test_administrator_and_command_keep_the_list(
    store: Store, administrator: Actor, owner: Actor, name: str, left: dict[str, bool], by_command: bool
) -> None:
    with store() as session:
        if name == "unmake":
            staff.set_administrator(session, administrator, owner.reference, is_administrator=True)
        ACTS[name](session, COMMAND if by_command else administrator, owner.reference)
    with store() as session:
        assert {line.email: line.is_administrator for line in doors.list_staff(session)} == left


def test_list_says_who_one_is_and_who_is_the_only_administrator(store: Store, administrator: Actor, owner: Actor) -> None:
    with store() as session:
        lines = staff.list_accounts(session, administrator)
        assert [(line.email, line.since, line.is_oneself, line.is_only_administrator) for line in lines] == [
            (ADMINISTRATOR, "2 March 2026", True, True),
            (COORDINATOR, "2 March 2026", False, False),
        ]
        staff.set_administrator(session, administrator, owner.reference, is_administrator=True)
        assert not any(line.is_only_administrator for line in staff.list_accounts(session, administrator))


def test_last_administrator_stays(store: Store, connection: Connection, administrator: Actor, owner: Actor) -> None:
    for keeper in (administrator, COMMAND):
        with unchanged(connection), store() as session:
            with pytest.raises(Conflict, match="At least one"):
                staff.set_administrator(session, keeper, administrator.reference, is_administrator=False)
            with pytest.raises(Conflict, match="At least one"):
                staff.close_account(session, keeper, administrator.reference, now=NOW)
    with store() as session:
        staff.set_administrator(session, administrator, owner.reference, is_administrator=True)
        staff.close_account(session, administrator, administrator.reference, now=NOW)
        assert administrators(session) == {COORDINATOR}


def test_closed_account_is_out_at_once_and_cannot_come_in_again(store: Store, administrator: Actor, owner: Actor) -> None:
    with store() as session:
        stay = doors.use_sign_in_link(session, doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=NOW), now=NOW)
        link = doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=NOW)
        staff.close_account(session, administrator, owner.reference, now=NOW)
    with store() as session:
        assert doors.find_desk(session, stay, now=NOW) is None
        assert not doors.is_sign_in_link_live(session, link, now=NOW)
        assert session.scalars(select(WebSessionRow)).all() == []
        assert session.scalars(select(SignInLinkRow)).all() == []
        with pytest.raises(NotFound):
            doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=NOW)
        assert [line.email for line in doors.list_staff(session)] == [ADMINISTRATOR]
        assert session.scalars(select(StaffRow.reference).where(StaffRow.email == COORDINATOR)).one() == owner.reference


def test_closed_account_leaves_its_letters_and_their_records_say_so(store: Store, administrator: Actor, owner: Actor, owned: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        people.add_person(session, owner, owned, STRANGER, "reader", now=NOW)
        staff.close_account(session, administrator, stranger.reference, now=NOW)
    with store() as session:
        events = load_events(session, letter_row(session, owned).id)
        assert (events[-1].kind, events[-1].public) == ("person.removed", {"person": stranger.reference})
        assert replay(events).people == {owner.reference: "owner"}
        # Back on the staff: the same account, and none of its letters.
        assert doors.add_staff(session, STRANGER, now=NOW) == (stranger.reference, True)
        with pytest.raises(NotFound):
            load_letter(session, stranger, owned, Permission.SEE)


def test_letter_is_never_left_without_an_owner(
    store: Store, connection: Connection, administrator: Actor, owner: Actor, owned: str
) -> None:
    with unchanged(connection), store() as session, pytest.raises(Conflict, match="only owner of a letter"):
        staff.close_account(session, administrator, owner.reference, now=NOW)


def test_command_hands_letters_on_when_it_closes_an_account(store: Store, administrator: Actor, owner: Actor, owned: str) -> None:
    with store() as session:
        heir = staff_actor(session, STRANGER)
        staff.close_account_of(session, COMMAND, COORDINATOR, letters_to=STRANGER, now=NOW)
    with store() as session:
        assert load_letter(session, heir, owned, Permission.SHARE)
        assert replay(load_events(session, letter_row(session, owned).id)).people == {heir.reference: "owner"}


def test_administrator_cannot_hand_on_letters_that_are_not_theirs(
    store: Store, connection: Connection, administrator: Actor, owner: Actor, owned: str
) -> None:
    with unchanged(connection), store() as session, pytest.raises(NotAllowed):
        staff.close_account(session, administrator, owner.reference, letters_to=ADMINISTRATOR, now=NOW)
