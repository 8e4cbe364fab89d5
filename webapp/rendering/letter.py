"""The letter as one HTML document, ready to be set; and which of its words the fonts could not print."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from webapp.domain.document import LetterDocument, TargetLine
from webapp.domain.wording import count_phrase, signed_sentence
from webapp.rendering.dates import long_date
from webapp.rendering.environment import document_environment
from webapp.rendering.fonts import uncovered_characters
from webapp.rendering.text import statement_html

DRAFT_NOTICE = "Draft, not for distribution"
DEMONSTRATION_NOTICE = "Demonstration"
# In columns of the running head; a notice beside it takes the rest.
_COLUMNS, _COLUMNS_BESIDE_NOTICE = 100, 60
_LONGEST_ORDINARY_WORD = 24
# What databases send along with a reference, and no style prints.
_NOT_PRINTED = {"abstract", "annote", "keyword", "note", "shortTitle", "source"}


def letter_html(document: LetterDocument) -> str:
    """The whole letter. Raises InvalidInput where its statement cannot be converted."""
    count, notice = len(document.signatories), _notice(document)
    return (
        document_environment()
        .get_template("documents/letter.html")
        .render(
            letter=document,
            # The one piece of markup that comes from what people typed.
            statement=Markup(statement_html(document.statement, document.references, language=document.language, style=document.style)),  # noqa: S704 - cleaned there
            targets=[_target(target) for target in document.targets],
            dated=long_date(document.dated, document.language),
            notice=notice,
            has_unbroken_words=_has_unbroken_words(document.statement),
            watermark=_watermark(document),
            running_title=_shortened(document.title, _COLUMNS_BESIDE_NOTICE if notice else _COLUMNS),
            count=count_phrase(count, document.collective_noun),
            signed_sentence=signed_sentence(count, document.collective_noun),
        )
    )


def uncovered_in_document(document: LetterDocument) -> list[tuple[str, list[str]]]:
    """Where, and which characters, the bundled fonts cannot print; empty for a letter that can be set."""
    found = ((where, uncovered_characters(text)) for where, text in _texts(document))
    return [(where, characters) for where, characters in found if characters]


def _texts(document: LetterDocument) -> Iterator[tuple[str, str]]:
    yield "The title", document.title
    yield "The name of the lead society", document.lead_society
    yield "The address", " ".join((*document.addressee, document.journal, document.reference))
    yield "The request", document.ask
    for target in document.targets:
        yield "An article answered", f"{target.role} {target.citation} {target.doi or ''}"
    yield "The statement", document.statement
    for item in document.references:
        printed = {name: value for name, value in item.items() if name not in _NOT_PRINTED}
        yield f"Reference “{item.get('id', '')}”", json.dumps(printed, ensure_ascii=False)
    for author in document.authors:
        yield f"Author “{author.name}”", f"{author.name} {author.affiliation} {author.competing_interests}"
    for one in document.signatories:
        words = (one.printed_name, one.officer, one.office, one.country)
        yield f"Society “{one.printed_name}”", " ".join(word for word in words if word)


def _notice(document: LetterDocument) -> str:
    notices = ((DRAFT_NOTICE, document.is_draft), (DEMONSTRATION_NOTICE, document.is_demonstration))
    return " · ".join(words for words, applies in notices if applies)


def _watermark(document: LetterDocument) -> str:
    return "draft" if document.is_draft else "demonstration" if document.is_demonstration else "final"


def _has_unbroken_words(statement: str) -> bool:
    """Whether a word might be longer than a line or a cell; addresses are links, which may break in any case."""
    return any(len(word) > _LONGEST_ORDINARY_WORD and "://" not in word for word in statement.split())


def _target(target: TargetLine) -> dict[str, Any]:
    citation = target.citation.strip()
    return {
        "role": target.role[:1].upper() + target.role[1:],
        "citation": citation if citation.endswith((".", "?", "!")) else f"{citation}.",
        "doi": target.doi,
    }


def _shortened(title: str, columns: int) -> str:
    """For the head of the following pages: cut between words, where there are any. A Chinese character takes two columns."""
    width = 0
    for place, character in enumerate(title):
        width += 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
        if width > columns:
            cut = title[:place]
            return f"{cut.rpartition(' ')[0] or cut}…"
    return title
