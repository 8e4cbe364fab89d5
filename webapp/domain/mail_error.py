"""What a mail server said when it refused, made safe to keep and to show (R19, R20)."""

import re
import unicodedata

_LONGEST = 200
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_WEB = re.compile(r"\b\w+://\S+|\bwww\.\S+", re.IGNORECASE)
# As long as a link’s token or a message’s own name may be; no word of a server’s is.
_TOKEN = re.compile(r"[\w-]{20,}")


def safe_words(said: str, recipient: str) -> str:
    """One line in which no address, no name of a mailbox, no link and no token is left. A server chooses these words, and quotes ours."""
    line = " ".join("".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in said).split())
    for pattern in (_WEB, _ADDRESS, _TOKEN):
        line = pattern.sub("…", line)
    mailbox = recipient.rpartition("@")[0]
    if mailbox:
        line = re.sub(rf"(?<!\w){re.escape(mailbox)}(?!\w)", "…", line, flags=re.IGNORECASE)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
