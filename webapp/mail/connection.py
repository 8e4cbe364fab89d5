"""One conversation with the mail server: never longer than it may be, and it knows whether the server has the message."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from webapp.settings import MailSecurity, Smtp

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LONGEST_STEP = 30.0
# Much shorter than the time after which an attempt is taken for lost, so that no two are under way for one message.
LONGEST_ATTEMPT = 120.0
_GO_ON = 354


class SmtpConnection(smtplib.SMTP):
    """Connects at once; the caller signs in. A server that answers a byte a second is as good as one that does not answer."""

    def __init__(self, server: Smtp, *, longest_step: float = LONGEST_STEP) -> None:
        self.awaits_word = False
        """The server has been given the message, and has not said whether it takes it (RFC 5321, 6.1)."""
        self._implicit = ssl.create_default_context() if server.security is MailSecurity.TLS else None
        self._longest_step, self._ends_at = longest_step, time.monotonic() + LONGEST_ATTEMPT
        self._wire: socket.socket | None = None
        try:
            super().__init__(server.host, server.port, timeout=longest_step)
        except BaseException:
            self.close()
            raise

    def encrypt(self) -> None:
        with self._step():
            self.starttls(context=ssl.create_default_context())

    def send(self, s: "ReadableBuffer | str") -> None:
        with self._step():
            super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        with self._step():
            try:
                code, words = super().getreply()
            except smtplib.SMTPResponseException as error:
                # Its own 500 for an endless line, which the server never said.
                raise smtplib.SMTPServerDisconnected("Endless line") from error
        if not 200 <= code < 600:
            # No reply, or half of one: who talks like this is not talked to any longer, and has not said what became of the message.
            self.close()
            raise smtplib.SMTPServerDisconnected("No reply")
        self.awaits_word = code == _GO_ON
        return code, words

    def close(self) -> None:
        super().close()
        if self._wire is not None:
            self._wire.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """What smtplib calls to connect; where TLS comes first, it is begun here."""
        plain = socket.create_connection((host, port), timeout)
        # The same connection for the watch, whatever is wrapped around it meanwhile.
        self._wire = plain.dup()
        with self._step():
            return self._implicit.wrap_socket(plain, server_hostname=host) if self._implicit else plain

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Cuts the connection when this takes too long: the socket's own time limit begins anew with every byte."""
        watch = threading.Timer(max(0.0, min(self._longest_step, self._ends_at - time.monotonic())), self._cut)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _cut(self) -> None:
        with suppress(OSError):
            if self._wire is not None:
                self._wire.shutdown(socket.SHUT_RDWR)
