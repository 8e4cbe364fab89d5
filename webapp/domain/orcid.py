"""ORCID iDs: sixteen digits of which the last one checks the others (ISO 7064, mod 11-2)."""

import re

from webapp.domain.errors import InvalidInput

_SHAPE = re.compile(r"\d{15}[\dX]")


def clean_orcid(typed: str, *, field: str | None = None) -> str:
    """The iD in its four groups, or empty; InvalidInput where digits are missing or mistyped."""
    bare = typed.strip().upper().removeprefix("HTTPS://ORCID.ORG/").replace("-", "").replace(" ", "")
    if not bare:
        return ""
    if not _SHAPE.fullmatch(bare) or not bare.isascii() or _check_digit(bare[:15]) != bare[15]:
        raise InvalidInput("An ORCID iD has sixteen digits, such as 0000-0002-1825-0097. One of these is not right.", field=field)
    return "-".join(bare[start : start + 4] for start in range(0, 16, 4))


def _check_digit(digits: str) -> str:
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)
