"""The forms of a package: the covering letter, what the journal asks for, the claims, and where else the text was shown."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField
from wtforms.validators import Optional, ValidationError

from webapp.domain import limits
from webapp.domain.cope import COPE_GROUNDS, Claim
from webapp.domain.shown import SHOWN_AS
from webapp.services.elsewhere import GivenShowing
from webapp.web.forms.fields import DayField, choice, filled, line, paragraph
from webapp.web.forms.text import WithEdition

_LOOK_AGAIN = "Look at the page once more, then press the button."


class CoveringLetterForm(WithEdition):
    words = paragraph("Covering letter", limits.COVERING_LETTER, "Write the covering letter, or have the proposed one again.")


class ProposedForm(WithEdition):
    """Has the proposed covering letter again."""

    edition = HiddenField(validators=[filled(_LOOK_AGAIN)])


class StatementForm(Form):
    asked = HiddenField()
    answer = paragraph("What you write", limits.STATEMENT_ANSWER)


class StatementsForm(WithEdition):
    edition = HiddenField(validators=[filled(_LOOK_AGAIN)])
    statements = FieldList(FormField(StatementForm), max_entries=limits.VENUE_ITEMS)

    def name_them(self) -> None:
        """Each field is called as the journal calls what it asks for."""
        for one in self.statements:
            asked = one.form.asked.data or ""
            one.form.answer.label.text = f"{asked[:1].upper()}{asked[1:]}"

    def answered(self) -> dict[str, str]:
        return {one.form.asked.data or "": one.form.answer.data or "" for one in self.statements}


class SettleForm(FlaskForm):
    """`seen` tells which places stood on the page."""

    seen = HiddenField(validators=[filled(_LOOK_AGAIN)])


class ClaimForm(Form):
    words = paragraph("What is wrong", limits.CLAIM)
    passage = line("Where it stands in the article", limits.CLAIM_PASSAGE)
    ground = choice("Ground", {"": "Choose a ground", **COPE_GROUNDS})

    @property
    def is_empty(self) -> bool:
        return not any((one.data or "").strip() for one in (self.words, self.passage))

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine: bool = super().validate(extra_validators)
        if self.is_empty:
            return is_fine
        if not (self.words.data or "").strip():
            self.words.errors = [*self.words.errors, "Say what is wrong, or empty the other field of this claim."]
            is_fine = False
        if not self.ground.data:
            self.ground.errors = [*self.ground.errors, "Choose the ground to which this claim belongs."]
            is_fine = False
        return is_fine


class ClaimsForm(FlaskForm):
    """`seen` tells which claims stood on the page."""

    seen = HiddenField(validators=[filled(_LOOK_AGAIN)])
    claims = FieldList(FormField(ClaimForm))

    def validate_claims(self, field: FieldList) -> None:
        if sum(1 for one in field if not one.form.is_empty) > limits.CLAIMS:
            raise ValidationError(f"{limits.CLAIMS} claims is the most. Put some of them together.")

    def fill_spare_rows(self) -> None:
        """One empty row more than is written, for work without script."""
        written = sum(1 for one in self.claims if not one.form.is_empty)
        while len(self.claims.entries) < min(limits.CLAIMS, written + 1):
            self.claims.append_entry()

    def mapped(self) -> list[Claim]:
        rows = [one.form for one in self.claims if not one.form.is_empty]
        return [Claim(one.words.data or "", one.passage.data or "", one.ground.data or "") for one in rows]


class ShowingForm(FlaskForm):
    shown_as = choice("How", SHOWN_AS)
    place = line("Where", limits.SHOWN_PLACE, "Say where it was shown, for example the name of the preprint server.")
    address = line("Address of the page", limits.WEB_ADDRESS, render_kw={"inputmode": "url"})
    shown_on = DayField("On", validators=[Optional()])

    def given(self) -> GivenShowing:
        return GivenShowing(self.shown_as.data or "", self.place.data or "", self.address.data or "", self.shown_on.data)
