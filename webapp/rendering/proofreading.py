"""What is read once more before it is sealed: every document against the facts that it was made of."""

import csv
import html
import io
import json
import re
import zipfile
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

from pikepdf import PdfError

from webapp.domain.cell import from_cell
from webapp.domain.document import LetterDocument, name_as_listed
from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.domain.errors import InvalidInput, RenderingFailed
from webapp.rendering.conformity import problems
from webapp.rendering.documents import LISTS
from webapp.rendering.plain_lines import plain_text
from webapp.rendering.printed_list import printed_groups
from webapp.rendering.reading_back import Reading, read_back, squeezed
from webapp.rendering.roll import RIGHT_TO_LEFT, has_roll
from webapp.rendering.styles import find_style
from webapp.rendering.subject import about
from webapp.rendering.text import statement_html
from webapp.rendering.words import words_for
from webapp.rendering.workbook import read_workbook
from webapp.rendering.writing import is_right_to_left

_K = DocumentKind
_TAG = re.compile(r"<[^>]*>")
_NOTE_MARK = re.compile(r'<a [^>]*role="doc-noteref"[^>]*>.*?</a>', re.DOTALL)
_NOTES = re.compile(r' class="notes">(.*?)</section>', re.DOTALL)
_NOTE = re.compile(r"<li\b[^>]*>(.*?)</li>", re.DOTALL)
_PARAGRAPH = re.compile(r"<w:p[ >].*?</w:p>", re.DOTALL)
# Where a note is called: no text has it.
_MARK = "\0"
_WORDS_SHOWN = 6
_BLOCK_ENDS = re.compile(r"</?(?:p|h\d|li|td|th|pre|blockquote|caption|section|ol|ul|table)\b[^>]*>")
_SOCIETY = "society"


class DocumentsRefused(RenderingFailed):
    """A document is not what it should be; `check` names what was looked at, without quoting anything.

    The sentence itself may quote the signed text, at the place up to which the document agrees with it: never to be logged.
    """

    def __init__(self, kind: DocumentKind, check: str, why: str, near: str = "") -> None:
        self.check = f"{kind}: {check}"
        place = f" The first difference is at the end of these words: “{near}”." if near else ""
        super().__init__(
            f"{FILE_KINDS[kind].words}: {why}{place} Nothing was sealed. You can press once more; if it says so again, send this "
            "sentence to whoever runs this site: it is a fault of the software, and not of the letter."
        )


def proofread(document: LetterDocument, files: Mapping[DocumentKind, bytes]) -> None:
    """Raises DocumentsRefused where one of the files is not the letter, or not the list, that is to be sealed."""
    _proofread_letter(document, files[_K.LETTER])
    for kind, content in files.items():
        if kind in _LISTS:
            _proofread_list(document, kind, content)
        if kind in _WORDS:
            _proofread_words(document, kind, content)


def _proofread_letter(document: LetterDocument, pdf: bytes) -> None:
    try:
        found, reading = problems(pdf), read_back(pdf)
        if _end_of_statement(document, reading) is None:
            reading = read_back(pdf, takes_heads_as_repeated=False)
    except (PdfError, AttributeError, KeyError, ValueError, TypeError) as error:
        raise DocumentsRefused(_K.LETTER, "structure", "the file cannot be read.") from error
    if found:
        raise DocumentsRefused(_K.LETTER, "gate", f"it does not keep the rules of PDF/A-3a and PDF/UA-1 ({found[0]}).")
    end = _end_of_statement(document, reading)
    if end is None:
        plain = _plain_statement(document)
        raise _other_statement(_K.LETTER, "" if RIGHT_TO_LEFT.search(plain) else _agrees_up_to(plain, reading.text))
    if squeezed(document.digest) not in reading.text:
        raise DocumentsRefused(_K.LETTER, "digest", "it does not print the digest of the text that was signed.")
    names = [name_as_listed(one, document.layout.acronyms) for one in document.signatories]
    lists = [items for one in reading.lists if (items := [text for began, text in one if began >= end])]
    if names and not has_roll(names, lists, document.language):
        raise _wrong_list(_K.LETTER)


def _end_of_statement(document: LetterDocument, reading: Reading) -> int | None:
    """Where the statement ends, if it stands there whole and in order; of right-to-left writing only whether all its letters do."""
    expected = squeezed(_plain_statement(document))
    if RIGHT_TO_LEFT.search(expected):
        # Such lines are drawn from the left, and in which order depends on where they were broken.
        return None if Counter(expected) - Counter(reading.text) else _end_of_other_blocks(document, reading)
    place = reading.text.find(expected)
    return place + len(expected) if place >= 0 else None


def _end_of_other_blocks(document: LetterDocument, reading: Reading) -> int | None:
    """Where the last block without right-to-left writing ends, if all of them stand there whole and in order."""
    if is_right_to_left(document.language):
        return 0
    place = 0
    for block in map(squeezed, map(_unmarked, _BLOCK_ENDS.split(_converted(document)))):
        if not RIGHT_TO_LEFT.search(block):
            found = reading.text.find(block, place)
            if found < 0:
                return None
            place = found + len(block)
    return place


def _proofread_list(document: LetterDocument, kind: DocumentKind, content: bytes) -> None:
    try:
        names = _LISTS[kind](content)
    except (InvalidInput, KeyError, ValueError) as error:
        raise DocumentsRefused(kind, "structure", "the file cannot be read.") from error
    signatories = document.signatories
    listed = [one.printed_name if kind in LISTS else name_as_listed(one, document.layout.acronyms) for one in signatories]
    if names != listed:
        raise _wrong_list(kind)


def _proofread_words(document: LetterDocument, kind: DocumentKind, content: bytes) -> None:
    """The statement stands in it, the digest, and every name in the order of the list; in text and Word nobody else is listed."""
    try:
        text = _WORDS[kind](content)
        names = _word_names(content) if kind is _K.WORD else None
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DocumentsRefused(kind, "structure", "the file cannot be read.") from error
    said = squeezed(text)
    plain, *notes = _statement_in(document, kind)
    if not _holds(plain, said):
        raise _other_statement(kind, _agrees_up_to(plain, said))
    if any(squeezed(note) not in said for note in notes):
        raise _other_statement(kind)
    if squeezed(document.digest) not in said:
        raise DocumentsRefused(kind, "digest", "it does not name the digest of the text that was signed.")
    place = 0
    for one in document.signatories:
        name = squeezed(name_as_listed(one, document.layout.acronyms))
        place = said.find(name, place) + len(name)
        if place < len(name):
            raise _wrong_list(kind)
    if names is not None and names != [name_as_listed(one, document.layout.acronyms) for one in document.signatories]:
        raise _wrong_list(kind)
    if kind is _K.TEXT and f"\n\n{_roll_in_text(document)}\n\n" not in text:
        raise _wrong_list(kind)


def _converted(document: LetterDocument) -> str:
    return statement_html(document.statement, document.references, language=document.language, style=document.style)


def _plain_statement(document: LetterDocument) -> str:
    return _unmarked(_converted(document))


def _statement_in(document: LetterDocument, kind: DocumentKind) -> list[str]:
    """The statement as this kind has it. Word and JATS have references of their own making, other marks at notes, and these apart."""
    converted = _converted(document)
    if kind is _K.TEXT:
        return [plain_text(converted, is_numbered=find_style(document.style).is_numbered)]
    if kind is _K.HTML:
        return [_unmarked(converted)]
    body, _, sections = converted.partition("<section")
    notes = [note for section in _NOTES.findall(sections) for note in _NOTE.findall(section)]
    return [_unmarked(_NOTE_MARK.sub(_MARK, body)), *map(_unmarked, notes)]


def _holds(plain: str, said: str) -> bool:
    """Word for word, with no more than a short mark where a note is called."""
    return re.search(".{0,4}".join(map(re.escape, squeezed(plain).split(_MARK))), said) is not None


def _agrees_up_to(plain: str, said: str) -> str:
    """The last words of the statement up to which a text says the same, and the first that it does not say."""
    words = plain.split()
    agreeing = bisect_left(range(len(words)), True, key=lambda length: not _holds("".join(words[: length + 1]), said))
    return " ".join(words[max(0, agreeing - _WORDS_SHOWN) : agreeing + 1]).replace(_MARK, "")


def _roll_in_text(document: LetterDocument) -> str:
    """From the sentence that counts them up to the next heading: nothing may stand between."""
    words = words_for(document.language)
    groups = printed_groups(document, words)
    blocks = [block for one in groups for block in (one.heading, "\n".join(line.line for line in one.signatories)) if block]
    counted = words.signed_sentence(document.signed, document.collective_noun)
    return "\n\n".join([counted, *blocks, about(document, words).heading])


def _other_statement(kind: DocumentKind, near: str = "") -> DocumentsRefused:
    return DocumentsRefused(kind, "statement", "its text is not, word for word, the text that was signed.", near)


def _wrong_list(kind: DocumentKind) -> DocumentsRefused:
    return DocumentsRefused(kind, "list", "the signatories in it are not, each once and in order, those that signed.")


def _csv_names(content: bytes) -> list[str]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return [from_cell(row[_SOCIETY]) for row in rows]


def _xlsx_names(content: bytes) -> list[str]:
    header, *rows = read_workbook(content)
    return [from_cell(row[header.index(_SOCIETY)]) for row in rows]


def _json_names(content: bytes) -> list[str]:
    listed = json.loads(content)
    if listed["count"] != len(listed["signatories"]):
        raise ValueError("It counts otherwise than it lists.")
    return [one[_SOCIETY] for one in listed["signatories"]]


def _unmarked(marked: str) -> str:
    return html.unescape(_TAG.sub("", marked))


def _marked_up(content: bytes) -> str:
    return _unmarked(content.decode())


def _page_names(content: bytes) -> list[str]:
    rolls = re.findall(r'<ul class="roll[^>]*>(.*?)</ul>', content.decode(), re.DOTALL)
    return [_marked_up(name.encode()) for roll in rolls for name in re.findall(r'<span class="name"[^>]*>(.*?)</span>', roll, re.DOTALL)]


def _jats_names(content: bytes) -> list[str]:
    names = re.findall(r'<named-content content-type="society">(.*?)</named-content>', content.decode(), re.DOTALL)
    return [_marked_up(name.encode()) for name in names]


def _word(content: bytes) -> str:
    """With its notes, which are in a file of their own."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        notes = ("word/footnotes.xml",) if "word/footnotes.xml" in package.namelist() else ()
        return "".join(_marked_up(package.read(part)) for part in ("word/document.xml", *notes))


def _word_names(content: bytes) -> list[str]:
    """The first line of each paragraph that is a signatory."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        paragraphs = _PARAGRAPH.findall(package.read("word/document.xml").decode())
    return [_marked_up(one.partition("<w:br")[0].encode()) for one in paragraphs if '<w:pStyle w:val="Signatory"' in one]


_LISTS: Mapping[DocumentKind, Callable[[bytes], list[str]]] = MappingProxyType(
    {
        _K.SIGNATORIES_CSV: _csv_names,
        _K.SIGNATORIES_XLSX: _xlsx_names,
        _K.SIGNATORIES_JSON: _json_names,
        _K.HTML: _page_names,
        _K.JATS: _jats_names,
    }
)
_WORDS: Mapping[DocumentKind, Callable[[bytes], str]] = MappingProxyType(
    {_K.WORD: _word, _K.TEXT: bytes.decode, _K.HTML: _marked_up, _K.JATS: _marked_up}
)
