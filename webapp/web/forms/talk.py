"""The form of the talk between a society and the coordinators."""

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import Length

from webapp.domain import limits
from webapp.web.forms.fields import paragraph


class TalkForm(FlaskForm):
    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    words = paragraph("Your message", limits.TALK, "Write what you want to say.")
