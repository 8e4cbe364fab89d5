"""The letter as plain text, for a journal’s web form: no markup, never wrapped, nothing that nobody can see."""

from collections.abc import Iterator

from webapp.domain.document import LetterDocument
from webapp.rendering.dates import long_date
from webapp.rendering.letter import notice_of
from webapp.rendering.plain_lines import plain_text
from webapp.rendering.printed_list import printed_groups
from webapp.rendering.styles import find_style
from webapp.rendering.subject import about, addressee_lines, author_line, head_lines, subject_lines
from webapp.rendering.text import statement_html
from webapp.rendering.words import Words, words_for


def letter_text(document: LetterDocument) -> str:
    """Blocks parted by one blank line, lines that end with “\\n”. Raises InvalidInput where the statement cannot be converted."""
    return "\n\n".join(block for block in _blocks(document, words_for(document.language)) if block) + "\n"


def _blocks(document: LetterDocument, words: Words) -> Iterator[str]:
    yield notice_of(document, words)
    yield "\n".join([document.lead_society, *head_lines(document)])
    reference = words.gettext("Reference %(reference)s", reference=document.reference)
    yield f"{long_date(document.dated, document.language)}\n{reference}"
    yield "\n".join(addressee_lines(document))
    yield document.title
    subject = subject_lines(document, words)
    yield "\n".join(f"{one.label}: {one.words}{f' https://doi.org/{one.doi}' if one.doi else ''}" for one in subject)
    html = statement_html(document.statement, document.references, language=document.language, style=document.style)
    yield plain_text(html, is_numbered=find_style(document.style).is_numbered)
    if document.authors:
        yield words.gettext("Authors")
        yield "\n".join(author_line(author, words) for author in document.authors)
    yield words.gettext("Signatories")
    yield words.signed_sentence(document.signed, document.collective_noun)
    for group in printed_groups(document, words):
        yield group.heading
        yield "\n".join(one.line for one in group.signatories)
    yield from _about(document, words)


def _about(document: LetterDocument, words: Words) -> Iterator[str]:
    said = about(document, words)
    yield said.heading
    yield "\n".join([*(f"{label}: {value}" for label, value in said.facts), *([said.address] if said.address else [])])
    yield "\n".join(said.sentences)
