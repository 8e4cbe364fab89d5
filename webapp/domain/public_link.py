"""Where something at a journal can be seen by all: the DOI or the address of a page."""

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.names import bounded_line
from webapp.domain.web_address import clean_link

_RESOLVER = "https://doi.org/"


def clean_public_link(typed: str, *, field: str = "link") -> str:
    """The address of the page; of a DOI that of its resolver. Nothing where nothing was typed, InvalidInput for what is neither."""
    link = bounded_line(typed, limits.WEB_ADDRESS, field=field, what="The address")
    bare = link[4:].strip() if link.casefold().startswith("doi:") else link
    if bare.startswith("10.") and "/" in bare:
        return clean_link(f"{_RESOLVER}{bare}", field=field)
    try:
        return clean_link(link, field=field)
    except InvalidInput as error:
        raise InvalidInput("Give a DOI such as 10.1234/abc.5, or the whole address of a page, with https://.", field=field) from error
