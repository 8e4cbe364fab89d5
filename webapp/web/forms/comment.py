"""The forms of circulation: sending a revision out, commenting, answering comments."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.domain import limits
from webapp.domain.comment import DISPOSITIONS, Disposition
from webapp.services.circulation import Sending
from webapp.services.comments import Said
from webapp.web.forms.fields import MomentField, choice, chosen, paragraph

REMARK, WORDING, DELETION = "remark", "wording", "deletion"
_MOST_NUMBER = len("999999")


def number_of(typed: str | None) -> int:
    """0 for what is not a number."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) <= _MOST_NUMBER else 0


class CirculateForm(FlaskForm):
    revision = choice("Revision", {})
    until = MomentField("Comments are taken until", validators=[InputRequired("Give the day and time until which comments are taken.")])
    message = paragraph("Message", limits.MESSAGE)
    shows_comments = BooleanField("Each society sees what the others remark, with the society’s name")
    to = RadioField("To whom", choices={"all": "all societies on the roster", "some": "only those ticked below"}, default="all")
    societies = SelectMultipleField(
        "Societies", choices={}, validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def sending(self) -> Sending:
        return Sending(
            revision=number_of(self.revision.data),
            until=self.until.data,
            message=self.message.data or "",
            shows_comments=self.shows_comments.data,
            societies=tuple(self.societies.data or ()) if self.to.data == "some" else None,
        )


class CommentForm(FlaskForm):
    """A remark or a wording; the passage is filled in by a script from what is marked, or from the choice beside it."""

    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    revision = HiddenField(validators=[Length(max=_MOST_NUMBER)])
    text = HiddenField(validators=[Length(max=20)])
    prefix = HiddenField(validators=[Length(max=limits.QUOTE)])
    suffix = HiddenField(validators=[Length(max=limits.QUOTE)])
    offered = HiddenField(validators=[Length(max=limits.QUOTE)])
    quote = paragraph("The passage", limits.QUOTE)
    remark = paragraph("What you think of it", limits.REMARK)
    suggests = RadioField(
        "Do you suggest another wording?",
        choices={REMARK: "No, only the remark", WORDING: "Yes, the wording below", DELETION: "Yes, take the passage out"},
        default=REMARK,
        validators=[chosen("Choose whether you suggest another wording.")],
    )
    wording = paragraph("Your wording for the passage", limits.WORDING)
    is_blocking = BooleanField("We cannot sign without this")

    def validate(self, extra_validators: Any = None) -> bool:
        """What is written as a wording is never left out of the comment unseen."""
        is_fine: bool = super().validate(extra_validators)
        is_written = bool((self.wording.data or "").strip())
        if is_written == (self.suggests.data == WORDING):
            return is_fine
        missing = "Write the wording, or choose that the passage is taken out."
        unseen = "You have written another wording: choose “Yes, the wording below”, or empty this field."
        self.wording.errors = [*self.wording.errors, unseen if is_written else missing]
        return False

    def said(self) -> Said:
        wording = {REMARK: None, WORDING: self.wording.data or "", DELETION: ""}[self.suggests.data]
        return Said(
            nonce=self.nonce.data or "",
            revision=number_of(self.revision.data),
            text=self.text.data or "",
            quote=self.quote.data or "",
            remark=self.remark.data or "",
            prefix=self.prefix.data or "",
            suffix=self.suffix.data or "",
            offered=self.offered.data or "",
            wording=wording,
            is_blocking=self.is_blocking.data,
        )


class DispositionForm(FlaskForm):
    disposition = RadioField("What becomes of it", choices={one: DISPOSITIONS[one] for one in Disposition}, validate_choice=False)
    reason = paragraph("Why", limits.REASON)
