"""Counting in the database: exact for every process, forgotten in time, and without an address (R19)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import dump
from tests.factories import ANNA, BROWSER, BRUNO, COORDINATOR, KEYRING, NETWORK, NOW, OTTO, entry, letter_in_signing
from webapp.domain import limits as figures
from webapp.domain.actor import Actor
from webapp.domain.rate import LINK_MISSES, LINKS_OF_LETTER, LINKS_TO_ADDRESS, Limit
from webapp.persistence import prepared
from webapp.persistence.database import transaction
from webapp.persistence.tables import CountRow, OutboxRow
from webapp.services import doors, limits, rooms, tick

OTHER_NETWORK = "198.51.100.0/24"


def count(session: Session, limit: Limit = LINKS_TO_ADDRESS, subject: str = ANNA, **later: int) -> bool:
    return limits.count(session, limit, subject, KEYRING, now=NOW + timedelta(**later))


def wait(session: Session, **later: int) -> timedelta | None:
    return limits.wait_before(session, LINKS_TO_ADDRESS, ANNA, KEYRING, now=NOW + timedelta(**later))


def test_three_get_through_and_the_fourth_waits_until_the_first_is_forgotten(store: Store) -> None:
    with store() as session:
        assert [count(session, minutes=minute) for minute in range(5)] == [True, True, True, False, False]
        assert wait(session, minutes=5) == timedelta(minutes=55)
        assert count(session, minutes=60)
        assert not count(session, minutes=60)


def test_one_who_asks_on_and_on_is_not_shut_out_for_longer(store: Store) -> None:
    with store() as session:
        for second in range(0, 3600, 60):
            count(session, seconds=second)
        assert wait(session, seconds=3600) is None


def test_subjects_and_purposes_are_counted_apart(store: Store) -> None:
    with store() as session:
        while count(session):
            pass
        assert count(session, subject=BRUNO)
        assert count(session, LINK_MISSES)


def test_looking_counts_nothing(store: Store) -> None:
    with store() as session:
        for _ in range(5):
            assert wait(session) is None
        assert session.scalars(select(CountRow)).all() == []


def test_r19_neither_address_nor_network_is_stored_and_no_two_purposes_share_a_name_for_it(store: Store) -> None:
    with store() as session:
        for subject in (ANNA, NETWORK):
            count(session, subject=subject)
            count(session, LINK_MISSES, subject=subject)
        stored = str(dump(session.connection())["rate_limit"])
        assert ANNA not in stored and "gullhaven" not in stored and "192.0.2" not in stored
        assert len(set(session.scalars(select(CountRow.subject)))) == 4


def test_sweep_removes_what_is_forgotten_and_nothing_else(store: Store) -> None:
    with store() as session:
        count(session)
        count(session, subject=BRUNO, minutes=30)
        tick.sweep_doors(session, now=NOW + timedelta(minutes=60))
        assert [row.subject for row in session.scalars(select(CountRow))] == [KEYRING.counted_subject(LINKS_TO_ADDRESS.purpose, BRUNO)]


MANY = Limit("a test of many at once", 20, timedelta(hours=1))


def at_once(engine: Engine, asking: int) -> int:
    def ask(_number: int) -> bool:
        with Session(engine) as session, transaction(session):
            return limits.count(session, MANY, NETWORK, KEYRING, now=NOW)

    with ThreadPoolExecutor(8) as several:
        return sum(several.map(ask, range(asking)))


def test_of_many_at_the_same_moment_exactly_as_many_get_through_as_the_limit_allows(engine: Engine) -> None:
    assert at_once(engine, 60) == MANY.most


def test_control_counting_without_the_lock_lets_too_many_through(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if what was counted had been read before the lock: each reads the same few, and each writes over the others."""
    at_once(engine, 1)

    def unlocked(session: Session, limit: Limit, subject: str, *, now: object) -> CountRow:
        return CountRow(purpose=limit.purpose, subject=subject, times=[])

    monkeypatch.setattr(limits, "_locked", unlocked)
    assert at_once(engine, 60) > MANY.most


# What the limits are for


def mailed(session: Session, kind: str) -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == kind).order_by(OutboxRow.id)))


def test_t46_two_hundred_requests_for_one_address_from_everywhere_mail_its_link_three_times(store: Store, letter: str) -> None:
    with store() as session:
        for number in range(200):
            rooms.request_link(session, ANNA, f"10.0.{number}.0/24", KEYRING, now=NOW + timedelta(seconds=number))
        assert mailed(session, "new_link") == [ANNA] * 3
        rooms.request_link(session, BRUNO, OTHER_NETWORK, KEYRING, now=NOW + timedelta(seconds=200))
        assert mailed(session, "new_link")[3:] == [BRUNO]


def many_people(count: int) -> list[str]:
    return [f"person{number}@gullhaven.example.org" for number in range(count)]


@pytest.fixture
def crowd(store: Store, coordinator: Actor) -> list[str]:
    """The addresses of seventy people who are invited to one letter."""
    people = many_people(70)
    with store() as session:
        letter_in_signing(session, coordinator, *(entry(f"Society {number}", one) for number, one in enumerate(people)))
    return people


def test_t46_two_hundred_addresses_asked_for_from_one_network_are_mailed_ten_links(store: Store, crowd: list[str]) -> None:
    with store() as session:
        for email in (crowd * 3)[:200]:
            rooms.request_link(session, email, NETWORK, KEYRING, now=NOW)
        assert len(mailed(session, "new_link")) == figures.LINK_REQUESTS_OF_A_NETWORK
        rooms.request_link(session, crowd[-1], OTHER_NETWORK, KEYRING, now=NOW)
        assert mailed(session, "new_link")[-1] == crowd[-1]


def test_t46_one_letter_sends_sixty_links_an_hour_and_no_more(store: Store, coordinator: Actor, crowd: list[str]) -> None:
    with store() as session:
        letter_in_signing(session, coordinator, entry("Society of the Marshes", OTTO), title="Another letter")
        for number, email in enumerate(crowd):
            rooms.request_link(session, email, f"10.0.{number}.0/24", KEYRING, now=NOW)
        assert len(mailed(session, "new_link")) == LINKS_OF_LETTER.most
        rooms.request_link(session, OTTO, NETWORK, KEYRING, now=NOW)
        assert mailed(session, "new_link")[-1] == OTTO


def test_sign_in_links_leave_three_times_an_hour_for_an_address_and_ten_times_for_a_network(store: Store, coordinator: Actor) -> None:
    with store() as session:
        for number in range(20):
            doors.mail_sign_in_link(session, COORDINATOR, f"10.0.{number}.0/24", BROWSER, KEYRING, now=NOW)
        assert len(mailed(session, "sign_in")) == figures.LINK_REQUESTS_AN_HOUR
        people = many_people(15)
        for email in people:
            doors.add_staff(session, email, now=NOW)
            doors.mail_sign_in_link(session, email, NETWORK, BROWSER, KEYRING, now=NOW)
        assert mailed(session, "sign_in")[3:] == people[: figures.LINK_REQUESTS_OF_A_NETWORK]


def test_page_that_is_found_writes_nothing_for_the_limit(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look before the door is one statement that reads."""
    seen: list[str] = []
    with Session(engine) as session:
        _note_statements(session.connection(), seen, monkeypatch)
        limits.wait_before(session, LINK_MISSES, NETWORK, KEYRING, now=NOW)
    assert [one.split()[0] for one in seen if one != "ROLLBACK"] == ["SELECT"]


def _note_statements(connection: Connection, seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.dialect.name == "sqlite":
        # The driver itself is asked, and says so.
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(seen.append)
    else:
        # What is prepared goes past SQLAlchemy.
        put = prepared.put
        monkeypatch.setattr(prepared, "put", lambda asked, sql, values: seen.append(sql) or put(asked, sql, values))
        event.listen(connection, "before_cursor_execute", lambda _conn, _cursor, statement, *_rest: seen.append(statement))
