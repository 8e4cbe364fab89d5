"""The form by which somebody stops reminders, or wants them again."""

from flask_wtf import FlaskForm
from wtforms import StringField

from webapp.web.forms.fields import filled
from webapp.web.forms.linked import LinkedForm


class WordForm(LinkedForm):
    """A word that no scanner types, before a code is mailed (R7)."""

    word = StringField("Type the word “reminders”", validators=[filled("Type the word “reminders”, so that we know that a person asks.")])

    def is_meant(self) -> bool:
        """Whether what was typed is the word, however it is written."""
        if (self.word.data or "").strip(" “”\"'.").casefold() == "reminders":
            return True
        self.word.errors = ["Type the word “reminders”, and nothing else."]
        return False


class StopForm(FlaskForm):
    code = StringField("The code from the mail", validators=[filled("Type the code that we mailed.")])
