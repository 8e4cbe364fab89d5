"""A file that is attached as proof: which kinds are taken, known by their content and never by their name (`bar.md` T37)."""

import unicodedata
from dataclasses import dataclass

from webapp.domain import limits
from webapp.domain.errors import InvalidInput

PDF, PNG, JPEG, MAIL, TEXT = "application/pdf", "image/png", "image/jpeg", "message/rfc822", "text/plain"
KINDS: dict[str, str] = {PDF: "PDF", PNG: "PNG image", JPEG: "JPEG image", MAIL: "e-mail", TEXT: "plain text"}
_BEGINNINGS = ((PDF, b"%PDF-"), (PNG, b"\x89PNG\r\n\x1a\n"), (JPEG, b"\xff\xd8\xff"))
_HARD = frozenset(range(32)) - frozenset(b"\t\n\f\r\x1b")
"""Control characters that no text and no mail has."""
_UNNAMED = "proof"


@dataclass(frozen=True)
class ProofFile:
    """What was given, as it was given."""

    name: str
    media_type: str
    content: bytes


def read_proof(name: str, content: bytes) -> ProofFile:
    """Raises InvalidInput for what is empty, too large, or no PDF, PNG, JPEG, saved mail or plain text."""
    if not content:
        raise InvalidInput("Attach the proof: the letter, the mail, or a note of the call.", field="file")
    if len(content) > limits.PROOF_BYTES:
        raise InvalidInput(
            "The file is larger than 4 MB. Scan it in a lower resolution, or attach only the page that matters.", field="file"
        )
    return ProofFile(plain_name(name), _kind_of(content), content)


def plain_name(typed: str, unnamed: str = _UNNAMED) -> str:
    """The last part of what a browser calls the file, as text: no path, no control or direction marks, at most 100 characters."""
    last = typed.replace("\\", "/").rpartition("/")[2]
    shown = "".join(one for one in last if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}).strip(" .")
    return shown[: limits.PROOF_NAME].strip() or unnamed


def _kind_of(content: bytes) -> str:
    known = next((kind for kind, beginning in _BEGINNINGS if content.startswith(beginning)), None)
    if known is not None:
        return known
    # A mail may hold any encoding, or several: only its headers are looked at.
    if not _HARD & set(content) and _is_mail(content.decode("latin-1")):
        return MAIL
    if is_text(content):
        return TEXT
    sentence = "This is no PDF, PNG or JPEG, and no mail or text that could be read. Save it as one of these, and choose it again."
    raise InvalidInput(sentence, field="file")


def is_text(content: bytes) -> bool:
    """Whether it is UTF-8 without control characters."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _HARD & set(content)


def _is_mail(text: str) -> bool:
    """Whether it begins as a mail program saves a message: with the names of its headers."""
    names = [line.partition(":")[0].lower() for line in text.splitlines()[:60] if ":" in line and not line.startswith((" ", "\t"))]
    return {"from", "date"} <= set(names) and bool({"to", "subject", "message-id"} & set(names))
