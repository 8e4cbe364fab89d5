"""The forms by which a representative leaves a letter to others, and by which the coordinators correct an address."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import Length

from webapp.domain import limits
from webapp.domain.handing_over import HAND_OVER, NOT_US, WHY_NOT_US
from webapp.services.corrections import Correction
from webapp.services.handing_over import Leaving
from webapp.web.forms.fields import chosen, line, paragraph


class LeavingForm(FlaskForm):
    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])


class HandOverForm(LeavingForm):
    name = line("Your colleague’s name", limits.PERSON_NAME, "Name the colleague who takes over.", render_kw={"autocomplete": "off"})
    email = line(
        "Your colleague’s e-mail address",
        limits.EMAIL,
        "Give the address to which your colleague’s link and codes go.",
        render_kw={"autocomplete": "off", "inputmode": "email"},
    )
    reason = paragraph("Why you hand it over", limits.REASON, "Write a sentence on why: your colleague and the coordinators read it.")

    def leaving(self) -> Leaving:
        return Leaving(HAND_OVER, self.nonce.data or "", self.reason.data or "", self.name.data or "", self.email.data or "")


class NotUsForm(LeavingForm):
    which = RadioField("What is wrong", choices=WHY_NOT_US, validators=[chosen("Choose what is wrong.")])
    reason = paragraph("Where does it belong?", limits.REASON, "Write a sentence: the coordinators look for the right place with it.")

    def leaving(self) -> Leaving:
        return Leaving(NOT_US, self.nonce.data or "", self.reason.data or "", which=self.which.data or "")


class AddressForm(FlaskForm):
    who = HiddenField(validators=[Length(max=40)])
    name = line("Representative", limits.PERSON_NAME, "Name the person who answers for the society.", render_kw={"autocomplete": "off"})
    email = line("New address", limits.EMAIL, "Give the address to which link and codes go.", render_kw={"autocomplete": "off"})
    is_sure = BooleanField("I have looked at the address letter by letter, and it is the right one.")

    def correction(self) -> Correction:
        return Correction(self.who.data or "", self.name.data or "", self.email.data or "", self.is_sure.data)
