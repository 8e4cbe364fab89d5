"""The form of news for the signatories."""

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import Length

from webapp.domain import limits
from webapp.services.news import Told
from webapp.web.forms.fields import line, paragraph


class NewsForm(FlaskForm):
    """`wanted` and `every` are how many would get it, as the page said."""

    wanted = HiddenField(validators=[Length(max=9)])
    every = HiddenField(validators=[Length(max=9)])
    subject = line("Subject", limits.NEWS_SUBJECT, "Give a subject.", render_kw={"autocomplete": "off"})
    words = paragraph("What has happened", limits.NEWS_WORDS, "Say in a few sentences what has happened.")

    def told(self, *, to_all: bool) -> Told:
        seen = (self.every.data if to_all else self.wanted.data) or ""
        return Told(self.subject.data or "", self.words.data or "", to_all, int(seen) if seen.isdecimal() else -1)
