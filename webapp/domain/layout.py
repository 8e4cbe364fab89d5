"""How a letter is laid out on paper: what its coordinators choose, and nothing that its text or its signatories decide."""

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_ACCENT = "#8a1c2b"
# In which language everything stands that nobody typed.
LANGUAGES = {
    "en-GB": "English, as in Britain",
    "en-US": "English, as in the United States",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
}
PAPER_WORDS = {"a4": "A4", "letter": "US Letter"}
GROUPING_WORDS = {"none": "No headings: one list by name", "country": "By country", "kind": "By kind of society"}
ACRONYM_WORDS = {
    "none": "Left out",
    "after": "After the name, in brackets",
    "before": "Before the name, with a dash",
}


class Paper(StrEnum):
    """The size of the sheet."""

    A4 = "a4"
    LETTER = "letter"
    """US Letter, 8.5 by 11 inches."""


class Grouping(StrEnum):
    """What the list of signatories is divided by."""

    NONE = "none"
    COUNTRY = "country"
    KIND = "kind"


class Acronyms(StrEnum):
    """The one style in which the list gives acronyms that names do not hold already."""

    NONE = "none"
    AFTER = "after"
    """In brackets behind the name."""
    BEFORE = "before"
    """Before the name, with a dash."""


@dataclass(frozen=True)
class Layout:
    """How the documents of a letter look."""

    paper: Paper = Paper.A4
    grouping: Grouping = Grouping.NONE
    is_lead_first: bool = False
    """Whether the lead society stands before all others; else it has its place in the order."""
    acronyms: Acronyms = Acronyms.NONE
    shows_logos: bool = False
    has_annex: bool = False
    """Whether the authority annex is printed."""
    accent: str = DEFAULT_ACCENT
    """The colour of the letterhead, as “#rrggbb”."""
