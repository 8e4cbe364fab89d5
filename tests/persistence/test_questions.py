"""What is put to the driver itself is answered as SQLAlchemy would answer it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, bindparam, column, delete, insert, select, table, union_all, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session, aliased

from tests.factories import KEYRING, NETWORK, NOW
from webapp.domain.rate import LINK_MISSES
from webapp.persistence import outbox, plain
from webapp.persistence.database import refusal_of
from webapp.persistence.plain import look, run
from webapp.persistence.questions import Reading, Values, question
from webapp.persistence.tables import CountRow, OutboxRow, StaffRow
from webapp.persistence.tables.message import MessageState
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
    told, known = look(session, statement, values), session.connection().execute(statement, values)
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
        session.connection().execute(missing, {"secret": "a secret"})
    assert type(told.value) is type(known.value)
    assert refusal_of(told.value) is None
    assert "a secret" not in str(told.value)


def _message(number: int) -> Values:
    reference = f"message-{number}"
    what = {"reference": reference, "reason": reference, "kind": "code", "to_address": "anna@example.org", "letter_id": None}
    return {**what, "parameters": {"code": 7}, "state": MessageState.QUEUED, "next_attempt_at": _LATER, "queued_at": NOW}


_MESSAGES = plain.table(OutboxRow)
_INSERT = insert(_MESSAGES)
_SENT = update(_MESSAGES).where(_MESSAGES.c.reference == bindparam("message"))
_SENT = _SENT.values(sent_at=bindparam("now"), attempts=_MESSAGES.c.attempts + 1, state=MessageState.SENT)
_FORGET = delete(_MESSAGES).where(_MESSAGES.c.id == bindparam("message"))


def _stored(session: Session) -> list[dict[str, object]]:
    """What stands in the rows, defaults included, but for what tells them apart."""
    rows = session.connection().execute(select(_MESSAGES).order_by(_MESSAGES.c.id)).mappings()
    return [{name: value for name, value in row.items() if name not in {"id", "reference", "reason"}} for row in rows]


def test_driver_stores_and_changes_as_sqlalchemy_does(session: Session) -> None:
    key = plain.add(session, _INSERT, _message(1))
    known = session.connection().execute(_INSERT, _message(2)).inserted_primary_key
    assert known is not None
    assert (type(key), key + 1) == (type(known[0]), known[0])
    assert run(session, _SENT, {"message": "message-1", "now": _LATER}) == []
    session.connection().execute(_SENT, {"message": "message-2", "now": _LATER})
    ours, theirs = _stored(session)
    assert ours == theirs
    assert (ours["attempts"], ours["sent_at"], ours["parameters"]) == (1, _LATER, {"code": 7})
    run(session, _FORGET, {"message": key})
    assert _stored(session) == [theirs]


def test_several_rows_are_stored_and_what_is_given_back_comes_of_each(session: Session) -> None:
    put = outbox._INSERT[session.get_bind().dialect.name]
    given = run(session, put, [_message(1), _message(2)])
    assert [reference for _key, reference in given] == ["message-1", "message-2"]
    assert [reference for _key, reference in run(session, put, [_message(2), _message(3)])] == ["message-3"]


def test_row_that_may_not_be_is_refused_as_by_sqlalchemy_and_without_values(session: Session) -> None:
    run(session, _INSERT, _message(1))
    with pytest.raises(IntegrityError) as told:
        run(session, _INSERT, _message(1))
    assert "anna@example.org" not in str(told.value)


def test_default_that_is_made_anew_is_not_left_out() -> None:
    made = Table("made", MetaData(), Column("id", Integer, primary_key=True), Column("at", Integer, default=lambda: 1))
    with pytest.raises(NotImplementedError):
        question(insert(made), "sqlite", ())
