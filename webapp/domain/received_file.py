"""A file that came with the post: what it is, by its content and never by its name (`bar.md` T37)."""

import re
from dataclasses import dataclass

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.proof_file import JPEG, MAIL, PDF, PNG, TEXT, is_text, plain_name

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLD_WORD, ANY = "application/msword", "application/octet-stream"
KIND_WORDS = {
    PDF: "PDF",
    PNG: "PNG image",
    JPEG: "JPEG image",
    MAIL: "e-mail",
    TEXT: "plain text",
    WORD: "Word",
    OLD_WORD: "Word (old format)",
    ANY: "file of another kind",
}
_TAKEN = frozenset({PDF, MAIL, TEXT, WORD, OLD_WORD, PNG, JPEG})
_BEGINNINGS = ((PDF, b"%PDF-"), (PNG, b"\x89PNG\r\n\x1a\n"), (JPEG, b"\xff\xd8\xff"), (OLD_WORD, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
_HEAD = 200_000
_HEADER_NAME = re.compile(r"[!-9;-~]{1,80}\s{0,4}:")
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class ReceivedFile:
    """As it came."""

    name: str
    media_type: str
    content: bytes


def kind_of(content: bytes) -> str:
    """Its media type; what is not known is a file of any kind, and handed out as that."""
    for kind, beginning in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content.startswith(_ZIP):
        return WORD if b"word/document.xml" in content else ANY
    if _is_mail(content):
        return MAIL
    return TEXT if is_text(content) else ANY


def _is_mail(content: bytes) -> bool:
    """Whether it begins with the headers of a message. Those of a journal's system fill pages before they come to “From”."""
    head = re.split(rb"\r?\n\r?\n", content[:_HEAD], maxsplit=1)[0].removeprefix(b"\xef\xbb\xbf")
    lines = head.decode("latin-1").splitlines()
    # As old mail folders begin each message.
    lines = lines[1:] if lines and lines[0].startswith("From ") else lines
    names = {line.partition(":")[0].rstrip().lower() for line in lines if ":" in line and not line.startswith((" ", "\t"))}
    is_begun = bool(lines) and _HEADER_NAME.match(lines[0]) is not None
    return is_begun and "from" in names and bool(names & {"to", "subject", "date", "message-id", "received", "mime-version"})


def received_file(name: str, content: bytes) -> ReceivedFile:
    """An attachment, of whatever kind."""
    return ReceivedFile(plain_name(name, "file"), kind_of(content), content)


def read_upload(name: str, content: bytes) -> ReceivedFile:
    """What somebody uploads. Raises InvalidInput for what is empty, too large, or no mail, PDF, Word, picture or text."""
    if not content:
        raise InvalidInput("The file is empty. Save the mail again, and choose it once more.", field="file")
    if len(content) > limits.POST_BYTES:
        most = limits.POST_BYTES // 1_000_000
        size = -(-len(content) // 1_000_000)
        raise InvalidInput(
            f"The file has {size} MB, and {most} MB is the most. What you typed is kept. Save the mail without its attachments, "
            "or type its words here and keep the large file elsewhere.",
            field="file",
        )
    file = received_file(name, content)
    if file.media_type not in _TAKEN:
        raise InvalidInput("This is no saved mail (.eml), PDF, Word file, picture or text. Save it as one of these.", field="file")
    return file
