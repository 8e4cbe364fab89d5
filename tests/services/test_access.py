"""Loaders fetch and check in one step: what one may not see is not there (R13)."""

from datetime import timedelta

import pytest

from tests.conftest import Store
from tests.factories import NOW, STRANGER, enter, letter_in_signing, letter_row, staff_actor
from webapp.domain import limits
from webapp.domain.actor import CLOCK, COMMAND, Actor, ActorKind
from webapp.domain.errors import NotAllowed, NotFound
from webapp.domain.permission import ROLE_PERMISSIONS, Permission, Role
from webapp.persistence.tables import RepresentativeRow, WebSessionRow
from webapp.services import access

MS = timedelta(milliseconds=1)


@pytest.mark.parametrize("permission", Permission)
def test_r13_owner_may_do_everything_and_a_stranger_finds_nothing(
    store: Store, coordinator: Actor, letter: str, permission: Permission
) -> None:
    with store() as session:
        assert access.load_letter(session, coordinator, letter, permission).reference == letter
        for stranger in (
            staff_actor(session, STRANGER),
            Actor(ActorKind.STAFF, "nobody"),
            Actor(ActorKind.REPRESENTATIVE, coordinator.reference),
        ):
            with pytest.raises(NotFound):
                access.load_letter(session, stranger, letter, permission)


def test_command_and_clock_see_every_letter_and_no_letter_that_is_not(store: Store, letter: str) -> None:
    with store() as session:
        for actor in (COMMAND, CLOCK):
            assert access.load_letter(session, actor, letter, Permission.SEE)
            with pytest.raises(NotFound):
                access.load_letter(session, actor, "lost", Permission.SEE)


def test_role_without_the_permission_is_told_that_it_may_not(
    store: Store, coordinator: Actor, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There is one role so far; a lesser one stands in by taking a permission from it.
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.OWNER, frozenset({Permission.SEE}))
    with store() as session:
        assert access.load_letter(session, coordinator, letter, Permission.SEE)
        with pytest.raises(NotAllowed):
            access.load_letter(session, coordinator, letter, Permission.SEAL)


def test_place_is_found_by_its_own_session_alone(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        token_hash, own = place.stay.token_hash, place.invitation.reference
        assert access.load_place(session, token_hash, own, now=NOW).representative == place.representative
        other = letter_in_signing(session, coordinator, title="Another letter")
        for wrong in (("0" * 64, own), (token_hash, "lost"), (token_hash, enter(session, other).invitation.reference)):
            with pytest.raises(NotFound):
                access.load_place(session, *wrong, now=NOW)


@pytest.mark.parametrize(
    ("after", "is_open"),
    [(limits.ROOM_IDLE - MS, True), (limits.ROOM_IDLE, False)],
    ids=["just before", "at the hour"],
)
def test_room_closes_after_an_hour_without_use(store: Store, letter: str, after: timedelta, is_open: bool) -> None:
    with store() as session:
        place = enter(session, letter)
        try:
            access.load_place(session, place.stay.token_hash, place.invitation.reference, now=NOW + after)
        except NotFound:
            assert not is_open
        else:
            assert is_open


def test_room_closes_after_twelve_hours_of_use(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        session.get_one(WebSessionRow, place.stay.id).seen_at = NOW + limits.ROOM_LONGEST - MS
        session.flush()
        reference = place.invitation.reference
        assert access.load_place(session, place.stay.token_hash, reference, now=NOW + limits.ROOM_LONGEST - MS)
        with pytest.raises(NotFound):
            access.load_place(session, place.stay.token_hash, reference, now=NOW + limits.ROOM_LONGEST)


def test_r14_room_of_a_revoked_representative_is_shut(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        session.get_one(RepresentativeRow, place.representative.id).revoked_at = NOW
        session.flush()
        with pytest.raises(NotFound):
            access.load_place(session, place.stay.token_hash, place.invitation.reference, now=NOW)


def test_locked_letter_is_read_anew(store: Store, letter: str) -> None:
    with store() as session:
        row = letter_row(session, letter)
        assert access.lock_letter(session, row.id) is row
