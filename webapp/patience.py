"""How long the web server waits for a slow client: none may hold a thread, of which there are few, for as long as it likes."""

import socket
from contextlib import suppress
from time import monotonic
from typing import Any

from gunicorn.workers import gthread

from webapp.domain import limits

LONGEST = limits.LONGEST_REQUEST.total_seconds()
"""Seconds from the first byte of a request; then what is missing of it is not waited for any more."""


class Worker(gthread.ThreadWorker):
    """gunicorn’s own waits without end for the rest of a request and for its answer to be taken, and in a thread for the first byte."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._begun: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """One request, in a thread. A connection that is silent goes back to the poller at once, which closes it in two seconds."""
        if not conn.initialized and not conn.wait_for_data(0):
            return gthread._DEFER
        self._begun[conn] = monotonic()
        try:
            return super().handle(conn)
        finally:
            del self._begun[conn]

    def murder_pending(self) -> None:
        """gunicorn’s look, once a second or oftener, at connections that have been waited for."""
        super().murder_pending()
        now = monotonic()
        for conn, begun in self._begun.copy().items():
            if now - begun > LONGEST:
                # Its thread reads the end, as if the client had gone, and can still answer. What has come whole is not touched.
                # Whoever has not taken the answer after as long again is not waited for either.
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD if now - begun <= 2 * LONGEST else socket.SHUT_RDWR)
