"""By which route a letter goes to a journal."""

from enum import StrEnum


class Route(StrEnum):
    RAPID_RESPONSE = "rapid_response"
    LETTER = "letter"
    EDITOR = "editor"
    """A concern to the editor: it has no window, and no day by which it must be there."""
    ARTICLE = "article"
    OTHER = "other"


ROUTES: dict[str, str] = {
    Route.RAPID_RESPONSE: "Rapid response or online comment",
    Route.LETTER: "Letter to the editor, through the submission system",
    Route.EDITOR: "Concern to the editor, by mail",
    Route.ARTICLE: "Article or position statement",
    Route.OTHER: "Another route",
}


def route_of(words: str) -> Route:
    """The route that a venue’s own words for it mean: “eLetter” is an online comment. Where they do not say, another one."""
    folded = words.casefold()
    for route, signs in _SIGNS:
        if any(sign in folded for sign in signs):
            return route
    return Route.OTHER


_SIGNS: tuple[tuple[Route, tuple[str, ...]], ...] = (
    (Route.RAPID_RESPONSE, ("rapid response", "comment", "eletter", "e-letter", "online")),
    (Route.EDITOR, ("concern",)),
    (Route.LETTER, ("letter", "correspondence")),
    (Route.ARTICLE, ("article", "statement", "matters arising")),
)
