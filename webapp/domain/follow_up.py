"""What is to be looked after next at a journal, and by which day: proposed with each step, changed by people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from webapp.domain.course import ENDED, CourseState, StepKind
from webapp.domain.submission import Route


class FollowUpKind(StrEnum):
    WINDOW = "window"
    """The journal takes letters no longer."""
    ACKNOWLEDGEMENT = "acknowledgement"
    DECISION = "decision"
    REVISION = "revision"
    PUBLICATION = "publication"
    OWN = "own"
    """Whatever a person wrote."""


FOLLOW_UPS: dict[str, str] = {
    FollowUpKind.WINDOW: "Submit before the journal’s window ends",
    FollowUpKind.ACKNOWLEDGEMENT: "Acknowledgement expected",
    FollowUpKind.DECISION: "Decision expected",
    FollowUpKind.REVISION: "Answer to the request for a revision",
    FollowUpKind.PUBLICATION: "Publication expected",
    FollowUpKind.OWN: "Own follow-up",
}

ACKNOWLEDGED_WITHIN = timedelta(days=7)
DECIDED_WITHIN = timedelta(days=60)
REVISED_WITHIN = timedelta(days=14)
PUBLISHED_WITHIN = timedelta(days=30)

_K, _F = StepKind, FollowUpKind

_PROPOSED: Mapping[StepKind, tuple[tuple[FollowUpKind, timedelta], ...]] = {
    _K.SUBMITTED: ((_F.ACKNOWLEDGEMENT, ACKNOWLEDGED_WITHIN), (_F.DECISION, DECIDED_WITHIN)),
    _K.ACKNOWLEDGED: ((_F.DECISION, DECIDED_WITHIN),),
    _K.UNDER_REVIEW: ((_F.DECISION, DECIDED_WITHIN),),
    _K.REVISION_ASKED: ((_F.REVISION, REVISED_WITHIN),),
    _K.ACCEPTED: ((_F.PUBLICATION, PUBLISHED_WITHIN),),
}
_SETTLED: Mapping[StepKind, frozenset[FollowUpKind]] = {
    _K.SUBMITTED: frozenset({_F.WINDOW, _F.REVISION}),
    _K.ACKNOWLEDGED: frozenset({_F.ACKNOWLEDGEMENT}),
    _K.UNDER_REVIEW: frozenset({_F.ACKNOWLEDGEMENT, _F.REVISION}),
    _K.REVISION_ASKED: frozenset({_F.ACKNOWLEDGEMENT, _F.DECISION, _F.PUBLICATION}),
    _K.ACCEPTED: frozenset({_F.ACKNOWLEDGEMENT, _F.DECISION, _F.REVISION}),
}
_ALL_BUT_OWN = frozenset(FollowUpKind) - {_F.OWN}


@dataclass(frozen=True)
class Proposal:
    kind: FollowUpKind
    due_on: date


def proposals_after(step: str, route: str, happened_on: date, wished_for: date | None = None) -> tuple[Proposal, ...]:
    """What is to be looked after once this has happened. A day that somebody wished for stands for the last of them.

    A concern to the editor has no day by which it is decided: only that somebody has read it is asked after.
    """
    proposed = [Proposal(kind, happened_on + within) for kind, within in _PROPOSED.get(StepKind(step), ())]
    if route == Route.EDITOR:
        proposed = [one for one in proposed if one.kind is not _F.DECISION]
    if wished_for is None:
        return tuple(proposed)
    return (*proposed[:-1], Proposal(proposed[-1].kind if proposed else _F.OWN, wished_for))


def settled_by(step: str) -> frozenset[FollowUpKind]:
    """What need not be looked after any more once this has happened; once the course has ended, nothing but what people wrote."""
    kind = StepKind(step)
    if kind is not _K.NOTED and CourseState(kind) in ENDED:
        return _ALL_BUT_OWN
    return _SETTLED.get(kind, frozenset())
