"""What the public page says of a letter, in the letter’s own language: the same numbers in every place (R5)."""

import textwrap
from collections.abc import Iterable
from datetime import date

from webapp.domain.correspondence import RELEASED_WORDS
from webapp.domain.course import STEPS
from webapp.domain.document_kind import FILE_KINDS
from webapp.domain.fate import FATES
from webapp.domain.public_letter import Change, Later, PublicChanged, PublicFile, PublicItem, PublicLetter
from webapp.rendering.count_words import named
from webapp.rendering.dates import long_date
from webapp.rendering.words import Words, words_for

_LATER_FILES = {
    "addendum": "Addendum %(number)s",
    "erratum": "Erratum %(number)s",
    "edition": "Edition %(number)s, with addenda and errata",
}

_TRANSLATED = {"translation": "Translation: %(language)s", "translation removed": "Translation taken away: %(language)s"}
_LONGEST_LINE = 200


def signed_words(letter: PublicLetter) -> str:
    """“34 societies have signed this letter.”"""
    return words_for(letter.language).signed_sentence(letter.signed, letter.collective_noun)


def later_words(later: Later, language: str) -> str:
    """What has become of the sealed list since, by name and day, in sentences; empty where nothing has."""
    words = words_for(language)

    def day(on: date) -> str:
        return long_date(on, language)

    withdrawn = [f"{name} ({day(on)})" for name, on in later.withdrawn]
    joined = [f"{name} ({day(on)}, {words.gettext('addendum %(number)s', number=number)})" for name, on, number in later.joined]
    corrected = [
        words.gettext("%(before)s is %(after)s", before=before, after=after) + f" ({day(on)})" for before, after, on in later.corrected
    ]
    left = words.ngettext("%(count)s has since withdrawn", "%(count)s have since withdrawn", len(withdrawn))
    came = words.ngettext("%(count)s has joined since", "%(count)s have joined since", len(joined))
    mended = words.ngettext("%(count)s name is corrected since", "%(count)s names are corrected since", len(corrected))
    parts = (_listed(withdrawn, left, words), _listed(joined, came, words), _listed(corrected, mended, words))
    return " ".join(part for part in parts if part)


def _listed(items: Iterable[str], beginning: str, words: Words) -> str:
    names = "; ".join(items)
    return words.gettext("%(beginning)s: %(names)s.", beginning=beginning, names=names) if names else ""


def file_words(file: PublicFile, language: str) -> str:
    """What a person calls the file."""
    words, kind = words_for(language), file.name.partition("-")[0]
    if file.number and kind in _LATER_FILES:
        return words.gettext(_LATER_FILES[kind], number=file.number)
    return words.gettext(file.words)


def changed_sentence(one: PublicChanged, letter: PublicLetter) -> str:
    """“As changed for the journal, on behalf of 3 societies”."""
    words = words_for(letter.language)
    several = words.on_behalf_phrase(one.signed, letter.collective_noun)
    behalf = words.gettext("on behalf of %(name)s", name=named(one.first, letter.language)) if one.signed == 1 else several
    return f"{words.gettext('As changed for %(journal)s', journal=one.journal)}, {behalf}"


def change_words(change: Change, letter: PublicLetter) -> str:
    """One line of the feed."""
    words = words_for(letter.language)
    if change.kind in _LATER_FILES:
        return words.gettext(_LATER_FILES[change.kind], number=change.detail)
    if change.kind == "withdrawn":
        return words.gettext("Withdrawn: %(society)s", society=change.detail)
    if change.kind == "sealed":
        return words.gettext("Sealed") + f": {signed_words(letter)}"
    for text in letter.changed:
        if (change.kind, change.detail) == ("text", str(text.number)):
            return changed_sentence(text, letter)
    for one in letter.correspondence:
        if (change.kind, change.detail) == ("correspondence", one.reference):
            return _item_words(one, words)
    if change.kind in _TRANSLATED:
        return words.gettext(_TRANSLATED[change.kind], language=change.detail)
    return _published(letter, words) if change.kind == "published" else change.detail


def _published(letter: PublicLetter, words: Words) -> str:
    """With its number, where the list was fixed by then; else the entry of the seal tells it (R5)."""
    was_sealed = letter.is_sealed and all(one.kind != "sealed" for one in letter.changes)
    return words.gettext("Published") + (f": {signed_words(letter)}" if was_sealed else "")


def _item_words(item: PublicItem, words: Words) -> str:
    said = words.gettext("This was entered wrongly, and has been taken back.") if item.is_struck else item.summary
    about = f"{item.about}: " if item.about else ""
    return f"{about}{words.gettext(item.words)}: {textwrap.shorten(said, _LONGEST_LINE, placeholder='…')}"


def composed_public_messages() -> Iterable[str | tuple[str, str]]:
    """What is said here and in no call that names it: brought along by the tables of the domain."""
    yield from _LATER_FILES.values()
    yield from _TRANSLATED.values()
    yield from (facts.words for facts in FILE_KINDS.values())
    yield from STEPS.values()
    yield from FATES.values()
    yield from RELEASED_WORDS.values()
