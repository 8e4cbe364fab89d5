"""What a Word file brings: a text, its references, and what its writers proposed and remarked."""

from dataclasses import dataclass
from datetime import datetime

from webapp.domain.document import CslItem


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
