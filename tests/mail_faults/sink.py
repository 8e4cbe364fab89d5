"""A mail server that does what it is told at each step of a conversation, and keeps what it has taken."""

import email
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from webapp.settings import MailSecurity, Smtp

# The steps, in their order. At GIVEN the server has the whole message and has not answered; TAKEN comes after its 250.
CONNECT, EHLO, MAIL, RCPT, DATA, GIVEN, TAKEN, QUIT = "CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "GIVEN", "TAKEN", "QUIT"
_PLEASANT = {CONNECT: "220 here", EHLO: "250 here", MAIL: "250 ok", RCPT: "250 ok", DATA: "354 go on", GIVEN: "250 taken", QUIT: "221 bye"}


class Dropped(Exception):
    """The server goes away without a word."""


@dataclass(frozen=True)
class Taken:
    message_id: str
    recipient: str


@dataclass
class Sink:
    """`script` is called at each step with its name and the recipient, as far as known; it may answer, or go away, or do something."""

    port: int = 0
    script: Callable[[str, str], str | None] = lambda _step, _recipient: None
    byte_every: float = 0.0
    """Seconds between two bytes of an answer."""
    taken: list[Taken] = field(default_factory=list)
    """What was answered with 250."""
    given: list[Taken] = field(default_factory=list)
    """What was handed over, whatever was answered: a real server may deliver any of it."""
    said: int = 0

    def copies(self) -> Counter[str]:
        return Counter(one.message_id for one in self.taken)

    def smtp(self, security: MailSecurity = MailSecurity.NONE) -> Smtp:
        return Smtp("127.0.0.1", self.port, None, None, security)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100
    sink: Sink


class _Talk(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            self._converse()
        except (Dropped, OSError):
            return

    def _converse(self) -> None:
        recipient = ""
        self._answer(CONNECT, recipient)
        while line := self.rfile.readline().decode(errors="replace"):
            verb = line[:4].upper().strip()
            if verb == RCPT:
                recipient = line[line.find("<") + 1 : line.find(">")]
            code = self._answer({"HELO": EHLO}.get(verb, verb), recipient)
            if verb == DATA and code == "354":
                self._take(recipient)
            if verb == QUIT:
                return

    def _take(self, recipient: str) -> None:
        lines = list(iter(self.rfile.readline, b".\r\n"))
        if not lines or not lines[-1]:
            raise Dropped
        one = Taken(str(email.message_from_bytes(b"".join(lines))["Message-ID"]), recipient)
        self.server.sink.given.append(one)
        if self._answer(GIVEN, recipient) == "250":
            self.server.sink.taken.append(one)
            self.server.sink.script(TAKEN, recipient)

    def _answer(self, step: str, recipient: str) -> str:
        sink = self.server.sink
        words = (sink.script(step, recipient) or _PLEASANT.get(step, "250 ok")).encode() + b"\r\n"
        for piece in [words] if not sink.byte_every else [words[n : n + 1] for n in range(len(words))]:
            time.sleep(sink.byte_every)
            self.wfile.write(piece)
            sink.said += len(piece)
        return words[:3].decode()


@contextmanager
def sink_at(port: int = 0) -> Iterator[Sink]:
    with _Server(("127.0.0.1", port), _Talk) as server:
        server.sink = Sink(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.sink
        server.shutdown()
        thread.join()
