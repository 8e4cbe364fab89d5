"""Dates as documents print them."""

from datetime import date

import babel
from babel.dates import format_date


def long_date(day: date, language: str) -> str:
    """“28 April 2026”, in the language of the document; in English for a language that nobody knows."""
    return format_date(day, "long", locale=_locale(language))


def _locale(language: str) -> babel.Locale:
    try:
        return babel.Locale.parse(language, sep="-")
    except (ValueError, babel.UnknownLocaleError):
        return babel.Locale("en", "GB")
