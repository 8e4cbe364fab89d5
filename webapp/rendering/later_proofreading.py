"""What is read once more of an addendum, an erratum or an edition before it is kept: the file against the facts that it was made of."""

from collections.abc import Iterable, Sequence

from pikepdf import PdfError

from webapp.domain.document import name_as_listed
from webapp.domain.errors import RenderingFailed
from webapp.domain.later_document import AddendumDocument, EditionDocument, ErratumDocument, SealedFacts
from webapp.rendering.conformity import problems
from webapp.rendering.drawn import drawn_pages
from webapp.rendering.reading_back import Reading, read_back, squeezed
from webapp.rendering.roll import RIGHT_TO_LEFT, has_roll, holds_words_of
from webapp.rendering.words import words_for
from webapp.rendering.writing import is_right_to_left

_UNREADABLE = (PdfError, AttributeError, KeyError, ValueError, TypeError)


class LaterRefused(RenderingFailed):
    """The file is not what it should be; `check` names what was looked at, without quoting anything."""

    def __init__(self, check: str, why: str) -> None:
        self.check = check
        super().__init__(
            f"The PDF was made, and is not as it must be: {why} Nothing was stored. Tell whoever runs this site if it says so again."
        )


def proofread_addendum(document: AddendumDocument, pdf: bytes) -> None:
    """Raises LaterRefused unless it lists each of those who joined, once and in order, and says how many they are."""
    reading, letter = _sound(pdf), document.letter
    names = [name_as_listed(one, letter.layout.acronyms) for one in document.signatories]
    if not has_roll(names, [[text for _began, text in items] for items in reading.lists if items], letter.language):
        raise LaterRefused("list", "those who joined are not listed in it, each once and in order.")
    _refuse_unless_said(reading, letter, [words_for(letter.language).count_phrase(len(names), letter.collective_noun)])


def proofread_erratum(document: ErratumDocument, pdf: bytes) -> None:
    """Raises LaterRefused unless it says what stands printed, what is right, why, and who asked for it."""
    known = words_for(document.letter.language).known
    said = (document.printed_name, document.before, document.after, known(document.reason), known(document.asked_by))
    _refuse_unless_said(_sound(pdf), document.letter, said)


def proofread_edition(document: EditionDocument, pdf: bytes, sheet: bytes, sealed: bytes, parts: Sequence[bytes]) -> None:
    """Raises LaterRefused unless it is its sheet, the sealed letter and all the parts: the same pages, the same words, the same lists."""
    reading, whole = _sound(pdf), (sheet, sealed, *parts)
    if drawn_pages(pdf) != [page for one in whole for page in drawn_pages(one)]:
        raise LaterRefused("pages", "its pages are not those of the sealed letter and of what was issued since.")
    read = [read_back(one) for one in whole]
    if reading.text != "".join(one.text for one in read) or _items(reading) != [items for one in read for items in _items(one)]:
        raise LaterRefused("words", "it does not read as the sealed letter, and what was issued since, do.")
    _refuse_unless_said(read[0], document.letter, [word for part in document.parts for word in (part.before, part.after)])


def _sound(pdf: bytes) -> Reading:
    try:
        found, reading = problems(pdf), read_back(pdf)
    except _UNREADABLE as error:
        raise LaterRefused("structure", "it cannot be read.") from error
    if found:
        raise LaterRefused("gate", f"it does not keep the rules of PDF/A-3a and PDF/UA-1 ({found[0]}).")
    return reading


def _refuse_unless_said(reading: Reading, letter: SealedFacts, said: Iterable[str]) -> None:
    for what in (letter.digest, letter.sha256):
        if squeezed(what) not in reading.text:
            raise LaterRefused("digest", "it does not name the text and the file that it stands beside.")
    for words in said:
        is_turned = is_right_to_left(letter.language) or RIGHT_TO_LEFT.search(words)
        if not (holds_words_of(reading.text, words) if is_turned else squeezed(words) in reading.text):
            raise LaterRefused("words", "it does not say what it has to say.")


def _items(reading: Reading) -> list[list[str]]:
    return [[text for _began, text in items] for items in reading.lists]
