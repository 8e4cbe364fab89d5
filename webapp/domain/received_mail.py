"""A saved mail (.eml), read: who wrote what to whom and when, and what was attached. Nothing is fetched, and nothing is believed (R20)."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from typing import Any

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.plain_from_html import plain_from_html
from webapp.domain.received_file import ANY, ReceivedFile, received_file
from webapp.domain.received_text import received_line, received_text

# What the standard library raises where a header is not what the standard says: it promises nothing, and has grown over the years.
_UNREADABLE = (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError, OverflowError)
_YEARS = range(1900, 9000)
_TEXT_CODECS = re.compile(r"utf|ascii|iso8859|iso2022|cp\d|koi8|gb|big5|euc|shift|mac-|tis|ptcp|hz|latin|johab")
# They stand for bytes, escapes or names, and are slow or not text at all; one of them could be made to write anything.
_NO_CHARSETS = frozenset({"utf-7", "punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_TOO_DEEP = "The parts of this mail stand within each other, or beside each other, more often than any mail program makes them. "
_SAVE_OTHERWISE = "Open it, save it as PDF, and choose that; or type its words here."


class _Forgiving(EmailPolicy):
    """The standard library asks for the kind of each part while it takes a mail apart: one unreadable line must not lose the rest."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        try:
            return super().header_fetch_parse(name, value)
        except _UNREADABLE:
            return str(value).encode("ascii", "replace").decode()


@dataclass(frozen=True)
class ReceivedMail:
    """What was understood; `remarks` say in sentences what was not, or not as it was meant."""

    sender: str
    recipient: str
    subject: str
    text: str
    sent_at: datetime | None
    files: tuple[ReceivedFile, ...]
    remarks: tuple[str, ...]


def read_mail(content: bytes) -> ReceivedMail:
    """Raises InvalidInput for a mail whose parts are a maze; whatever else is wrong with it stands in the remarks."""
    _refuse_maze(content)
    try:
        mail = message_from_bytes(content, policy=_Forgiving())
    except _UNREADABLE as error:
        raise InvalidInput(_TOO_DEEP + _SAVE_OTHERWISE, field="file") from error
    reader = _Reader()
    reader.read(mail, 0)
    sent_at = reader.date(mail)
    texts = "\n\n".join(one for one in reader.texts if one)
    return ReceivedMail(
        sender=reader.header(mail, "From"),
        recipient=reader.header(mail, "To"),
        subject=reader.header(mail, "Subject"),
        text=received_text(texts, limits.POST_TEXT),
        sent_at=sent_at,
        files=tuple(reader.files),
        remarks=tuple(dict.fromkeys(reader.remarks)),
    )


def _refuse_maze(content: bytes) -> None:
    """Before it is parsed: that takes a time in proportion to its lines times its levels."""
    lower = content.lower()
    levels = 1 + lower.count(b"boundary=") + lower.count(b"message/rfc822")
    if levels > limits.POST_PARTS or levels * (1 + content.count(b"\n")) > limits.POST_WORK:
        raise InvalidInput(_TOO_DEEP + _SAVE_OTHERWISE, field="file")


@dataclass
class _Reader:
    texts: list[str] = field(default_factory=list)
    files: list[ReceivedFile] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    parts: int = 0

    def read(self, part: Message, depth: int) -> None:
        """Texts and files of a part and of all that stands within it, in their order."""
        self.parts += 1
        if depth > limits.POST_DEPTH or self.parts > limits.POST_PARTS:
            raise InvalidInput(_TOO_DEEP + _SAVE_OTHERWISE, field="file")
        kind = _kind_of(part)
        if part.is_multipart() and kind == "multipart/alternative":
            self._alternative(part, depth)
        elif part.is_multipart() and kind.startswith("message/"):
            self._enclosed(part, depth)
        elif part.is_multipart():
            for inner in _inner(part):
                self.read(inner, depth + 1)
        elif kind in {"text/plain", "text/html"} and not self._is_file(part):
            self.texts.append(self._text(part, kind))
        else:
            self._keep(part)

    def _alternative(self, part: Message, depth: int) -> None:
        """One of several ways to say the same: the plain words where there are any, else those of the last. All files are kept."""
        said = []
        for inner in _inner(part):
            one = _Reader(parts=self.parts)
            one.read(inner, depth + 1)
            self.parts = one.parts
            self.files += one.files
            said.append((_kind_of(inner) == "text/plain", one))
        worded = [one for one in said if "".join(one[1].texts).strip()]
        chosen = next((one for is_plain, one in worded if is_plain), worded[-1][1] if worded else None)
        if chosen is not None:
            self.texts += chosen.texts
            self.remarks += chosen.remarks

    def _enclosed(self, part: Message, depth: int) -> None:
        for inner in _inner(part):
            head = ", ".join(one for one in (self.header(inner, "From"), self.header(inner, "Subject")) if one)
            self.texts.append(f"[Enclosed mail: {head or 'without a subject'}]")
            self.read(inner, depth + 1)

    def _is_file(self, part: Message) -> bool:
        return _is_attachment(part) or bool(self._name(part))

    def _text(self, part: Message, kind: str) -> str:
        words = self._decoded(part)
        if kind == "text/plain":
            return words
        if len(words) > limits.PASTED:
            self.remarks.append("The web page of the mail is very long. Its beginning is shown; the mail itself is kept whole.")
        plain, has_pictures = plain_from_html(words[: limits.PASTED])
        self.remarks.append("The mail came as a web page. Its words are shown, and nothing else of it.")
        if has_pictures:
            self.remarks.append("The mail shows pictures from elsewhere. None of them was fetched.")
        return plain

    def _decoded(self, part: Message) -> str:
        content, charset = _bytes_of(part), _charset_of(part)
        codec, named = _codec(charset or "utf-8"), f"“{received_line(charset, 40)}”" if charset else "its charset"
        for one in (codec, "utf-8"):
            text = _decode(content, one) if one else None
            if text is not None:
                if one != codec or not codec:
                    self.remarks.append(f"The mail says that it is written in {named}, and is not. It was read as UTF-8.")
                return text
        self.remarks.append(
            f"Some letters could not be read: what was sent does not fit {named}. They are shown as \N{REPLACEMENT CHARACTER}."
        )
        return content.decode(codec or "utf-8", "replace")

    def _keep(self, part: Message) -> None:
        if len(self.files) >= limits.POST_FILES:
            self.remarks.append(f"More than {limits.POST_FILES} files are attached. The rest is in the mail as it came, which is kept.")
            return
        content = _bytes_of(part)
        name = self._name(part)
        if content or name:
            self.files.append(received_file(name, content))

    def _name(self, part: Message) -> str:
        try:
            return str(part.get_filename() or "")
        except _UNREADABLE:
            return "file"

    def header(self, part: Message, name: str) -> str:
        """As a person reads it, on one line. The first where there are several, which no honest mail has."""
        found = [value for key, value in part.raw_items() if key.lower() == name.lower()]
        if not found:
            return ""
        if len(found) > 1:
            self.remarks.append(f"The mail has several lines “{name}”. The first is shown.")
        # Many programs write UTF-8 where only ASCII may stand (RFC 6532 allows it to those who have agreed on it).
        raw = str(found[0]).encode("ascii", "surrogateescape").decode("utf-8", "replace")
        if len(raw) > limits.POST_HEADER:
            # Its parser takes a time in proportion to the square of the length.
            self.remarks.append(f"The line “{name}” is longer than {limits.POST_HEADER:,} characters, and was cut.")
            raw = raw[: limits.POST_HEADER]
        try:
            value = str(policy.default.header_fetch_parse(name, raw))
        except _UNREADABLE:
            self.remarks.append(f"The line “{name}” is not written as it should be, and is shown as it came.")
            value = raw
        return received_line(value.encode("utf-8", "replace").decode("utf-8"), limits.POST_LINE)

    def date(self, mail: Message) -> datetime | None:
        """In UTC. None, with a remark, where it has none that can be read."""
        said = self.header(mail, "Date")
        if not said:
            self.remarks.append("The mail has no date. Give the day and time at which it came.")
            return None
        try:
            found = parsedate_to_datetime(said)
            # RFC 5322 3.3: “-0000” says nothing of the zone; the time itself is UTC.
            in_utc = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
            # So that it can be shown in every zone: the calendar ends with the years 1 and 9999.
            if in_utc.year not in _YEARS:
                raise ValueError(in_utc.year)
            return in_utc
        except (ValueError, TypeError, OverflowError, IndexError):
            self.remarks.append(
                f"The date of the mail, “{received_line(said, 60)}”, cannot be read. Give the day and time at which it came."
            )
            return None


def _inner(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield from (one for one in payload if isinstance(one, Message)) if isinstance(payload, list) else ()


def _kind_of(part: Message) -> str:
    """“application/octet-stream” where its line cannot be read: a file then, and kept as it is."""
    try:
        return part.get_content_type()
    except _UNREADABLE:
        return ANY


def _is_attachment(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except _UNREADABLE:
        return True


def _bytes_of(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except _UNREADABLE:
        content = None
    if isinstance(content, bytes):
        return content
    return str(part.get_payload()).encode("utf-8", "surrogateescape")


def _charset_of(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "")
    except _UNREADABLE:
        return ""


def _codec(name: str) -> str:
    """The codec of a charset; empty for what is none, or one that nobody writes mails in."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return known if known not in _NO_CHARSETS and _TEXT_CODECS.match(known.replace("_", "")) else ""


def _decode(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except ValueError:
        return None
