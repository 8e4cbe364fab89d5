"""What a template needs to speak the language of a letter, whatever the reader’s is."""

from typing import Any

from webapp.rendering.dates import long_date
from webapp.rendering.words import words_for
from webapp.rendering.writing import is_right_to_left


def spoken(language: str) -> dict[str, Any]:
    words = words_for(language)
    return {
        "_": words.gettext,
        "ngettext": words.ngettext,
        "known": words.known,
        "page_lang": language,
        "is_right_to_left": is_right_to_left(language),
        "day": lambda on: long_date(on, language),
    }
