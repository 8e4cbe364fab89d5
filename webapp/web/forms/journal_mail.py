"""The form of a mail to a journal."""

from collections.abc import Mapping
from dataclasses import replace

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.domain import limits
from webapp.services.journal_mail_files import MadeFile
from webapp.services.journal_mails import Written
from webapp.web.forms.fields import chosen, line, paragraph


class JournalMailForm(FlaskForm):
    submission = SelectField("For which submission", choices={"": "none in particular"}, validate_choice=False, default="")
    to_address = line(
        "To", limits.EMAIL, "Give the address of the editorial office.", render_kw={"autocomplete": "off", "inputmode": "email"}
    )
    subject = line("Subject", limits.MAIL_SUBJECT, "Give a subject.", render_kw={"autocomplete": "off"})
    body = paragraph("Text", limits.JOURNAL_MAIL, "Write what the journal is to read.")
    attachments = SelectMultipleField(
        "Attached", validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, documents: Mapping[str, str], submissions: Mapping[str, str]) -> None:
        self.attachments.choices = [(name, f"{words}: {name}") for name, words in documents.items()]
        self.submission.choices = [("", "none in particular"), *submissions.items()]

    def written(self, made: tuple[MadeFile, ...]) -> Written:
        """`made` are the files of the package that were chosen."""
        return Written(
            self.to_address.data or "",
            self.subject.data or "",
            self.body.data or "",
            tuple(self.attachments.data or ()),
            submission=self.submission.data or "",
            made=made,
        )


class ChangedMailForm(JournalMailForm):
    """`edition` is that of the mail that the page shows."""

    edition = HiddenField(validators=[chosen("Load this page again, and change it there."), Length(max=9)])

    def written(self, made: tuple[MadeFile, ...]) -> Written:
        typed = self.edition.data or ""
        return replace(super().written(made), edition=int(typed) if typed.isdecimal() else 0)
