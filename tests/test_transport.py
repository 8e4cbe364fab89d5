"""What a mail server refuses, and whose fault that is."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from webapp.mail.message import MailForm
from webapp.mail.transport import Envelope, PermanentFailure, SmtpTransport, TemporaryFailure
from webapp.settings import MailSecurity, Smtp

ENVELOPE = Envelope(
    MailForm("invitation", "A letter", "Words.", "<p>Words.</p>"), "anna@gullhaven.example.org", "a-reference", datetime.now(UTC)
)
PLEASANT = {
    "EHLO": "250-here\r\n250 AUTH PLAIN",
    "AUTH": "235 ok",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "QUIT": "221 bye",
}


class _Server(socketserver.ThreadingTCPServer):
    """Answers each verb as it was told, and keeps the messages."""

    daemon_threads = True
    answers: dict[str, str]
    accepted: list[str]


class _Talk(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().decode():
            verb = line[:4].upper()
            self.wfile.write(f"{self.server.answers.get(verb, '250 ok')}\r\n".encode())
            if verb == "DATA" and self.server.answers["DATA"].startswith("354"):
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.accepted.append(b"".join(lines).decode())
                self.wfile.write(b"250 taken\r\n")


@contextmanager
def mail_server(security: MailSecurity = MailSecurity.NONE, **answers: str) -> Iterator[tuple[SmtpTransport, list[str]]]:
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.answers, server.accepted = {**PLEASANT, **answers}, []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        smtp = Smtp("127.0.0.1", server.server_address[1], "letters", "a password", security)
        yield SmtpTransport(smtp, "letters@example.org", "example.org"), server.accepted
        server.shutdown()


@pytest.mark.enable_socket
def test_message_that_was_accepted_has_left() -> None:
    with mail_server() as (transport, accepted):
        transport.send(ENVELOPE)
    assert len(accepted) == 1


@pytest.mark.enable_socket
def test_message_that_was_accepted_has_left_though_the_farewell_fails() -> None:
    with mail_server(QUIT="451 not now") as (transport, accepted):
        transport.send(ENVELOPE)
    assert len(accepted) == 1


@pytest.mark.enable_socket
def test_wrong_password_gives_up_no_message() -> None:
    with mail_server(AUTH="535 no") as (transport, accepted), pytest.raises(TemporaryFailure, match="535"):
        transport.send(ENVELOPE)
    assert accepted == []


OURS = {
    "EHLO": ["550 who are you", "502 unknown"],
    "AUTH": ["535 no", "534 too weak", "454 later"],
    "MAIL": ["550 not from here", "553 not yours", "530 sign in first", "452 later"],
    "RCPT": ["530 sign in first", "what"],
}


@pytest.mark.enable_socket
@pytest.mark.parametrize(("verb", "reply"), [(verb, reply) for verb, replies in OURS.items() for reply in replies])
def test_what_is_the_fault_of_the_installation_gives_up_no_message(verb: str, reply: str) -> None:
    with mail_server(**{"HELO": reply, verb: reply}) as (transport, accepted), pytest.raises(TemporaryFailure) as refused:
        transport.send(ENVELOPE)
    assert accepted == []
    assert "letters@" not in str(refused.value)


@pytest.mark.enable_socket
@pytest.mark.parametrize("offer", ["250 here", "250-here\r\n250 STARTTLS"], ids=["not offered", "refused"])
def test_encryption_that_the_server_does_not_give_gives_up_no_message(offer: str) -> None:
    server = mail_server(MailSecurity.STARTTLS, EHLO=offer, STAR="554 no")
    with server as (transport, accepted), pytest.raises(TemporaryFailure):
        transport.send(ENVELOPE)
    assert accepted == []


@pytest.mark.enable_socket
@pytest.mark.parametrize(("reply", "failure"), [("554 spam", PermanentFailure), ("451 later", TemporaryFailure)])
def test_refused_message_is_tried_again_only_where_that_can_help(reply: str, failure: type[Exception]) -> None:
    with mail_server(DATA=reply) as (transport, _accepted), pytest.raises(failure, match=reply[:3]):
        transport.send(ENVELOPE)


@pytest.mark.enable_socket
@pytest.mark.parametrize(("reply", "failure"), [("550 unknown", PermanentFailure), ("450 later", TemporaryFailure)])
def test_refused_recipient_is_tried_again_only_where_that_can_help(reply: str, failure: type[Exception]) -> None:
    with mail_server(RCPT=reply) as (transport, _accepted), pytest.raises(failure, match=reply[:3]) as refused:
        transport.send(ENVELOPE)
    assert "anna@" not in str(refused.value)


@pytest.mark.enable_socket
def test_knocking_sends_nothing() -> None:
    with mail_server() as (transport, accepted):
        transport.knock()
    assert accepted == []


@pytest.mark.enable_socket
def test_knocking_finds_a_wrong_password() -> None:
    with mail_server(AUTH="535 no") as (transport, _accepted), pytest.raises(TemporaryFailure, match="535"):
        transport.knock()
