"""How a line is written: its direction and the language of its signs, found from the characters, since nobody types them in."""

import re
import unicodedata

_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
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
    """`ja`, `ko` or `zh-Hans` for a line with Chinese characters, so that they are drawn in the right form; else nothing."""
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    return "zh-Hans" if _HAN.search(text) else None


# Written from right to left (Unicode, CLDR: characterOrder): those whose letters the bundled fonts have.
_RIGHT_TO_LEFT = {"ar", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"}


def is_right_to_left(language: str) -> bool:
    """Whether the whole of a document in this language (BCP 47) runs from the right."""
    return language.partition("-")[0].lower() in _RIGHT_TO_LEFT


def shown_address(address: str) -> str:
    """“example.org”, as people write the address of a site."""
    return address.removeprefix("https://").removeprefix("http://").removesuffix("/")
