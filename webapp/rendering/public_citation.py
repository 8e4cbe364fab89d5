"""How the letter itself is cited: one CSL item, in the forms that reference managers take."""

from typing import Any

from webapp.domain.public_letter import PublicLetter
from webapp.rendering.references import WRITERS

FORMS = tuple(WRITERS)


def citation_item(letter: PublicLetter, address: str) -> dict[str, Any]:
    """Authors where the letter names some, else the lead society; names stand as they were given (R15)."""
    names = [author.name for author in letter.authors] or [letter.lead_society]
    day = letter.dated
    return {
        "id": f"undersigned-{letter.reference}",
        "type": "report",
        "genre": "Open letter",
        "title": letter.title,
        "author": [{"literal": name} for name in names],
        "publisher": letter.lead_society,
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "language": letter.language,
        "URL": address,
    }


def citation_file(letter: PublicLetter, address: str, form: str) -> tuple[str, str]:
    """Content and media type. KeyError for a form that there is not."""
    write, media_type = WRITERS[form]
    return write([citation_item(letter, address)]), media_type


def citation_line(letter: PublicLetter, address: str) -> str:
    """In one line, for people."""
    names = "; ".join(author.name for author in letter.authors) or letter.lead_society
    return f"{names}. {letter.title.rstrip('.')}. {letter.dated.year}. {address}"
