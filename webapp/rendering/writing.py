"""How a line is written: its direction and the language of its signs, found from the characters, since nobody types them in."""

import re
import unicodedata

_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def direction(text: str) -> str:
    """`rtl` or `ltr`, by the first strong character (UAX #9, rule P2): what `dir="auto"` means, which WeasyPrint ignores."""
    for character in text:
        strong = unicodedata.bidirectional(character)
        if strong in {"R", "AL"}:
            return "rtl"
        if strong == "L":
            return "ltr"
    return "ltr"


def sign_language(text: str) -> str | None:
    """`ja` or `zh-Hans` for a line with Chinese characters, so that they are drawn in the right form; else nothing."""
    if _KANA.search(text):
        return "ja"
    return "zh-Hans" if _HAN.search(text) else None
