"""Words that coordinators write for a mail: named placeholders, replaced once, as plain text (R20, `bar.md` T39)."""

import re
from collections.abc import Mapping

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.names import bounded_line, bounded_text

PLACEHOLDERS = {
    "name": "the representative",
    "society": "the society",
    "title": "the title of the letter",
    "journal": "the journal",
    "ask": "what the letter asks for",
    "societies": "what the signers are called",
    "deadline": "when sign-on closes, with its zone",
    "lead society": "who leads the letter",
    "contact": "the address for questions",
}
SUBJECT = "Will {society} sign? “{title}”"
WORDS = """\
Dear {name},

{lead society} invites {society} to sign a joint letter to {journal}:

“{title}”

The letter asks for {ask}. Each of the {societies} answers by {deadline}. The attached file puts this moment into your calendar."""

# A name in braces. What else stands in braces is nobody’s placeholder, and stays as it is.
_PLACEHOLDER = re.compile(r"\{ ?([^\W\d_][\w -]{0,40}?) ?\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Every placeholder once: what stands in a value is never looked at again."""
    return _PLACEHOLDER.sub(lambda found: values.get(_key(found), found[0]), text)


def clean_subject(typed: str) -> str:
    return _without_unknown(bounded_line(typed, limits.MAIL_SUBJECT, field="subject", what="The subject"), "subject")


def clean_words(typed: str) -> str:
    return _without_unknown(bounded_text(typed, limits.MAIL_WORDS, field="words", what="The text"), "words")


def _without_unknown(text: str, field: str) -> str:
    """Raises InvalidInput with each name in braces that stands for nothing."""
    unknown = list(dict.fromkeys(found[0] for found in _PLACEHOLDER.finditer(text) if _key(found) not in PLACEHOLDERS))
    if "{link}" in unknown:
        raise InvalidInput("Leave {link} out: the personal link stands below your words by itself.", field=field)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise InvalidInput(f"Nothing stands for {', '.join(unknown)}. You can write {known}.", field=field)
    return text


def _key(found: re.Match[str]) -> str:
    return " ".join(found[1].lower().split())
