"""What a document says: the facts that a renderer sets, and nothing that it would have to look up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.domain.text import DEFAULT_STYLE

CslItem = Mapping[str, Any]


@dataclass(frozen=True)
class TargetLine:
    """An article being answered, as it is cited in the subject of the letter."""

    role: str
    citation: str
    doi: str | None
    published: date | None


@dataclass(frozen=True)
class SignatoryLine:
    """One signatory exactly as printed (R15): never re-cased, split or parsed."""

    printed_name: str
    officer: str | None
    office: str | None
    country: str | None
    note: str = ""
    """That the answer was recorded, and from what (R12); empty where the society gave it itself."""


@dataclass(frozen=True)
class AuthorLine:
    """A person who wrote the letter (ICMJE): not a signatory and not an officer."""

    name: str
    affiliation: str
    orcid: str | None
    is_corresponding: bool
    competing_interests: str


@dataclass(frozen=True)
class LetterDocument:
    """Everything that the letter as a document needs.

    `signatories` are in sort order already. `digest` is the SHA-256 of the statement in hexadecimal.
    `is_draft` prints “Draft, not for distribution” on every page; `is_demonstration` says so on every page too.
    """

    reference: str
    title: str
    language: str
    collective_noun: str
    lead_society: str
    addressee: tuple[str, ...]
    journal: str
    dated: date
    ask: str
    targets: tuple[TargetLine, ...]
    authors: tuple[AuthorLine, ...]
    statement: str
    references: tuple[CslItem, ...]
    signatories: tuple[SignatoryLine, ...]
    digest: str
    revision_number: int
    is_draft: bool
    is_demonstration: bool
    style: str = DEFAULT_STYLE
    """The citation style of the statement."""
    sign_on_closes: str = ""
    """The deadline, on a draft that societies can still answer; empty on what is final."""
