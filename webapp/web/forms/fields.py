"""Checks that every form uses, each with a sentence for the person who typed."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import DateField, DateTimeLocalField, Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import Choice
from wtforms.validators import AnyOf, InputRequired, Length, Optional, StopValidation
from wtforms.widgets import Select

from webapp.domain.deadline import Reading

# A zone is announced by its place; the abbreviations and old names of the database are not.
_PLACES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))
ZONES = [*_PLACES, "UTC"]


def filled(sentence: str) -> "Filled":
    return Filled(sentence)


class Filled:
    """Something other than space was typed."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.field_flags = {"required": True}

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            field.errors = []
            raise StopValidation(self.sentence)


def at_most(longest: int, what: str) -> Length:
    return Length(max=longest, message=f"{what} can have {longest:,} characters at most. Please shorten it; nothing was cut off.")


def line(label: str, longest: int, sentence: str | None = None, **more: Any) -> StringField:
    """A line of text; with a sentence, one that must be filled."""
    validators = [filled(sentence)] if sentence else [Optional()]
    return StringField(label, validators=[*validators, at_most(longest, label)], **more)


def paragraph(label: str, longest: int, sentence: str | None = None, **more: Any) -> TextAreaField:
    """Several lines of text."""
    validators = [filled(sentence)] if sentence else [Optional()]
    return TextAreaField(label, validators=[*validators, at_most(longest, label)], **more)


class DayField(DateField):
    """A date field whose refusal says what to type."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Give a day that is in the calendar, as year, month and day: 2026-03-14.") from error


class MomentField(DateTimeLocalField):
    """A field of day and time whose refusal says what to type.

    Where the clocks of the zone skip the time that was typed, or show it twice, the form asks which moment is meant: the two `readings`
    stand below the field, and the one that is chosen becomes its data. What was asked of another time than the typed one is forgotten.
    """

    data: Any

    def __init__(self, label: str, **more: Any) -> None:
        self.readings: tuple[Reading, ...] = ()
        self.chosen = ""
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Give both a day and a time, for example 2026-03-14T17:00.") from error

    def process(self, formdata: Any, *more: Any, **named: Any) -> None:
        super().process(formdata, *more, **named)
        if formdata and self.data is not None and formdata.get(f"{self.name}-asked") == self._value():
            self.offer(_readings(formdata.get(f"{self.name}-readings", "")), formdata.get(f"{self.name}-reading", ""))

    def offer(self, readings: tuple[Reading, ...], chosen: str = "") -> None:
        """Asks for one of these, or takes the one that was chosen; what was never offered is not chosen."""
        self.readings, self.chosen = readings, ""
        meant = next((one for one in readings if one.value == chosen), None)
        if meant is not None:
            self.data, self.chosen = meant.shown, meant.value

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Names and values by which another form keeps what was typed and chosen."""
        asked = [("asked", self._value()), ("readings", self.offered)] if self.readings else []
        chosen = [("reading", self.chosen)] if self.chosen else []
        return [(self.name, self._value()), *((f"{self.name}-{name}", value) for name, value in [*asked, *chosen])]

    @property
    def offered(self) -> str:
        return " ".join(one.value for one in self.readings)


def _readings(sent: str) -> tuple[Reading, ...]:
    """What a form of ours was given to send back. Nothing is taken from it that the rules of the zone do not allow once more."""
    try:
        moments = [datetime.fromisoformat(one) for one in sent.split(" ")[:2]]
        readings = tuple(Reading(one) for one in moments if one.tzinfo is not None)
        # At the ends of the calendar there is a time on the wall, and none in UTC.
        return readings if all(one.utc for one in readings) else ()
    except (ValueError, OverflowError):
        return ()


def choice(label: str, choices: dict[str, str], **more: Any) -> SelectField:
    """One of a list. Its sentence names the list: two refusals on one page that read the same lead nobody to the right field."""
    listed = AnyOf(list(choices), message=f"Choose one of the list under “{label}”.")
    return SelectField(label, choices=choices, validate_choice=False, validators=[listed], **more)


class LongList(Select):
    """For a long list that is always the same: its options are written once. Five hundred time zones took a quarter of the page."""

    @classmethod
    def render_option(cls, choice: Choice) -> Markup:
        return _option(choice.value, choice.label, is_selected=choice.selected)


@lru_cache(maxsize=2 * len(ZONES))
def _option(value: str, label: str, *, is_selected: bool) -> Markup:
    option: Markup = Select.render_option(Choice(value, label, selected=is_selected, render_kw=None))
    return option


def chosen(sentence: str) -> InputRequired:
    return InputRequired(sentence)
