"""Whether a list that was read back from a PDF names each signatory once, and in order."""

import re
from collections import Counter
from collections.abc import Callable

from webapp.rendering.reading_back import squeezed
from webapp.rendering.writing import is_right_to_left

RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_Begins = Callable[[str, str], bool]


def has_roll(names: list[str], lists: list[list[str]], language: str) -> bool:
    """Each signatory is one item of the list, once and in order. The list is cut at headings and pages, and an item at a page too."""
    begins = holds_words_of if is_right_to_left(language) else _begins_with
    for place in range(len(lists)):
        if used := _lists_of_roll(names, lists[place:], begins):
            listed = {text for items in lists[place : place + used] for text in items}
            return not any(text in listed for items in lists[place + used :] for text in items)
    return False


def _lists_of_roll(names: list[str], lists: list[list[str]], begins: _Begins) -> int:
    """Over how many of these lists the roll goes, if it begins with the first and is whole; else none."""
    met = 0
    for used, items in enumerate(lists, start=1):
        for place, text in enumerate(items):
            if met < len(names) and begins(text, names[met]):
                met += 1
            elif place > 0 or met == 0 or any(begins(text, name) for name in names):
                return 0
        if met == len(names):
            return used
    return 0


def _begins_with(text: str, name: str) -> bool:
    return holds_words_of(text, name) if RIGHT_TO_LEFT.search(name) else text.startswith(squeezed(name))


def holds_words_of(text: str, name: str) -> bool:
    """In right-to-left writing words stand in another order than they are read, and backwards."""
    return all(word in text or word[::-1] in text or not Counter(word) - Counter(text) for word in map(squeezed, re.findall(r"\w+", name)))
