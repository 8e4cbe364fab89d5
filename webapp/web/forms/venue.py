"""The forms of venues: what a journal takes, as an administrator types it, and what a text is sent to."""

from dataclasses import replace
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, SelectMultipleField, widgets
from wtforms.validators import AnyOf, Optional

from webapp.domain import limits
from webapp.domain.venue import PARTS, Limits, Part, Source, Venue, Window, WordLimit
from webapp.rendering.styles import STYLES
from webapp.web.forms.fields import DayField, choice, line, paragraph

_WINDOWS = {"": "not known", "any": "at any time", "days": "so many days", "months": "so many months"}
_YES_NO = {"": "not known", "yes": "yes", "no": "no"}


class NumberField(IntegerField):
    """A whole number or nothing; its refusal says what to type."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, validators=[Optional()], render_kw={"inputmode": "numeric"}, **more)
        self.widget = widgets.TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([value.strip() for value in valuelist])
        except ValueError as error:
            raise ValueError(f"“{self.label.text}” takes a whole number, or nothing.") from error


class PartsField(SelectMultipleField):
    """Some of the parts of a text, as boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, choices=PARTS, validators=[Optional()], **more)


class VenueForm(FlaskForm):
    """What is known of a venue; an empty field says that it is not known."""

    edition = HiddenField(default="0")
    words = NumberField("Words at most")
    is_advice = BooleanField("The journal asks for it as a guideline and refuses nobody for it")
    counts = PartsField("The journal says that it counts")
    leaves_out = PartsField("The journal says that it does not count")
    references = NumberField("References at most")
    authors = NumberField("Authors at most")
    figures = NumberField("Figures at most")
    tables = NumberField("Tables at most")
    displays = NumberField("Figures and tables together at most")
    displays_words = NumberField("Words at most, with a figure or table")
    displays_references = NumberField("References at most, with a figure or table")
    window = choice("It takes a letter", _WINDOWS)
    window_length = NumberField("Days or months")
    window_starts = line("Counted from", limits.VENUE_LINE)
    formats = paragraph("Formats, one in a line", limits.NOTE)
    statements = paragraph("Statements that it asks for, one in a line", limits.NOTE)
    refuses_accusations = choice("It refuses accusations", _YES_NO)
    style = choice("Citation style", {"": "not known", **{style.id: style.name for style in STYLES.values()}})
    source = line("Where this was read", limits.PAGE_ADDRESS)
    note = paragraph("Note", limits.NOTE)

    def venue(self, slug: str, journal: str, route: str, *, year: int) -> Venue:
        """The venue as it was typed; `year` is the one in which it was read."""
        source = (self.source.data or "").strip()
        return Venue(
            slug=slug,
            journal=journal,
            route=route,
            limits=self._limits(),
            with_displays=self._with_displays(),
            window=self._window(),
            formats=_lines(self.formats.data),
            statements=_lines(self.statements.data),
            refuses_accusations={"yes": True, "no": False}.get(self.refuses_accusations.data),
            style=self.style.data or None,
            page=source or None,
            sources=(Source(source, year),) if source else (),
            note=self.note.data or "",
        )

    def _limits(self) -> Limits:
        return Limits(
            words=self._words(self.words.data),
            references=self.references.data,
            authors=self.authors.data,
            figures=self.figures.data,
            tables=self.tables.data,
            displays=self.displays.data,
        )

    def _words(self, most: int | None) -> WordLimit | None:
        if most is None:
            return None
        counts, leaves_out = (frozenset(Part(part) for part in field.data) for field in (self.counts, self.leaves_out))
        return WordLimit(most, counts, leaves_out, is_advice=self.is_advice.data)

    def _with_displays(self) -> Limits | None:
        given = Limits(words=self._words(self.displays_words.data), references=self.displays_references.data)
        if given.words:
            # What stands beside the text is what the fewer words make room for.
            taken = given.words.leaves_out | ({Part.TABLES, Part.LEGENDS} - given.words.counts)
            given = replace(given, words=replace(given.words, leaves_out=taken))
        return given if given.are_known else None

    def _window(self) -> Window | None:
        kind, length, starts = self.window.data, self.window_length.data, self.window_starts.data or ""
        if not kind:
            return None
        # A length that was left empty is refused as 0 by the service, which names the field.
        return Window(starts) if kind == "any" else Window(starts, **{kind: length or 0})


class NewVenueForm(VenueForm):
    journal = line("Journal", limits.JOURNAL, "Name the journal.")
    route = line("Route", limits.VENUE_LINE, "Name the route, for example “letter to the editor”.")


def venue_as_plain(venue: Venue, edition: int) -> dict[str, Any]:
    """The venue as the form shows it."""
    words, displays, window = venue.limits.words, venue.with_displays, venue.window
    length = (window.days if window.days is not None else window.months) if window else None
    return {
        "edition": str(edition),
        "words": words.most if words else None,
        "is_advice": bool(words and words.is_advice),
        "counts": sorted(words.counts) if words else [],
        "leaves_out": sorted(words.leaves_out) if words else [],
        **{name: getattr(venue.limits, name) for name in ("references", "authors", "figures", "tables", "displays")},
        "displays_words": displays.words.most if displays and displays.words else None,
        "displays_references": displays.references if displays else None,
        "window": "" if not window else "any" if not window.has_end else "days" if window.days is not None else "months",
        "window_length": length,
        "window_starts": window.starts if window else "",
        "formats": "\n".join(venue.formats or ()),
        "statements": "\n".join(venue.statements or ()),
        "refuses_accusations": {True: "yes", False: "no", None: ""}[venue.refuses_accusations],
        "style": venue.style if venue.style in STYLES else "",
        "source": venue.sources[0].address if venue.sources else venue.page or "",
        "note": venue.note,
    }


def _lines(typed: str | None) -> tuple[str, ...] | None:
    return tuple(one.strip() for one in (typed or "").splitlines() if one.strip()) or None


class ConfirmForm(FlaskForm):
    edition = HiddenField(default="0")


class ChooseForm(FlaskForm):
    venue = choice("Venue", {})

    def offer(self, venues: dict[str, str]) -> "ChooseForm":
        """Lists these venues, slug to name."""
        self.venue.choices = venues
        self.venue.validators = [AnyOf(list(venues), message="Choose one of the list under “Venue”.")]
        return self


class WindowForm(FlaskForm):
    window_starts_on = DayField("The window starts on", validators=[Optional()])


def set_apart(form: FlaskForm, mark: str) -> FlaskForm:
    """The same form with ids of its own, for a page that holds several of them."""
    for field in form:
        field.id = field.label.field_id = f"{field.id}-{mark}"
    return form
