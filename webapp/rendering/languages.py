"""What languages are called: by those who speak them, and by those who read another (CLDR)."""

from functools import cache

from babel import Locale, UnknownLocaleError

from webapp.domain.translation import listed_language


@cache
def own_name(tag: str) -> str:
    """“Deutsch”, as a link in a row of languages says it; a tag that nobody knows stands as it is."""
    return language_name(tag, tag)


@cache
def language_name(tag: str, within: str) -> str:
    """“German”, “allemand”: the language in the words of another, which may be itself."""
    try:
        name = Locale.parse(listed_language(tag), sep="-").get_display_name(Locale.parse(listed_language(within), sep="-"))
    except (UnknownLocaleError, ValueError):
        return tag
    # At the head of a row as in a sentence a name begins large only where its own language has it so.
    return name[:1].title() + name[1:] if name and tag == within else name or tag
