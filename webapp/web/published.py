"""What strangers get: kept by caches for a minute, and made once for each state of a sealed letter."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from flask import Response, g, make_response, request

from webapp.domain.errors import NotFound
from webapp.domain.rate import PUBLIC_MISSES
from webapp.services.public_letter import Found, find_public
from webapp.web.limits import count_one, refuse_if_spent
from webapp.web.transaction import now, reading, settings

# What has become of a letter, such as a withdrawal, is in every cache within a minute.
FRESH_SECONDS = 60
_POLICY = f"public, max-age={FRESH_SECONDS}"
_MOST_BYTES = 2_000_000

Made = tuple[bytes, str]
"""Content and media type."""


class Kept:
    """The newest answers of this process, by what they were made of, so many bytes of them together."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held: OrderedDict[tuple[str, ...], tuple[Made, str]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...]) -> tuple[Made, str] | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: tuple[str, ...], made: tuple[Made, str]) -> None:
        with self._lock:
            self._held[key] = made
            while sum(len(content) for (content, _media_type), _etag in self._held.values()) > self._most_bytes:
                self._held.popitem(last=False)


_KEPT = Kept()


def found(reference: str) -> Found:
    """The letter, if it is public at this moment. Raises NotFound, and TooMany where too many were asked for that are not there."""
    try:
        return find_public(reading(), reference, now=now())
    except NotFound:
        refuse_if_spent(PUBLIC_MISSES)
        count_one(PUBLIC_MISSES)
        raise


def answer(letter: Found, make: Callable[[], Made], *key: str) -> Response:
    """What `make` makes; of a sealed letter only once for each state of its record, where a key says what is made of it."""
    full = (settings().links.base, letter.reference, letter.record_head, *key)
    known = _KEPT.get(full) if key and letter.is_sealed else None
    if known is None:
        made = make()
        known = made, hashlib.sha256(made[0]).hexdigest()[:32]
        if key and letter.is_sealed:
            _KEPT.put(full, known)
    return kept_by_caches(*known[0], known[1])


def answer_anew(made: Made) -> Response:
    """The same for what is made of several letters."""
    return kept_by_caches(*made, hashlib.sha256(made[0]).hexdigest()[:32])


def kept_by_caches(content: bytes, media_type: str, etag: str) -> Response:
    """200 with its tag, or 304 for who has it already."""
    is_known = etag in request.if_none_match
    response = make_response(b"" if is_known else content, 304 if is_known else 200)
    response.content_type = media_type
    response.set_etag(etag)
    g.is_published = True
    response.headers["Cache-Control"] = _POLICY
    return response
