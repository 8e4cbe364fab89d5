"""The package of one submission: what the boxes of a journal’s form are filled from, and what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from webapp.domain.cope import Claim
from webapp.domain.document import LetterDocument
from webapp.domain.venue import Venue


class BoxName(StrEnum):
    TITLE = "title"
    TEXT = "text"
    WHOLE = "whole"
    ARTICLES = "articles"
    AUTHORS = "authors"
    CORRESPONDING = "corresponding"
    SIGNATORIES = "signatories"
    COUNT = "count"
    UNDERSIGNED = "undersigned"
    INTERESTS = "interests"
    STATEMENT = "statement"
    """One for each that the venue asks for, and that no other box answers."""
    WORDS = "words"
    CLAIMS = "claims"
    DISCLOSURE = "disclosure"


@dataclass(frozen=True)
class Box:
    """One box of the journal’s form: what is copied into it, and beside it what a person should know."""

    name: str
    label: str
    text: str
    note: str = ""

    @property
    def rows(self) -> int:
        """How high it is shown: enough for what is in it, and never the whole screen."""
        return min(14, sum(1 + len(line) // 90 for line in self.text.splitlines()) or 1)


@dataclass(frozen=True)
class Gap:
    """What keeps the package from going, or what somebody should look at before it goes; `act` names where it is mended."""

    sentence: str
    act: str = ""
    is_missing: bool = True


@dataclass(frozen=True)
class SealedAs:
    """What a journal is told of the seal, or of the list of a changed text: by it two copies are told to be the same."""

    day: date
    sha256: str
    """Of the PDF; empty while a changed text has none."""
    record_length: int
    record_hash: str


@dataclass(frozen=True)
class PackageFacts:
    """Everything that boxes and covering letter say. `letter` has the text that this venue gets as its statement."""

    letter: LetterDocument
    venue: Venue
    contact: str
    interests: tuple[tuple[str, str], ...]
    """Each signatory of the text with what it stated, in the order of its list."""
    claims: tuple[Claim, ...] = ()
    disclosure: str = ""
    """Empty until a person has said that all places are listed."""
    statements: tuple[tuple[str, str], ...] = ()
    """What the venue asks for, with what is answered; empty where nothing is yet."""
    sealed: SealedAs | None = None
    is_short_form: bool = False


_ABOUT_INTERESTS = ("competing interest", "conflict of interest", "conflicts of interest", "financial association")


def asks_for_interests(statement: str) -> bool:
    """Whether the box of competing interests answers what the venue asks for; a signed form is another thing."""
    folded = statement.casefold()
    return any(words in folded for words in _ABOUT_INTERESTS) and "form" not in folded.split()


def verdict(gaps: Sequence[Gap], *, is_sealed: bool) -> str:
    """The first sentence of the page."""
    missing, looks = sum(one.is_missing for one in gaps), sum(not one.is_missing for one in gaps)
    if missing:
        return f"Not ready: {missing} {'thing is' if missing == 1 else 'things are'} missing."
    if not is_sealed:
        return "Nothing is missing so far. Nothing here is final: the letter is not sealed."
    if looks:
        return f"Ready. {looks} {'thing is' if looks == 1 else 'things are'} to be looked at first."
    return "Ready."
