"""A suggested wording put into the source of a text, where the passage that it replaces stands as plain words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput
from webapp.domain.passage import Folded, Span, fold, occurrences, place_of
from webapp.rendering.passages import plain_text
from webapp.rendering.styles import DEFAULT_STYLE
from webapp.rendering.text import statement_html

# What the converter makes of typewriter signs; both sides are read in the spelling of the source.
_SPELLING = {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "—": "---", "…": "..."}
_SIGNS = re.compile(r"([\\`*_\[\]<>~^@|#])")

_GONE = "The passage does not stand in the text any more."
_IN_MARKUP = "The passage holds emphasis, a link, a citation or the end of a paragraph, so it cannot be replaced by itself."
_UNCLEAR = "The same words stand in the text several times, and not each of them as plain words."
_UNLIKE = "Put into the text, the wording would not read as it was suggested."
_BY_HAND = " Open the text and edit it by hand."


@dataclass(frozen=True)
class Rewording:
    """The new source, and what it takes to undo it: at this place stood `before`, and stands `after`."""

    body: str
    at: int
    before: str
    after: str


def reword(
    markdown: str,
    references: Sequence[CslItem],
    passage: tuple[str, str, str],
    wording: str,
    *,
    language: str = "en-GB",
    style: str = DEFAULT_STYLE,
) -> Rewording:
    """Replaces the passage (quote, prefix, suffix) in the source by these plain words.

    Raises InvalidInput, with a sentence that offers the editor, where that cannot be done surely: the new text is converted, and has to
    read as the old one with nothing but these words exchanged.
    """
    read = partial(statement_html, references=references, language=language, style=style)
    text = plain_text(read(markdown))
    span = place_of(*passage, text)
    if span is None:
        raise InvalidInput(_GONE + _BY_HAND)
    start, end = _in_source(markdown, text, span)
    words = _SIGNS.sub(r"\\\1", " ".join(wording.split()))
    if not words and markdown[start - 1 : start] == " ":
        # Nor the space before what is taken out.
        start -= 1
    made = Rewording(markdown[:start] + words + markdown[end:], start, markdown[start:end], words)
    _refuse_unlike(made.body, f"{text[: span[0]]}{wording}{text[span[1] :]}", read)
    return made


def _in_source(markdown: str, text: str, span: Span) -> Span:
    """The n-th place with these words in the source for the n-th in the text, if there are as many."""
    read, source = fold(text, _SPELLING), fold(markdown, _SPELLING)
    wanted = fold(text[slice(*span)], _SPELLING).text
    in_text, in_source = list(occurrences(wanted, read.text)), list(occurrences(wanted, source.text))
    if not in_source:
        raise InvalidInput(_IN_MARKUP + _BY_HAND)
    which = _which(read, in_text, span[0])
    if len(in_text) != len(in_source) or which is None:
        raise InvalidInput(_UNCLEAR + _BY_HAND)
    return source.span(in_source[which], in_source[which] + len(wanted))


def _which(read: Folded, places: Sequence[int], start: int) -> int | None:
    return next((number for number, place in enumerate(places) if read.starts[place] == start), None)


def _refuse_unlike(body: str, expected: str, read: Callable[[str], str]) -> None:
    try:
        now = plain_text(read(body))
    except InvalidInput as error:
        raise InvalidInput(_UNLIKE + _BY_HAND) from error
    if fold(now, _SPELLING).text != fold(expected, _SPELLING).text:
        raise InvalidInput(_UNLIKE + _BY_HAND)
