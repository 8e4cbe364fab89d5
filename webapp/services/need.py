"""What waits for the coordinator: a sentence, and the page on which it is done."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """`act` names the page that does it: edit, write, roster, circulate, blocking, comments, talk, revise, force, open, close, seal,
    submit, course, deadline, venues or milestones.
    """

    text: str
    act: str
    detail: str = ""
    invitation: str = ""
    """The society that it is about, where the page is one of its own."""


def in_one_sentence(needs: Iterable[Need]) -> str:
    """For an error that must say all of it at once."""
    return " ".join(need.text for need in needs)
