"""A message, and the bytes that it becomes: nothing that a user typed can add a header (`bar.md` T44)."""

import email
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime

LONGEST_SUBJECT = 200
CALENDAR_NAME = "joint-letter.ics"

_HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "x-auto-response-suppress",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "reply-to",
}

# Python up to 3.12 turns an encoded word in a subject into new header lines (the class of CVE-2024-6923).
_ENCODED_WORD = re.compile(r"=\?[^?]{1,60}\?")


class UnsafeMessage(Exception):
    """The message would not carry exactly the headers that it should; it is not sent."""


@dataclass(frozen=True)
class Attachment:
    """A file of ours that goes along; its name is ours too."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class MailForm:
    """What one message says: `name` is its folder of templates; `calendar` is the calendar file that it brings along, or empty.

    `stop` is the address by which a mail program stops messages of this kind, or empty. `reply_to` is where an answer goes, for a
    message that people have written themselves: it does not say that a program made it.
    """

    name: str
    subject: str
    text: str
    html: str
    calendar: bytes = b""
    stop: str = ""
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()


def safe_subject(typed: str) -> str:
    """One line without control characters, encoded words or more than 200 characters."""
    line = "".join(" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in typed)
    line = _ENCODED_WORD.sub("", line).strip()
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"


def build_message(form: MailForm, *, sender: str, recipient: str, message_id: str, sent_at: datetime) -> bytes:
    """The message as it goes over the wire, read back and checked. Raises UnsafeMessage where a header was smuggled in."""
    body = EmailMessage(policy=SMTP)
    body.set_content(form.text, charset="utf-8")
    body.add_alternative(form.html, subtype="html", charset="utf-8")
    if form.calendar:
        # As a file beside the text, not as a third way to say it: mail programs answer invitations by themselves, and this is none.
        parameters = {"charset": "utf-8"}
        body.add_attachment(form.calendar, maintype="text", subtype="calendar", filename=CALENDAR_NAME, params=parameters)
    for one in form.attachments:
        kind, _slash, subtype = one.media_type.partition(";")[0].partition("/")
        body.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
    body["From"] = sender
    body["To"] = recipient
    body["Date"] = format_datetime(sent_at)
    body["Message-ID"] = message_id
    if form.reply_to:
        body["Reply-To"] = form.reply_to
    else:
        body["Auto-Submitted"] = "auto-generated"
        body["X-Auto-Response-Suppress"] = "All"
    head = f"Subject: {_encoded(safe_subject(form.subject))}\r\n{_stop_headers(form.stop)}".encode("ascii")
    raw = head + body.as_bytes()
    read_back = email.message_from_bytes(raw)
    _check(read_back, recipient, message_id, form.stop)
    if read_back["Reply-To"] != (form.reply_to or None):
        raise UnsafeMessage("the address for answers is not the one that was written")
    return raw


def _encoded(subject: str) -> str:
    if subject.isascii():
        return subject
    return Header(subject, "utf-8", header_name="Subject", maxlinelen=76).encode(linesep="\r\n")


def _stop_headers(address: str) -> str:
    """RFC 8058: the button of the mail program. Written by hand, for a header that is made for people would break the long address."""
    if not address:
        return ""
    # The one press is promised by https alone; without it the address still leads to a page that says how to stop them.
    one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" if address.startswith("https://") else ""
    return f"List-Unsubscribe: <{address}>\r\n{one_click}"


def _check(read_back: Message, recipient: str, message_id: str, stop: str) -> None:
    names = [name.lower() for name in read_back]
    if set(names) - _HEADERS or len(names) != len(set(names)):
        raise UnsafeMessage("the headers are not the ones that were written")
    if read_back["To"] != recipient or read_back["Message-ID"] != message_id:
        raise UnsafeMessage("the recipient or the identity is not the one that was written")
    if read_back["List-Unsubscribe"] != (f"<{stop}>" if stop else None):
        raise UnsafeMessage("the address by which it is stopped is not the one that was written")
