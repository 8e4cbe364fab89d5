"""The letter as one HTML file that stands alone: its style and pictures inside, no script, and nothing that it would fetch."""

from base64 import b64encode
from typing import Any

from webapp.domain.colour import accent_or_default
from webapp.domain.document import LetterDocument
from webapp.rendering.dates import long_date
from webapp.rendering.environment import document_environment
from webapp.rendering.letter import notice_of
from webapp.rendering.printed_list import printed_groups
from webapp.rendering.subject import about, addressee_lines, author_line, details_of, subject_lines
from webapp.rendering.text import statement_html
from webapp.rendering.words import Words, words_for
from webapp.rendering.writing import is_right_to_left, shown_address


def letter_page(document: LetterDocument) -> str:
    """The whole file. Raises InvalidInput where the statement cannot be converted."""
    words = words_for(document.language)
    template = document_environment().get_template("documents/page.html")
    return template.render(
        _=words.gettext,
        letter=document,
        statement=statement_html(document.statement, document.references, language=document.language, style=document.style),
        is_right_to_left=is_right_to_left(document.language),
        notice=notice_of(document, words),
        website=shown_address(document.letterhead.website),
        dated=long_date(document.dated, document.language),
        addressee=addressee_lines(document),
        subject=subject_lines(document, words),
        authors=[author_line(author, words) for author in document.authors],
        signed_sentence=words.signed_sentence(document.signed, document.collective_noun),
        groups=_groups(document, words),
        about=about(document, words),
        accent=accent_or_default(document.layout.accent),
        head_logo=_picture(document, document.letterhead.logo),
    )


def _groups(document: LetterDocument, words: Words) -> list[dict[str, Any]]:
    """The groups of the paper, each signatory with its details and its logo."""
    shown = document.layout.shows_logos
    logos = iter([_picture(document, one.logo) if shown else None for one in document.signatories])
    return [
        {"heading": group.heading, "entries": [(one.name, details_of(one), next(logos)) for one in group.signatories]}
        for group in printed_groups(document, words)
    ]


def _picture(document: LetterDocument, digest: str) -> dict[str, Any] | None:
    """What an `img` needs, where the document holds the picture."""
    picture = document.pictures.get(digest) if digest else None
    if picture is None:
        return None
    address = f"data:{picture.media_type};base64,{b64encode(picture.content).decode()}"
    return {"address": address, "width": picture.width, "height": picture.height}
