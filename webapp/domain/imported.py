"""What a Word file brings: a text, its references, and what its writers proposed and remarked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from webapp.domain import limits
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput
from webapp.domain.names import bounded_line, bounded_text, refuse_deceptive, without_word_marks


@dataclass(frozen=True)
class Passage:
    """Words of the text as the reader sees them, without marks of citations and notes, within one paragraph.

    `before` and `after` are what stands around them there, to tell them from the same words elsewhere.
    """

    quote: str
    before: str
    after: str


@dataclass(frozen=True)
class ImportedSuggestion:
    """A tracked change: this passage is to read so. No wording at all: the passage goes."""

    author: str
    made_at: datetime | None
    passage: Passage
    wording: str


@dataclass(frozen=True)
class ImportedComment:
    """A remark on a passage; on a place without words it has the word before it."""

    author: str
    made_at: datetime | None
    passage: Passage
    remark: str


@dataclass(frozen=True)
class WordImport:
    """The text is the one *before* all tracked changes: each of them is a suggestion, and the coordinators decide.

    `left_out` says in words what the file had and the text has not.
    """

    title: str
    text: str
    references: tuple[CslItem, ...]
    suggestions: tuple[ImportedSuggestion, ...]
    comments: tuple[ImportedComment, ...]
    left_out: tuple[str, ...]

    @property
    def remarks(self) -> list[ImportedSuggestion | ImportedComment]:
        return [*self.suggestions, *self.comments]


def packed_remarks(imported: WordImport) -> str:
    """Suggestions and comments as JSON: what a page carries from the preview to the press that stores them."""
    return json.dumps([_packed(one) for one in imported.remarks], ensure_ascii=False)


def unpacked_remarks(packed: str) -> tuple[tuple[ImportedSuggestion, ...], tuple[ImportedComment, ...]]:
    """Raises InvalidInput for what this application has not packed."""
    try:
        found = json.loads(packed or "[]")
        if len(found) > limits.WORD_REMARKS:
            raise ValueError
        remarks = [_unpacked(one) for one in found]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput("The comments of the file did not come through. Choose the file again.", field="file") from error
    return (
        tuple(one for one in remarks if isinstance(one, ImportedSuggestion)),
        tuple(one for one in remarks if isinstance(one, ImportedComment)),
    )


def _packed(one: ImportedSuggestion | ImportedComment) -> dict[str, str]:
    said = {"wording": one.wording} if isinstance(one, ImportedSuggestion) else {"remark": one.remark}
    passage = {"quote": one.passage.quote, "before": one.passage.before, "after": one.passage.after}
    return {"author": one.author, "made_at": one.made_at.isoformat() if one.made_at else "", **passage, **said}


def _unpacked(one: Mapping[str, str]) -> ImportedSuggestion | ImportedComment:
    made_at = datetime.fromisoformat(one["made_at"]) if one["made_at"] else None
    if made_at is not None and made_at.tzinfo is None:
        raise ValueError
    author = bounded_line(one["author"], limits.PERSON_NAME, what="The name of an author")
    passage = Passage(_as_it_stands(one["quote"]), _as_it_stands(one["before"]), _as_it_stands(one["after"]))
    if "wording" in one:
        wording = bounded_text(without_word_marks(one["wording"]), limits.STATEMENT, what="A suggested wording")
        return ImportedSuggestion(author, made_at, passage, wording)
    return ImportedComment(author, made_at, passage, bounded_text(without_word_marks(one["remark"]), limits.NOTE, what="A comment"))


def _as_it_stands(text: str) -> str:
    """Not cleaned: a passage is found by exactly these words, and by the spaces at their edges."""
    if len(text) > limits.STATEMENT:
        raise ValueError
    kept = without_word_marks(text)
    refuse_deceptive(kept.replace("\n", " "), field="file", what="A passage")
    return kept
