"""How staff come in: accounts, one-time links, sessions."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import dump, unchanged
from tests.factories import BROWSER, COORDINATOR, KEYRING, NETWORK, NOW, enter, staff_actor
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.tokens import hash_token
from webapp.persistence.tables import OutboxRow, SignInLinkRow, WebSessionRow
from webapp.services import doors, tick

S = timedelta(seconds=1)


def link(session: Session) -> str:
    return doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=NOW)


def test_account_is_made_once_whatever_the_case(store: Store, coordinator: Actor) -> None:
    with store() as session:
        assert doors.add_staff(session, f" {COORDINATOR.upper()} ", now=NOW) == (coordinator.reference, False)
        _reference, is_new = doors.add_staff(session, "new@example.org", now=NOW)
        assert is_new
        assert [one.email for one in doors.list_staff(session)] == [COORDINATOR, "new@example.org"]


@pytest.mark.parametrize("typed", ["", "x", "a@b", "a b@example.org", "a@example.org\nBcc: b@example.org", "a" * 250 + "@example.org"])
def test_address_that_is_none_is_refused(store: Store, typed: str) -> None:
    with store() as session, pytest.raises(InvalidInput):
        doors.add_staff(session, typed, now=NOW)


def test_link_signs_in_once(store: Store, coordinator: Actor) -> None:
    with store() as session:
        token = link(session)
        stay = doors.use_sign_in_link(session, token, now=NOW)
        assert doors.find_desk(session, stay, now=NOW) == doors.Desk(coordinator, COORDINATOR, is_administrator=True, seen_at=NOW)
        assert not doors.is_sign_in_link_live(session, token, now=NOW)
        with pytest.raises(NotFound):
            doors.use_sign_in_link(session, token, now=NOW)


@pytest.mark.parametrize(("after", "works"), [(-S, True), (timedelta(0), False), (S, False)], ids=["14:59", "15:00", "15:01"])
def test_link_lives_fifteen_minutes(store: Store, coordinator: Actor, after: timedelta, works: bool) -> None:
    with store() as session:
        at, token = NOW + timedelta(minutes=15) + after, link(session)
        assert doors.is_sign_in_link_live(session, token, now=at) is works
        try:
            doors.use_sign_in_link(session, token, now=at)
        except NotFound:
            assert not works
        else:
            assert works


def test_nobody_else_gets_a_link(store: Store, connection: Connection, coordinator: Actor) -> None:
    with unchanged(connection, but=("rate_limit",)), store() as session:
        doors.mail_sign_in_link(session, "nobody@example.org", NETWORK, BROWSER, KEYRING, now=NOW)
        with pytest.raises(NotFound, match="undersigned staff add"):
            doors.make_sign_in_link(session, "nobody@example.org", KEYRING, now=NOW)


def test_link_is_mailed_three_times_an_hour_and_no_more(store: Store, coordinator: Actor) -> None:
    with store() as session:
        for minute in range(5):
            doors.mail_sign_in_link(session, COORDINATOR, NETWORK, BROWSER, KEYRING, now=NOW + timedelta(minutes=minute))
        mailed = session.scalars(select(OutboxRow).where(OutboxRow.kind == "sign_in")).all()
        assert [row.to_address for row in mailed] == [COORDINATOR] * 3
        assert len({row.reason for row in mailed}) == 3


def mailed(session: Session) -> str:
    doors.mail_sign_in_link(session, COORDINATOR, NETWORK, BROWSER, KEYRING, now=NOW)
    return KEYRING.sign_in_link(session.scalars(select(SignInLinkRow.reference).order_by(SignInLinkRow.id.desc())).first() or "")


@pytest.mark.parametrize("typed", ["", "test", "nobody@example.org", f"x{COORDINATOR}", "\0", "é" * 200, "x" * 10_000])
def test_r6_mailed_link_opens_nothing_in_another_browser_without_its_address_and_lives_on(
    store: Store, connection: Connection, coordinator: Actor, typed: str
) -> None:
    with store() as session:
        token = mailed(session)
        with unchanged(connection):
            for browser in ("", "another browser"):
                assert doors.needs_address(session, token, browser, now=NOW)
                with pytest.raises(InvalidInput):
                    doors.use_sign_in_link(session, token, browser=browser, typed=typed, now=NOW)
        assert not doors.needs_address(session, token, BROWSER, now=NOW)
        assert doors.use_sign_in_link(session, token, browser=BROWSER, now=NOW)


@pytest.mark.parametrize("typed", [COORDINATOR, f"  {COORDINATOR.upper()} "])
def test_mailed_link_signs_in_once_in_another_browser_by_its_address(store: Store, coordinator: Actor, typed: str) -> None:
    with store() as session:
        token = mailed(session)
        assert doors.find_desk(session, doors.use_sign_in_link(session, token, typed=typed, now=NOW), now=NOW)
        assert not doors.needs_address(session, token, "another browser", now=NOW)
        with pytest.raises(NotFound):
            doors.use_sign_in_link(session, token, browser=BROWSER, typed=typed, now=NOW)


def test_printed_link_belongs_to_no_browser(store: Store, coordinator: Actor) -> None:
    with store() as session:
        assert not doors.needs_address(session, link(session), "", now=NOW)


def test_r19_neither_link_nor_session_is_stored(store: Store, connection: Connection, coordinator: Actor) -> None:
    with store() as session:
        token = link(session)
        stay = doors.use_sign_in_link(session, token, now=NOW)
    stored = str(dump(connection))
    assert token not in stored
    assert stay not in stored
    assert hash_token(stay) in stored


@pytest.mark.parametrize(
    ("idle", "is_open"), [(limits.DESK_IDLE - S, True), (limits.DESK_IDLE, False)], ids=["just before the hour", "at the hour"]
)
def test_desk_closes_after_an_hour_without_use(store: Store, coordinator: Actor, idle: timedelta, is_open: bool) -> None:
    with store() as session:
        stay = doors.use_sign_in_link(session, link(session), now=NOW)
        assert (doors.find_desk(session, stay, now=NOW + idle) is not None) is is_open


def test_desk_that_is_in_use_closes_after_twelve_hours(store: Store, coordinator: Actor) -> None:
    with store() as session:
        stay = doors.use_sign_in_link(session, link(session), now=NOW)
        for minutes in range(30, 12 * 60, 30):
            doors.touch(session, stay, now=NOW + timedelta(minutes=minutes))
            session.flush()
            assert doors.find_desk(session, stay, now=NOW + timedelta(minutes=minutes))
        assert doors.find_desk(session, stay, now=NOW + timedelta(hours=12)) is None


def test_session_is_touched_once_a_minute_and_never_backwards(store: Store, coordinator: Actor) -> None:
    with store() as session:
        stay = doors.use_sign_in_link(session, link(session), now=NOW)
        assert not doors.needs_touch(session, stay, now=NOW + 59 * S)
        assert doors.needs_touch(session, stay, now=NOW + 60 * S)
        doors.touch(session, stay, now=NOW - 60 * S)
        assert session.scalars(select(WebSessionRow.seen_at)).one() == NOW
        assert not doors.needs_touch(session, "nobody’s", now=NOW)


def test_signing_out_ends_the_session_in_every_tab(store: Store, coordinator: Actor) -> None:
    with store() as session:
        stay = doors.use_sign_in_link(session, link(session), now=NOW)
        doors.end_stay(session, stay)
        assert doors.find_desk(session, stay, now=NOW) is None
        doors.touch(session, stay, now=NOW + timedelta(minutes=5))
        assert doors.find_desk(session, stay, now=NOW) is None


def test_session_of_a_room_is_no_session_at_the_desk(store: Store, letter: str) -> None:
    with store() as session:
        enter(session, letter)
        room = session.scalars(select(WebSessionRow)).one()
        assert room.staff_id is None
        assert doors.find_desk(session, "of the room", now=NOW) is None


def test_sweep_removes_what_has_ended_and_nothing_else(store: Store, coordinator: Actor) -> None:
    with store() as session:
        doors.use_sign_in_link(session, link(session), now=NOW)
        at = NOW + limits.DESK_LONGEST + timedelta(days=1)
        tick.sweep_doors(session, now=NOW + timedelta(days=1))
        assert len(session.scalars(select(WebSessionRow)).all()) == 1
        assert len(session.scalars(select(SignInLinkRow)).all()) == 1
        staff_actor(session)
        tick.sweep_doors(session, now=at + S)
        assert session.scalars(select(WebSessionRow)).all() == []
        assert session.scalars(select(SignInLinkRow)).all() == []
