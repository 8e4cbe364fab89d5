"""What becomes of an article that a letter answers."""

from enum import StrEnum


class Fate(StrEnum):
    NOTHING = "nothing"
    """Somebody has said that nothing will be changed."""
    REPLY = "reply"
    CORRECTION = "correction"
    EXPRESSION_OF_CONCERN = "expression_of_concern"
    RETRACTION = "retraction"


FATES: dict[str, str] = {
    Fate.REPLY: "Reply by the authors",
    Fate.CORRECTION: "Correction",
    Fate.EXPRESSION_OF_CONCERN: "Expression of concern",
    Fate.RETRACTION: "Retraction",
    Fate.NOTHING: "Nothing changed",
}
NOTHING_YET = "nothing yet"

# By the words of Crossref for what a notice does to a work (crossref.org, “Updates and corrections”); what is no fate is not here.
_OF_NOTICES: dict[str, Fate] = {
    "retraction": Fate.RETRACTION,
    "withdrawal": Fate.RETRACTION,
    "removal": Fate.RETRACTION,
    "partial_retraction": Fate.RETRACTION,
    "expression_of_concern": Fate.EXPRESSION_OF_CONCERN,
    "correction": Fate.CORRECTION,
    "corrigendum": Fate.CORRECTION,
    "erratum": Fate.CORRECTION,
}


def fate_of_notice(kind: str) -> Fate | None:
    """What became of a work of which a register has a notice of this kind; None for an addendum, a new version and the like."""
    return _OF_NOTICES.get(kind)
