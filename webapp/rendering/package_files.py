"""The files that a package makes by itself: its text alone and its covering letter, as Word and as plain text."""

from datetime import datetime

from webapp.domain.document import LetterDocument
from webapp.rendering.covering_letter import covering_letter_word
from webapp.rendering.package_boxes import plain_statement
from webapp.rendering.word_writing import write_word


def text_file(text: LetterDocument, suffix: str, *, made_at: datetime) -> bytes:
    """“docx” or “txt”. Raises InvalidInput or RenderingFailed where the text cannot be converted."""
    if suffix == "txt":
        return f"{text.title}\n\n{plain_statement(text)}\n".encode()
    return write_word(text.statement, text.references, title=text.title, language=text.language, style=text.style, made_at=made_at)


def covering_letter_file(words: str, suffix: str, *, made_at: datetime) -> bytes:
    """“docx” or “txt”. Raises RenderingFailed."""
    return f"{words}\n".encode() if suffix == "txt" else covering_letter_word(words, made_at=made_at)
