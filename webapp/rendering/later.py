"""The documents that stand beside the sealed letter, as PDF/A-3a with PDF/UA-1 tags, each looked through before it is kept (R11)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from webapp.domain.document import SignatoryLine
from webapp.domain.errors import RenderingFailed
from webapp.domain.later_document import AddendumDocument, EditionDocument, ErratumDocument, Part, SealedFacts
from webapp.rendering.dates import long_date
from webapp.rendering.environment import document_environment
from webapp.rendering.fonts import describe_characters, uncovered_characters
from webapp.rendering.joining import join_tagged
from webapp.rendering.later_proofreading import proofread_addendum, proofread_edition, proofread_erratum
from webapp.rendering.press import PRESS, RenderLimits
from webapp.rendering.printed_list import MOST_IN_COLUMNS, printed_names
from webapp.rendering.sheet import sheet_for
from webapp.rendering.words import Words, words_for
from webapp.rendering.writing import is_right_to_left

Seal = Callable[[bytes], bytes]
_LIMITS = RenderLimits()


def _unsealed(pdf: bytes) -> bytes:
    return pdf


def addendum_pdf(document: AddendumDocument, seal: Seal = _unsealed, *, limits: RenderLimits = _LIMITS) -> bytes:
    """The dated list of those who have joined. Raises RenderingFailed, as the others here do, and then nothing is made.

    `seal` sets the electronic seal, where there is one; what has it is read once more.
    """
    _refuse_unprintable(word for one in document.signatories for word in _words_of(one))
    pdf = seal(PRESS.pdf(addendum_html(document), limits))
    proofread_addendum(document, pdf)
    return pdf


def erratum_pdf(document: ErratumDocument, seal: Seal = _unsealed, *, limits: RenderLimits = _LIMITS) -> bytes:
    """One correction, or one withdrawal."""
    _refuse_unprintable((document.printed_name, document.before, document.after, document.reason, document.asked_by))
    pdf = seal(PRESS.pdf(erratum_html(document), limits))
    proofread_erratum(document, pdf)
    return pdf


def edition_pdf(
    document: EditionDocument, sealed: bytes, parts: Sequence[bytes], seal: Seal = _unsealed, *, limits: RenderLimits = _LIMITS
) -> bytes:
    """A sheet of its own, the pages of the sealed letter as they are, and after them what stands beside it, in one file."""
    sheet = PRESS.pdf(edition_html(document), limits)
    pdf = seal(join_tagged([sheet, sealed, *parts]))
    proofread_edition(document, pdf, sheet, sealed, parts)
    return pdf


def addendum_html(document: AddendumDocument) -> str:
    words, noun = words_for(document.letter.language), document.letter.collective_noun
    count = len(document.signatories)
    said = words.ngettext(
        "%(societies)s has signed the letter as it was sealed, beside the %(sealed)s of its list.",
        "%(societies)s have signed the letter as it was sealed, beside the %(sealed)s of its list.",
        count,
        societies=words.count_phrase(count, noun),
        sealed=words.count_phrase(document.letter.signatories, noun),
    )
    return _html(
        "addendum",
        document.letter,
        document,
        heading=words.gettext("Addendum %(number)s", number=document.number),
        signed=said,
        groups=[printed_names(document.signatories, document.letter.layout, words)],
        has_lines=count > MOST_IN_COLUMNS,
        has_logos=False,
    )


def erratum_html(document: ErratumDocument) -> str:
    words = words_for(document.letter.language)
    return _html(
        "erratum",
        document.letter,
        document,
        heading=words.gettext("Erratum %(number)s", number=document.number),
        where=_where(document, words),
        reason=words.known(document.reason),
        asked_by=words.known(document.asked_by),
    )


def _where(document: ErratumDocument, words: Words) -> str:
    if document.addendum:
        return words.gettext("Addendum %(number)s, place %(position)s of its list", number=document.addendum, position=document.position)
    return words.gettext("The sealed letter, place %(position)s of its list", position=document.position)


def edition_html(document: EditionDocument) -> str:
    words = words_for(document.letter.language)
    return _html(
        "edition",
        document.letter,
        document,
        heading=words.gettext("Edition with %(parts)s", parts=_names(document.parts, words)),
        parts=[(_name(one, words), one.dated, _says(one, document.letter, words)) for one in document.parts],
    )


def _names(parts: Sequence[Part], words: Words) -> str:
    """“addenda 1–2 and erratum 1”."""
    addenda = sum(one.is_addendum for one in parts)
    errata = len(parts) - addenda
    said = []
    if addenda:
        said.append(words.gettext("addendum 1") if addenda == 1 else words.gettext("addenda 1–%(last)s", last=addenda))
    if errata:
        said.append(words.gettext("erratum 1") if errata == 1 else words.gettext("errata 1–%(last)s", last=errata))
    return said[0] if len(said) == 1 else words.gettext("%(one)s and %(other)s", one=said[0], other=said[1])


def _name(one: Part, words: Words) -> str:
    if one.is_addendum:
        return words.gettext("Addendum %(number)s", number=one.number)
    return words.gettext("Erratum %(number)s", number=one.number)


def _says(one: Part, letter: SealedFacts, words: Words) -> str:
    if one.is_addendum:
        phrase = words.count_phrase(one.signatories, letter.collective_noun)
        return words.ngettext("%(societies)s has joined", "%(societies)s have joined", one.signatories, societies=phrase)
    if not one.after:
        return words.gettext("%(name)s has withdrawn", name=one.before)
    return words.gettext("“%(before)s” is corrected to “%(after)s”", before=one.before, after=one.after)


def _html(template: str, letter: SealedFacts, document: Any, **more: Any) -> str:
    language, words = letter.language, words_for(letter.language)
    return (
        document_environment()
        .get_template(f"documents/{template}.html")
        .render(
            _=words.gettext,
            letter=letter,
            document=document,
            sheet=sheet_for(letter.layout, "demonstration" if letter.is_demonstration else "", letter.language),
            is_right_to_left=is_right_to_left(language),
            page_words=words.page,
            sealed_count=words.count_phrase(letter.signatories, letter.collective_noun),
            notice=words.gettext("Demonstration") if letter.is_demonstration else "",
            day=lambda when: long_date(when, language),
            **more,
        )
    )


def _words_of(one: SignatoryLine) -> list[str]:
    return [word for word in (one.printed_name, one.officer, one.office, one.country) if word]


def _refuse_unprintable(words: Iterable[str]) -> None:
    if uncovered := uncovered_characters("".join(words)):
        raise RenderingFailed(f"The fonts have no sign for {describe_characters(uncovered)}. Write it in another way.")
