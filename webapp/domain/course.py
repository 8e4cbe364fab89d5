"""The course of one submission at its journal: its states and the one table of moves between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CourseState(StrEnum):
    PLANNED = "planned"
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    UNDER_REVIEW = "under_review"
    REVISION_ASKED = "revision_asked"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"


class StepKind(StrEnum):
    """What can be noted. Each but the last leads to the state of its own name."""

    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    UNDER_REVIEW = "under_review"
    REVISION_ASKED = "revision_asked"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"
    NOTED = "noted"
    """Anything else that is worth a line: it changes no state."""


@dataclass(frozen=True)
class CourseMove:
    """One row of the table: from this state this step leads to that one."""

    state: CourseState
    step: StepKind
    becomes: CourseState


_S, _K = CourseState, StepKind

# From each state its steps, the likeliest first: the page offers them in this order. Journals leave steps out: many acknowledge
# nothing, and a rapid response is first heard of again when it stands on the web.
_LIKELIEST_FIRST: dict[CourseState, tuple[StepKind, ...]] = {
    _S.PLANNED: (_K.SUBMITTED, _K.WITHDRAWN, _K.NOTED),
    _S.SUBMITTED: (
        *(_K.ACKNOWLEDGED, _K.PUBLISHED, _K.DECLINED, _K.UNDER_REVIEW, _K.REVISION_ASKED, _K.ACCEPTED),
        *(_K.NOTED, _K.UNANSWERED, _K.WITHDRAWN),
    ),
    _S.ACKNOWLEDGED: (
        *(_K.UNDER_REVIEW, _K.DECLINED, _K.PUBLISHED, _K.ACCEPTED, _K.REVISION_ASKED),
        *(_K.NOTED, _K.UNANSWERED, _K.WITHDRAWN),
    ),
    _S.UNDER_REVIEW: (
        *(_K.REVISION_ASKED, _K.ACCEPTED, _K.DECLINED, _K.PUBLISHED),
        *(_K.NOTED, _K.UNANSWERED, _K.WITHDRAWN),
    ),
    _S.REVISION_ASKED: (_K.SUBMITTED, _K.UNDER_REVIEW, _K.ACCEPTED, _K.DECLINED, _K.NOTED, _K.WITHDRAWN, _K.UNANSWERED),
    _S.ACCEPTED: (_K.PUBLISHED, _K.REVISION_ASKED, _K.NOTED, _K.DECLINED, _K.WITHDRAWN, _K.UNANSWERED),
    _S.PUBLISHED: (_K.NOTED,),
    _S.DECLINED: (_K.NOTED, _K.UNDER_REVIEW),
    _S.WITHDRAWN: (_K.NOTED,),
    # A journal may answer after nobody expected it any more.
    _S.UNANSWERED: (
        *(_K.ACKNOWLEDGED, _K.UNDER_REVIEW, _K.DECLINED, _K.PUBLISHED, _K.ACCEPTED, _K.REVISION_ASKED),
        *(_K.NOTED, _K.WITHDRAWN),
    ),
}

MOVES: tuple[CourseMove, ...] = tuple(
    CourseMove(state, step, state if step is _K.NOTED else CourseState(step)) for state, steps in _LIKELIEST_FIRST.items() for step in steps
)
_BY_STATE_AND_STEP = {(move.state, move.step): move for move in MOVES}

ENDED = frozenset({_S.PUBLISHED, _S.DECLINED, _S.WITHDRAWN, _S.UNANSWERED})
"""Nothing more is expected of the journal."""


def find_move(state: str, step: str) -> CourseMove | None:
    """The row of the table, or None where it has none."""
    return _BY_STATE_AND_STEP.get((CourseState(state), StepKind(step))) if step in set(StepKind) else None


def possible_steps(state: str) -> tuple[StepKind, ...]:
    """What can be noted in this state, the likeliest first."""
    return _LIKELIEST_FIRST[CourseState(state)]


def state_after(kinds: Iterable[str]) -> CourseState:
    """Where these steps, in their order, have led; none of them is struck out."""
    state = CourseState.PLANNED
    for kind in kinds:
        state = state if kind == StepKind.NOTED else CourseState(kind)
    return state


def first_unlikely(kinds: Iterable[str]) -> tuple[CourseState, StepKind] | None:
    """The first of the steps that cannot follow the one before it by the table; None where all can."""
    state = CourseState.PLANNED
    for kind in kinds:
        move = find_move(state, kind)
        if move is None:
            return state, StepKind(kind)
        state = move.becomes
    return None


STATES: dict[str, str] = {
    _S.PLANNED: "planned",
    _S.SUBMITTED: "submitted",
    _S.ACKNOWLEDGED: "receipt acknowledged",
    _S.UNDER_REVIEW: "under review",
    _S.REVISION_ASKED: "revision asked for",
    _S.ACCEPTED: "accepted",
    _S.PUBLISHED: "published",
    _S.DECLINED: "declined",
    _S.WITHDRAWN: "withdrawn by us",
    _S.UNANSWERED: "unanswered",
}

STEPS: dict[str, str] = {
    _K.SUBMITTED: "Submitted to the journal",
    _K.ACKNOWLEDGED: "Receipt acknowledged by the journal",
    _K.UNDER_REVIEW: "Under review",
    _K.REVISION_ASKED: "The journal asks for a revision",
    _K.ACCEPTED: "Accepted",
    _K.PUBLISHED: "Published",
    _K.DECLINED: "Declined by the journal",
    _K.WITHDRAWN: "Withdrawn by us",
    _K.UNANSWERED: "Given up as unanswered",
    _K.NOTED: "Word from the journal",
}
