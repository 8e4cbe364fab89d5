"""How it is known that a person may speak for a society: what a letter asks for, and what settles it (R4)."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from webapp.domain.answer import AuthorityCheck, Source
from webapp.domain.errors import InvalidInput

DEFAULT_RULE = (AuthorityCheck.CODE.value,)

# What a letter can take for knowing it, in the words of the page that sets it.
RULE_WORDS: dict[str, str] = {
    AuthorityCheck.CODE: "The code sent to the registered address.",
    AuthorityCheck.OWN_DOMAIN: "The code, where the registered address is at the society’s own domain.",
    AuthorityCheck.OFFICIAL: "A confirmation from the society’s official address.",
    AuthorityCheck.MINUTE: "A minute of its board, attached.",
    AuthorityCheck.WORD: "The word of a coordinator, with the reason.",
}
# What is said of an answer.
CHECK_WORDS: dict[str, str] = {
    AuthorityCheck.OPEN: "not known yet",
    AuthorityCheck.CODE: "code to the registered address",
    AuthorityCheck.OWN_DOMAIN: "code to an address at the society’s own domain",
    AuthorityCheck.OFFICIAL: "confirmed from the official address",
    AuthorityCheck.MINUTE: "minute of the board attached",
    AuthorityCheck.WORD: "a coordinator’s word",
    AuthorityCheck.PROOF: "proof attached by the coordinator",
    AuthorityCheck.REFUSED: "could not be known: not counted",
}
SOURCE_WORDS: dict[str, str] = {Source.PHONE: "a phone call", Source.PAPER: "a letter on paper", Source.EMAIL: "an e-mail"}


class WitnessPurpose(StrEnum):
    """What the holder of a witness link may do; a link of one kind is never one of the other (`bar.md` T05)."""

    DISPUTE = "dispute"
    """Say that an answer was not the society’s own."""
    CONFIRM = "confirm"
    """Confirm, from the official address, that it was."""


def clean_rule(chosen: Iterable[str]) -> list[str]:
    """What a letter asks for, in the order of the page. Raises InvalidInput where nothing is left that could settle a check."""
    wanted = set(chosen)
    rule = [str(method) for method in RULE_WORDS if method in wanted]
    if not rule:
        raise InvalidInput("Choose at least one: else no signature could ever count.", field="methods")
    return rule


def is_at_domain(address: str, domains: Collection[str]) -> bool:
    """Whether the address is at one of these domains, or at a part of one: “mail.example.org” belongs to “example.org”."""
    place = address.rpartition("@")[2].lower()
    return any(place == one or place.endswith(f".{one}") for one in domains if one)


def settled_by_code(rule: Collection[str], address: str, domains: Collection[str]) -> AuthorityCheck:
    """What the right code, mailed to this registered address, settles by itself; where a domain is not known, nothing is at it."""
    if AuthorityCheck.OWN_DOMAIN in rule and is_at_domain(address, domains):
        return AuthorityCheck.OWN_DOMAIN
    return AuthorityCheck.CODE if AuthorityCheck.CODE in rule else AuthorityCheck.OPEN


def settled_by_record(rule: Collection[str]) -> AuthorityCheck:
    """The proof stands in for the code, and never for more than the code: where a letter asks for more, the check is open."""
    return AuthorityCheck.PROOF if AuthorityCheck.CODE in rule else AuthorityCheck.OPEN


def settled_by_coordinator(rule: Collection[str], source: str, address: str, domains: Collection[str]) -> list[AuthorityCheck]:
    """By what a coordinator may settle the check of an answer from this source; that it could not be known is always possible."""
    by_itself = settled_by_record(rule) if source != Source.ROOM else settled_by_code(rule, address, domains)
    found = [] if by_itself is AuthorityCheck.OPEN else [by_itself]
    found += [method for method in (AuthorityCheck.MINUTE, AuthorityCheck.WORD) if method in rule]
    return [*found, AuthorityCheck.REFUSED]


def recorded_phrase(source: str) -> str:
    """How an answer that was not the society’s own act is marked wherever it is listed (R12); empty for all others."""
    return f"recorded by the coordinator from {SOURCE_WORDS[source]}" if source in SOURCE_WORDS else ""
