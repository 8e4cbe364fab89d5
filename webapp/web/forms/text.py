"""The forms of the editor."""

from flask_wtf import FlaskForm
from wtforms import HiddenField

from webapp.domain import limits
from webapp.web.forms.fields import line, paragraph


class TextForm(FlaskForm):
    """A text, and the edition that its writer began from."""

    edition = HiddenField(default="1")
    body = paragraph("Text", limits.STATEMENT)

    @property
    def edition_number(self) -> int:
        """0, which no text has, for what is not a number."""
        typed = self.edition.data or ""
        return int(typed) if typed.isdecimal() and len(typed) <= len("999999999") else 0


class ShortFormForm(FlaskForm):
    name = line("Name of the short form", limits.TEXT_NAME, "Give it a name, for example that of the venue for which it is cut.")
