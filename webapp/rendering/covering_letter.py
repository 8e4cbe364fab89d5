"""The covering letter of a submission: proposed from a template, kept as plain text, and given out as a file."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from webapp.domain.document import LetterDocument
from webapp.domain.errors import RenderingFailed
from webapp.domain.package import PackageFacts
from webapp.rendering.count_words import count_sentences
from webapp.rendering.dates import long_date
from webapp.rendering.environment import document_environment
from webapp.rendering.package_boxes import article_lines, claims_text, own_statements
from webapp.rendering.pandoc import ConversionError, convert_file
from webapp.rendering.subject import addressee_lines
from webapp.rendering.tree import Node, node
from webapp.rendering.word_writing import reference_document
from webapp.rendering.words import words_for

_ENGLISH = "en-GB"
_API = [1, 23, 1]


def propose_covering_letter(facts: PackageFacts, *, dated: date) -> str:
    """In English, whatever the language of the letter: that is what journals are written to in. A person edits it before it goes."""
    letter = _in_english(facts.letter)
    template = document_environment().get_template("documents/covering_letter.txt")
    written = template.render(
        letter=letter,
        to=_to(letter, facts),
        dated=long_date(dated, letter.language),
        venue=facts.venue.name if facts.venue.route else facts.venue.journal,
        on_behalf=_on_behalf(letter),
        articles=article_lines(letter, words_for(letter.language)),
        claims=claims_text(facts.claims),
        statements=[(_capitalised(asked), answered) for asked, answered in own_statements(facts)],
        sealed=facts.sealed,
        sealed_on=long_date(facts.sealed.day, letter.language) if facts.sealed else "",
        first_sealed_on=long_date(letter.as_changed.sealed_on, letter.language) if letter.as_changed else "",
        corresponding=_corresponding(letter),
        contact=facts.contact,
        disclosure=facts.disclosure,
        is_short_form=facts.is_short_form,
    )
    return re.sub(r"\n{3,}", "\n\n", written).strip()


def says_count(words: str, letter: LetterDocument) -> bool:
    """Whether a covering letter says how many have signed, in any of the forms in which it is said (R5)."""
    forms = [*count_sentences(_in_english(letter)), *count_sentences(letter)]
    return any(form.casefold() in words.casefold() for _name, form in forms)


def covering_letter_word(words: str, *, made_at: datetime, language: str = _ENGLISH) -> bytes:
    """The same words as a Word file; what was typed is text and nothing else. Raises RenderingFailed."""
    paragraphs = [one.split("\n") for one in re.split(r"\n{2,}", words)]
    meta = {"lang": {"t": "MetaInlines", "c": [node("Str", language)]}}
    tree = {"pandoc-api-version": _API, "meta": meta, "blocks": [node("Para", list(_lines(one))) for one in paragraphs]}
    arguments = ["--from=json", "--to=docx", "--output=-", "--reference-doc=reference.docx"]
    try:
        written, _messages = convert_file(
            json.dumps(tree).encode(), arguments, files={"reference.docx": reference_document()}, made_at=made_at
        )
    except ConversionError as error:
        raise RenderingFailed("The Word file was not made: it takes too long. Nothing was stored; you can try again.") from error
    return written


def _lines(lines: list[str]) -> Iterator[Node]:
    for number, line in enumerate(lines):
        if number:
            yield node("LineBreak")
        yield node("Str", line)


def _in_english(letter: LetterDocument) -> LetterDocument:
    return letter if letter.language.partition("-")[0] == "en" else replace(letter, language=_ENGLISH)


def _to(letter: LetterDocument, facts: PackageFacts) -> list[str]:
    """The letter’s own addressee where it goes to the journal that the letter is addressed to; else the journal alone."""
    is_addressed = facts.venue.journal.casefold() == letter.journal.casefold()
    return addressee_lines(letter) if is_addressed else ["The Editor", facts.venue.journal]


def _on_behalf(letter: LetterDocument) -> str:
    said = dict(count_sentences(letter)).get("In whose name", "")
    return f"{_capitalised(said)}, we" if said else "We"


def _corresponding(letter: LetterDocument) -> list[str]:
    named = [one for one in letter.authors if one.is_corresponding]
    return [", ".join(part for part in (one.name, one.affiliation) if part) for one in named]


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]
