"""What a comment on a passage can become, and its line in the table of dispositions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    """What the coordinators have made of a comment; each needs a reason that goes back to everyone who commented."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    DECLINED = "declined"


DISPOSITIONS = {"accepted": "accepted", "partly": "partly accepted", "declined": "declined", "": "not answered yet"}


@dataclass(frozen=True)
class DispositionLine:
    """One comment as the table has it; `number` counts them in the order in which they were made."""

    number: int
    society: str
    text: str
    revision: int
    quote: str
    remark: str
    wording: str | None
    is_blocking: bool
    disposition: str
    reason: str

    @property
    def words(self) -> str:
        return DISPOSITIONS[self.disposition]

    @property
    def said(self) -> str:
        """All that was typed by anybody."""
        return f"{self.society}{self.text}{self.quote}{self.remark}{self.wording or ''}{self.reason}"

    @property
    def length(self) -> int:
        return len(self.said)


def disposition_sentence(lines: Iterable[DispositionLine]) -> str:
    """“3 comments: 2 accepted, 1 not answered yet.”"""
    counted = Counter(line.words for line in lines)
    count = counted.total()
    found = ", ".join(f"{counted[words]} {words}" for words in DISPOSITIONS.values() if counted[words])
    return f"{count} comment{'' if count == 1 else 's'}{': ' if found else ''}{found}."
