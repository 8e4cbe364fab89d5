"""The forms of the correspondence: an item that is entered, released, or struck."""

from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import AnyOf, InputRequired, Length

from webapp.domain import limits
from webapp.domain.correspondence import Audience, Direction
from webapp.services.correspondence import Entry
from webapp.services.post_uploads import Understood
from webapp.services.released import Release
from webapp.web.forms.fields import ZONES, LongList, MomentField, chosen, line, paragraph

DIRECTIONS = {
    Direction.IN.value: "received: it came to us",
    Direction.OUT.value: "sent: it went from us, and not through this site",
    Direction.REPORT.value: "reported: somebody else tells of it",
}
AUDIENCES = {
    Audience.SIGNATORIES.value: "the signatories, in their reading rooms",
    Audience.PUBLIC.value: "everybody, on the public page once the letter is published",
}


class ItemForm(FlaskForm):
    nonce = HiddenField(validators=[Length(min=10, max=64, message="Load the page again.")])
    upload = HiddenField(validators=[Length(max=64)])
    direction = RadioField("What it is", choices=DIRECTIONS, validators=[chosen("Say whether it was received, sent or reported.")])
    submission = SelectField("For which submission", choices={"": "none in particular"}, validate_choice=False, default="")
    file = FileField("The mail or file")
    sender = line("From", limits.POST_LINE, render_kw={"autocomplete": "off"})
    recipient = line("To", limits.POST_LINE, render_kw={"autocomplete": "off"})
    subject = line("Subject", limits.POST_LINE, render_kw={"autocomplete": "off"})
    happened_local = MomentField("Day and time", validators=[InputRequired("Give the day and time at which it was sent.")])
    zone = SelectField(
        "Time zone",
        choices={zone: zone.replace("_", " ") for zone in ZONES},
        validate_choice=False,
        validators=[AnyOf(ZONES, "Choose a zone from the list.")],
        widget=LongList(),
    )
    text = paragraph("What it says", limits.POST_TEXT)
    reported_by = line("Reported by", limits.REPORTED_BY, render_kw={"autocomplete": "off"})
    link = line("Where it can be read", limits.WEB_ADDRESS, render_kw={"inputmode": "url", "autocomplete": "off"})

    def take(self, found: Understood) -> None:
        """Fills in what was understood of a mail, and leaves what was typed as it is."""
        self.upload.data = found.reference
        if found.mail is None:
            return
        for name in ("sender", "recipient", "subject", "text"):
            self[name].data = self[name].data or getattr(found.mail, name)
        if found.mail.sent_at is not None and self.happened_local.data is None:
            zone = self.zone.data if self.zone.data in ZONES else "UTC"
            local = f"{found.mail.sent_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
            self.zone.data, self.happened_local.raw_data = zone, [local]
            self.happened_local.process_formdata([local])

    def entry(self) -> Entry:
        return Entry(
            direction=self.direction.data or "",
            nonce=self.nonce.data or "",
            when=self.happened_local.data,
            zone=self.zone.data or "",
            sender=self.sender.data or "",
            recipient=self.recipient.data or "",
            subject=self.subject.data or "",
            text=self.text.data or "",
            reported_by=self.reported_by.data or "",
            link=self.link.data or "",
            submission=self.submission.data or "",
        )


class ReleaseForm(FlaskForm):
    """`seen` is when it had been released before, as the page showed it."""

    seen = HiddenField(validators=[Length(max=64)])
    audience = RadioField("To whom", choices=AUDIENCES, validators=[chosen("Choose to whom it is released.")])
    summary = paragraph("Summary", limits.POST_SUMMARY, "Say in a sentence or two what it is: that is what is read first.")
    shows_text = BooleanField("Show the words too, as they stand below")

    def release(self) -> Release:
        return Release(self.audience.data or "", self.summary.data or "", self.shows_text.data, self.seen.data or "")


class StrikeForm(FlaskForm):
    reason = paragraph("Why it is struck", limits.NOTE, "Say why it is struck: whoever looks for it later reads that.")


def blank(**known: Any) -> ItemForm:
    return ItemForm(formdata=None, data=known)
