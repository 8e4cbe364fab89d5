"""Venues as data: what a journal's route takes, and how a text stands against it. None is “not known: check with the journal”."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

NOT_KNOWN = "not known: check with the journal"


class Part(StrEnum):
    """What a journal may count as words, or leave out."""

    BODY = "body"
    HEADINGS = "headings"
    QUOTES = "quotes"
    TABLES = "tables"
    LEGENDS = "legends"
    FOOTNOTES = "footnotes"
    REFERENCES = "references"
    TITLE = "title"
    AUTHORS = "authors"


PARTS: dict[str, str] = {
    Part.BODY: "body",
    Part.HEADINGS: "headings",
    Part.QUOTES: "quotes",
    Part.TABLES: "tables",
    Part.LEGENDS: "figure legends",
    Part.FOOTNOTES: "footnotes",
    Part.REFERENCES: "references",
    Part.TITLE: "title",
    Part.AUTHORS: "author details",
}

# Where a journal says nothing of a part, it counts if it stands in the text, and does not if it stands around it.
_OF_THE_TEXT = frozenset({Part.BODY, Part.HEADINGS, Part.QUOTES, Part.TABLES, Part.LEGENDS, Part.FOOTNOTES})


class Measure(StrEnum):
    """What is counted against a limit."""

    WORDS = "words"
    REFERENCES = "references"
    AUTHORS = "authors"
    FIGURES = "figures"
    TABLES = "tables"
    DISPLAYS = "displays"


MEASURES: dict[str, str] = {
    Measure.WORDS: "words",
    Measure.REFERENCES: "references",
    Measure.AUTHORS: "authors",
    Measure.FIGURES: "figures",
    Measure.TABLES: "tables",
    Measure.DISPLAYS: "figures and tables together",
}


_SINGULAR = {"words": "word", "references": "reference", "authors": "author", "figures": "figure", "tables": "table"}


class Standing(StrEnum):
    """How a count stands against its limit."""

    WITHIN = "within"
    OVER_ADVICE = "over advice"
    OVER = "over"
    NOT_KNOWN = "not known"


@dataclass(frozen=True)
class WordLimit:
    """The most words, and what the journal says that it counts and leaves out; it may have said nothing of a part.

    `is_advice`: the journal says “ideally” or “as a guideline”, and refuses nobody for it.
    """

    most: int
    counts: frozenset[Part] = frozenset()
    leaves_out: frozenset[Part] = frozenset()
    is_advice: bool = False

    def takes_in(self, part: Part) -> bool:
        """Whether the words of this part are counted against the limit."""
        return part in self.counts or (part not in self.leaves_out and part in _OF_THE_TEXT)

    @property
    def counted(self) -> tuple[Part, ...]:
        return tuple(part for part in Part if self.takes_in(part))

    @property
    def left_out(self) -> tuple[Part, ...]:
        return tuple(part for part in Part if not self.takes_in(part))

    @property
    def not_said(self) -> tuple[Part, ...]:
        """The parts of which the journal says neither."""
        return tuple(part for part in Part if part not in self.counts | self.leaves_out)


@dataclass(frozen=True)
class Limits:
    """The most of each, or None where it is not known. `displays` is for journals that count figures and tables together."""

    words: WordLimit | None = None
    references: int | None = None
    authors: int | None = None
    figures: int | None = None
    tables: int | None = None
    displays: int | None = None

    @property
    def are_known(self) -> bool:
        """Whether any of them is."""
        return any(getattr(self, one.name) is not None for one in fields(self))

    def overridden_by(self, other: "Limits") -> "Limits":
        """These, with what the other knows in its place."""
        known = {one.name: getattr(other, one.name) for one in fields(other)}
        return replace(self, **{name: value for name, value in known.items() if value is not None})


@dataclass(frozen=True)
class Window:
    """How long after an event the journal takes a letter; with neither days nor months, at any time."""

    starts: str
    days: int | None = None
    months: int | None = None

    @property
    def has_end(self) -> bool:
        return self.days is not None or self.months is not None


@dataclass(frozen=True)
class Source:
    """The journal's or publisher's own page, and the year in which somebody read it there."""

    address: str
    year: int


@dataclass(frozen=True)
class Venue:
    """A journal and a route into it. What is None is not known, and is never filled with a guess.

    `with_displays` holds the limits of a text with a figure or table, where the journal has other ones for it. `style` is the
    citation style in which it prints references.
    """

    slug: str
    journal: str
    route: str
    limits: Limits = Limits()
    with_displays: Limits | None = None
    window: Window | None = None
    formats: tuple[str, ...] | None = None
    statements: tuple[str, ...] | None = None
    refuses_accusations: bool | None = None
    style: str | None = None
    page: str | None = None
    sources: tuple[Source, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """“The BMJ, rapid response”."""
        return f"{self.journal}, {self.route}"

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it beyond its name."""
        given = (self.with_displays, self.window, self.formats, self.statements, self.refuses_accusations)
        return self.limits.are_known or any(one is not None for one in given)


@dataclass(frozen=True)
class Counts:
    """A text as a journal counts it: the words of each part, and how many of the rest."""

    words: Mapping[Part, int]
    references: int = 0
    authors: int = 0
    figures: int = 0
    tables: int = 0

    @property
    def displays(self) -> int:
        return self.figures + self.tables

    def words_against(self, limit: WordLimit | None) -> int:
        """The words that this limit counts; where none is known, those of the text itself."""
        takes_in = limit.takes_in if limit else _OF_THE_TEXT.__contains__
        return sum(number for part, number in self.words.items() if takes_in(part))


@dataclass(frozen=True)
class Reading:
    """One line of the meter: how much of the limit is used."""

    measure: Measure
    used: int
    most: int | None
    is_advice: bool = False

    @property
    def over_by(self) -> int:
        return 0 if self.most is None else max(0, self.used - self.most)

    @property
    def standing(self) -> Standing:
        if self.most is None:
            return Standing.NOT_KNOWN
        if not self.over_by:
            return Standing.WITHIN
        return Standing.OVER_ADVICE if self.is_advice else Standing.OVER

    @property
    def sentence(self) -> str:
        """“412 of 400 words: 12 too many.”"""
        what = MEASURES[self.measure]
        if self.most is None:
            return f"{self.used:,} {_SINGULAR.get(what, what) if self.used == 1 else what}; the limit is {NOT_KNOWN}."
        if self.standing is Standing.OVER_ADVICE:
            return f"{self.used:,} {what}: {self.over_by:,} more than the {self.most:,} that the journal asks for as a guideline."
        so_far = f"{self.used:,} of {self.most:,} {what}"
        return f"{so_far}: {self.over_by:,} too many." if self.over_by else f"{so_far}; {self.most - self.used:,} left."


def limits_for(venue: Venue, counts: Counts) -> Limits:
    """The limits that hold for this text: some journals allow fewer words beside a figure or table."""
    return venue.limits.overridden_by(venue.with_displays) if venue.with_displays and counts.displays else venue.limits


def meter(venue: Venue, counts: Counts) -> tuple[Reading, ...]:
    """How the text stands against each limit, known or not, in the order of Measure.

    Figures and tables are one line where the journal counts them together, else two.
    """
    limits = limits_for(venue, counts)
    words = Reading(
        Measure.WORDS,
        counts.words_against(limits.words),
        limits.words.most if limits.words else None,
        is_advice=limits.words is not None and limits.words.is_advice,
    )
    rest = (Measure.REFERENCES, Measure.AUTHORS, *_displays(limits))
    return (words, *(Reading(one, getattr(counts, one), getattr(limits, one)) for one in rest))


def _displays(limits: Limits) -> tuple[Measure, ...]:
    if limits.displays is None:
        return (Measure.FIGURES, Measure.TABLES)
    apart = [one for one in (Measure.FIGURES, Measure.TABLES) if getattr(limits, one) is not None]
    return (*apart, Measure.DISPLAYS)


def limits_crossed(venue: Venue, counts: Counts) -> tuple[Reading, ...]:
    """The known limits that this text crosses: while any is, the text cannot be frozen for the venue. Advice is no limit."""
    return tuple(reading for reading in meter(venue, counts) if reading.standing is Standing.OVER)


def crossed_sentence(venue: Venue, crossed: tuple[Reading, ...]) -> str:
    """What is said to whoever wants to freeze a text for a venue whose limits it crosses."""
    return f"{venue.name}: {' '.join(reading.sentence for reading in crossed)} Shorten the text, or take the venue off it."
