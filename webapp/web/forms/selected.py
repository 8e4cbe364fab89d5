"""The forms of one act for several societies."""

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import Length

from webapp.domain import limits
from webapp.web.forms.fields import paragraph

# The references of the largest roster.
_LONGEST_CHOICE = 20 * limits.SOCIETIES


class ChosenForm(FlaskForm):
    """Which societies are meant: the references of their invitations, with spaces between."""

    chosen = HiddenField(validators=[Length(max=_LONGEST_CHOICE)])

    def invitations(self) -> frozenset[str]:
        return frozenset((self.chosen.data or "").split())


class RoundForm(ChosenForm):
    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    words = paragraph("Your message", limits.TALK, "Write what you want to say.")
