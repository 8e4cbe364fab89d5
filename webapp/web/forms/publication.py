"""The form that says when a letter becomes public."""

from datetime import datetime

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import AnyOf, ValidationError

from webapp.web.forms.fields import MomentField

AT_ONCE, AT_A_MOMENT = "at once", "moment"
_LONGEST_NUMBER = 10


class ReleaseForm(FlaskForm):
    """`edition` is the one that the page showed: two people who say so at once are told of each other."""

    how = RadioField(
        "The letter becomes public",
        choices={AT_A_MOMENT: "At a day and time", AT_ONCE: "At once, when you confirm"},
        default=AT_A_MOMENT,
        validate_choice=False,
        validators=[AnyOf([AT_A_MOMENT, AT_ONCE], message="Choose when the letter becomes public.")],
    )
    release_local = MomentField("Day and time", validators=[])
    edition = HiddenField()

    def validate_release_local(self, field: MomentField) -> None:
        if self.how.data == AT_ONCE:
            # Its field is left empty then, as the page says, and what stands in it counts for nothing.
            field.errors = []
        elif field.data is None and not field.errors:
            raise ValidationError("Give the day and time from which the letter is public.")

    def local(self) -> datetime | None:
        """None for at once."""
        moment: datetime | None = self.release_local.data
        return None if self.how.data == AT_ONCE else moment

    def seen_edition(self) -> int:
        typed = str(self.edition.data or "")
        return int(typed) if typed.isdecimal() and len(typed) < _LONGEST_NUMBER else 0
