"""What waits for the coordinator: a sentence, how soon it is wanted, and the page on which it is done."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

_MOST_ALIKE = 2


class Urgency(IntEnum):
    """How soon it is wanted: the front page says first what is first here."""

    NOW = 1
    """A society waits for a word, cannot be reached, or says that something is wrong: every day counts."""
    SOON = 2
    """A society could answer, or its answer could count, if somebody saw to it."""
    NEXT = 3
    """The letter's own next step."""
    TO_KNOW = 4
    """It forbids nothing."""


@dataclass(frozen=True)
class Need:
    """`act` names the page that does it: `webapp/web/needs.py` says where that is, and who may."""

    text: str
    act: str
    detail: str = ""
    invitation: str = ""
    """The society that it is about, where the page is one of its own."""
    answer: str = ""
    """The answer that it is about, where the page is one of its own."""
    submission: str = ""
    """The submission that it is about, where the page is one of its own."""
    asked: str = ""
    """The round before an answer that it is about."""
    narrowed: tuple[tuple[str, str], ...] = ()
    """What the page is narrowed to: names and values of its address."""
    urgency: Urgency = Urgency.NEXT


def most_urgent_first(needs: Iterable[Need]) -> list[Need]:
    """Those that are as urgent as each other stay in their order."""
    return sorted(needs, key=lambda need: need.urgency)


def few_or_all(needs: Sequence[Need], in_one: Callable[[int], Need], *, most: int = _MOST_ALIKE) -> list[Need]:
    """Needs that are alike, each by itself while they are few; beyond that one which says how many there are."""
    return list(needs) if len(needs) <= most else [in_one(len(needs))]


def in_one_sentence(needs: Iterable[Need]) -> str:
    """For an error that must say all of it at once."""
    return " ".join(need.text for need in needs)
