"""The forms of invitations: their words, a test mail, and who is sent one."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import Length, Regexp

from webapp.domain import limits
from webapp.services.invitation_words import InvitationText
from webapp.web.forms.fields import line, paragraph

# The marks of all representatives of the largest roster.
_LONGEST_CHOICE = 200_000


class InvitationTextForm(FlaskForm):
    edition = HiddenField(validators=[Regexp(r"[0-9]{1,9}\Z", message="Load the page again: it came without its edition.")])
    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    """A test mail that is asked for twice by the same press leaves once."""
    recipient = SelectField("Preview as it is read by", validate_choice=False)
    subject = line("Subject", limits.MAIL_SUBJECT)
    words = paragraph("Text", limits.MAIL_WORDS)

    def text(self) -> InvitationText:
        return InvitationText(self.subject.data or "", self.words.data or "", int(self.edition.data or 0))


class SendForm(FlaskForm):
    marks = HiddenField(validators=[Length(max=_LONGEST_CHOICE)])
