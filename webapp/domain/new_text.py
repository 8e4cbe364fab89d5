"""A text that a journal wants changed after the seal: its course, and who stands on its list by mandate, objection and affirmation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.domain.answer import Mandate
from webapp.domain.errors import WrongState
from webapp.domain.letter import AFTER_THE_SEAL, LetterState
from webapp.domain.text import Change


class NewTextState(StrEnum):
    DRAFTING = "drafting"
    ASKING = "asking"
    """Put to the signatories: from here on it never changes (R3)."""
    FIXED = "fixed"
    """The window has ended and its list stands for good."""
    MADE = "made"
    """Its documents are made."""
    ABANDONED = "abandoned"


class NewTextAct(StrEnum):
    WRITE = "write"
    PUT = "put"
    ANSWER = "answer"
    FIX = "fix"
    MAKE = "make"
    ABANDON = "abandon"


_S, _A = NewTextState, NewTextAct

MOVES: Mapping[tuple[NewTextState, NewTextAct], NewTextState] = {
    (_S.DRAFTING, _A.WRITE): _S.DRAFTING,
    (_S.DRAFTING, _A.PUT): _S.ASKING,
    (_S.ASKING, _A.ANSWER): _S.ASKING,
    (_S.ASKING, _A.FIX): _S.FIXED,
    (_S.FIXED, _A.MAKE): _S.MADE,
    (_S.DRAFTING, _A.ABANDON): _S.ABANDONED,
    (_S.ASKING, _A.ABANDON): _S.ABANDONED,
    (_S.FIXED, _A.ABANDON): _S.ABANDONED,
}

_REFUSED: Mapping[NewTextAct, str] = {
    _A.WRITE: "This text has been put to the signatories, so it does not change any more. Abandon it and begin another.",
    _A.PUT: "This text has been put to the signatories already.",
    _A.ANSWER: "This text is not before the signatories.",
    _A.FIX: "This text is not before the signatories.",
    _A.MAKE: "The documents are made once, when the list of the text is fixed.",
    _A.ABANDON: "A text whose documents are made stays, as does one that was abandoned.",
}

OPEN_STATES = (_S.DRAFTING, _S.ASKING, _S.FIXED)
"""One at a time for each submission."""
# Silence carries a signature, so nobody is given less time to read than this.
SHORTEST_WINDOW = timedelta(days=1)
LONGEST_WINDOW = timedelta(days=366)

AFFIRM, OBJECT_TO_TEXT = "affirm_text", "object_to_text"
SAID_OF_TEXT = frozenset({AFFIRM, OBJECT_TO_TEXT})
"""What a representative confirms with a code, of a new text."""


def move_of(state: str, act: NewTextAct) -> NewTextState:
    """The state that follows; WrongState with a sentence where the table has no such move."""
    becomes = MOVES.get((NewTextState(state), act))
    if becomes is None:
        raise WrongState(_REFUSED[act])
    return becomes


def refuse_letter_state(state: str, act: NewTextAct) -> None:
    """A text is begun and put while the letter is at its journals; what is under way is brought to its end afterwards too."""
    if state not in AFTER_THE_SEAL:
        raise WrongState("The letter is not sealed: until then its own text can be changed.")
    if state == LetterState.RESOLVED and act in {_A.WRITE, _A.PUT}:
        raise WrongState("The course of this letter has ended: no journal asks for another text any more.")


class Place(StrEnum):
    """Where a society that was asked stands towards the new text."""

    CARRIED = "carried"
    """By its mandate: it has not objected."""
    AFFIRMED = "affirmed"
    OBJECTED = "objected"
    AWAITED = "awaited"
    """Only its own affirmation puts it on the list."""
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"


PLACE_WORDS: Mapping[str, str] = {
    Place.CARRIED: "carried by its mandate",
    Place.AFFIRMED: "affirmed",
    Place.OBJECTED: "objected",
    Place.AWAITED: "not affirmed",
    Place.DISPUTED: "its signature is disputed",
    Place.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True)
class Asked:
    """What is known of one society that was asked; `said` is its newest act, or empty."""

    is_carried: bool
    said: str = ""
    is_standing: bool = True
    is_disputed: bool = False


def is_carried_by_silence(mandate: str, change: str, *, can_be_told: bool) -> bool:
    """Only an editorial change, only by the mandate to shorten and edit, and only where somebody could have objected."""
    return mandate == Mandate.EDIT and change == Change.EDITORIAL and can_be_told


def place_of(asked: Asked) -> Place:
    if not asked.is_standing:
        return Place.WITHDRAWN
    if asked.is_disputed:
        return Place.DISPUTED
    if asked.said == AFFIRM:
        return Place.AFFIRMED
    if asked.said == OBJECT_TO_TEXT:
        return Place.OBJECTED
    return Place.CARRIED if asked.is_carried else Place.AWAITED


def stands_on_list(asked: Asked) -> bool:
    """The list of a new text: who gave the mandate and did not object, and who has affirmed it."""
    return place_of(asked) in {Place.CARRIED, Place.AFFIRMED}


def fixes_from(until: datetime, longest_request: timedelta) -> datetime:
    """The first instant at which nothing that was in time can still be under way (R9)."""
    return until + longest_request
