"""What a society can say, and when it counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from webapp.domain.text import Change


class AnswerKind(StrEnum):
    SIGN = "sign"
    SIGN_IF = "sign_if"
    """It would sign on a condition. Only its own *sign* makes it a signatory."""
    DECLINE = "decline"
    ABSTAIN = "abstain"
    """It cannot, or not in time, or speaks on no such matter: neither for the letter nor against it."""
    SEPARATE = "separate"
    """It says what it thinks in a statement of its own."""


class Ground(StrEnum):
    """Why a society abstains."""

    POLICY = "policy"
    NO_TIME = "no_time"
    CONFLICT = "conflict"


GROUNDS: dict[str, str] = {
    Ground.POLICY: "our society does not sign letters of this kind",
    Ground.NO_TIME: "we cannot decide in time",
    Ground.CONFLICT: "we have a conflict of interest",
}


class Mandate(StrEnum):
    """What a signing society lets the lead society do when a journal asks for changes."""

    EDIT = "edit"
    ASK = "ask"


MANDATES: dict[str, str] = {
    Mandate.EDIT: "The lead society may shorten and edit the letter, without change of meaning.",
    Mandate.ASK: "Ask us each time before the letter is changed in any way.",
}


class AuthorityCheck(StrEnum):
    """How it is known that this person may speak for this society."""

    OPEN = "open"
    CODE = "code"
    """Settled by the one-time code sent to the registered address, the default rule."""
    OWN_DOMAIN = "own_domain"
    """By the code too, sent to an address at the society’s own domain."""
    OFFICIAL = "official"
    """Confirmed from the society’s official address."""
    MINUTE = "minute"
    """By a minute of its board, attached."""
    WORD = "word"
    """By the word of a coordinator, with the reason."""
    PROOF = "proof"
    """By the proof attached to an answer that a coordinator has recorded."""
    REFUSED = "refused"
    """It could not be known: the answer is kept, and does not count."""


_SETTLED = frozenset(AuthorityCheck) - {AuthorityCheck.OPEN, AuthorityCheck.REFUSED}


class Source(StrEnum):
    """How an answer came: given by the society itself in its room, or received otherwise and recorded by a coordinator (R12)."""

    ROOM = "room"
    PHONE = "phone"
    PAPER = "paper"
    EMAIL = "email"


@dataclass(frozen=True)
class SignOn:
    """What a representative states when a society signs. All of it is shown again before the code is asked for."""

    printed_name: str
    officer: str
    office: str
    consent_to_print: bool
    decided_by: str
    decided_on: date
    competing_interests: str
    mandate: Mandate
    consent_to_logo: bool = False
    """The letter may show the society’s logo."""
    logo: str = ""
    """The SHA-256 of the logo that whoever gave the answer was shown."""


@dataclass(frozen=True)
class StandingFacts:
    """The facts of one answer that decide whether its society is a signatory (R4)."""

    kind: str
    is_standing: bool
    digest: str
    authority: str
    has_objected: bool = False
    """To a change of the text, while what was signed is not the text in force again: it is to be affirmed."""
    is_disputed: bool = False
    is_confirmed: bool = True
    """Else a coordinator has recorded it, and the second has not confirmed it yet (R12)."""


def digests_that_count(frozen: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The digests on which a signature stands, from what was frozen, first to last, each as (digest, change against the one before).

    The newest; and what came before it for as long as every change since was declared editorial (R4).
    """
    counting: set[str] = set()
    for digest, change in reversed(frozen):
        counting.add(digest)
        if change != Change.EDITORIAL:
            break
    return frozenset(counting)


def is_signatory(answer: StandingFacts, *, digests: Collection[str]) -> bool:
    """R4: a standing *sign* on the statement in force, or carried to it, undisputed, with its authority settled."""
    return is_signature(answer) and answer.digest in digests and not answer.has_objected


def is_to_be_affirmed(answer: StandingFacts, *, digests: Collection[str]) -> bool:
    """A signature that would count if its society affirmed it on the statement in force."""
    return is_signature(answer) and not is_signatory(answer, digests=digests)


def is_signature(answer: StandingFacts) -> bool:
    """A standing *sign*, undisputed, confirmed where it was recorded, with its authority settled, on whatever text."""
    return answer.is_standing and answer.kind == AnswerKind.SIGN and not answer.is_disputed and is_known(answer)


def is_known(answer: StandingFacts) -> bool:
    """Whether it is known that whoever gave it may speak for the society."""
    return answer.is_confirmed and answer.authority in _SETTLED


def is_in_time(received_at: datetime, closes_at: datetime) -> bool:
    """R9: the instant at which the request's body had been read lies before the close."""
    return received_at < closes_at


def authority_sentence(society: str, title: str) -> str:
    """The sentence that a representative makes their own by ticking it; stored with the answer as it was shown."""
    return f"I am authorised by {society} to state that {society} signs this letter, “{title}”."


def answer_sentence(act: str, society: str, title: str) -> str:
    """The sentence that stands behind an answer of this kind; a withdrawal has none of its own."""
    if act == AnswerKind.SIGN:
        return authority_sentence(society, title)
    if act == AnswerKind.SIGN_IF:
        return condition_sentence(society, title)
    return decline_sentence(society, title) if act in set(AnswerKind) else ""


def condition_sentence(society: str, title: str) -> str:
    """The same for a society that would sign on a condition: it promises no more than that."""
    return f"I am authorised by {society} to state that {society} would sign this letter, “{title}”, on the condition stated here."


def decline_sentence(society: str, title: str) -> str:
    """The same for every society that does not sign, for whatever reason: it, too, speaks for the whole society."""
    return f"I am authorised by {society} to state that {society} does not sign this letter, “{title}”."
