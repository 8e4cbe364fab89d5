"""The documents that the seal makes of a letter, all from one list (R5), and what a file of each kind is."""

from dataclasses import dataclass
from enum import StrEnum


class DocumentKind(StrEnum):
    """One of the documents of a sealed letter."""

    LETTER = "letter"
    WORD = "word"
    TEXT = "text"
    HTML = "html"
    JATS = "jats"
    SIGNATORIES_CSV = "signatories-csv"
    SIGNATORIES_XLSX = "signatories-xlsx"
    SIGNATORIES_JSON = "signatories-json"
    BUNDLE = "bundle"


@dataclass(frozen=True)
class FileKind:
    """How a file of this kind is called and served."""

    stem: str
    suffix: str
    media_type: str
    words: str
    """What a person calls it."""

    @property
    def name(self) -> str:
        """“letter.pdf”: what it is called where it is clear of which letter it is."""
        return f"{self.stem}.{self.suffix}"


FILE_KINDS = {
    DocumentKind.LETTER: FileKind("letter", "pdf", "application/pdf", "The letter (PDF)"),
    DocumentKind.WORD: FileKind("letter", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"),
    DocumentKind.TEXT: FileKind("letter", "txt", "text/plain; charset=utf-8", "Plain text, for a web form"),
    DocumentKind.HTML: FileKind("letter", "html", "text/html; charset=utf-8", "Accessible HTML"),
    DocumentKind.JATS: FileKind("letter", "xml", "application/xml", "JATS XML"),
    DocumentKind.SIGNATORIES_CSV: FileKind("signatories", "csv", "text/csv; charset=utf-8", "Signatories (CSV)"),
    DocumentKind.SIGNATORIES_XLSX: FileKind(
        "signatories", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Signatories (Excel)"
    ),
    DocumentKind.SIGNATORIES_JSON: FileKind("signatories", "json", "application/json", "Signatories (JSON)"),
    DocumentKind.BUNDLE: FileKind("bundle", "zip", "application/zip", "The bundle: all of it, to be checked offline"),
}


def file_name(kind: DocumentKind, reference: str) -> str:
    """“letter-AB12.pdf”."""
    facts = FILE_KINDS[kind]
    return f"{facts.stem}-{reference}.{facts.suffix}"
