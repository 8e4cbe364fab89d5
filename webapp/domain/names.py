"""Names are printed exactly as given (R15); what cannot be printed honestly is refused, never repaired silently."""

import unicodedata

from webapp.domain.errors import InvalidInput

# Bidirectional overrides and isolates can make a name read as another one; zero-width joiners belong to scripts that need them.
_JOINERS = {"\u200c", "\u200d"}
# Letters, marks and signs by category, and blank on paper: Hangul fillers, Khmer inherent vowels, grapheme joiner, empty Braille cell.
_BLANKS = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}
_MOST_MARKS_ON_ONE_LETTER = 4


def clean_line(typed: str, *, field: str | None = None, what: str = "This") -> str:
    """One line of text in NFC without surrounding space.

    Raises InvalidInput for control characters, invisible direction changes and piles of marks (`bar.md` T23).
    """
    text = unicodedata.normalize("NFC", typed).strip()
    if "\n" in text or "\r" in text:
        raise InvalidInput(f"{what} must be on one line.", field=field)
    refuse_deceptive(text, field=field, what=what)
    return text


def clean_text(typed: str, *, field: str | None = None, what: str = "This") -> str:
    """Several lines of text in NFC with plain line ends; the same refusals as `clean_line`."""
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()
    refuse_deceptive(text.replace("\n", " ").replace("\t", " "), field=field, what=what)
    return text


def bounded_line(typed: str, longest: int, *, field: str | None = None, what: str = "This") -> str:
    """A clean line of at most so many characters; InvalidInput says how many it has."""
    return _bounded(clean_line(typed, field=field, what=what), longest, field=field, what=what)


def bounded_text(typed: str, longest: int, *, field: str | None = None, what: str = "This") -> str:
    """A clean text of at most so many characters; InvalidInput says how many it has."""
    return _bounded(clean_text(typed, field=field, what=what), longest, field=field, what=what)


def _bounded(text: str, longest: int, *, field: str | None, what: str) -> str:
    if len(text) > longest:
        raise InvalidInput(f"{what} has {len(text)} characters; {longest} is the most.", field=field)
    return text


def refuse_deceptive(text: str, *, field: str | None, what: str) -> None:
    """Raises InvalidInput where the text holds a character that would not be seen, or that would change how others are seen."""
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        is_format = category in {"Cf", "Zl", "Zp"} and character not in _JOINERS
        if is_format or category in {"Cc", "Cs", "Co", "Cn"} or character in _BLANKS:
            sentence = f"{what} holds an invisible character (U+{ord(character):04X}). Type it again instead of pasting it."
            raise InvalidInput(sentence, field=field)
        if category in {"Mn", "Me"}:
            marks += 1
        elif character not in _JOINERS:
            # A joiner leaves the marks on the letter before it, so it does not begin a new count.
            marks = 0
        if marks > _MOST_MARKS_ON_ONE_LETTER:
            raise InvalidInput(f"{what} holds more marks on one letter than any script uses.", field=field)
    if text.strip() and all(character in _JOINERS or character.isspace() for character in text):
        raise InvalidInput(f"{what} holds nothing that can be seen.", field=field)


def default_sort_name(printed_name: str) -> str:
    """The name without a leading “The”: kept in print, ignored in sorting (R15)."""
    words = printed_name.split(maxsplit=1)
    return words[1] if len(words) > 1 and words[0].casefold() == "the" else printed_name


def comparison_key(printed_name: str) -> str:
    """For finding a name that is given twice: compatibility form, case and spaces folded. Never printed."""
    return " ".join(unicodedata.normalize("NFKC", printed_name).casefold().split())


# What word processors leave in pasted text: places where a word may break, marks of byte order, and the bullet of a symbol font.
_WORD_MARKS = {0x00AD: None, 0x200B: None, 0x2060: None, 0xFEFF: None, 0xF0B7: "-"}


def without_word_marks(typed: str) -> str:
    """Text as a word processor's author saw it. For long text only: a name with such a mark is refused, never repaired."""
    return typed.translate(_WORD_MARKS)
