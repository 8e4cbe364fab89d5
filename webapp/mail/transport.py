"""How a message leaves: by SMTP where a mail server is set, else into the local mailbox."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from webapp.mail.message import MailForm, build_message
from webapp.persistence.database import transaction
from webapp.persistence.tables import MailboxRow
from webapp.settings import MailSecurity, Settings, Smtp

_SECONDS = 30
# RFC 4954: some servers ask who we are only when they hear a recipient.
_SIGN_IN_WANTED = {530, 534, 535, 538}


class TemporaryFailure(Exception):
    """The message did not leave; trying again later is right."""


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
        """Raises TemporaryFailure or PermanentFailure. Slow, and so never called inside a transaction."""


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
                    arrived_at=envelope.sent_at,
                )
            )


@dataclass(frozen=True)
class SmtpTransport:
    server: Smtp
    sender: str
    host: str

    def send(self, envelope: Envelope) -> None:
        raw = build_message(
            envelope.form,
            sender=self.sender,
            recipient=envelope.recipient,
            message_id=f"<{envelope.reference}@{self.host}>",
            sent_at=envelope.sent_at,
        )
        connection = self._connected()
        try:
            connection.sendmail(self.sender, [envelope.recipient], raw)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as error:
            # Said before any recipient was named: about us, and the same for every message. Somebody will mend the settings.
            raise TemporaryFailure(f"{error.smtp_code} {type(error).__name__}") from error
        except smtplib.SMTPRecipientsRefused as error:
            reply, _text = next(iter(error.recipients.values()))
            raise _failure(reply, "the recipient was refused") from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, type(error).__name__) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TemporaryFailure(type(error).__name__) from error
        finally:
            _hang_up(connection)

    def knock(self) -> None:
        """Connects and signs in, and sends nothing. Raises TemporaryFailure with what was wrong."""
        _hang_up(self._connected())

    def _connected(self) -> smtplib.SMTP:
        # Refused before any message was named, as for a wrong password: the fault of the installation, for which no message is given up.
        try:
            return self._connect()
        except smtplib.SMTPResponseException as error:
            raise TemporaryFailure(f"{error.smtp_code} {type(error).__name__}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise TemporaryFailure(type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.server.security is MailSecurity.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self.server.host, self.server.port, timeout=_SECONDS, context=context)
        else:
            connection = smtplib.SMTP(self.server.host, self.server.port, timeout=_SECONDS)
        try:
            if self.server.security is MailSecurity.STARTTLS:
                connection.starttls(context=context)
            if self.server.user is not None:
                connection.login(self.server.user, self.server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection


def _hang_up(connection: smtplib.SMTP) -> None:
    # What a server answers to the farewell changes nothing: a message that it has accepted must not be sent again for it (R16).
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def _failure(reply: int, what: str) -> Exception:
    # RFC 5321 4.2.1: 5xx is permanent. The server's own words may quote the address, so they are not kept (R19).
    is_final = 500 <= reply < 600 and reply not in _SIGN_IN_WANTED
    return PermanentFailure(f"{reply} {what}") if is_final else TemporaryFailure(f"{reply} {what}")


def transport_for(settings: Settings, engine: Engine) -> Transport:
    """The transport that the settings ask for."""
    if settings.smtp is None:
        return LocalMailbox(engine)
    return SmtpTransport(settings.smtp, settings.mail_from, settings.links.host)
