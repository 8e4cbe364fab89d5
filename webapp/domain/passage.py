"""Where a quoted passage stands in a text: the text quote of the W3C Web Annotation Data Model, found again in another revision."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

CONTEXT = 40
"""So many characters before and after a passage tell it from others with the same words."""

Span = tuple[int, int]

# Letters of Hangul that join the one before them, and are no marks by their class.
_JOINING_HANGUL = range(0x1160, 0x1200)


@dataclass(frozen=True)
class Folded:
    """A text without what two copies of it may differ in; `starts` and `ends` lead from each character back to the text."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        return self.starts[start], self.ends[end - 1]


def place_of(quote: str, prefix: str, suffix: str, text: str) -> Span | None:
    """Where the passage stands in the text, as a slice of it; None where it does not stand there any more.

    Spaces and the form of composed letters do not matter. Of several places the one is meant whose surroundings are most like those
    of the passage; where none is like them at all, nobody knows, and it is none.
    """
    where, wanted = fold(text), fold(quote).text
    found = list(occurrences(wanted, where.text))
    if not found:
        return None
    before, after = fold(prefix).text, fold(suffix).text
    likeness = {at: _likeness(where.text, at, at + len(wanted), before, after) for at in found}
    best = max(found, key=lambda at: likeness[at])
    if len(found) > 1 and (before or after) and not likeness[best]:
        return None
    return where.span(best, best + len(wanted))


def places_meant(quote: str, prefix: str, suffix: str, text: str, *, offered: str = "") -> tuple[Span, ...]:
    """Every place that somebody may mean who quotes a text: one where it is clear, none where the words do not stand in it.

    `offered` is the passage that was laid before the reader, and `prefix` and `suffix` surround it. The quote may have been shortened
    since, lengthened, or replaced by other words: the nearer to what was offered, the likelier.
    """
    where, wanted = fold(text), fold(quote).text
    found = [where.span(at, at + len(wanted)) for at in occurrences(wanted, where.text)]
    if offered and (whole := place_of(offered, prefix, suffix, text)):
        within = [span for span in found if whole[0] <= span[0] and span[1] <= whole[1]]
        touching = [span for span in found if span[0] < whole[1] and whole[0] < span[1]]
        return tuple(within or touching or found)
    if len(found) > 1 and (prefix or suffix) and (nearest := place_of(quote, prefix, suffix, text)):
        return (nearest,)
    return tuple(found)


def context_of(text: str, span: Span) -> tuple[str, str]:
    """What stands right before and right after a passage."""
    start, end = span
    return text[max(start - CONTEXT, 0) : start], text[end : end + CONTEXT]


def occurrences(wanted: str, text: str) -> Iterator[int]:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _likeness(text: str, start: int, end: int, before: str, after: str) -> int:
    return _in_common(text[max(start - len(before), 0) : start][::-1], before[::-1]) + _in_common(text[end : end + len(after)], after)


def _in_common(one: str, other: str) -> int:
    return next((number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def fold(text: str, spelling: Mapping[str, str] | None = None) -> Folded:
    """The text in NFC, without spaces; with `spelling`, certain characters written in another way."""
    return _fold(text, tuple((spelling or {}).items()))


# As many as the texts of one letter, and the comments of one page.
@lru_cache(maxsize=128)
def _fold(text: str, spelling: tuple[tuple[str, str], ...]) -> Folded:
    written, pieces, starts, ends = dict(spelling), [], [], []
    for start, end in _letters(text):
        piece = text[start:end]
        if piece.isspace():
            continue
        piece = unicodedata.normalize("NFC", piece)
        piece = written.get(piece, piece)
        pieces.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))
    return Folded("".join(pieces), tuple(starts), tuple(ends))


def _letters(text: str) -> Iterator[Span]:
    """Each character with the marks that stand on it."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _joins(text[at]):
            if start < at:
                yield start, at
            start = at


def _joins(character: str) -> bool:
    return character > "\u02ff" and (bool(unicodedata.combining(character)) or ord(character) in _JOINING_HANGUL)
