"""How many have signed, in the forms in which people write it: for a cover letter, a headline, a press line (R5)."""

import re

from webapp.domain.document import LetterDocument
from webapp.rendering.words import words_for

# English puts “the” before a name that ends in what the society is, and not before one like “Kidney Research”.
_TAKES_ARTICLE = re.compile(
    r"\b(society|association|college|academy|federation|institut(?:e|ion)|group|council|alliance|union|board|foundation)\b", re.IGNORECASE
)

_IN_PARTS = re.compile(r",|\s[–—-]\s")


def count_sentences(document: LetterDocument) -> list[tuple[str, str]]:
    """Each form, in the language of the letter, with what it is for. Where nobody has signed there is nothing to say but that."""
    words, count, noun = words_for(document.language), document.signed, document.collective_noun
    phrase = words.count_phrase(count, noun)
    if count == 0:
        return [("The number", phrase)]
    name = _named(document)
    if count == 1:
        undersigned, named = words.gettext("We, %(name)s", name=name), name
        on_behalf = words.gettext("on behalf of %(name)s", name=name)
    else:
        undersigned, on_behalf = words.undersigned_phrase(count, noun), words.on_behalf_phrase(count, noun)
        named = words.ngettext("%(name)s and %(count)s other", "%(name)s and %(count)s others", count - 1, name=name)
    return [("The number", phrase), ("How a letter begins", undersigned), ("One by name", named), ("In whose name", on_behalf)]


def _named(document: LetterDocument) -> str:
    """The lead society, where it has signed; else whoever stands first."""
    first = next((one for one in document.signatories if one.is_lead), document.signatories[0])
    return named(first.printed_name, document.language)


def named(name: str, language: str) -> str:
    """A society within a sentence, with the article where English has one."""
    is_english = language.partition("-")[0] == "en"
    # “Gullhaven, Society of” and “Ward 9 – Alliance for” are written for a list, and “… Society, Inc.” for a register.
    takes_article = is_english and _TAKES_ARTICLE.search(name) and not _IN_PARTS.search(name) and not name.casefold().startswith("the ")
    return f"the {name}" if takes_article else name
