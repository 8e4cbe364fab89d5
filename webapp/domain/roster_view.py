"""How a roster is narrowed and ordered on the desk."""

from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """What keeps a society from answering, or from being told."""

    UNREACHABLE = "nobody reachable"
    """No representative whose link lives, or mail came back from each."""
    MAIL_FAILED = "mail failed"
    """The newest link could not be delivered to one of its representatives at least."""
    NOT_US = "wrong place"
    """Somebody there says that the letter has reached the wrong place, and no coordinator has seen to it."""
    WAITS = "waits for a word"
    """It has written, or named a condition, and nobody has answered it yet."""
    BOARD_MET = "board has met"
    """Its board met on a day that is past everywhere, and it has not answered."""


class Order(StrEnum):
    """Societies that are alike in it stand by their names."""

    NAME = "name"
    STAGE = "stage"
    ANSWERED = "answered"
    """The newest answer first."""
    BOARD = "board"
    """The next meeting of a board first."""
    OPENED = "opened"
    """Who opened the letter last comes first; who has not, at the end."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty words look for everything."""

    stage: str = ""
    search: str = ""
    country: str = ""
    trouble: str = ""
    order: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.stage or self.search or self.country or self.trouble)


ALL = Wanted()
