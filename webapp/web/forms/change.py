"""The form with which another text is put in force while sign-on is open."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import Optional

from webapp.domain import limits
from webapp.domain.text import Change
from webapp.services.sign_on import Reasons
from webapp.services.text_change import Declared
from webapp.web.forms.fields import MomentField, chosen, paragraph

CHANGES: dict[str, str] = {
    Change.EDITORIAL: "Editorial: nobody could read the letter differently",
    Change.SUBSTANTIVE: "Substantive: what the societies sign is no longer the same",
}


def change_word(chosen: str | None) -> str:
    """The one word of it, for a page that says once more what was chosen."""
    return CHANGES.get(chosen or "", "").partition(":")[0]


class ChangeForm(FlaskForm):
    seen = HiddenField()
    # The redline beside it has places that are called “change-1”.
    change = RadioField(
        "The change is", choices=CHANGES, id="declared", validators=[chosen("Say whether the change is editorial or substantive.")]
    )
    object_until = MomentField("A society may object until", validators=[Optional()])
    is_fit = BooleanField(
        "I have read the text: it is courteous, it gives its evidence, and it accuses nobody of what a journal or the law would not bear."
    )
    reason_unfit = paragraph("If you do not tick this, why the text is put in force all the same", limits.REASON)
    reason_unanswered = paragraph("Why comments stay unanswered", limits.REASON)

    def declared(self) -> Declared:
        reasons = Reasons(self.reason_unfit.data or "", self.reason_unanswered.data or "")
        return Declared(self.change.data or "", self.is_fit.data, reasons, self.object_until.data, self.seen.data or "")
