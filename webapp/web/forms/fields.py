"""Checks that every form uses, each with a sentence for the person who typed."""

from typing import Any
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import DateField, DateTimeLocalField, Field, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, StopValidation

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
    """A field of day and time whose refusal says what to type."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Give both a day and a time, for example 2026-03-14T17:00.") from error


def choice(label: str, choices: dict[str, str], **more: Any) -> SelectField:
    """One of a list. Its sentence names the list: two refusals on one page that read the same lead nobody to the right field."""
    listed = AnyOf(list(choices), message=f"Choose one of the list under “{label}”.")
    return SelectField(label, choices=choices, validate_choice=False, validators=[listed], **more)


def chosen(sentence: str) -> InputRequired:
    return InputRequired(sentence)
