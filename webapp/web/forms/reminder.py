"""The form of a letter’s plan of reminders."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectMultipleField, widgets
from wtforms.validators import Optional, Regexp

from webapp.domain.reminder import KIND_WORDS
from webapp.services.reminder_acts import PlanDraft
from webapp.web.forms.fields import line

_LONGEST = 80


class PlanForm(FlaskForm):
    days_before = line("Days before the deadline", _LONGEST)
    days_after_board = line("Days after a society’s board has met", _LONGEST)
    kinds = SelectMultipleField(
        "Remind a society that",
        choices={kind.value: words for kind, words in KIND_WORDS.items()},
        validators=[Optional()],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    is_paused = BooleanField("Pause: nobody is reminded until this is taken away")
    edition = HiddenField(validators=[Regexp(r"[0-9]{1,9}\Z", message="Load the page again: it came without its edition.")])

    def draft(self) -> PlanDraft:
        return PlanDraft(
            days_before=self.days_before.data or "",
            days_after_board=self.days_after_board.data or "",
            kinds=self.kinds.data or [],
            is_paused=self.is_paused.data,
            edition=int(self.edition.data or 0),
        )
