"""What names a work for good: its DOI and its PubMed number, taken out of whatever people copy them with."""

import re

_AROUND_A_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*|doi\.org/)", re.IGNORECASE)
# The DOI Handbook, 2.2: a prefix that begins with 10, a slash, and whatever the publisher chose, in printable characters.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_AROUND_A_PMID = re.compile(r"^(?:https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/|pmid:?\s*)", re.IGNORECASE)
# NLM counts up from 1, and is at eight digits.
_PMID = re.compile(r"[1-9][0-9]{0,8}")
_LONGEST_DOI = 200


def bare_doi(typed: str) -> str:
    """The DOI without the address of a resolver and without the stop of a sentence; whether it is one says `is_doi`."""
    return _AROUND_A_DOI.sub("", typed.strip()).strip().rstrip(".,;")


def is_doi(bare: str) -> bool:
    return bool(_DOI.fullmatch(bare)) and len(bare) <= _LONGEST_DOI and bare.isprintable()


def bare_pmid(typed: str) -> str:
    return _AROUND_A_PMID.sub("", typed.strip()).strip().rstrip("/")


def is_pmid(bare: str) -> bool:
    return bool(_PMID.fullmatch(bare))


def same_doi(one: str, other: str) -> bool:
    """DOIs differ in no more than case (DOI Handbook, 2.4)."""
    return bool(one) and one.casefold() == other.casefold()
