"""Phrases that several places must say alike: counts of signatories (R5), and what is wrong with a code."""

from collections.abc import Sequence

# Plural to singular; a letter chooses one of these as its collective noun.
COLLECTIVE_NOUNS = {
    "societies": "society",
    "organisations": "organisation",
    "associations": "association",
    "colleges": "college",
    "academies": "academy",
    "federations": "federation",
    "institutions": "institution",
    "groups": "group",
}


def noun_for(count: int, collective_noun: str) -> str:
    """The collective noun in the number that fits `count`."""
    return COLLECTIVE_NOUNS[collective_noun] if count == 1 else collective_noun


def count_phrase(count: int, collective_noun: str) -> str:
    """“34 societies”, “1 society”, “no societies”."""
    return f"{count or 'no'} {noun_for(count, collective_noun)}"


def people_phrase(count: int) -> str:
    """“34 people”, “1 person”, “nobody”."""
    return f"{count} {'person' if count == 1 else 'people'}" if count else "nobody"


def signed_sentence(count: int, collective_noun: str) -> str:
    """The sentence above the list of signatories; says “signed”, never “approved”, for that is all that is known."""
    if count == 0:
        return f"No {noun_for(1, collective_noun)} has signed this letter yet."
    verb = "has" if count == 1 else "have"
    return f"{count_phrase(count, collective_noun)} {verb} signed this letter."


def withdrawn_phrase(names: Sequence[str]) -> str:
    """What stands beside the number that was sealed: “1 has since withdrawn: The Marshes (3 April 2026).”"""
    if not names:
        return ""
    return f"{len(names)} {'has' if len(names) == 1 else 'have'} since withdrawn: {'; '.join(names)}."


def disputed_phrase(names: Sequence[str]) -> str:
    """The same for answers that somebody of the society disowns: “1 is disputed: The Marshes (3 April 2026).”"""
    if not names:
        return ""
    return f"{len(names)} {'is' if len(names) == 1 else 'are'} disputed: {'; '.join(names)}."


def joined_phrase(names: Sequence[str]) -> str:
    """Those who signed after the seal: “2 have joined since: The Marshes (3 April 2026, addendum 1); Upland (9 April 2026).”"""
    if not names:
        return ""
    return f"{len(names)} {'has' if len(names) == 1 else 'have'} joined since: {'; '.join(names)}."


def unlisted_phrase(names: Sequence[str], *, can_be_listed: bool) -> str:
    """Those who signed after the seal while no addendum that would name them is under way."""
    if not names:
        return ""
    has, stands = ("has", "stands") if len(names) == 1 else ("have", "stand")
    return f"{len(names)} {has} signed since, and {stands} in no addendum{' yet' if can_be_listed else ''}: {'; '.join(names)}."


def corrected_phrase(names: Sequence[str]) -> str:
    """“1 name is corrected since: Marshes is The Marshes (3 April 2026).”"""
    if not names:
        return ""
    return f"{len(names)} {'name is' if len(names) == 1 else 'names are'} corrected since: {'; '.join(names)}."


def wrong_code_sentence(tries_left: int) -> str:
    """What is said to somebody whose code was not taken."""
    if tries_left == 0:
        return "That code does not work any more. Ask for a new one below."
    tries = f"{tries_left} {'try' if tries_left == 1 else 'tries'}"
    return f"That is not the code of the newest mail. Look at it once more: {tries} left."
