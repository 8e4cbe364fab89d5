"""What others have written, made fit to be shown: nothing in it is refused, and nothing stays that hides or turns what is read."""

import unicodedata

_SEEN_CONTROLS = frozenset("\n\t")
_JOINERS = frozenset("\u200c\u200d")
# Invisible, and harmless once they are gone: mail programs strew them about.
_DROPPED = frozenset({"Cf", "Cn", "Co"})


def received_text(text: str, longest: int) -> str:
    """Several lines: plain line ends, no control characters, no turns of direction; cut where it is longer, which it then says."""
    clean = _clean(text[: 2 * longest].replace("\r\n", "\n").replace("\r", "\n")).strip()
    return clean if len(clean) <= longest else f"{clean[:longest].rstrip()}\n\n[The text goes on; the file holds all of it.]"


def received_line(text: str, longest: int) -> str:
    """One line, whatever line ends were smuggled into it."""
    line = " ".join(_clean(text.replace("\r", "\n")).replace("\n", " ").split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(_shown(character) for character in text))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if character in _SEEN_CONTROLS or character in _JOINERS:
        return character
    if category in {"Zl", "Zp"}:
        return "\n"
    if category in _DROPPED:
        return ""
    # What was no character at all in the charset that the mail named.
    return "\N{REPLACEMENT CHARACTER}" if category in {"Cc", "Cs"} else character
