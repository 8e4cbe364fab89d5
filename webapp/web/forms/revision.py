"""The forms of the revisions: to make one, and to choose which are compared."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField

from webapp.domain import limits
from webapp.services.comparisons import WORKING
from webapp.services.revisions import Declaration
from webapp.web.forms.change import CHANGES
from webapp.web.forms.desk import OpenForm
from webapp.web.forms.fields import chosen, line


class FirstRevisionForm(FlaskForm):
    """There is nothing before it from which it could differ."""

    seen = HiddenField()
    note = line("What it is, in one line", limits.REVISION_NOTE, "Say in one line what it is: it stands in the list of revisions.")

    def declared(self) -> Declaration:
        return Declaration(self.note.data or "", seen=self.seen.data or "")


class RevisionForm(FirstRevisionForm):
    note = line(
        "What has changed, in one line", limits.REVISION_NOTE, "Say in one line what has changed: it stands in the list of revisions."
    )
    change = RadioField("The change is", choices=CHANGES, validators=[chosen("Say whether the change is editorial or substantive.")])

    def declared(self) -> Declaration:
        return Declaration(self.note.data or "", self.change.data or "", self.seen.data or "")


class OpenChangedForm(RevisionForm, OpenForm):
    """Sign-on is opened on a text that is not the newest revision any more: this makes one, declared like any other."""


class CompareForm(FlaskForm):
    """Sent by GET: what it chooses stands in the address."""

    class Meta:
        csrf = False

    old = SelectField("From", validate_choice=False)
    new = SelectField("To", validate_choice=False)
    text = SelectField("Text", validate_choice=False)

    def offer(self, numbers: list[int], texts: dict[str, str]) -> None:
        """Numbers of revisions, the newest first; the working text stands before them."""
        sides = {str(WORKING): "the working text", **{str(number): f"revision {number}" for number in numbers}}
        self.old.choices, self.new.choices, self.text.choices = list(sides.items()), list(sides.items()), list(texts.items())
