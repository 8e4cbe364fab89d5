"""What is put to the driver itself is answered as SQLAlchemy would answer it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, String, bindparam, column, select, table, union_all
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session, aliased

from tests.factories import KEYRING, NETWORK, NOW
from webapp.domain.rate import LINK_MISSES
from webapp.persistence.database import refusal_of
from webapp.persistence.plain import look, run
from webapp.persistence.questions import Reading, Values
from webapp.persistence.tables import CountRow, StaffRow
from webapp.services import doors, limits

_FACTS = (CountRow.purpose, CountRow.times, CountRow.until)
_OTHER = aliased(StaffRow)
_LATER = NOW + timedelta(days=1)
_ASKED: dict[str, tuple[Reading, Values]] = {
    "an instant and a list": (select(*_FACTS).where(CountRow.until < bindparam("latest")), {"latest": _LATER}),
    "what it binds by itself": (select(*_FACTS).where(CountRow.purpose == LINK_MISSES.purpose).limit(1), {}),
    "one name twice": (select(StaffRow.id, _OTHER.id, _OTHER.added_at).join(_OTHER, _OTHER.id == StaffRow.id), {}),
    "a union": (union_all(select(StaffRow.email), select(CountRow.purpose)), {}),
    "nothing": (select(*_FACTS).where(CountRow.until > bindparam("latest")), {"latest": _LATER}),
}


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        doors.add_staff(session, "one@example.org", now=NOW)
        limits.count(session, LINK_MISSES, NETWORK, KEYRING, now=NOW)
        session.commit()
        yield session


@pytest.mark.parametrize("asked", _ASKED)
def test_driver_answers_as_sqlalchemy_does(session: Session, asked: str) -> None:
    statement, values = _ASKED[asked]
    told, known = look(session, statement, values), run(session, statement, values)
    assert list(told.keys()) == list(known.keys())
    rows, expected = told.all(), known.all()
    assert [tuple(row) for row in rows] == [tuple(row) for row in expected]
    assert [[type(value) for value in row] for row in rows] == [[type(value) for value in row] for row in expected]
    assert bool(expected) == (asked != "nothing")


def test_value_that_is_missing_is_not_taken_for_none(session: Session) -> None:
    with pytest.raises((KeyError, StatementError)):
        look(session, _ASKED["nothing"][0], {})


def test_error_of_the_driver_is_told_as_by_sqlalchemy_and_without_values(session: Session) -> None:
    secret = column("secret", String)
    missing = select(secret).select_from(table("nowhere", secret)).where(secret == bindparam("secret"))
    with pytest.raises(DBAPIError) as told:
        look(session, missing, {"secret": "a secret"})
    session.rollback()
    with pytest.raises(DBAPIError) as known:
        run(session, missing, {"secret": "a secret"})
    assert type(told.value) is type(known.value)
    assert refusal_of(told.value) is None
    assert "a secret" not in str(told.value)
