"""What a document says: the facts that a renderer sets, and nothing that it would have to look up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from webapp.domain.layout import Acronyms, Grouping, Layout
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
    acronym: str = ""
    society_kind: str = ""
    """What sort of society it is, in the words of the directory: a heading where the list is grouped by it."""
    logo: str = ""
    """SHA-256 of its logo, where the letter shows logos and the society has agreed; else empty."""
    is_lead: bool = False


@dataclass(frozen=True)
class Picture:
    """A cleaned logo of our own making."""

    media_type: str
    content: bytes
    width: int
    height: int
    raster: bytes = b""
    """A PNG of it, for what takes no drawings."""


@dataclass(frozen=True)
class Letterhead:
    """What stands at the head of the first page beside the name of the lead society; everything may be empty."""

    address: tuple[str, ...] = ()
    website: str = ""
    logo: str = ""
    """SHA-256 of a picture of the document."""


@dataclass(frozen=True)
class AuthorityLine:
    """One row of the authority annex: who stands for a signatory, what decided it, and how that is known."""

    society: str
    officer: str
    office: str
    decided_by: str
    decided_on: date | None
    confirmed: str
    """How it is known, in words."""


@dataclass(frozen=True)
class Proof:
    """How a reader can check a sealed document (`rules.md` §4)."""

    address: str
    """Where it is checked, absolute."""
    record_head: str
    """Hash of the last event before the seal."""
    record_length: int
    """Its number."""
    record: str
    """The public part of the record up to there, as JSON; it travels inside the PDF."""


@dataclass(frozen=True)
class AsChanged:
    """Of a text that a journal wanted changed after the seal: for which journal, and the signed letter that stands beside it."""

    journal: str
    sealed_on: date
    digest: str
    """Of the signed statement."""


@dataclass(frozen=True)
class Group:
    """Signatories under one heading; an empty heading is none."""

    heading: str
    signatories: tuple[SignatoryLine, ...]


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
    layout: Layout = field(default_factory=Layout)
    letterhead: Letterhead = field(default_factory=Letterhead)
    authority: tuple[AuthorityLine, ...] = ()
    """The authority annex; empty where the letter prints none."""
    proof: Proof | None = None
    """None on what is not sealed."""
    draft_for: str = ""
    """The society to which this draft is given; empty on what is final."""
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """By their SHA-256."""
    as_changed: AsChanged | None = None
    """None on the letter itself."""
    counted: int | None = None
    """How many have signed, where they are not named to whom the draft is for; None: as many as are listed."""

    @property
    def signed(self) -> int:
        """How many have signed."""
        return len(self.signatories) if self.counted is None else self.counted


def name_as_listed(one: SignatoryLine, acronyms: Acronyms) -> str:
    """The printed name, with the acronym in the letter’s one style where the name does not hold it already (R15)."""
    if not one.acronym or acronyms is Acronyms.NONE or one.acronym in one.printed_name:
        return one.printed_name
    return f"{one.printed_name} ({one.acronym})" if acronyms is Acronyms.AFTER else f"{one.acronym} – {one.printed_name}"


def groups_of(signatories: tuple[SignatoryLine, ...], layout: Layout) -> Iterator[Group]:
    """The list in the order in which it stands, cut where the heading changes. A lead society that comes first stands above them all."""
    headed = groupby(signatories, key=lambda one: "" if one.is_lead and layout.is_lead_first else heading_of(one, layout.grouping))
    for heading, members in headed:
        yield Group(heading, tuple(members))


def heading_of(one: SignatoryLine, grouping: Grouping) -> str:
    """Under which heading a signatory stands."""
    if grouping is Grouping.COUNTRY:
        return one.country or ""
    return one.society_kind if grouping is Grouping.KIND else ""
