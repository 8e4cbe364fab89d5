"""The forms of a letter’s course: a submission, what happened to it, what is to be looked after, what became of an article."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import InputRequired, Optional

from webapp.domain import limits
from webapp.domain.fate import FATES
from webapp.domain.submission import ROUTES
from webapp.services.fates import Told
from webapp.services.follow_ups import Wish
from webapp.services.submissions import Plan, Step, Submitted
from webapp.web.forms.authority import proof_of
from webapp.web.forms.fields import DayField, choice, chosen, line, paragraph

_LONGEST_NUMBER = 10


class EditionForm(FlaskForm):
    """A form that says which edition its page has shown."""

    edition = HiddenField(validators=[chosen("Load this page again, and do it there: something was missing in what your browser sent.")])

    @property
    def seen(self) -> int:
        """-1 for what is no number: no edition is that, so it is told as a change."""
        typed = self.edition.data or ""
        return int(typed) if typed.isdecimal() and typed.isascii() and len(typed) < _LONGEST_NUMBER else -1

    def show_again(self, edition: int) -> None:
        """After a change by somebody else: what was typed stays, for the edition that is shown now."""
        self.edition.data = str(edition)


class PlaceForm(FlaskForm):
    """Where a text goes, and whom to write to there."""

    venue = SelectField("Venue", choices={}, validate_choice=False)
    journal = line("Journal", limits.JOURNAL)
    route = choice("Route", ROUTES)
    text = SelectField("Text", choices={}, validate_choice=False)
    contact = line("Whom to write to there", limits.WEB_ADDRESS, render_kw={"autocomplete": "off"})
    manuscript_number = line("Manuscript number", limits.MANUSCRIPT_NUMBER, render_kw={"autocomplete": "off"})
    window_ends_on = DayField("The journal’s window ends on", validators=[Optional()])

    def offer(self, venues: Mapping[str, str], texts: Mapping[str, str]) -> None:
        self.venue.choices = {"": "Another journal, named below", **venues}
        self.text.choices = dict(texts)

    def plan(self, names: Mapping[str, tuple[str, str]]) -> Plan:
        """`names` are journal and route of the venues, by slug: a chosen one names the journal."""
        venue = self.venue.data or ""
        journal, words = names.get(venue, (self.journal.data or "", ""))
        return Plan(
            journal=journal,
            route=self.route.data or "",
            venue=venue,
            route_words=words,
            text=self.text.data or "",
            contact=self.contact.data or "",
            manuscript_number=self.manuscript_number.data or "",
            window_ends_on=self.window_ends_on.data,
        )


class FactsForm(PlaceForm, EditionForm):
    """What is known of a submission that is there."""


class SubmitForm(PlaceForm):
    """A submission that is new: made on a day, or planned."""

    submitted_on = DayField("Submitted on", validators=[InputRequired("Give the day on which it was submitted.")])
    note = paragraph("Note", limits.NOTE)

    def submitted(self, plan: Plan) -> Submitted:
        return Submitted(
            journal=plan.journal,
            route=plan.route,
            manuscript_number=plan.manuscript_number,
            submitted_on=self.submitted_on.data,
            note=self.note.data or "",
            venue=plan.venue,
            route_words=plan.route_words,
            text=plan.text,
            contact=plan.contact,
            window_ends_on=plan.window_ends_on,
        )


class StepForm(EditionForm):
    kind = SelectField("What happened", choices={}, validate_choice=False)
    happened_on = DayField("On", validators=[InputRequired("Give the day on which it happened.")])
    manuscript_number = line("Manuscript number", limits.MANUSCRIPT_NUMBER, render_kw={"autocomplete": "off"})
    note = paragraph("Note", limits.NOTE)
    link = line("Where everybody can see it", limits.WEB_ADDRESS, render_kw={"autocomplete": "off"})
    look_again_on = DayField("What comes next is due on", validators=[Optional()])
    file = FileField("Proof")

    def offer(self, steps: Mapping[str, str]) -> None:
        self.kind.choices = dict(steps)

    def step(self) -> Step:
        """Raises InvalidInput for a file that is no proof."""
        return Step(
            kind=self.kind.data or "",
            happened_on=self.happened_on.data,
            note=self.note.data or "",
            manuscript_number=self.manuscript_number.data or "",
            link=self.link.data or "",
            look_again_on=self.look_again_on.data,
            proof=proof_of(self.file) if self.file.data else None,
        )


class CorrectionForm(StepForm):
    """The wrong step goes; the right one, if there is one, comes in its place."""

    did_happen = BooleanField("Something else happened, or on another day: put what stands below in its place.")
    reason = paragraph("What was wrong", limits.NOTE, "Say in a sentence what was wrong: it stays beside the step.")


class ResolveForm(EditionForm):
    reason = paragraph("Why, where a submission has not ended", limits.NOTE)


class FollowUpForm(EditionForm):
    what = line("What is to be looked after", limits.VENUE_LINE)
    due_on = DayField("By", validators=[InputRequired("Give the day by which it is to be looked after.")])

    def wish(self) -> Wish:
        return Wish(self.what.data or "", self.due_on.data)


class FateForm(EditionForm):
    kind = choice("What became of it", FATES)
    happened_on = DayField("On", validators=[InputRequired("Give the day on which it was published, or became known.")])
    link = line("Where it can be read", limits.WEB_ADDRESS, render_kw={"autocomplete": "off"})
    note = paragraph("Note", limits.NOTE)

    def told(self) -> Told:
        return Told(self.kind.data or "", self.happened_on.data, self.link.data or "", self.note.data or "")


class FateCorrectionForm(EditionForm):
    reason = paragraph("What was wrong", limits.NOTE, "Say in a sentence what was wrong: it stays beside it.")


def first_of(choices: Mapping[str, Any]) -> str:
    """The likeliest, which is offered first."""
    return next(iter(choices), "")
