"""The digest of a text: SHA-256 over everything that a society puts its name to."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

_DIGEST = re.compile("[0-9a-f]{64}")


def canonical_json(value: Any) -> str:
    """JSON in one form only: sorted keys, no spaces, NFC. On strings, integers, booleans and null it equals RFC 8785."""
    return json.dumps(_normalised(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _normalised(value: Any) -> Any:
    # Before and not after it is written: behind an escaped line end a combining mark would join the letter of the escape.
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {_normalised(key): _normalised(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_normalised(part) for part in value]
    return value


def sha256_of(label: str, value: Any) -> str:
    """Hexadecimal SHA-256 of the labelled canonical JSON; the label keeps digests of different things apart."""
    return hashlib.sha256(f"undersigned/{label}\0{canonical_json(value)}".encode()).hexdigest()


def is_digest(typed: str) -> bool:
    """Whether it could be one: a page hands digests back as they came, and others hand back anything."""
    return _DIGEST.fullmatch(typed) is not None


def statement_digest(
    *, title: str, ask: str, targets: Sequence[Mapping[str, Any]], statement: str, references: Sequence[Mapping[str, Any]]
) -> str:
    """The digest of a statement.

    It covers the Markdown source, and so every link target and alternative text, the references, and what the first page says
    of the letter: its title, what it asks and the articles that it answers.
    """
    content = {
        "title": title,
        "ask": ask,
        "targets": [dict(target) for target in targets],
        "statement": statement,
        "references": [dict(reference) for reference in references],
    }
    return sha256_of("text/v1", content)


def translation_digest(*, translates: str, language: str, title: str, body: str, translator: str) -> str:
    """The digest of a translation. It covers the digest of the sealed text that it translates, and so its references."""
    content = {"translates": translates, "language": language, "title": title, "body": body, "translator": translator}
    return sha256_of("translation/v1", content)
