"""The job engine as the rest of the house sees it: enqueue in the caller's own transaction, or not at all."""

import threading
import weakref
from typing import Any, ClassVar

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Connection, Engine, Insert
from sqlalchemy.orm import Session

from webapp.persistence.database import make_job_engine
from webapp.persistence.questions import Question, compiled_question

# Fixed, so that jobs queued before an upgrade are taken up after it; the default is a hash of the source.
JOBS_VERSION = "1"
MAIL_QUEUE = "mail"
CODES_QUEUE = "codes"
CLOCK_QUEUE = "clock"
DOCUMENTS_QUEUE = "documents"

_clients: "weakref.WeakKeyDictionary[Engine, DBOSClient]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def enqueue(session: Session, workflow: str, workflow_id: str, *arguments: Any, queue: str, delay_seconds: float = 0) -> None:
    """Queues a workflow in this session's transaction; `workflow_id` makes a second call for the same thing harmless."""
    options: EnqueueOptions = {
        "workflow_name": workflow,
        "queue_name": queue,
        "workflow_id": workflow_id,
        "app_version": JOBS_VERSION,
    }
    if delay_seconds > 0:
        options["delay_seconds"] = delay_seconds
    session.flush()
    # Put through the session itself, the same two statements take half as long again.
    direct: Any = _Direct(session.connection())
    _client_for(_engine_of(session)).enqueue_in_transaction(direct, options, *arguments)


class _Direct:
    """What the job engine asks of a connection: it builds its inserts anew for each job, and here each is compiled once."""

    _questions: ClassVar[dict[tuple[str, str, tuple[str, ...]], Question]] = {}

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._schemas: dict[str, str | None] = {}
        self.dialect = connection.dialect

    def get_execution_options(self) -> dict[str, Any]:
        return {}

    def execution_options(self, *, schema_translate_map: dict[str, str | None]) -> None:
        self._schemas = schema_translate_map

    def execute(self, statement: Insert, values: dict[str, Any]) -> Any:
        """An insert into one of its tables; the same columns of the same table are always the same insert."""
        dialect, columns = self.dialect.name, tuple(values)
        key = (dialect, str(statement.table), columns)
        if key not in self._questions:
            schemas = {"schema_translate_map": self._schemas, "render_schema_translate": True}
            self._questions[key] = compiled_question(statement, dialect, columns, **schemas)
        return self._questions[key].ask(self._connection, values)


def _engine_of(session: Session) -> Engine:
    bind = session.get_bind()
    return bind.engine if isinstance(bind, Connection) else bind


def _client_for(engine: Engine) -> DBOSClient:
    with _lock:
        client = _clients.get(engine)
        if client is None:
            client = DBOSClient(system_database_engine=make_job_engine(engine.url), lazy=True)
            _clients[engine] = client
        return client
