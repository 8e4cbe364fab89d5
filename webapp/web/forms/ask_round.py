"""The forms of a round before an answer to a journal: at the desk, and in the reading room."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import AnyOf, InputRequired, Length

from webapp.domain import limits
from webapp.domain.ask_round import CHOICE_WORDS
from webapp.services.ask_rounds import Asked, Said
from webapp.web.forms.fields import MomentField, choice, chosen, line, paragraph


class AskForm(FlaskForm):
    """`seen` is how many would be asked, as the page said."""

    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    seen = HiddenField(validators=[Length(max=9)])
    title = line("What it is about", limits.ASK_TITLE, "Say in a line what it is about.", render_kw={"autocomplete": "off"})
    correspondence = choice("It answers", {})
    proposal = paragraph(
        "We propose to reply", limits.ASK_PROPOSAL, "Write what you propose to reply: the societies read it word for word."
    )
    until = MomentField(
        "They can say what they think until", validators=[InputRequired("Give the day and time until which a society can say so.")]
    )

    def offer(self, items: dict[str, str]) -> "AskForm":
        choices = {"": "nothing that is in the correspondence", **items}
        self.correspondence.choices = choices
        self.correspondence.validators = [AnyOf(list(choices), message="Choose one of the list under “It answers”.")]
        return self

    def asked(self) -> Asked:
        seen = self.seen.data or ""
        return Asked(
            title=self.title.data or "",
            proposal=self.proposal.data or "",
            until=self.until.data,
            nonce=self.nonce.data or "",
            seen=int(seen) if seen.isdecimal() else -1,
            correspondence=self.correspondence.data or "",
        )


class SayForm(FlaskForm):
    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    choice = RadioField("What your society says", choices=CHOICE_WORDS, validators=[chosen("Choose yes, no, or that you have remarks.")])
    remarks = paragraph("Remarks", limits.ASK_REMARKS)

    def said(self) -> Said:
        return Said(self.choice.data or "", self.remarks.data or "", self.nonce.data or "")
