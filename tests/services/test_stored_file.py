"""What is kept of stored files is what was checked, and no more than there is room for."""

import hashlib

import pytest

from webapp.domain.errors import Conflict
from webapp.services.stored_file import Kept


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _not_again() -> bytes:
    raise AssertionError("this was read and checked before")


def test_file_that_was_read_of_late_is_not_read_anew() -> None:
    kept = Kept()
    for read in (lambda: b"the letter", _not_again):
        assert kept.content(_hash(b"the letter"), read) == b"the letter"


def test_r11_file_that_is_another_is_neither_handed_out_nor_kept() -> None:
    kept = Kept()
    for _time in range(2):
        with pytest.raises(Conflict):
            kept.content(_hash(b"the letter"), lambda: b"another letter")
    assert kept.content(_hash(b"the letter"), lambda: b"the letter") == b"the letter"


def test_what_was_not_asked_for_longest_makes_room() -> None:
    kept = Kept(most_bytes=8)
    for content in (b"aaaa", b"bbbb"):
        kept.content(_hash(content), lambda content=content: content)  # type: ignore[misc]
    kept.content(_hash(b"aaaa"), _not_again)
    kept.content(_hash(b"cccc"), lambda: b"cccc")
    assert kept.content(_hash(b"aaaa"), _not_again) == b"aaaa"
    with pytest.raises(AssertionError):
        kept.content(_hash(b"bbbb"), _not_again)


def test_file_that_is_larger_than_all_the_room_is_handed_out_all_the_same() -> None:
    kept = Kept(most_bytes=3)
    assert kept.content(_hash(b"long"), lambda: b"long") == b"long"
    with pytest.raises(AssertionError):
        kept.content(_hash(b"long"), _not_again)
