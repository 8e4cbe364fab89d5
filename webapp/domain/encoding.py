"""Which encoding a list was saved in, as far as its bytes tell. A person sees the guess and may change it."""

import unicodedata

from webapp.domain.errors import InvalidInput

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows, Western Europe",
    "latin-1": "ISO Latin 1",
    "mac_roman": "old Macintosh, Western Europe",
}
_EIGHT_BITS = ("cp1252", "mac_roman", "latin-1")
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# The letters that names in Western Europe’s languages are made of: a wrong reading turns them into others.
_COMMON = frozenset("éèêëàâäáåãçñöôóòøõüúùûíìîïßÄÖÜÉÅØÆæœÀÈÇÓÁ")
_QUOTES = frozenset("’‘")
_PUNCTUATION = frozenset("–—“”„«»\u00a0…")


def guess_encoding(data: bytes) -> str:
    """One of ENCODINGS: by its mark, else UTF-8 where it can be, else the reading in which most words look like words."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding
    if _half_is_empty(data):
        return "utf-16"
    if _reads(data, "utf-8") is not None:
        return "utf-8"
    readings = {encoding: text for encoding in _EIGHT_BITS if (text := _reads(data, encoding)) is not None}
    return max(readings, key=lambda encoding: _likelihood(readings[encoding]))


def decode(data: bytes, encoding: str) -> str:
    """The text. Raises UnicodeDecodeError where it is in another encoding, InvalidInput for one that is not offered."""
    if encoding not in ENCODINGS:
        raise InvalidInput("Choose one of the encodings of the list.", field="encoding")
    if encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le")
    return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)


def _half_is_empty(data: bytes) -> bool:
    """Western letters in UTF-16 have a zero in every second byte."""
    head = data[:2_000]
    zeros = max(head[0::2].count(0), head[1::2].count(0))
    return len(head) >= 4 and head.count(0) < len(head) * 0.6 and zeros > len(head) * 0.35


def _reads(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _likelihood(text: str) -> float:
    return sum(_weight(text[place - 1 : place], character, text[place + 1 : place + 2]) for place, character in _foreign(text))


def _foreign(text: str) -> list[tuple[int, str]]:
    return [(place, character) for place, character in enumerate(text) if not character.isascii()]


def _weight(before: str, character: str, after: str) -> float:
    """How much a character at this place speaks for the reading: letters do, a capital or a sign in the midst of a word does not."""
    is_within = before.isalpha() and after.isalpha()
    if character.isalpha():
        is_strange = (character.isupper() and before.islower()) or (character.islower() and before.isupper() and after.isupper())
        return (2 if character in _COMMON else 0.5) - (3 if is_strange else 0)
    if character in _QUOTES:
        # Slightly less than a letter: “d’Études” in one encoding is “díÉtudes” in another.
        return 1.9 if is_within else 0.5
    if character in _PUNCTUATION:
        return -2 if is_within else 1
    return -5 if unicodedata.category(character) == "Cc" else -2
