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
    SUBMIT = "submit"
    KEEP_COURSE = "keep_course"
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
    Move(_S.SEALED, _A.SUBMIT, _S.SUBMITTED, _P.KEEP_COURSE, "letter.submitted"),
    Move(_S.SUBMITTED, _A.KEEP_COURSE, _S.SUBMITTED, _P.KEEP_COURSE, "submission.noted"),
    Move(_S.SUBMITTED, _A.RESOLVE, _S.RESOLVED, _P.KEEP_COURSE, "letter.resolved"),
    Move(_S.DRAFTING, _A.CANCEL, _S.CANCELLED, _P.CANCEL, "letter.cancelled"),
    Move(_S.CIRCULATING, _A.CANCEL, _S.CANCELLED, _P.CANCEL, "letter.cancelled"),
    Move(_S.SIGNING, _A.CANCEL, _S.CANCELLED, _P.CANCEL, "letter.cancelled"),
    Move(_S.CLOSED, _A.CANCEL, _S.CANCELLED, _P.CANCEL, "letter.cancelled"),
)

_BY_STATE_AND_ACTION: dict[tuple[str, str], Move] = {(move.state, move.action): move for move in MOVES}

_TOO_LATE = {
    _A.EDIT: "Sign-on has been opened: what the letter asks, of whom and until when is no longer edited here.",
    _A.WRITE: "The texts cannot be changed any more: sign-on has closed.",
    _A.CITE: "The references cannot be changed any more: sign-on has closed.",
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
    _A.SUBMIT: "Only a sealed letter can be submitted, and once to each venue.",
    _A.KEEP_COURSE: "Record the submission to the journal first.",
    _A.RESOLVE: "Record the submission to the journal first.",
    _A.CANCEL: "A sealed letter cannot be cancelled.",
}

_ENDED: dict[str, str] = {
    _S.CANCELLED: "This letter was cancelled. It can be read, and nothing more can be done with it.",
    _S.RESOLVED: "The course of this letter has ended. It can be read, and nothing more can be done with it.",
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
