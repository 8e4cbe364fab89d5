"""What somebody had typed into a form that could not be taken: shown again to be copied, so that nothing typed is lost."""

from flask import request
from werkzeug.exceptions import HTTPException

# What a form asks with, and not what was typed into it.
_ASKED = ("-asked", "-readings", "-reading")
_OURS = {"csrf_token", "nonce", "digest", "replaces", "edition", "code", "proof_code", "another_code"}
# A list on its way into the roster, packed; its corrections are shown.
_PACKED = {"content", "encoding", "columns", "seen", "left_out"}


def typed_text() -> list[tuple[str, str]]:
    """Pairs of field and text; empty where nothing was typed, or where it was too large to be read."""
    try:
        sent = request.form
    except HTTPException:
        return []
    return [(name.replace("_", " "), value) for name, value in sent.items() if _is_typed(name) and value.strip()]


def _is_typed(name: str) -> bool:
    return name not in _OURS | _PACKED and not name.endswith(_ASKED)
