"""Counts in words: the one place that turns a number of signatories into a phrase (R5)."""

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


def signed_sentence(count: int, collective_noun: str) -> str:
    """The sentence above the list of signatories; says “signed”, never “approved”, for that is all that is known."""
    if count == 0:
        return f"No {noun_for(1, collective_noun)} has signed this letter yet."
    verb = "has" if count == 1 else "have"
    return f"{count_phrase(count, collective_noun)} {verb} signed this letter."
