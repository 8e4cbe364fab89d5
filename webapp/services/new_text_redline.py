"""What a new text changes against the sealed text that it comes from: as a redline, and in a few words."""

from dataclasses import dataclass, field
from functools import lru_cache

from markupsafe import Markup

from webapp.domain.document import CslItem
from webapp.domain.text import style_of
from webapp.persistence.tables import LetterRow, NewTextRow, PutTextRow
from webapp.rendering.redline import Redline, SourceText, counts_phrase, redline_html, redline_texts
from webapp.rendering.text import word_count
from webapp.services.new_text import sealed_revision, sealed_text


def new_text_redline(letter: LetterRow, row: NewTextRow, *, prefix: str = "redline") -> Markup:
    """Of what was put to the signatories; else of the draft as it stands. Raises InvalidInput where that cannot be converted yet."""
    return redline_html(_compared(letter, row), prefix=prefix, language=letter.language)


def changed_words(letter: LetterRow, row: NewTextRow, put: PutTextRow) -> str:
    """“412 words instead of 612; 1 insertion, 3 deletions”."""
    before, after = word_count(sealed_text(sealed_revision(letter), row.based_on)["body"]), word_count(put.body)
    return f"{after:,} words instead of {before:,}; {counts_phrase(_compared(letter, row).counts)}"


@dataclass(frozen=True)
class _Sides:
    """Two texts, and the digest of the sealed one, from which the references follow."""

    sealed: str
    bodies: tuple[str, str]
    styles: tuple[str, str]
    language: str
    references: tuple[CslItem, ...] = field(compare=False)


def _compared(letter: LetterRow, row: NewTextRow) -> Redline:
    revision = sealed_revision(letter)
    sealed = sealed_text(revision, row.based_on)
    body, style = (row.put.body, row.put.style) if row.put else (row.body, row.style)
    bodies, styles = (sealed["body"], body), (style_of(sealed), style)
    return _redline(_Sides(sealed["digest"], bodies, styles, letter.language, tuple(revision.references)))


# Read at every visit of every society, and there are few of a letter.
@lru_cache(maxsize=32)
def _redline(sides: _Sides) -> Redline:
    old, new = (SourceText(body, sides.references, sides.language, style) for body, style in zip(sides.bodies, sides.styles, strict=True))
    return redline_texts(old, new)
