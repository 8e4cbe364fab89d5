"""The fixed words of a letter’s documents in the letter’s own language: everything on the paper that nobody typed.

English is what stands in the source; the catalogues in `locale/` are gettext’s, and are read as they are, with no compiled form beside
them that could be older. A language without a catalogue has English words.
"""

import gettext
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from webapp.domain.authority import SOURCE_WORDS, recorded_phrase
from webapp.domain.erratum import DISOWNED_WORDS, THE_SOCIETY, WITHDRAWN_WORDS
from webapp.domain.letter import ASKS, TARGET_ROLES
from webapp.domain.wording import COLLECTIVE_NOUNS

LOCALE = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en-GB"
# By what is asked first: a region’s own catalogue holds only what it spells otherwise.
_CATALOGUES = {"en-US": "en_US", "de": "de", "fr": "fr", "es": "es"}

# How it is known that somebody may speak for a society, as the annex says it.
_CONFIRMED = (
    "By a code sent to the registered address",
    "By a code sent to an address at the society’s own domain",
    "Confirmed from the society’s official address",
    "By a minute of its board",
    "By the word of a coordinator of the letter",
    "By the proof kept with the answer",
)


class Words:
    """What can be said in one language."""

    def __init__(self, translations: gettext.NullTranslations) -> None:
        self._translations = translations

    def gettext(self, message: str, **values: object) -> str:
        """The message in this language, or as it is where no catalogue has it; its placeholders are `%(name)s`."""
        said = self._translations.gettext(message)
        return said % values if values else said

    def ngettext(self, singular: str, plural: str, count: int, **values: object) -> str:
        """The same in the form that fits `count`, which is a placeholder too."""
        return self._translations.ngettext(singular, plural, count) % {"count": count, **values}

    def known(self, words: str) -> str:
        """Words of our own that came with the document, in parts joined by “; ”; what somebody typed stands as it is."""
        return "; ".join(self._translations.gettext(part) if part else "" for part in words.split("; "))

    def count_phrase(self, count: int, collective_noun: str) -> str:
        """“34 societies”, “1 society”, “no societies”."""
        return self.ngettext(*_counted(collective_noun), count) if count else self.gettext(f"no {collective_noun}")

    def signed_sentence(self, count: int, collective_noun: str) -> str:
        """The sentence above the list of signatories; says “signed”, never “approved”, for that is all that is known."""
        if count == 0:
            return self.gettext(_nobody_signed(collective_noun))
        phrase = self.count_phrase(count, collective_noun)
        return self.ngettext("%(societies)s has signed this letter.", "%(societies)s have signed this letter.", count, societies=phrase)

    def undersigned_phrase(self, count: int, collective_noun: str) -> str:
        """“We, the undersigned 34 societies”; for one there is only its name."""
        return self.gettext(_undersigned(collective_noun), count=count)

    def on_behalf_phrase(self, count: int, collective_noun: str) -> str:
        """“on behalf of 34 societies”; for one there is only its name."""
        return self.gettext(_on_behalf(collective_noun), count=count)

    @property
    def page(self) -> list[str]:
        """What stands before, between and after the two numbers at the foot of a page."""
        return self.gettext("Page %(page)s of %(pages)s").replace("%(pages)s", "%(page)s").split("%(page)s")


@cache
def words_for(language: str) -> Words:
    """The words of the language with this tag (BCP 47): “de-AT” is served by “de”."""
    for tag in (language, language.partition("-")[0]):
        if tag in _CATALOGUES:
            return Words(_translations(read_catalogue(_CATALOGUES[tag])))
    return Words(gettext.NullTranslations())


def spoken_language(language: str) -> str:
    """In which language the fixed words stand beside a text in this one: its own where there are words, else English."""
    base = language.partition("-")[0]
    return language if base == SOURCE_LANGUAGE.partition("-")[0] or base in _CATALOGUES else SOURCE_LANGUAGE


def read_catalogue(name: str) -> Catalog:
    """One file of translations."""
    return read_po(io.BytesIO((LOCALE / f"{name}.po").read_bytes()), locale=name)


def _translations(catalogue: Catalog) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def composed_messages() -> Iterator[str | tuple[str, str]]:
    """What is said and stands in no template: made of the tables of the domain, or brought along by a document."""
    for noun in COLLECTIVE_NOUNS:
        yield _counted(noun)
        yield f"no {noun}"
        yield _nobody_signed(noun)
        yield _undersigned(noun)
        yield _on_behalf(noun)
    yield from ASKS.values()
    yield from TARGET_ROLES
    yield from (recorded_phrase(source) for source in SOURCE_WORDS)
    yield from _CONFIRMED
    # Shows through the pages.
    yield "Draft"
    yield from (WITHDRAWN_WORDS, DISOWNED_WORDS, THE_SOCIETY)


def _counted(collective_noun: str) -> tuple[str, str]:
    return f"%(count)s {COLLECTIVE_NOUNS[collective_noun]}", f"%(count)s {collective_noun}"


def _nobody_signed(collective_noun: str) -> str:
    return f"No {COLLECTIVE_NOUNS[collective_noun]} has signed this letter yet."


def _undersigned(collective_noun: str) -> str:
    return f"We, the undersigned %(count)s {collective_noun}"


def _on_behalf(collective_noun: str) -> str:
    return f"on behalf of %(count)s {collective_noun}"
