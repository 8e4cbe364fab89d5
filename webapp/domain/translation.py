"""Translations of a sealed letter: into which languages, and that only the sealed text was signed."""

from webapp.domain.errors import InvalidInput, WrongState
from webapp.domain.letter import AFTER_THE_SEAL

LANGUAGES = (
    *("ar", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "he", "hi", "hr"),
    *("hu", "hy", "id", "is", "it", "ja", "ka", "ko", "lt", "lv", "mk", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk"),
    *("sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh-Hans", "zh-Hant"),
)
"""BCP 47. A region stands only where its readers would miss their own."""


def listed_language(tag: str) -> str:
    """The language as the list has it: “en-GB” is “en”. What the list does not have stands as it is."""
    base = tag.partition("-")[0]
    return tag if tag in LANGUAGES or base not in LANGUAGES else base


def refuse_language(language: str, signed: str) -> None:
    """Raises InvalidInput for a language that is not offered, and for the one in which the letter was signed."""
    if language not in LANGUAGES:
        raise InvalidInput("Choose the language of the translation from the list.", field="language")
    if language == listed_language(signed):
        raise InvalidInput("That is the language in which the letter was signed: its text stands there already.", field="language")


def refuse_untranslatable(state: str) -> None:
    """Raises WrongState until there is a text that does not change any more (R11)."""
    if state not in AFTER_THE_SEAL:
        raise WrongState("The letter is not sealed: a translation is made of the sealed text, which does not change any more.")
