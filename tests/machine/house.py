"""The real house with a clock and a mail server that a test holds in its hand."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Select, Table, select, text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.databases import WORKFLOWS
from tests.factories import KEYRING, NOW, FakeClock
from webapp.domain.errors import DomainError
from webapp.domain.links import Links
from webapp.domain.tokens import Keyring
from webapp.mail.transport import Envelope
from webapp.persistence.base import Base

Rows = list[dict[str, Any]]
JOBS = "the job engine’s queue"


@dataclass(frozen=True)
class Snapshot:
    """Every row of every table."""

    tables: dict[str, Rows]

    def __getitem__(self, table: str) -> Rows:
        return self.tables[table]

    def changed(self, later: "Snapshot") -> set[str]:
        return {name for name, rows in self.tables.items() if rows != later.tables[name]}

    def by(self, table: str, column: str) -> dict[Any, dict[str, Any]]:
        return {row[column]: row for row in self.tables[table]}


@dataclass
class MailServer:
    """Takes every message, unless it is told to say otherwise; keeps what it took."""

    refusal: Exception | None = None
    taken: list[Envelope] = field(default_factory=list)

    def send(self, envelope: Envelope) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.taken.append(envelope)


@dataclass(frozen=True)
class Office:
    """What sending needs to know of the installation."""

    links: Links
    keyring: Keyring


@cache
def _query(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key.columns)


@cache
def _bare_query(table: Table, dialect: Dialect) -> str:
    return str(_query(table).compile(dialect=dialect))


class House:
    """One connection whose transaction is rolled back at the end; each act is a transaction of its own within it."""

    office = Office(Links("http://127.0.0.1:8000"), KEYRING)

    def __init__(self, engine: Engine) -> None:
        self._connection: Connection = engine.connect()
        self._outermost = self._connection.begin()
        self.store = Store(self._connection)
        self.clock = FakeClock(NOW)
        self.mail_server = MailServer()
        self._known: dict[str, tuple[list[Any], Rows]] = {}

    def close(self) -> None:
        self._outermost.rollback()
        self._connection.close()

    def execute(self, statement: str) -> None:
        self._connection.execute(text(statement))

    def snapshot(self) -> Snapshot:
        tables = {name: self._rows(table) for name, table in Base.metadata.tables.items()}
        jobs = self._connection.execute(text(f"SELECT workflow_uuid, status, queue_name FROM {WORKFLOWS} ORDER BY workflow_uuid"))
        return Snapshot({**tables, JOBS: [dict(row._mapping) for row in jobs]})

    def _rows(self, table: Table) -> Rows:
        """Most acts leave most tables as they were: those rows are compared as the driver gives them, and are the same ones as before."""
        with closing(self._connection.connection.cursor()) as cursor:
            cursor.execute(_bare_query(table, self._connection.dialect))
            bare = cursor.fetchall()
        known = self._known.get(table.name)
        if known is None or known[0] != bare:
            known = bare, [dict(row) for row in self._connection.execute(_query(table)).mappings()]
            self._known[table.name] = known
        return known[1]

    def attempt(self, act: Callable[[Session], Any]) -> tuple[Any, DomainError | None]:
        """The act in a transaction; what it returned, or why it was refused."""
        try:
            with self.store() as session:
                return act(session), None
        except DomainError as refused:
            return None, refused

    def rehearse(self, act: Callable[[Session], Any]) -> Any:
        """What would come of the act; nothing does."""
        within = self._connection.begin_nested()
        done, _refused = self.attempt(act)
        within.rollback()
        return done

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.store() as session:
            yield session
