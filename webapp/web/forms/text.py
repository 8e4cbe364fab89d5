"""The forms of the editor."""

from flask_wtf import FlaskForm
from wtforms import HiddenField

from webapp.domain import limits
from webapp.web.forms.fields import filled, line, paragraph


class WithEdition(FlaskForm):
    """Names the edition of the text that whoever sends it has seen."""

    edition = HiddenField(default="1")

    @property
    def edition_number(self) -> int:
        """0, which no text has, for what is not a number."""
        typed = self.edition.data or ""
        return int(typed) if typed.isdecimal() and len(typed) <= len("999999999") else 0


class TextForm(WithEdition):
    body = paragraph("Text", limits.STATEMENT)


class RemoveTextForm(WithEdition):
    edition = HiddenField(validators=[filled("Look at the text once more, then press the button.")])


class ShortFormForm(FlaskForm):
    name = line("Name of the short form", limits.TEXT_NAME, "Give it a name, for example that of the venue for which it is cut.")
