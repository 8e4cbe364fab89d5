"""The grounds on which COPE would have an article retracted: to which of them each claim of a letter belongs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from webapp.domain.digest import sha256_of


class Ground(StrEnum):
    ERROR = "error"
    FABRICATION = "fabrication"
    FALSIFICATION = "falsification"
    PLAGIARISM = "plagiarism"
    REDUNDANT = "redundant"
    UNAUTHORISED = "unauthorised"
    LEGAL = "legal"
    UNETHICAL = "unethical"
    REVIEW = "review"
    INTEREST = "interest"
    NONE = "none"
    """A difference on method or interpretation, which by itself is none."""


COPE_GROUNDS: dict[str, str] = {
    Ground.ERROR: "the findings are unreliable because of a major error",
    Ground.FABRICATION: "the findings are unreliable because data were made up",
    Ground.FALSIFICATION: "the findings are unreliable because data or images were altered",
    Ground.PLAGIARISM: "plagiarism",
    Ground.REDUNDANT: "published elsewhere before, without saying so",
    Ground.UNAUTHORISED: "material or data used without authorisation",
    Ground.LEGAL: "copyright infringed, or another serious legal issue",
    Ground.UNETHICAL: "unethical research",
    Ground.REVIEW: "published on the strength of a manipulated review",
    Ground.INTEREST: "a major competing interest that was not disclosed and would have affected interpretation",
    Ground.NONE: "none of these: we differ on method or interpretation",
}


@dataclass(frozen=True)
class CopeSource:
    """Where the table was read."""

    title: str
    address: str
    note: str


COPE_SOURCE = CopeSource(
    "COPE Council, Retraction guidelines, version 2, November 2019",
    "https://doi.org/10.24318/cope.2019.1.4",
    "COPE published a longer list in 2025, which is not in this table. Look there before you rely on it.",
)

ASKS_WITH_GROUNDS = frozenset({"correction", "expression_of_concern", "retraction"})
"""What may be asked for with a ground of COPE. A reply or the publication of a response needs none."""


@dataclass(frozen=True)
class Claim:
    """One thing that the letter says is wrong with the article, where it stands there, and the ground to which it belongs."""

    words: str
    passage: str
    ground: str


def claims_digest(claims: Sequence[Claim]) -> str:
    """Of all claims in their order: what the record tells of them."""
    return sha256_of("claims/v1", [asdict(one) for one in claims])
