"""The small documents that stand beside the sealed letter, as facts: an addendum, an erratum, the sheet before an edition (R11)."""

from dataclasses import dataclass
from datetime import date

from webapp.domain.document import SignatoryLine
from webapp.domain.erratum import ErratumKind
from webapp.domain.layout import Layout


@dataclass(frozen=True)
class SealedFacts:
    """The letter that such a document belongs to: each names the text and the file that it stands beside."""

    reference: str
    title: str
    language: str
    collective_noun: str
    lead_society: str
    journal: str
    sealed_on: date
    signatories: int
    digest: str
    sha256: str
    """Of the sealed file."""
    is_demonstration: bool
    layout: Layout


@dataclass(frozen=True)
class AddendumDocument:
    letter: SealedFacts
    number: int
    dated: date
    opened_on: date
    closed_on: date
    signatories: tuple[SignatoryLine, ...]
    """In the order in which they are printed."""


@dataclass(frozen=True)
class ErratumDocument:
    letter: SealedFacts
    number: int
    dated: date
    kind: ErratumKind
    addendum: int
    """In which addendum the line stands; 0 for the sealed list."""
    position: int
    """Its place in that list."""
    printed_name: str
    """The name as it stands printed there."""
    before: str
    after: str
    reason: str
    asked_by: str


@dataclass(frozen=True)
class Part:
    """One document within an edition: an addendum with so many signatories, or an erratum with what was and what is."""

    is_addendum: bool
    number: int
    dated: date
    sha256: str
    signatories: int = 0
    before: str = ""
    after: str = ""
    """Empty for a withdrawal."""


@dataclass(frozen=True)
class EditionDocument:
    """The sheet that goes before the sealed letter and what stands beside it."""

    letter: SealedFacts
    number: int
    as_of: date
    parts: tuple[Part, ...]
    """In the order in which they were issued."""
