"""The texts of a letter: one statement and any number of short forms, and how a revision differs from the one before."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

DEFAULT_STYLE = "nlm-citation-sequence-superscript"
"""The citation style of a text while neither a person nor a venue has named another."""


def style_of(kept: Mapping[str, Any]) -> str:
    """The citation style of a text as a revision keeps it: before styles were kept, every text had the one."""
    return str(kept.get("style", DEFAULT_STYLE))


class TextKind(StrEnum):
    STATEMENT = "statement"
    """The whole text; what a society signs."""
    SHORT_FORM = "short_form"
    """Cut for the limit of one venue."""


class Change(StrEnum):
    """What is declared of a revision against the one before it."""

    EDITORIAL = "editorial"
    """Nobody could read it differently: signatures stand, and who objects in time is asked again."""
    SUBSTANTIVE = "substantive"
    """Each signature waits until its society has affirmed the new text."""
