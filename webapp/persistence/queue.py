"""The job engine as the rest of the house sees it: enqueue in the caller's own transaction, or not at all."""

import threading
import weakref
from typing import Any

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from webapp.persistence.database import make_job_engine

# Fixed, so that jobs queued before an upgrade are taken up after it; the default is a hash of the source.
JOBS_VERSION = "1"
MAIL_QUEUE = "mail"
CODES_QUEUE = "codes"
CLOCK_QUEUE = "clock"

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
    _client_for(_engine_of(session)).enqueue_in_transaction(session.connection(), options, *arguments)


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
