"""Somebody who listens at an address of this machine, and notes whoever calls."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Canary:
    address: str
    calls: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Canary]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            canary.calls.append(self.path)
            self.send_error(404)

        do_HEAD = do_POST = do_OPTIONS = do_GET  # noqa: N815 - names of the library

        def log_message(self, *_words: object) -> None:
            """Silent: the calls are kept."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        canary = Canary(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield canary
        finally:
            server.shutdown()
            thread.join()
