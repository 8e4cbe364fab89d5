"""The forms of a text that a journal wants changed after the seal: at the desk, and in the reading room."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import AnyOf, InputRequired, Length

from webapp.domain import limits
from webapp.domain.text import Change
from webapp.services.new_text import Begun, PutDeclared, Written
from webapp.services.new_text_acts import SaidOfText
from webapp.web.forms.fields import MomentField, choice, chosen, line, paragraph

CHANGES: dict[str, str] = {
    Change.EDITORIAL: "Editorial: shorter or better worded, and the meaning stays",
    Change.SUBSTANTIVE: "Substantive: it says something else, or leaves something out",
}


class BeginTextForm(FlaskForm):
    submission = HiddenField(validators=[Length(max=40)])
    journal = line("Journal that asks", limits.JOURNAL, "Name the journal that asks: it is printed on the changed text.")
    asked = paragraph("What it has asked for", limits.REASON, "Say what the journal has asked for: the societies read it.")
    based_on = choice("Begin from", {})
    venue = choice("Cut to the limits of", {})

    def offer(self, bases: dict[str, str], venues: dict[str, str]) -> "BeginTextForm":
        _offer(self.based_on, bases)
        _offer(self.venue, {"": "no venue that is known here", **venues})
        return self

    def begun(self) -> Begun:
        return Begun(
            journal=self.journal.data or "",
            asked=self.asked.data or "",
            based_on=self.based_on.data or "",
            venue=self.venue.data or "",
            submission=self.submission.data or "",
        )


def _offer(field: SelectField, choices: dict[str, str]) -> None:
    field.choices = choices
    field.validators = [AnyOf(list(choices), message=f"Choose one of the list under “{field.label.text}”.")]


class WriteTextForm(FlaskForm):
    edition = HiddenField(validators=[Length(max=9)])
    asked = paragraph("What the journal has asked for", limits.REASON, "Say what the journal has asked for: the societies read it.")
    body = paragraph("The text as changed", limits.STATEMENT, "Write the text as changed.")

    def written(self) -> Written:
        typed = self.edition.data or ""
        return Written(self.body.data or "", self.asked.data or "", int(typed) if typed.isdecimal() else 0)


class PutTextForm(FlaskForm):
    seen = HiddenField()
    # The redline beside it has places that are called “change-1”.
    change = RadioField(
        "The change is", choices=CHANGES, id="declared", validators=[chosen("Say whether the change is editorial or substantive.")]
    )
    until = MomentField(
        "Societies may object or affirm until", validators=[InputRequired("Give the day and time until which a society may say so.")]
    )
    is_fit = BooleanField(
        "I have read the text: it is courteous, it gives its evidence, and it accuses nobody of what a journal or the law would not bear.",
        validators=[InputRequired("Read the text once more, and tick this: the societies stand behind it.")],
    )

    def declared(self) -> PutDeclared:
        return PutDeclared(self.change.data or "", self.until.data, self.seen.data or "")


class AbandonTextForm(FlaskForm):
    reason = paragraph("Why it is abandoned", limits.REASON, "Say in a sentence why: whoever was asked reads it.")


class SayForm(FlaskForm):
    """`digest` is that of the text that was shown (R2)."""

    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    digest = HiddenField(validators=[Length(max=64)])
    decided_by = line("Who decided", limits.DECIDED_BY, "Say who decided, for example “the board” or “the president, by standing order”.")
    remark = paragraph("Reason", limits.REASON)
    is_authorised = BooleanField(
        "", validators=[InputRequired("Tick the sentence: only somebody who is authorised can answer for a society.")]
    )

    def said(self, act: str, new_text: str) -> SaidOfText:
        facts: dict[str, Any] = {"nonce": self.nonce.data or "", "digest": self.digest.data or "", "decided_by": self.decided_by.data or ""}
        return SaidOfText(act=act, new_text=new_text, remark=self.remark.data or "", **facts)
