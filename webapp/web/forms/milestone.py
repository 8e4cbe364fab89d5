"""The form of the day on which a letter is to be submitted."""

from flask_wtf import FlaskForm
from wtforms.validators import Optional

from webapp.web.forms.fields import DayField


class SubmissionForm(FlaskForm):
    submission_target = DayField("Submit to the journal by", validators=[Optional()])
