"""Words: where one ends in any script, and which of two passages were kept, inserted, deleted."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from webapp.rendering.redline.blocks import Mark, Run, joined
from webapp.rendering.redline.matching import matched

_SPACE = re.compile(r"([ \t\n\r\f]+)")
# Scripts that put no space between words: Thai to Tibetan, Burmese, Khmer, Chinese, kana. A sign is compared like a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_ALWAYS_APART = "—…–/"
_INSIDE_NUMBERS = "–/"
_LONGEST_ISLAND = 4
NOTE = "#note-"


@dataclass(frozen=True)
class Piece:
    """Consecutive words of one fate: kept (with what stood there before, where only its number is new), or replaced."""

    kept: tuple[Run, ...] = ()
    was: tuple[Run, ...] = ()
    deleted: tuple[Run, ...] = ()
    inserted: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or a sign, with the space before it."""

    lead: tuple[Run, ...]
    word: Run

    @property
    def runs(self) -> tuple[Run, ...]:
        return (*self.lead, self.word)


def words_of(runs: tuple[Run, ...]) -> list[str]:
    """The words and signs, without spaces and marks."""
    return [word for run in runs for chunk in run.text.split() for word in _split(chunk)]


def count_words(runs: tuple[Run, ...]) -> int:
    """As a journal counts them: what stands between spaces, and is no mere sign."""
    return sum(any(character.isalnum() for character in word) for word in "".join(run.text for run in runs).split())


def compare(old: tuple[Run, ...], new: tuple[Run, ...]) -> list[Piece]:
    """The one passage turned into the other. Kept and inserted words are the new passage, kept and deleted ones the old."""
    left, right = list(_tokens(old)), list(_tokens(new))
    pieces = _Pieces()
    old_at = new_at = 0
    pairs = matched([_identity(token.word) for token in left], [_identity(token.word) for token in right])
    for old_next, new_next in [*pairs, (len(left), len(right))]:
        pieces.replace(left[old_at:old_next], right[new_at:new_next])
        if old_next < len(left) or new_next < len(right):
            pieces.keep(left[old_next], right[new_next])
        old_at, new_at = old_next + 1, new_next + 1
    return _without_islands(pieces.found())


def _identity(run: Run) -> object:
    """What makes two words the same: text and marks. Of a citation what is cited, for its number follows from its place; so of a note."""
    if run.text.isdecimal() and any(mark.target.startswith("#ref-") for mark in run.marks):
        return run.marks
    if any(mark.target.startswith(NOTE) for mark in run.marks):
        return tuple(Mark(mark.tag, NOTE) if mark.target.startswith(NOTE) else mark for mark in run.marks)
    return run


def _tokens(runs: tuple[Run, ...]) -> Iterator[_Token]:
    lead: list[Run] = []
    for run in runs:
        for chunk in _SPACE.split(run.text):
            if not chunk or chunk[0] in " \t\n\r\f":
                lead.append(Run(chunk, run.marks))
                continue
            for word in _split(chunk):
                yield _Token(tuple(one for one in lead if one.text), Run(word, run.marks))
                lead = []


@lru_cache(maxsize=20_000)
def _split(chunk: str) -> tuple[str, ...]:
    """A stretch without spaces as words and signs: “1.73” and “well-known” stay whole, a combining character stays where it stands."""
    if chunk.isalnum() and chunk.isascii():
        return (chunk,)
    found: list[str] = []
    grows = False
    for place, character in enumerate(chunk):
        before, after = chunk[place - 1 : place], chunk[place + 1 : place + 2]
        if found and unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}:
            found[-1] += character
        elif _UNSPACED.match(character) or _is_sign(character, before, after):
            found.append(character)
            grows = False
        elif grows:
            found[-1] += character
        else:
            found.append(character)
            grows = True
    return tuple(found)


def _is_sign(character: str, before: str, after: str) -> bool:
    """A mark, sign or no-break space; but between letters or digits it is a part of the word."""
    if unicodedata.category(character)[0] not in "PSZ":
        return False
    if character in _INSIDE_NUMBERS and before.isdecimal() and after.isdecimal():
        return False
    is_inside = before.isalnum() and after.isalnum()
    return character in _ALWAYS_APART or not is_inside or unicodedata.category(character)[0] == "Z"


class _Pieces:
    """Gathers what is kept and what is replaced, and joins what belongs together."""

    def __init__(self) -> None:
        self._found: list[Piece] = []
        self._kept: list[Run] = []
        self._deleted: list[Run] = []
        self._inserted: list[Run] = []

    def replace(self, old: list[_Token], new: list[_Token]) -> None:
        left, right = [run for token in old for run in token.runs], [run for token in new for run in token.runs]
        if old and new and old[0].lead == new[0].lead:
            # The space before both is no part of the change.
            self._keep(new[0].lead)
            left, right = left[len(old[0].lead) :], right[len(new[0].lead) :]
        if left or right:
            self._change(left, right)

    def keep(self, old: _Token, new: _Token) -> None:
        if old.lead == new.lead:
            self._keep(new.lead)
        else:
            self._change(list(old.lead), list(new.lead))
        if old.word == new.word:
            self._keep((new.word,))
        else:
            self._end()
            self._found.append(Piece(kept=(new.word,), was=(old.word,)))

    def found(self) -> list[Piece]:
        self._end()
        return self._found

    def _keep(self, runs: tuple[Run, ...]) -> None:
        if runs and (self._deleted or self._inserted):
            self._end()
        self._kept.extend(runs)

    def _change(self, old: list[Run], new: list[Run]) -> None:
        if self._kept:
            self._end()
        self._deleted.extend(old)
        self._inserted.extend(new)

    def _end(self) -> None:
        if self._kept:
            self._found.append(Piece(kept=joined(self._kept)))
        if self._deleted or self._inserted:
            self._found.append(Piece(deleted=joined(self._deleted), inserted=joined(self._inserted)))
        self._kept, self._deleted, self._inserted = [], [], []


def _without_islands(pieces: list[Piece]) -> list[Piece]:
    """A short word left standing between two changes helps nobody: it goes with them."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        is_last = place + 1 == len(pieces)
        if found and not is_last and _is_island(piece) and _is_change(found[-1]) and _is_change(pieces[place + 1]):
            before = found.pop()
            found.append(Piece(deleted=joined([*before.deleted, *piece.kept]), inserted=joined([*before.inserted, *piece.kept])))
        elif found and _is_change(found[-1]) and _is_change(piece):
            before = found.pop()
            found.append(Piece(deleted=joined([*before.deleted, *piece.deleted]), inserted=joined([*before.inserted, *piece.inserted])))
        else:
            found.append(piece)
    return found


def _is_change(piece: Piece) -> bool:
    return bool(piece.deleted or piece.inserted)


def _is_island(piece: Piece) -> bool:
    text = "".join(run.text for run in piece.kept).strip()
    return not piece.was and len(text) <= _LONGEST_ISLAND and len(text.split()) <= 1 and not any(run.marks for run in piece.kept)
