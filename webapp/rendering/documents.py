"""Every document that is made of a letter, by its kind: the one closed table of what makes it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from webapp.domain.document import LetterDocument
from webapp.domain.document_kind import DocumentKind
from webapp.rendering.letter_jats import letter_jats
from webapp.rendering.letter_page import letter_page
from webapp.rendering.letter_text import letter_text
from webapp.rendering.letter_word import letter_word
from webapp.rendering.pdf import letter_pdf
from webapp.rendering.signatories import signatories_csv, signatories_json, signatories_xlsx

_K = DocumentKind

_MAKERS: Mapping[DocumentKind, Callable[[LetterDocument], bytes | str]] = MappingProxyType(
    {
        _K.LETTER: letter_pdf,
        _K.WORD: letter_word,
        _K.TEXT: letter_text,
        _K.HTML: letter_page,
        _K.JATS: letter_jats,
        _K.SIGNATORIES_CSV: signatories_csv,
        _K.SIGNATORIES_XLSX: signatories_xlsx,
        _K.SIGNATORIES_JSON: signatories_json,
    }
)

KINDS_MADE: tuple[DocumentKind, ...] = tuple(_MAKERS)
"""The set of a letter, in the order in which it is made and listed."""

LISTS = frozenset({_K.SIGNATORIES_CSV, _K.SIGNATORIES_XLSX, _K.SIGNATORIES_JSON})
"""Those that are made at any time, of whoever has signed so far."""


def make_document(kind: DocumentKind, document: LetterDocument) -> bytes:
    """The file of this kind, the same bytes for the same document.

    Raises InvalidInput where the statement cannot be converted, RenderingFailed where the file could not be made.
    """
    made = _MAKERS[kind](document)
    return made if isinstance(made, bytes) else made.encode()
