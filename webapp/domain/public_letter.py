"""What the whole world may read of a letter once it is public: facts alone, in whatever form they are asked for (R5, R18)."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from webapp.domain.document import AuthorLine, CslItem, TargetLine


@dataclass(frozen=True)
class PublicSignatory:
    """One signatory exactly as printed (R15)."""

    printed_name: str
    officer: str
    office: str
    country: str
    """In the language of the letter; empty where it is not known."""
    country_code: str
    note: str
    """That the answer was recorded, and from what (R12)."""
    acronym: str
    addendum: int = 0
    """The number of the addendum in which it stands; 0 for the letter itself."""
    signed_on: date | None = None
    """Of those who joined after the seal."""
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class PublicFile:
    """A file as it is listed; `name` is what it is called in its address."""

    name: str
    words: str
    media_type: str
    size: int
    sha256: str
    made_on: date
    number: int = 0
    """Of an addendum, an erratum or an edition."""


@dataclass(frozen=True)
class PublicChanged:
    """The files of a text that a journal wanted changed after the seal; the signed letter stands first, and as it was."""

    number: int
    journal: str
    signed: int
    """How many stand on its own list."""
    first: str
    made_at: datetime
    files: tuple[PublicFile, ...]


@dataclass(frozen=True)
class CourseStep:
    """What happened at a journal, or to an article that is answered; `about` names the one or the other."""

    key: str
    """Its own for good, so that a feed tells of it once."""
    about: str
    kind: str
    words: str
    on: date
    noted_at: datetime
    """When it was written down here, and so became known."""
    link: str = ""
    """Where everybody can see it."""


@dataclass(frozen=True)
class PublicItem:
    """An item of the correspondence that was released to everybody: no name of a person, and no address."""

    reference: str
    about: str
    """The journal; empty where it belongs to no one submission."""
    kind: str
    words: str
    on: date
    noted_at: datetime
    """When it was released as it stands, or taken back."""
    summary: str
    text: str
    """Empty where only the summary is released."""
    link: str
    """Of what others report."""
    is_struck: bool
    """It was entered wrongly: that it stood here is all that is left of it."""


@dataclass(frozen=True)
class PublicTranslation:
    """The letter in another language, which nobody has signed; it cites the references of the signed text."""

    reference: str
    language: str
    """BCP 47."""
    name: str
    """What its own readers call the language."""
    title: str
    text: str
    translator: str
    """Empty where nobody is named."""
    digest: str
    translates: str
    """The digest of the signed text."""
    edited_at: datetime
    """When it came to stand as it is."""


@dataclass(frozen=True)
class Change:
    """Something that became known of the letter, for the feed; `key` is its own for good."""

    key: str
    kind: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True)
class Later:
    """By name: what has become of the sealed list since."""

    withdrawn: tuple[tuple[str, date], ...] = ()
    joined: tuple[tuple[str, date, int], ...] = ()
    """Name, day, and number of the addendum."""
    corrected: tuple[tuple[str, str, date], ...] = ()
    """What was printed, what is right, and the day of the erratum."""


@dataclass(frozen=True)
class PublicLine:
    """A public letter in the list of an installation."""

    reference: str
    title: str
    language: str
    lead_society: str
    journal: str
    collective_noun: str
    signed: int
    released_at: datetime
    is_demonstration: bool


@dataclass(frozen=True)
class PublicLetter:
    reference: str
    title: str
    language: str
    collective_noun: str
    lead_society: str
    journal: str
    ask: str
    state: str
    is_demonstration: bool
    is_sealed: bool
    is_cancelled: bool
    released_at: datetime
    dated: date
    """The day of the seal; before it the day on which it became public."""
    targets: tuple[TargetLine, ...]
    authors: tuple[AuthorLine, ...]
    statement: str
    references: tuple[CslItem, ...]
    style: str
    digest: str
    revision: int
    signatories: tuple[PublicSignatory, ...]
    """Of the letter itself: for good once it is sealed, until then those who have signed so far."""
    joined: tuple[PublicSignatory, ...]
    later: Later
    files: tuple[PublicFile, ...]
    later_files: tuple[PublicFile, ...]
    changed: tuple[PublicChanged, ...]
    course: tuple[CourseStep, ...]
    correspondence: tuple[PublicItem, ...]
    """The oldest first."""
    translations: tuple[PublicTranslation, ...]
    """In the order in which they were added."""
    changes: tuple[Change, ...]
    """The newest first."""
    record_length: int
    record_head: str

    @property
    def signed(self) -> int:
        """The number that stands in every place (R5)."""
        return len(self.signatories)


def countries_of(signatories: Iterable[PublicSignatory]) -> list[tuple[str, str, int]]:
    """Code, name and number of signatories of each country, the most first; those of no known country last."""
    counted = Counter((one.country_code, one.country) for one in signatories)
    return [(code, name, number) for (code, name), number in sorted(counted.items(), key=_by_number)]


def _by_number(item: tuple[tuple[str, str], int]) -> tuple[bool, int, str]:
    (code, name), number = item
    return not code, -number, _folded(name)


def matching(signatories: Iterable[PublicSignatory], words: str, country: str) -> list[PublicSignatory]:
    """Those in whose line all the words stand, in whatever case and with or without accents, and that are of this country."""
    asked = _folded(words).split()
    return [one for one in signatories if (not country or one.country_code == country) and _holds(one, asked)]


def _holds(one: PublicSignatory, asked: list[str]) -> bool:
    line = _folded(f"{one.printed_name} {one.acronym} {one.officer} {one.country}")
    return all(word in line for word in asked)


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(character for character in apart if not unicodedata.combining(character)).casefold()
