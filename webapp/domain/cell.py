"""A text in the cell of a spreadsheet: written so that it is never run as a formula, and read back as it was (R20)."""

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection; the full-width forms as in CVE-2021-41270).
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
_SIGN = "'"


def as_cell(text: str) -> str:
    """With an apostrophe before it, where a spreadsheet would run it, or where it looks as if one had been set."""
    return f"{_SIGN}{text}" if _is_run(text) else text


def from_cell(text: str) -> str:
    """What `as_cell` was given: exactly one apostrophe goes, and only where one was set."""
    return text[1:] if text.startswith(_SIGN) and _is_run(text[1:]) else text


def _is_run(text: str) -> bool:
    return text.lstrip(_SIGN).startswith(_FORMULA)
