"""Names are printed exactly as given (R15); what cannot be printed honestly is refused, never repaired silently."""

import re
import unicodedata

from webapp.domain.errors import InvalidInput

# Bidirectional overrides and isolates can make a name read as another one; zero-width joiners belong to scripts that need them.
_JOINERS = {"\u200c", "\u200d"}
# Letters, marks and signs by category, and blank on paper: Hangul fillers, Khmer inherent vowels, grapheme joiner, empty Braille cell.
_BLANKS = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}
# Pointed Hebrew, Burmese and Tibetan put up to four of their own marks on a letter. The marks that any script may borrow are the
# stuff of towers: with what NFC has composed already, no orthography needs more than two of them (Lithuanian “i̇̀”, Yoruba “ẹ́”).
_MOST_MARKS_ON_ONE_LETTER = 4
_MOST_BORROWED_MARKS = 2
# Scripts in which a joiner decides how a letter is drawn. Elsewhere it is an unseen difference between two names.
_JOINING = re.compile(
    "ARABIC|SYRIAC|NKO|MONGOLIAN|DEVANAGARI|BENGALI|GURMUKHI|GUJARATI|ORIYA|TAMIL|TELUGU|KANNADA|MALAYALAM|SINHALA|KHMER|MYANMAR"
    "|TIBETAN|MANDAIC|ADLAM|PHAGS-PA"
)
# What may be followed by a selector of its form: ideographs, signs, and the scripts that have such forms.
_VARYING = frozenset({"CJK", "MONGOLIAN", "PHAGS-PA", "MYANMAR"})

_ALIKE = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC"})
# Folded for case, so that letters are here whose capitals alone are twins (Unicode TS 39 lists them all).
_LATIN_TWINS = str.maketrans("абвеѕіјкмнорстухһԁԛԝгпӏαβεζηικμνορτυχωϲϳ", "abbesijkmhopctyxhdqwrnlabezhikmnoptyxwcj")


def clean_line(typed: str, *, field: str | None = None, what: str = "This") -> str:
    """One line of text in NFC without surrounding space.

    Raises InvalidInput for control characters, invisible direction changes and piles of marks (`bar.md` T23).
    """
    text = unicodedata.normalize("NFC", typed).strip()
    if "\n" in text or "\r" in text:
        raise InvalidInput(f"{what} must be on one line.", field=field)
    refuse_deceptive(text, field=field, what=what)
    _refuse_strays(text, field=field, what=what)
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
    marks = borrowed = 0
    for character in text:
        category = unicodedata.category(character)
        is_format = category in {"Cf", "Zl", "Zp"} and character not in _JOINERS
        if is_format or category in {"Cc", "Cs", "Co", "Cn"} or character in _BLANKS:
            raise _invisible(character, field=field, what=what)
        if category in {"Mn", "Me"}:
            marks += 1
            borrowed += _script(character) == "COMBINING"
        elif character not in _JOINERS:
            # A joiner leaves the marks on the letter before it, so it does not begin a new count.
            marks = borrowed = 0
        if marks > _MOST_MARKS_ON_ONE_LETTER or borrowed > _MOST_BORROWED_MARKS:
            raise InvalidInput(f"{what} holds more marks on one letter than any script uses.", field=field)
    if text.strip() and all(character in _JOINERS or character.isspace() for character in text):
        raise InvalidInput(f"{what} holds nothing that can be seen.", field=field)


def visible(text: str, instead: str = "\N{REPLACEMENT CHARACTER}") -> str:
    """What was typed, as a page can show it: control characters, which no page may hold, are replaced."""
    return "".join(instead if unicodedata.category(character) in {"Cc", "Cs"} else character for character in text)


def _invisible(character: str, *, field: str | None, what: str) -> InvalidInput:
    return InvalidInput(f"{what} holds an invisible character (U+{ord(character):04X}). Type it again instead of pasting it.", field=field)


def _refuse_strays(text: str, *, field: str | None, what: str) -> None:
    """Raises InvalidInput for a joiner or a selector of forms after a letter that it does nothing to, and for a mark on no letter."""
    base = " "
    if text and unicodedata.category(text[0]) in {"Mn", "Me"}:
        raise InvalidInput(f"{what} begins with a mark that belongs to a letter. Type the letter first.", field=field)
    for character in text:
        if character in _JOINERS and not _takes_joiner(base):
            raise _invisible(character, field=field, what=what)
        if _is_selector(character) and not _takes_selector(base):
            raise _invisible(character, field=field, what=what)
        if unicodedata.category(character) not in {"Mn", "Me"} and character not in _JOINERS:
            base = character


def _takes_joiner(base: str) -> bool:
    return unicodedata.category(base) in {"So", "Sk"} or _JOINING.fullmatch(_script(base)) is not None


def _takes_selector(base: str) -> bool:
    return not (base.isalpha() or base.isspace()) or _script(base) in _VARYING


def _is_selector(character: str) -> bool:
    return "VARIATION SELECTOR" in unicodedata.name(character, "")


def _script(character: str) -> str:
    """The script of a letter, in capitals: the first word of its name, which for all but a few old ones is its script."""
    return unicodedata.name(character, "").partition(" ")[0]


def mixed_words(text: str) -> list[str]:
    """The words in which letters of scripts that look alike stand side by side, as in “Раin” with a Cyrillic beginning."""
    words = re.findall(r"[^\W\d_]+", text)
    return [word for word in words if len({_script(one) for one in word} & _ALIKE) > 1]


def lookalike_key(printed_name: str) -> str:
    """For finding a name that would be taken for another: the comparison key in the Latin letters that it looks like. Never printed."""
    return comparison_key(printed_name).translate(_LATIN_TWINS)


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
