"""The forms of what comes after the seal: an addendum, an erratum."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from webapp.domain import limits
from webapp.domain.erratum import ErratumKind
from webapp.services.errata import Correction
from webapp.web.forms.fields import MomentField, choice, line

KINDS = {ErratumKind.NAME.value: "its printed name", ErratumKind.OTHER.value: "another printed fact, such as an officer or a country"}


class OpenAddendumForm(FlaskForm):
    deadline_local = MomentField("Open until", validators=[InputRequired("Give the day and time until which societies can join.")])
    asks = BooleanField("Write to the societies that can still join")


class ErratumForm(FlaskForm):
    """`answer` names the line; what stands there is shown above the form."""

    answer = HiddenField()
    kind = choice("What is corrected", KINDS)
    before = line("Printed, where it is not the name", limits.ERRATUM)
    after = line("Correct", limits.ERRATUM, "Write how it should read.")
    reason = line("Reason", limits.ERRATUM, "Say in a sentence why: it is printed.")
    asked_by = line("Asked for by", limits.ERRATUM, "Say who asked for it: it is printed.", render_kw={"autocomplete": "off"})

    def correction(self) -> Correction:
        return Correction(
            self.answer.data or "",
            self.kind.data,
            after=self.after.data or "",
            before=self.before.data or "",
            reason=self.reason.data or "",
            asked_by=self.asked_by.data or "",
        )
