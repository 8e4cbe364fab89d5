"""A society's own course through a letter: where it is now, in one word."""

from datetime import date
from enum import StrEnum

from webapp.domain.answer import AnswerKind, AuthorityCheck, StandingFacts


class Stage(StrEnum):
    ON_THE_LIST = "on the list"
    ASKED = "asked to comment"
    """It has been sent a revision, and has not opened it."""
    INVITED = "invited"
    READING = "reading"
    WITH_BOARD = "with the board"
    COMMENTED = "commented"
    """It has said something of the revision that it was sent last."""
    SIGNED = "signed"
    TO_AFFIRM = "to be affirmed"
    """It has signed, and the text has changed since."""
    WOULD_SIGN_IF = "would sign if"
    """It has named a condition: somebody must talk to it."""
    DECLINED = "declined"
    ABSTAINED = "abstained"
    SEPARATE = "separate statement"
    WITHDRAWN = "withdrawn"
    NOT_US = "not us"
    """Somebody there says that the letter has reached the wrong place: nobody asks again until a coordinator has seen to it."""
    TO_CHECK = "to be checked"
    """It has answered, and it is not known yet that whoever did may speak for it."""
    DISPUTED = "disputed"
    """Somebody of the society says that its answer was not its own."""
    NOT_KNOWN = "not counted"
    """It has answered, and it could not be known that whoever did may speak for it."""


_ANSWERED = {"sign_if": Stage.WOULD_SIGN_IF, "abstain": Stage.ABSTAINED, "separate": Stage.SEPARATE}

_IN_DOUBT = frozenset({Stage.TO_CHECK, Stage.DISPUTED, Stage.NOT_KNOWN})
HAS_ANSWERED = frozenset({Stage.SIGNED, *_ANSWERED.values(), Stage.DECLINED, *_IN_DOUBT})
"""At these stages no answer is waited for any more; a signature that is to be affirmed is waited for once more."""
WAITED_FOR = "waited for"
"""Not a stage but several: invited, and without a standing answer on the text in force; before that, asked and without a comment.

The roster can be narrowed to it as to a stage."""
_WAITED_FOR = frozenset(Stage) - HAS_ANSWERED - {Stage.ON_THE_LIST, Stage.COMMENTED, Stage.NOT_US}


def is_at(stage: Stage, wanted: str) -> bool:
    """Whether a society at this stage is among those looked for; all are where nothing is."""
    return stage in _WAITED_FOR if wanted == WAITED_FOR else not wanted or stage == wanted


def stage_of(
    *,
    was_invited: bool,
    was_opened: bool,
    board_meets_on: date | None,
    standing_kind: str | None,
    has_withdrawn: bool,
    said_not_us: bool = False,
    is_to_be_affirmed: bool = False,
    doubt: Stage | None = None,
) -> Stage:
    """The stage that the facts give; a standing answer outranks everything, a withdrawal everything but that."""
    if standing_kind is not None:
        if doubt is not None:
            return doubt
        if standing_kind != "sign":
            return _ANSWERED.get(standing_kind, Stage.DECLINED)
        return Stage.TO_AFFIRM if is_to_be_affirmed else Stage.SIGNED
    if has_withdrawn:
        return Stage.WITHDRAWN
    if said_not_us:
        return Stage.NOT_US
    if board_meets_on is not None:
        return Stage.WITH_BOARD
    if was_opened:
        return Stage.READING
    return Stage.INVITED if was_invited else Stage.ON_THE_LIST


def doubt_about(answer: StandingFacts) -> Stage | None:
    """Why a standing answer is not taken as it is: somebody disputes it, or it is not known who spoke."""
    if not answer.is_standing:
        return None
    if answer.is_disputed:
        return Stage.DISPUTED
    if answer.authority == AuthorityCheck.REFUSED:
        return Stage.NOT_KNOWN
    is_open = answer.kind == AnswerKind.SIGN and answer.authority == AuthorityCheck.OPEN
    return Stage.TO_CHECK if is_open or not answer.is_confirmed else None


def while_circulating(stage: Stage, *, has_commented: bool) -> Stage:
    """The stage as long as a revision goes round: nobody has been invited to sign, and a comment is what is waited for."""
    if has_commented:
        return Stage.COMMENTED
    return Stage.ASKED if stage is Stage.INVITED else stage
