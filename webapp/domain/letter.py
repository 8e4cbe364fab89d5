"""The course of a letter: its states and the one table of moves between them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webapp.domain.errors import WrongState
from webapp.domain.limits import LONGEST_REQUEST
from webapp.domain.permission import Permission


class LetterState(StrEnum):
    DRAFTING = "drafting"
    CIRCULATING = "circulating"
    SIGNING = "signing"
    CLOSED = "closed"
    SEALED = "sealed"
    SUBMITTED = "submitted"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


class Action(StrEnum):
    EDIT = "edit"
    """What the letter is, for whom and until when."""
    WRITE = "write"
    CITE = "cite"
    """Its texts and references."""
    LAY_OUT = "lay_out"
    """Say how it is printed."""
    REVISE = "revise"
    CIRCULATE = "circulate"
    DISPOSE = "dispose"
    """Answer a comment."""
    CHANGE_TEXT = "change_text"
    """Freeze another revision while sign-on is open."""
    INVITE = "invite"
    WRITE_INVITATION = "write_invitation"
    SEND_INVITATION = "send_invitation"
    REMOVE_SOCIETY = "remove_society"
    CORRECT_ADDRESS = "correct_address"
    REPLACE_LINK = "replace_link"
    REVOKE = "revoke"
    OPEN_SIGN_ON = "open_sign_on"
    MOVE_DEADLINE = "move_deadline"
    CLOSE_AT_DEADLINE = "close_at_deadline"
    CLOSE_EARLY = "close_early"
    CORRECT_NAME = "correct_name"
    SEAL = "seal"
    OPEN_ADDENDUM = "open_addendum"
    CLOSE_ADDENDUM_AT_DEADLINE = "close_addendum_at_deadline"
    CLOSE_ADDENDUM = "close_addendum"
    ISSUE_ADDENDUM = "issue_addendum"
    MAKE_ERRATUM = "make_erratum"
    MAKE_EDITION = "make_edition"
    PUBLISH = "publish"
    """Say from when it is public."""
    PREPARE = "prepare"
    """Get ready what goes to a journal: covering letter, statements, claims, and where else the text was shown."""
    SUBMIT = "submit"
    PLAN_SUBMISSION = "plan_submission"
    KEEP_COURSE = "keep_course"
    TAKE_BACK_SUBMISSION = "take_back_submission"
    """It was noted by mistake that the letter had been submitted."""
    TELL_FATE = "tell_fate"
    """What became of an article that the letter answers."""
    RESOLVE = "resolve"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Move:
    """One row of the table: who may make it is `permission` (None: only the clock), `event` is what the record says."""

    state: LetterState
    action: Action
    becomes: LetterState
    permission: Permission | None
    event: str


_S, _A, _P = LetterState, Action, Permission

MOVES: tuple[Move, ...] = (
    Move(_S.DRAFTING, _A.EDIT, _S.DRAFTING, _P.EDIT, "letter.edited"),
    Move(_S.CIRCULATING, _A.EDIT, _S.CIRCULATING, _P.EDIT, "letter.edited"),
    Move(_S.DRAFTING, _A.WRITE, _S.DRAFTING, _P.EDIT, "text.edited"),
    Move(_S.CIRCULATING, _A.WRITE, _S.CIRCULATING, _P.EDIT, "text.edited"),
    Move(_S.SIGNING, _A.WRITE, _S.SIGNING, _P.EDIT, "text.edited"),
    Move(_S.DRAFTING, _A.CITE, _S.DRAFTING, _P.EDIT, "references.edited"),
    Move(_S.CIRCULATING, _A.CITE, _S.CIRCULATING, _P.EDIT, "references.edited"),
    Move(_S.SIGNING, _A.CITE, _S.SIGNING, _P.EDIT, "references.edited"),
    Move(_S.DRAFTING, _A.LAY_OUT, _S.DRAFTING, _P.EDIT, "layout.edited"),
    Move(_S.CIRCULATING, _A.LAY_OUT, _S.CIRCULATING, _P.EDIT, "layout.edited"),
    Move(_S.SIGNING, _A.LAY_OUT, _S.SIGNING, _P.EDIT, "layout.edited"),
    Move(_S.CLOSED, _A.LAY_OUT, _S.CLOSED, _P.EDIT, "layout.edited"),
    Move(_S.DRAFTING, _A.REVISE, _S.DRAFTING, _P.EDIT, "revision.made"),
    Move(_S.CIRCULATING, _A.REVISE, _S.CIRCULATING, _P.EDIT, "revision.made"),
    Move(_S.SIGNING, _A.REVISE, _S.SIGNING, _P.EDIT, "revision.made"),
    Move(_S.DRAFTING, _A.CIRCULATE, _S.CIRCULATING, _P.CIRCULATE, "revision.circulated"),
    Move(_S.CIRCULATING, _A.CIRCULATE, _S.CIRCULATING, _P.CIRCULATE, "revision.circulated"),
    Move(_S.DRAFTING, _A.DISPOSE, _S.DRAFTING, _P.EDIT, "comment.disposed"),
    Move(_S.CIRCULATING, _A.DISPOSE, _S.CIRCULATING, _P.EDIT, "comment.disposed"),
    Move(_S.SIGNING, _A.DISPOSE, _S.SIGNING, _P.EDIT, "comment.disposed"),
    Move(_S.SIGNING, _A.CHANGE_TEXT, _S.SIGNING, _P.OPEN_SIGN_ON, "revision.frozen"),
    Move(_S.DRAFTING, _A.INVITE, _S.DRAFTING, _P.INVITE, "society.added"),
    Move(_S.CIRCULATING, _A.INVITE, _S.CIRCULATING, _P.INVITE, "society.added"),
    Move(_S.DRAFTING, _A.WRITE_INVITATION, _S.DRAFTING, _P.INVITE, "invitation_text.edited"),
    Move(_S.CIRCULATING, _A.WRITE_INVITATION, _S.CIRCULATING, _P.INVITE, "invitation_text.edited"),
    Move(_S.SIGNING, _A.WRITE_INVITATION, _S.SIGNING, _P.INVITE, "invitation_text.edited"),
    Move(_S.SIGNING, _A.SEND_INVITATION, _S.SIGNING, _P.INVITE, "invitation.sent"),
    Move(_S.DRAFTING, _A.CORRECT_ADDRESS, _S.DRAFTING, _P.INVITE, "address.corrected"),
    Move(_S.CIRCULATING, _A.CORRECT_ADDRESS, _S.CIRCULATING, _P.INVITE, "address.corrected"),
    Move(_S.SIGNING, _A.CORRECT_ADDRESS, _S.SIGNING, _P.INVITE, "address.corrected"),
    Move(_S.CLOSED, _A.CORRECT_ADDRESS, _S.CLOSED, _P.INVITE, "address.corrected"),
    Move(_S.DRAFTING, _A.REMOVE_SOCIETY, _S.DRAFTING, _P.INVITE, "society.removed"),
    Move(_S.DRAFTING, _A.REVOKE, _S.DRAFTING, _P.INVITE, "representative.revoked"),
    Move(_S.CIRCULATING, _A.REVOKE, _S.CIRCULATING, _P.INVITE, "representative.revoked"),
    Move(_S.CIRCULATING, _A.REPLACE_LINK, _S.CIRCULATING, _P.INVITE, "link.replaced"),
    Move(_S.SIGNING, _A.REVOKE, _S.SIGNING, _P.INVITE, "representative.revoked"),
    Move(_S.CLOSED, _A.REVOKE, _S.CLOSED, _P.INVITE, "representative.revoked"),
    Move(_S.SIGNING, _A.REPLACE_LINK, _S.SIGNING, _P.INVITE, "link.replaced"),
    Move(_S.CLOSED, _A.REPLACE_LINK, _S.CLOSED, _P.INVITE, "link.replaced"),
    Move(_S.DRAFTING, _A.OPEN_SIGN_ON, _S.SIGNING, _P.OPEN_SIGN_ON, "letter.opened"),
    Move(_S.CIRCULATING, _A.OPEN_SIGN_ON, _S.SIGNING, _P.OPEN_SIGN_ON, "letter.opened"),
    Move(_S.SIGNING, _A.INVITE, _S.SIGNING, _P.INVITE, "society.added"),
    Move(_S.SIGNING, _A.MOVE_DEADLINE, _S.SIGNING, _P.CLOSE, "deadline.moved"),
    Move(_S.SIGNING, _A.CLOSE_AT_DEADLINE, _S.CLOSED, None, "letter.closed"),
    Move(_S.SIGNING, _A.CLOSE_EARLY, _S.CLOSED, _P.CLOSE, "letter.closed"),
    Move(_S.SIGNING, _A.CORRECT_NAME, _S.SIGNING, _P.INVITE, "name.corrected"),
    Move(_S.CLOSED, _A.CORRECT_NAME, _S.CLOSED, _P.INVITE, "name.corrected"),
    Move(_S.CLOSED, _A.SEAL, _S.SEALED, _P.SEAL, "letter.sealed"),
    Move(_S.SIGNING, _A.PUBLISH, _S.SIGNING, _P.PUBLISH, "publication.set"),
    Move(_S.CLOSED, _A.PUBLISH, _S.CLOSED, _P.PUBLISH, "publication.set"),
    Move(_S.SEALED, _A.PUBLISH, _S.SEALED, _P.PUBLISH, "publication.set"),
    Move(_S.SUBMITTED, _A.PUBLISH, _S.SUBMITTED, _P.PUBLISH, "publication.set"),
    Move(_S.RESOLVED, _A.PUBLISH, _S.RESOLVED, _P.PUBLISH, "publication.set"),
    Move(_S.SIGNING, _A.PREPARE, _S.SIGNING, _P.KEEP_COURSE, "package.kept"),
    Move(_S.CLOSED, _A.PREPARE, _S.CLOSED, _P.KEEP_COURSE, "package.kept"),
    Move(_S.SEALED, _A.PREPARE, _S.SEALED, _P.KEEP_COURSE, "package.kept"),
    Move(_S.SUBMITTED, _A.PREPARE, _S.SUBMITTED, _P.KEEP_COURSE, "package.kept"),
    Move(_S.SEALED, _A.SUBMIT, _S.SUBMITTED, _P.KEEP_COURSE, "letter.submitted"),
    Move(_S.SUBMITTED, _A.TAKE_BACK_SUBMISSION, _S.SEALED, _P.KEEP_COURSE, "step.corrected"),
    Move(_S.SIGNING, _A.PLAN_SUBMISSION, _S.SIGNING, _P.KEEP_COURSE, "submission.added"),
    Move(_S.CLOSED, _A.PLAN_SUBMISSION, _S.CLOSED, _P.KEEP_COURSE, "submission.added"),
    Move(_S.SEALED, _A.PLAN_SUBMISSION, _S.SEALED, _P.KEEP_COURSE, "submission.added"),
    Move(_S.SUBMITTED, _A.PLAN_SUBMISSION, _S.SUBMITTED, _P.KEEP_COURSE, "submission.added"),
    Move(_S.SIGNING, _A.KEEP_COURSE, _S.SIGNING, _P.KEEP_COURSE, "submission.noted"),
    Move(_S.CLOSED, _A.KEEP_COURSE, _S.CLOSED, _P.KEEP_COURSE, "submission.noted"),
    Move(_S.SEALED, _A.KEEP_COURSE, _S.SEALED, _P.KEEP_COURSE, "submission.noted"),
    Move(_S.SUBMITTED, _A.KEEP_COURSE, _S.SUBMITTED, _P.KEEP_COURSE, "submission.noted"),
    Move(_S.SEALED, _A.TELL_FATE, _S.SEALED, _P.KEEP_COURSE, "fate.told"),
    Move(_S.SUBMITTED, _A.TELL_FATE, _S.SUBMITTED, _P.KEEP_COURSE, "fate.told"),
    Move(_S.RESOLVED, _A.TELL_FATE, _S.RESOLVED, _P.KEEP_COURSE, "fate.told"),
    Move(_S.SUBMITTED, _A.RESOLVE, _S.RESOLVED, _P.KEEP_COURSE, "letter.resolved"),
    Move(_S.SEALED, _A.OPEN_ADDENDUM, _S.SEALED, _P.SEAL, "addendum.opened"),
    Move(_S.SUBMITTED, _A.OPEN_ADDENDUM, _S.SUBMITTED, _P.SEAL, "addendum.opened"),
    Move(_S.SEALED, _A.CLOSE_ADDENDUM_AT_DEADLINE, _S.SEALED, None, "addendum.closed"),
    Move(_S.SUBMITTED, _A.CLOSE_ADDENDUM_AT_DEADLINE, _S.SUBMITTED, None, "addendum.closed"),
    Move(_S.RESOLVED, _A.CLOSE_ADDENDUM_AT_DEADLINE, _S.RESOLVED, None, "addendum.closed"),
    Move(_S.SEALED, _A.CLOSE_ADDENDUM, _S.SEALED, _P.SEAL, "addendum.closed"),
    Move(_S.SUBMITTED, _A.CLOSE_ADDENDUM, _S.SUBMITTED, _P.SEAL, "addendum.closed"),
    Move(_S.RESOLVED, _A.CLOSE_ADDENDUM, _S.RESOLVED, _P.SEAL, "addendum.closed"),
    Move(_S.SEALED, _A.ISSUE_ADDENDUM, _S.SEALED, _P.SEAL, "addendum.issued"),
    Move(_S.SUBMITTED, _A.ISSUE_ADDENDUM, _S.SUBMITTED, _P.SEAL, "addendum.issued"),
    Move(_S.RESOLVED, _A.ISSUE_ADDENDUM, _S.RESOLVED, _P.SEAL, "addendum.issued"),
    Move(_S.SEALED, _A.MAKE_ERRATUM, _S.SEALED, _P.SEAL, "erratum.made"),
    Move(_S.SUBMITTED, _A.MAKE_ERRATUM, _S.SUBMITTED, _P.SEAL, "erratum.made"),
    Move(_S.RESOLVED, _A.MAKE_ERRATUM, _S.RESOLVED, _P.SEAL, "erratum.made"),
    Move(_S.SEALED, _A.MAKE_EDITION, _S.SEALED, _P.SEAL, "edition.made"),
    Move(_S.SUBMITTED, _A.MAKE_EDITION, _S.SUBMITTED, _P.SEAL, "edition.made"),
    Move(_S.RESOLVED, _A.MAKE_EDITION, _S.RESOLVED, _P.SEAL, "edition.made"),
    Move(_S.SEALED, _A.INVITE, _S.SEALED, _P.INVITE, "society.added"),
    Move(_S.SUBMITTED, _A.INVITE, _S.SUBMITTED, _P.INVITE, "society.added"),
    Move(_S.SEALED, _A.CORRECT_ADDRESS, _S.SEALED, _P.INVITE, "address.corrected"),
    Move(_S.SUBMITTED, _A.CORRECT_ADDRESS, _S.SUBMITTED, _P.INVITE, "address.corrected"),
    Move(_S.SEALED, _A.REPLACE_LINK, _S.SEALED, _P.INVITE, "link.replaced"),
    Move(_S.SUBMITTED, _A.REPLACE_LINK, _S.SUBMITTED, _P.INVITE, "link.replaced"),
    Move(_S.SEALED, _A.REVOKE, _S.SEALED, _P.INVITE, "representative.revoked"),
    Move(_S.SUBMITTED, _A.REVOKE, _S.SUBMITTED, _P.INVITE, "representative.revoked"),
    Move(_S.DRAFTING, _A.CANCEL, _S.CANCELLED, _P.CANCEL, "letter.cancelled"),
    Move(_S.CIRCULATING, _A.CANCEL, _S.CANCELLED, _P.CANCEL, "letter.cancelled"),
    Move(_S.SIGNING, _A.CANCEL, _S.CANCELLED, _P.CANCEL, "letter.cancelled"),
    Move(_S.CLOSED, _A.CANCEL, _S.CANCELLED, _P.CANCEL, "letter.cancelled"),
)

AFTER_THE_SEAL = frozenset({LetterState.SEALED, LetterState.SUBMITTED, LetterState.RESOLVED})
ONLY_WHILE_HELD_OPEN = frozenset({Action.INVITE, Action.CORRECT_ADDRESS, Action.REPLACE_LINK, Action.REVOKE})
"""What after the seal can be done to the roster only while an addendum is held open."""

_BY_STATE_AND_ACTION: dict[tuple[str, str], Move] = {(move.state, move.action): move for move in MOVES}

_TOO_LATE = {
    _A.EDIT: "Sign-on has been opened: what the letter asks, of whom and until when is no longer edited here.",
    _A.WRITE: "The texts cannot be changed any more: sign-on has closed.",
    _A.CITE: "The references cannot be changed any more: sign-on has closed.",
    _A.LAY_OUT: "The letter is sealed: how it is printed is fixed for good.",
    _A.REVISE: "No revision can be made any more: sign-on has closed.",
    _A.CIRCULATE: "A revision is sent out for comment before sign-on is opened.",
    _A.DISPOSE: "Comments are answered until sign-on has closed.",
    _A.CHANGE_TEXT: "A frozen text is changed only while sign-on is open.",
    _A.INVITE: "No society can be added now: sign-on has closed.",
    _A.WRITE_INVITATION: "The invitation can be written until sign-on has closed.",
    _A.SEND_INVITATION: "Invitations to sign are sent while sign-on is open.",
    _A.CORRECT_ADDRESS: "An address can be corrected until the letter is sealed.",
    _A.REMOVE_SOCIETY: "A society that was asked to sign stays on the roster. Revoke its representative’s link instead.",
    _A.REPLACE_LINK: "A personal link is replaced while sign-on is open, or until the letter is sealed.",
    _A.REVOKE: "A personal link is revoked until the letter is sealed.",
    _A.OPEN_SIGN_ON: "Sign-on has been opened already.",
    _A.MOVE_DEADLINE: "The deadline can only be moved while sign-on is open.",
    _A.CLOSE_EARLY: "Sign-on is not open.",
    _A.CORRECT_NAME: "A printed name can be corrected until the letter is sealed.",
    _A.SEAL: "Only a closed letter can be sealed.",
    _A.OPEN_ADDENDUM: "Only a sealed letter can be held open for more signatures.",
    _A.CLOSE_ADDENDUM: "Only a sealed letter has addenda.",
    _A.ISSUE_ADDENDUM: "Only a sealed letter has addenda.",
    _A.MAKE_ERRATUM: "Only a sealed letter has errata. Until the seal a printed name is corrected in the roster.",
    _A.MAKE_EDITION: "Only a sealed letter has an edition with addenda.",
    _A.PUBLISH: "Open sign-on first: only a text that is fixed can be made public.",
    _A.PREPARE: "What goes to a journal is prepared once the text is frozen for signing.",
    _A.SUBMIT: "Only a sealed letter can be submitted.",
    _A.PLAN_SUBMISSION: "A submission is planned once the text is frozen for signing.",
    _A.KEEP_COURSE: "A letter has a course at journals once its text is frozen for signing.",
    _A.TAKE_BACK_SUBMISSION: "The letter has not been submitted.",
    _A.TELL_FATE: "What became of an article is told once the letter is sealed.",
    _A.RESOLVE: "Record the submission to the journal first.",
    _A.CANCEL: "A sealed letter cannot be cancelled.",
}

_ENDED: dict[str, str] = {
    _S.CANCELLED: "This letter was cancelled. It can be read, and nothing more can be done with it.",
    _S.RESOLVED: "The course of this letter has ended. It can be read, and what is wrong in it corrected by an erratum.",
}


def find_move(state: str, action: Action) -> Move | None:
    """The row of the table, or None where the table has none."""
    return _BY_STATE_AND_ACTION.get((state, action))


def move_for(state: str, action: Action) -> Move:
    """The row of the table; WrongState with a sentence for a person where there is none."""
    move = find_move(state, action)
    if move is None:
        raise WrongState(_ENDED.get(state) or _TOO_LATE.get(action, "The letter is not in a state in which that can be done."))
    return move


def may_seal_from(closed_at: datetime) -> datetime:
    """The first instant at which no request that was in time can still be under way (R9)."""
    return closed_at + LONGEST_REQUEST


ASKS: dict[str, str] = {
    "correction": "a correction",
    "expression_of_concern": "an expression of concern",
    "retraction": "retraction",
    "publication": "publication of this response",
    "reply": "a reply by the authors",
}

# Suggestions only: a target's role is free text, for journals invent new ones.
TARGET_ROLES = (
    "guideline",
    "systematic review",
    "network meta-analysis",
    "trial",
    "modelling study",
    "review",
    "editorial",
    "commentary",
    "policy statement",
)
