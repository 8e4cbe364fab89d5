"""The reading room's forms."""

import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from webapp.domain import limits
from webapp.domain.answer import GROUNDS, MANDATES, AnswerKind, Mandate, SignOn
from webapp.web.forms.fields import DayField, chosen, filled, line, paragraph


def new_nonce() -> str:
    """Names one filling-in of one form, so that sending it twice is one answer (R8)."""
    return secrets.token_urlsafe(18)


class AnswerForm(FlaskForm):
    """What every answer carries along: its nonce, the digest of the text shown (R2), and the answer that it replaces."""

    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    digest = HiddenField(validators=[Length(max=64)])
    replaces = HiddenField(validators=[Length(max=20)])


class SignForm(AnswerForm):
    printed_name = line(
        "Name of the society, exactly as it is to be printed",
        limits.PRINTED_NAME,
        "Give the name of the society as it is to be printed.",
        render_kw={"autocomplete": "organization", "data-preview-source": "name"},
    )
    officer = line(
        "Officer who signs for the society",
        limits.PERSON_NAME,
        "Name the officer under whose name the society signs.",
        render_kw={"autocomplete": "name", "data-preview-source": "officer"},
    )
    office = line(
        "Office",
        limits.OFFICE,
        "Give the officer’s office, for example “President”.",
        render_kw={"autocomplete": "organization-title", "data-preview-source": "office"},
    )
    consent_to_print = BooleanField(
        "The officer agrees that name and office are printed in the letter and published with it.",
        render_kw={"data-preview-consent": "officer"},
    )
    logo = HiddenField(validators=[Length(max=64)])
    consent_to_logo = BooleanField("The letter may show our logo, as it stands here.")
    decided_by = line(
        "Who decided that the society signs",
        limits.DECIDED_BY,
        "Say who decided, for example “the board” or “the president, by standing order”.",
    )
    decided_on = DayField("On which day", validators=[InputRequired("Give the day of the decision, as year, month and day.")])
    competing_interests = paragraph(
        "Competing interests of the society",
        limits.COMPETING_INTERESTS,
        "State the society’s competing interests; if there are none, write “None”.",
    )
    # What is chosen beforehand grants nothing; the boxes that state or agree to something are never ticked beforehand.
    mandate = RadioField(
        "If the journal asks for changes",
        choices=MANDATES,
        default=Mandate.ASK,
        validators=[chosen("Choose what the lead society may do.")],
    )
    is_authorised = BooleanField(
        "", validators=[InputRequired("Tick the sentence: only somebody who is authorised can sign for a society.")]
    )

    def show_logo(self, sha256: str) -> None:
        """The page shows this logo: what was ticked for another does not hold for it."""
        if self.logo.data != sha256:
            self.logo.data, self.consent_to_logo.data = sha256, False

    def sign_on(self) -> SignOn:
        return SignOn(
            printed_name=self.printed_name.data or "",
            officer=self.officer.data or "",
            office=self.office.data or "",
            consent_to_print=self.consent_to_print.data,
            decided_by=self.decided_by.data or "",
            decided_on=self.decided_on.data,
            competing_interests=self.competing_interests.data or "",
            mandate=Mandate(self.mandate.data),
            consent_to_logo=self.consent_to_logo.data,
            logo=self.logo.data or "",
        )


class SignIfForm(AnswerForm):
    reason = paragraph(
        "What would have to change", limits.REASON, "Say on what condition your society would sign: the coordinators read it and answer."
    )
    is_authorised = BooleanField(
        "", validators=[InputRequired("Tick the sentence: only somebody who is authorised can answer for a society.")]
    )


# One choice for each way of not signing; what stands after the colon is the ground of an abstention.
WAYS_NOT_TO_SIGN = {
    AnswerKind.DECLINE.value: "We decline.",
    **{f"{AnswerKind.ABSTAIN}:{ground}": f"We abstain: {why}." for ground, why in GROUNDS.items()},
    AnswerKind.SEPARATE.value: "We make a statement of our own.",
}


class DeclineForm(AnswerForm):
    how = RadioField(
        "What your society answers",
        choices=WAYS_NOT_TO_SIGN,
        default=AnswerKind.DECLINE.value,
        validators=[chosen("Choose what your society answers.")],
    )
    link = line("Where your own statement can be read", limits.WEB_ADDRESS, render_kw={"inputmode": "url", "autocomplete": "off"})
    reason = paragraph("Reason", limits.REASON)
    is_authorised = BooleanField(
        "", validators=[InputRequired("Tick the sentence: only somebody who is authorised can answer for a society.")]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        if (self.link.data or "").strip() and self.how.data != AnswerKind.SEPARATE:
            self.link.errors = ["You have given an address: choose “We make a statement of our own”, or empty this field."]
            return False
        return bool(is_valid)


class ObjectForm(AnswerForm):
    reason = paragraph(
        "What is more than editorial", limits.REASON, "Say what your society does not take for editorial: the coordinators read it."
    )


class WithdrawForm(AnswerForm):
    reason = paragraph("Reason", limits.REASON)


class ReviewForm(FlaskForm):
    nonce = HiddenField(validators=[Length(min=10, max=64)])
    code = StringField(
        "Code", validators=[filled("Type the code from the mail."), Length(max=40, message="The code has eight characters.")]
    )


class BoardForm(FlaskForm):
    board_meets_on = DayField("Our board decides on", validators=[InputRequired("Give the day on which your board decides.")])
