"""A file that is stored is handed out only as it was stored."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

from webapp.domain.errors import Conflict

_MOST_BYTES = 2_000_000


def checked_content(content: bytes, sha256: str) -> bytes:
    """The content, checked against its hash on every reading. Raises Conflict where it is another."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Conflict("The stored file no longer matches its SHA-256. Restore it from a backup; it is never made again.")
    return content


class Kept:
    """What was read of late, by its hash: a file that many ask for is neither read nor checked anew for each of them."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._contents: OrderedDict[str, bytes] = OrderedDict()

    def content(self, sha256: str, read: Callable[[], bytes]) -> bytes:
        """Raises as `checked_content`. Whether there is such a file, and who may read it, has been asked before."""
        with self._lock:
            known = self._contents.get(sha256)
            if known is not None:
                self._contents.move_to_end(sha256)
                return known
        content = checked_content(read(), sha256)
        with self._lock:
            self._contents[sha256] = content
            while sum(map(len, self._contents.values())) > self._most_bytes:
                self._contents.popitem(last=False)
        return content
