"""The application with a fault on purpose. Each gap is held open for a moment, so that a kill falls into it."""

import io
import os
import secrets
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Response, g, request
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from webapp import app as joined
from webapp import patience
from webapp.app import create_app
from webapp.domain import limits
from webapp.domain.tokens import Keyring
from webapp.persistence import database
from webapp.persistence.tables import PendingAnswerRow
from webapp.services import answer_store, answers
from webapp.services.access import hold_place
from webapp.services.place import Place
from webapp.web import security
from webapp.web.transaction import now

GAP = 0.15
_A_PIECE, _PIECES = 1_000_000, 100
Application = Any


def answers_too_early() -> Application:
    """Says that it is done, and then does it."""
    inner = create_app()

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "POST" or not path.endswith("/review"):
            return inner(environ, start)  # type: ignore[no-any-return]
        body = environ["wsgi.input"].read()
        start("303 SEE OTHER", [("Location", path.replace("/review", "/receipt")), ("Content-Length", "0")])
        return _afterwards(inner, {**environ, "wsgi.input": io.BytesIO(body)})

    return application


def _afterwards(inner: Application, environ: dict[str, Any]) -> Iterable[bytes]:
    yield b""
    time.sleep(GAP)
    list(inner(environ, lambda *_: lambda _written: None))


def stores_piece_by_piece() -> Application:
    """No transaction: each statement is kept at once."""

    def prepare_engine(engine: Engine) -> None:
        if engine.dialect.name == "sqlite":

            @event.listens_for(engine, "connect")
            def on_connect(dbapi_connection: Any, _record: Any) -> None:
                dbapi_connection.isolation_level = None
                dbapi_connection.execute("PRAGMA busy_timeout=10000")

    def engine_options(url: str) -> dict[str, Any]:
        return {**options_of(url), "isolation_level": "AUTOCOMMIT"}

    options_of, receipts = database.engine_options, answer_store._send_receipts

    def slowly(*arguments: Any) -> None:
        time.sleep(GAP)
        receipts(*arguments)

    joined.prepare_engine, joined.engine_options = prepare_engine, engine_options
    answer_store._send_receipts = slowly
    return create_app()


def knows_no_nonce() -> Application:
    """Every press is a new answer, and the database lets several stand."""

    def confirm(session: Session, place: Place, _nonce: str, _code: str, keyring: Keyring, *, received_at: Any, now: Any) -> Any:
        place, letter = hold_place(session, place)
        pending = answers.pending_answer(session, place)
        assert pending is not None
        kept = {name: getattr(pending, name) for name in ("act", "digest", "content")}
        act = answer_store.Act(place, letter, replace(pending, nonce=secrets.token_urlsafe(18)), None, received_at, now, keyring)
        reference = answer_store.store_answer(session, act)
        # It goes on waiting, and the next press finds it.
        session.add(PendingAnswerRow(nonce=secrets.token_urlsafe(18), replaces_id=None, web_session_id=place.stay.id, saved_at=now, **kept))
        return answers.Recorded(reference)

    inner = create_app()
    with inner.app_context():
        engine = inner.extensions["sqlalchemy"].engine
        patience = "PRAGMA busy_timeout=120000" if engine.dialect.name == "sqlite" else "SET lock_timeout = '120s'"
        with engine.connect() as connection:
            # In a full run those who are to answer are invited meanwhile, in one long transaction.
            connection.exec_driver_sql(patience)
            connection.exec_driver_sql("DROP INDEX IF EXISTS uq_answer_standing")
            connection.commit()
        engine.dispose()
    answers.confirm_answer = confirm  # type: ignore[assignment]

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        answered = inner(environ, start)
        if environ["PATH_INFO"].endswith("/review"):
            time.sleep(GAP)
        return answered  # type: ignore[no-any-return]

    return application


def without_the_wheel() -> Application:
    """No fault: the driver that comes with Python, as on a machine for which the wheel is not made."""
    sys.modules["pysqlite3.dbapi2"] = None  # type: ignore[assignment]
    return create_app()


def that_can_be_troubled() -> Application:
    """No fault either: a file in the data folder makes the database read-only, as a disk does that was mounted so after an error.

    PATIENCE sets how long a writer waits, so that a test of the wait need not take as long as the wait.
    """
    database._WAIT_SECONDS = float(os.environ.get("PATIENCE", database._WAIT_SECONDS))
    trouble = Path(os.environ["UNDERSIGNED_DATA"]) / "read-only"
    inner = create_app()
    with inner.app_context():
        engine = inner.extensions["sqlalchemy"].engine

    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "checkout")
        def on_checkout(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
            dbapi_connection.execute(f"PRAGMA query_only={int(trouble.exists())}")

    else:

        @event.listens_for(engine, "begin")
        def on_begin(connection: Connection) -> None:
            if trouble.exists():
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    @inner.after_request
    def name_process(response: Response) -> Response:
        response.headers["X-Process"] = str(os.getpid())
        return response

    return inner


def does_not_wait_for_the_disk() -> Application:
    """Tells SQLite that a power cut may take the last answers with it."""
    inner = create_app()
    with inner.app_context():

        @event.listens_for(inner.extensions["sqlalchemy"].engine, "connect")
        def on_connect(dbapi_connection: Any, _record: Any) -> None:
            dbapi_connection.execute("PRAGMA synchronous=NORMAL")

    return inner


def trusts_its_clock() -> Application:
    """What a clock that was set back says counts, whatever it has said before."""
    limits.CLOCK_STEP = timedelta(days=3650)
    return create_app()


def takes_half_a_body() -> Application:
    """What has come is taken for the whole form."""
    inner = create_app()

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        return inner({**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}, start)  # type: ignore[no-any-return]

    return application


def says_when_it_reads() -> Application:
    """No fault: a file says that the application has begun to read what was sent with a request."""
    inner, begun = create_app(), Path(os.environ["BEGUN"])

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return inner({**environ, "wsgi.input": _Noticed(environ["wsgi.input"], begun)}, start)  # type: ignore[no-any-return]

    return application


def takes_the_time_first() -> Application:
    """When a request begins decides whether it is in time, however long it then takes to arrive."""

    def take() -> None:
        g.received_at = now()
        list(request.form)

    security._take_the_time = take
    return says_when_it_reads()


class _Noticed:
    """The body of a request; a file says that somebody has begun to read it."""

    def __init__(self, stream: Any, begins: Path) -> None:
        self._stream, self._begins = stream, begins

    def read(self, size: int = -1) -> bytes:
        self._begins.touch()
        read: bytes = self._stream.read(size)
        return read


def loses_patience() -> Application:
    """No fault: waits for slow clients no longer than PATIENCE says, so that a test of the wait need not take as long as the wait."""
    patience.LONGEST = float(os.environ["PATIENCE"])
    return _with_a_long_page()


def waits_for_ever() -> Application:
    """gunicorn’s own worker: for the first byte in a thread, for the last one without end, and so for an answer to be taken."""
    del patience.Worker.handle
    return _with_a_long_page()


def _with_a_long_page() -> Application:
    """The application, and a page at /long that no buffer of the system holds."""
    inner = create_app()

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/long":
            return inner(environ, start)  # type: ignore[no-any-return]
        start("200 OK", [("Content-Type", "text/plain")])
        return (bytes(_A_PIECE) for _ in range(_PIECES))

    return application
