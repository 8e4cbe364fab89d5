"""Statements that PostgreSQL keeps prepared for a connection, and what becomes of them when it ends."""

import os
import socket
from datetime import timedelta

import pytest
from sqlalchemy import Engine, bindparam, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.databases import IS_POSTGRESQL
from tests.factories import NOW
from webapp.persistence.database import DatabaseLost, begin_snapshot, refusal_of, transaction
from webapp.persistence.plain import look
from webapp.persistence.tables import CountRow

if IS_POSTGRESQL:
    _ASK = select(CountRow.purpose).where(CountRow.until < bindparam("latest"))
    _LATEST = {"latest": NOW + timedelta(days=1)}

    def _prepared(session: Session) -> int:
        return session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one()

    def test_statement_is_prepared_once_and_outlives_a_rollback(engine: Engine) -> None:
        with Session(engine) as session:
            for _time in range(3):
                look(session, _ASK, _LATEST)
                assert _prepared(session) == 1
                session.rollback()

    def test_first_statement_begins_the_transaction_that_was_wanted(engine: Engine) -> None:
        asked = text("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
        for snapshot, expected in ((False, ("read committed", "off")), (True, ("repeatable read", "on"))):
            with Session(engine) as session:
                if snapshot:
                    begin_snapshot(session)
                look(session, _ASK, _LATEST)
                assert tuple(session.execute(asked).one()) == expected

    @pytest.mark.parametrize("end", ["cut", "terminated"])
    def test_connection_that_breaks_off_is_told_of_and_goes_to_nobody_else(engine: Engine, end: str) -> None:
        with Session(engine) as session, pytest.raises((DBAPIError, DatabaseLost)) as told, transaction(session):
            look(session, _ASK, _LATEST)
            if end == "cut":
                driver = session.connection().connection.driver_connection
                with socket.socket(fileno=os.dup(driver.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)
            else:
                number = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
                with engine.connect() as other:
                    other.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
            look(session, _ASK, _LATEST)
        assert isinstance(refusal_of(told.value) or told.value, DatabaseLost)
        for _time in range(3):
            with Session(engine) as session:
                look(session, _ASK, _LATEST)
