"""How a message leaves: by SMTP where a mail server is set, else into the local mailbox."""

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from webapp.domain.mail_error import safe_words
from webapp.mail.connection import SmtpConnection
from webapp.mail.message import MailForm, build_message
from webapp.persistence.database import transaction
from webapp.persistence.tables import MailboxRow
from webapp.settings import MailSecurity, Settings, Smtp

# RFC 4954: some servers ask who we are only when they hear a recipient.
_SIGN_IN_WANTED = {530, 534, 535, 538}
# RFC 5321 4.5.3.1.10 asks for 552 to be taken as temporary; and a mailbox that is full is emptied one day.
_OFTEN_PASSES = {552}


class TemporaryFailure(Exception):
    """The message did not leave; trying again later is right."""


class UnreachedFailure(TemporaryFailure):
    """The mail server could not be reached or did not let us in: nothing was said about this message."""


class UncertainFailure(Exception):
    """The mail server had the message and went away before it answered: it may have left, and it may not."""


class PermanentFailure(Exception):
    """The message will never leave like this: the address or the message itself is refused."""


@dataclass(frozen=True)
class Envelope:
    """One message to one recipient (R16), with an identity that stays the same however often it is tried."""

    form: MailForm
    recipient: str
    reference: str
    sent_at: datetime


class Transport(Protocol):
    def send(self, envelope: Envelope) -> None:
        """Raises TemporaryFailure, UncertainFailure or PermanentFailure. Slow, and so never called inside a transaction."""


@dataclass(frozen=True)
class LocalMailbox:
    """Keeps the message for the mailbox page. One identity is one message, also when it is delivered again after a crash."""

    engine: Engine

    def send(self, envelope: Envelope) -> None:
        form = envelope.form
        with Session(self.engine) as session, transaction(session):
            if session.scalar(select(MailboxRow.id).where(MailboxRow.reference == envelope.reference)) is not None:
                return
            session.add(
                MailboxRow(
                    reference=envelope.reference,
                    to_address=envelope.recipient,
                    subject=form.subject,
                    text=form.text,
                    html=form.html,
                    calendar=form.calendar.decode(),
                    arrived_at=envelope.sent_at,
                )
            )


@dataclass(frozen=True)
class SmtpTransport:
    server: Smtp
    sender: str
    host: str

    def send(self, envelope: Envelope) -> None:
        connection = self._connected()
        try:
            # Only now: as long as the server is away, nothing is built for it.
            raw = build_message(
                envelope.form,
                sender=self.sender,
                recipient=envelope.recipient,
                message_id=f"<{envelope.reference}@{self.host}>",
                sent_at=envelope.sent_at,
            )
            connection.sendmail(self.sender, [envelope.recipient], raw)
        except (OSError, smtplib.SMTPException) as error:
            if connection.awaits_word:
                raise UncertainFailure(f"{type(error).__name__} after the message was given over; it may have arrived") from error
            raise _failure(error, envelope.recipient) from error
        finally:
            _hang_up(connection)

    def knock(self) -> None:
        """Connects and signs in, and sends nothing. Raises TemporaryFailure with what was wrong."""
        _hang_up(self._connected())

    def _connected(self) -> SmtpConnection:
        # Refused before any message was named, as for a wrong password: the fault of the installation, for which no message is given up.
        try:
            return self._connect()
        except smtplib.SMTPResponseException as error:
            raise UnreachedFailure(f"{error.smtp_code} {type(error).__name__}") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # ValueError: what was said was no number, and so no SMTP.
            raise UnreachedFailure(type(error).__name__) from error

    def _connect(self) -> SmtpConnection:
        connection = SmtpConnection(self.server)
        try:
            if self.server.security is MailSecurity.STARTTLS:
                connection.encrypt()
            if self.server.user is not None:
                connection.login(self.server.user, self.server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection


def _hang_up(connection: SmtpConnection) -> None:
    # What a server answers to the farewell changes nothing: a message that it has accepted must not be sent again for it (R16).
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def _failure(error: Exception, recipient: str) -> Exception:
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPHeloError):
        # Said before any recipient was named: about us, and the same for every message. Somebody will mend the settings.
        return UnreachedFailure(f"{error.smtp_code} {type(error).__name__}")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        reply, said = next(iter(error.recipients.values()))
        return _refusal(reply, "the recipient was refused", said, recipient)
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code, type(error).__name__, error.smtp_error, recipient)
    return TemporaryFailure(type(error).__name__)


def _refusal(reply: int, what: str, said: bytes | str, recipient: str) -> Exception:
    # RFC 5321 4.2.1: 5xx is permanent. The server's own words may quote the address or the link: what is kept names neither (R19).
    is_final = 500 <= reply < 600 and reply not in _SIGN_IN_WANTED | _OFTEN_PASSES
    words = safe_words(said.decode("utf-8", "replace") if isinstance(said, bytes) else said, recipient)
    sentence = f"{reply} {what}: {words}" if words else f"{reply} {what}"
    return PermanentFailure(sentence) if is_final else TemporaryFailure(sentence)


def transport_for(settings: Settings, engine: Engine) -> Transport:
    """The transport that the settings ask for."""
    if settings.smtp is None:
        return LocalMailbox(engine)
    return SmtpTransport(settings.smtp, settings.mail_from, settings.links.host)
