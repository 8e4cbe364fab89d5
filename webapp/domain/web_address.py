"""Addresses of pages elsewhere, as people type them: shown as links, and never fetched (R20)."""

from urllib.parse import urlsplit

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.names import bounded_line


def clean_link(typed: str, *, field: str = "link") -> str:
    """The address of a page on the web, or nothing. Raises InvalidInput for every scheme but http and https, and for a name before an @."""
    link = bounded_line(typed, limits.WEB_ADDRESS, field=field, what="The address")
    if not link:
        return ""
    try:
        parts = urlsplit(link)
        is_page = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        is_page = is_page and (parts.port is None or parts.port > 0)
    except ValueError:
        is_page = False
    if not is_page or any(character.isspace() or character in '<>"\\' for character in link):
        raise InvalidInput("Give the whole address of a page, for example https://www.example.org/statement.", field=field)
    return link
