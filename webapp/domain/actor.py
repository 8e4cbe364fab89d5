"""Who acts: staff at the desk, a representative in the reading room, the command line, or the clock."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    STAFF = "staff"
    REPRESENTATIVE = "representative"
    COMMAND = "command"
    CLOCK = "clock"


@dataclass(frozen=True)
class Actor:
    """`reference` is the random public reference of the person, never an address (R19); empty for clock and command."""

    kind: ActorKind
    reference: str = ""


CLOCK = Actor(ActorKind.CLOCK)
COMMAND = Actor(ActorKind.COMMAND)
