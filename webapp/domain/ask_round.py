"""A round before an answer to a journal: what a society can say to it. It binds nobody, and changes no signature."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Choice(StrEnum):
    """What a society says to the reply that is proposed."""

    YES = "yes"
    NO = "no"
    REMARKS = "remarks"


CHOICE_WORDS = {
    Choice.YES: "Yes, reply like that",
    Choice.NO: "No, do not reply like that",
    Choice.REMARKS: "We have remarks",
}
# Somebody must be able to open a mail and say a word to it; whoever is silent is taken for nothing.
SHORTEST_ROUND = timedelta(hours=1)
LONGEST_ROUND = timedelta(days=366)
# A round to which nothing was sent for so long was answered otherwise, or not at all: nobody is told of it any more.
ANSWERED_WITHIN = timedelta(weeks=4)


@dataclass(frozen=True)
class Tally:
    """How many societies have said what, each by its last word, and how many nothing."""

    yes: int
    no: int
    remarks: int
    silent: int

    @property
    def words(self) -> str:
        """“3 yes, 1 no, 2 with remarks, 4 said nothing”."""
        return f"{self.yes} yes, {self.no} no, {self.remarks} with remarks, {self.silent} said nothing"


def tally(last_words: Iterable[str], societies: int) -> Tally:
    """Of so many societies, of which these have spoken."""
    said = list(last_words)
    yes, no, remarks = (said.count(choice) for choice in (Choice.YES, Choice.NO, Choice.REMARKS))
    return Tally(yes, no, remarks, societies - len(said))


def ends_at(until: datetime, ended_at: datetime | None) -> datetime:
    """The instant that decides whether a word is in time (R9): the announced one, or an earlier one at which a coordinator ended it."""
    return min(until, ended_at) if ended_at else until
