"""The list of signatories as it is printed: who stands under which heading, and what stands beside each name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from webapp.domain.document import LetterDocument, Picture, SignatoryLine, groups_of, name_as_listed
from webapp.domain.layout import Grouping, Layout
from webapp.rendering.words import Words

# Beyond these each signatory is a line: the time of a render follows the number of boxes.
MOST_IN_COLUMNS = 300
# Of one logo, in millimetres: every shape has the same area, as far as it fits, so that none is louder than the others.
_AREA, _WIDEST, _HIGHEST = 105.0, 16.0, 12.0


@dataclass(frozen=True)
class PrintedSignatory:
    """One signatory with the words that the paper has of it."""

    name: str
    officer: str
    country: str
    note: str
    line: str
    """All of it in one line, for a long list."""
    logo: str
    """Which picture and how large, as a style; empty where there is none."""


@dataclass(frozen=True)
class PrintedGroup:
    """Signatories under one heading; an empty heading is none."""

    heading: str
    signatories: list[PrintedSignatory]


def printed_groups(document: LetterDocument, words: Words) -> Iterator[PrintedGroup]:
    """The groups in their order. Whoever belongs to none of those that have a name stands last, under a heading too."""
    for place, group in enumerate(groups_of(document.signatories, document.layout)):
        heading = group.heading or (words.gettext("Others") if place > 0 else "")
        has_country_above = bool(group.heading) and document.layout.grouping is Grouping.COUNTRY
        yield PrintedGroup(
            heading,
            [_printed(one, document.layout, document.pictures, words, has_country_above=has_country_above) for one in group.signatories],
        )


def printed_names(signatories: Iterable[SignatoryLine], layout: Layout, words: Words) -> PrintedGroup:
    """Signatories in the order in which they come, without headings and without pictures."""
    return PrintedGroup("", [_printed(one, layout, {}, words, has_country_above=False) for one in signatories])


def size_in_box(width: float, height: float, *, area: float, widest: float, highest: float) -> tuple[float, float]:
    """A picture of this shape, as large as the area allows and the box holds, in the unit of the box."""
    shape = width / height if width > 0 and height > 0 else 1.0
    across = min(sqrt(area * shape), widest, highest * shape)
    return across, across / shape


def _printed(
    one: SignatoryLine, layout: Layout, pictures: Mapping[str, Picture], words: Words, *, has_country_above: bool
) -> PrintedSignatory:
    name = name_as_listed(one, layout.acronyms)
    officer = [part for part in (one.officer, one.office) if part]
    country = "" if has_country_above else one.country or ""
    note = words.known(one.note)
    picture = pictures.get(one.logo)
    return PrintedSignatory(
        name=name,
        officer=", ".join(officer),
        country=country,
        note=note,
        line=" · ".join(part for part in (name, *officer, country, note) if part),
        logo=_logo(one.logo, picture) if picture and _shows_logos(layout) else "",
    )


def _shows_logos(layout: Layout) -> bool:
    return layout.shows_logos


def _logo(sha256: str, picture: Picture) -> str:
    across, high = size_in_box(picture.width, picture.height, area=_AREA, widest=_WIDEST, highest=_HIGHEST)
    return f"background-image: url(asset:picture/{sha256}); background-size: {across:.2f}mm {high:.2f}mm"
