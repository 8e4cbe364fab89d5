"""The citation styles that an installation knows: by the name that a venue’s data has, each with its file."""

from dataclasses import dataclass
from pathlib import Path

from webapp.domain.errors import InvalidInput
from webapp.domain.text import DEFAULT_STYLE

__all__ = ["DEFAULT_STYLE", "STYLES", "Style", "find_style"]

_FOLDER = Path(__file__).parents[2] / "static" / "vendor" / "csl"


@dataclass(frozen=True)
class Style:
    """`is_numbered` is false where the list is sorted by author, so that no number can be cited."""

    id: str
    name: str
    is_numbered: bool = True

    @property
    def file(self) -> Path:
        return _FOLDER / f"{self.id}.csl"


STYLES: dict[str, Style] = {
    style.id: style
    for style in (
        Style(DEFAULT_STYLE, "Vancouver (NLM, ICMJE), superscript numbers"),
        Style("nlm-citation-sequence", "Vancouver (NLM, ICMJE), numbers in brackets"),
        Style("bmj", "BMJ"),
        Style("american-medical-association", "AMA (JAMA)"),
        Style("the-lancet", "The Lancet"),
        Style("the-new-england-journal-of-medicine", "New England Journal of Medicine"),
        Style("nature", "Nature"),
        Style("apa", "APA", is_numbered=False),
    )
}


def find_style(name: str) -> Style:
    """Raises InvalidInput for a style that is not shipped."""
    if name not in STYLES:
        raise InvalidInput("Choose one of the styles in the list.", field="style")
    return STYLES[name]
