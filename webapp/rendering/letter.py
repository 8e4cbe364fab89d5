"""The letter as one HTML document, ready to be set; and which of its words the fonts could not print."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from webapp.domain.document import LetterDocument, TargetLine
from webapp.rendering.checking import checking_facts
from webapp.rendering.dates import long_date
from webapp.rendering.environment import document_environment
from webapp.rendering.fonts import uncovered_characters
from webapp.rendering.printed_list import MOST_IN_COLUMNS, printed_groups
from webapp.rendering.sheet import head_logo, sheet_of
from webapp.rendering.text import statement_html
from webapp.rendering.wide_tables import with_wide_tables_marked
from webapp.rendering.words import Words, words_for
from webapp.rendering.writing import is_right_to_left, shown_address

# In columns of the running head, and of the notice above it.
_COLUMNS, _COLUMNS_OF_NOTICE = 100, 118
_LONGEST_ORDINARY_WORD = 24
# Where words of a society come from.
_FACTS, _ANSWER, _ANNEX = "The facts of", "The answer of", "The annex, in the line of"
_ADVICE = {
    "Society": "Correct it in the roster first.",
    _FACTS: "Correct the facts of the society first.",
    _ANSWER: "The society wrote it in its answer: whoever runs this site can help.",
    _ANNEX: "The society wrote it in its answer: print the letter without the annex.",
    "The name of the lead society": "Correct the head of the letter first, on the page “How it is printed”.",
}
_NO_ADVICE = "It was put in force with the text: whoever runs this site can help."
# What databases send along with a reference, and no style prints.
_NOT_PRINTED = {"abstract", "annote", "keyword", "note", "shortTitle", "source"}


def letter_html(document: LetterDocument) -> str:
    """The whole letter. Raises InvalidInput where its statement cannot be converted, or has a table that no paper holds."""
    words = words_for(document.language)
    notice = notice_of(document, words)
    statement = statement_html(document.statement, document.references, language=document.language, style=document.style)
    template = document_environment().get_template("documents/letter.html")
    return template.render(
        _=words.gettext,
        ngettext=words.ngettext,
        letter=document,
        sheet=sheet_of(document),
        head_logo=head_logo(document),
        website=shown_address(document.letterhead.website),
        is_right_to_left=is_right_to_left(document.language),
        # The one piece of markup that comes from what people typed.
        statement=Markup(with_wide_tables_marked(statement)),  # noqa: S704 - cleaned there
        targets=[_target(target, words) for target in document.targets],
        ask=_capitalised(words.known(document.ask)),
        dated=long_date(document.dated, document.language),
        notice=notice,
        notice_in_head=_shortened(notice, _COLUMNS_OF_NOTICE),
        page_words=words.page,
        has_unbroken_words=_has_unbroken_words(document.statement),
        running_title=_shortened(document.title, _COLUMNS),
        count=words.count_phrase(len(document.signatories), document.collective_noun),
        signed_sentence=words.signed_sentence(document.signed, document.collective_noun),
        groups=printed_groups(document, words),
        has_lines=len(document.signatories) > MOST_IN_COLUMNS,
        has_logos=any(one.logo for one in document.signatories),
        **checking_facts(document, words),
    )


def notice_of(document: LetterDocument, words: Words) -> str:
    """What is said on every page of a document that is not the letter itself; nothing on one that is."""
    changed = words.gettext("As changed for %(journal)s", journal=document.as_changed.journal) if document.as_changed else ""
    notices = (
        (_draft_notice(document, words), document.is_draft),
        (changed, bool(changed)),
        (words.gettext("Demonstration"), document.is_demonstration),
    )
    return " · ".join(said for said, applies in notices if applies)


def where_to_correct(where: str) -> str:
    """What a person can do about such a character once the text is fixed, as a sentence."""
    return next((advice for beginning, advice in _ADVICE.items() if where.startswith(beginning)), _NO_ADVICE)


def uncovered_in_document(document: LetterDocument) -> list[tuple[str, list[str]]]:
    """Where, and which characters, the bundled fonts cannot print; empty for a letter that can be set."""
    found = ((where, uncovered_characters(text)) for where, text in _texts(document))
    return [(where, characters) for where, characters in found if characters]


def _texts(document: LetterDocument) -> Iterator[tuple[str, str]]:
    yield "The title", document.title
    yield "The name of the lead society", f"{document.lead_society} {' '.join(document.letterhead.address)} {document.letterhead.website}"
    changed_for = document.as_changed.journal if document.as_changed else ""
    yield "The address", " ".join((*document.addressee, document.journal, document.reference, changed_for))
    yield "The request", document.ask
    yield "The word for those who sign", document.collective_noun
    for target in document.targets:
        yield "An article answered", f"{target.role} {target.citation} {target.doi or ''}"
    yield "The statement", document.statement
    for item in document.references:
        printed = {name: value for name, value in item.items() if name not in _NOT_PRINTED}
        yield f"Reference “{item.get('id', '')}”", json.dumps(printed, ensure_ascii=False)
    for author in document.authors:
        yield f"Author “{author.name}”", f"{author.name} {author.affiliation} {author.competing_interests}"
    for one in document.signatories:
        yield f"Society “{one.printed_name}”", one.printed_name
        yield f"{_FACTS} “{one.printed_name}”", f"{one.acronym} {one.society_kind} {one.country or ''}"
        yield f"{_ANSWER} “{one.printed_name}”", f"{one.officer or ''} {one.office or ''} {one.note}"
    for line in document.authority:
        yield f"{_ANNEX} “{line.society}”", f"{line.officer} {line.office} {line.decided_by} {line.confirmed}"
    yield "The society that the draft is for", document.draft_for


def _draft_notice(document: LetterDocument, words: Words) -> str:
    number = document.revision_number
    said = words.gettext("Draft, revision %(revision)s, not for distribution", revision=number) if number else ""
    said = said or words.gettext("Draft, not for distribution")
    copy = words.gettext("Copy for %(society)s", society=document.draft_for)
    return f"{said} · {copy}" if document.draft_for else said


def _has_unbroken_words(statement: str) -> bool:
    """Whether a word might be longer than a line or a cell; addresses are links, which may break in any case."""
    return any(len(word) > _LONGEST_ORDINARY_WORD and "://" not in word for word in statement.split())


def _target(target: TargetLine, words: Words) -> dict[str, Any]:
    citation = target.citation.strip()
    return {
        "role": _capitalised(words.known(target.role)),
        "citation": citation if citation.endswith((".", "?", "!")) else f"{citation}.",
        "doi": target.doi,
    }


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def _shortened(title: str, columns: int) -> str:
    """For the head of the following pages: cut between words, where there are any. A Chinese character takes two columns."""
    width = 0
    for place, character in enumerate(title):
        width += 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
        if width > columns:
            cut = title[:place]
            return f"{cut.rpartition(' ')[0] or cut}…"
    return title
