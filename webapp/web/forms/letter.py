"""The form of a letter's facts, and of the text with which a new one begins."""

from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
)
from wtforms.validators import Optional, ValidationError

from webapp.domain import limits
from webapp.domain.deadline import UnclearTime, instant_from_local
from webapp.domain.letter import ASKS
from webapp.domain.wording import COLLECTIVE_NOUNS
from webapp.services.letters import AuthorDraft, LetterDraft, TargetDraft
from webapp.web.forms.fields import ZONES, DayField, LongList, MomentField, choice, line, paragraph

_SPARE_ROWS = 1


class TargetForm(Form):
    role = line("Kind of article", limits.ROLE, render_kw={"list": "target-roles"})
    citation = line("Citation", limits.CITATION)
    doi = line("DOI", limits.DOI)
    published_on = DayField("Published on", validators=[Optional()])

    @property
    def is_empty(self) -> bool:
        return not any((field.data or "") if isinstance(field.data, str) else field.data for field in self)

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine: bool = super().validate(extra_validators)
        if not self.is_empty and not (self.citation.data or "").strip():
            self.citation.errors = [*self.citation.errors, "Give the citation of this article, or empty its other fields."]
            return False
        return is_fine


class AuthorForm(Form):
    full_name = line("Name", limits.PERSON_NAME)
    affiliation = line("Affiliation", limits.AFFILIATION)
    orcid = line("ORCID iD", limits.ORCID)
    is_corresponding = BooleanField("Corresponding author")
    competing_interests = paragraph("Competing interests", limits.COMPETING_INTERESTS)

    @property
    def is_empty(self) -> bool:
        return not any(
            str(field.data).strip() for field in (self.full_name, self.affiliation, self.orcid, self.competing_interests) if field.data
        )

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine: bool = super().validate(extra_validators)
        if not self.is_empty and not (self.full_name.data or "").strip():
            self.full_name.errors = [*self.full_name.errors, "Give the author’s name, or empty the other fields of this author."]
            return False
        return is_fine


class LetterForm(FlaskForm):
    edition = HiddenField(default="1")
    title = line("Title", limits.TITLE, "Give the letter a title: it stands above the text and in every mail.")
    lead_society = line("Lead society", limits.PRINTED_NAME, "Name the society that leads the letter.")
    contact_email = line(
        "Address for questions",
        limits.EMAIL,
        "Give an address that a person reads: every mail and page names it.",
        render_kw={"autocomplete": "email", "type": "email"},
    )
    collective_noun = choice("The signatories are called", {noun: noun for noun in COLLECTIVE_NOUNS})
    ask = choice("The letter asks for", ASKS)
    journal = line("Journal", limits.JOURNAL, "Name the journal to which the letter goes.")
    addressee = paragraph("Addressee", limits.ADDRESSEE, "Say to whom the letter is addressed, for example “The Editor-in-Chief”.")
    targets = FieldList(FormField(TargetForm), min_entries=1)
    authors = FieldList(FormField(AuthorForm))
    statement = paragraph("Statement", limits.STATEMENT)
    references_typed = paragraph("References", limits.REFERENCES_TYPED)
    deadline_local = MomentField("Sign-on closes at", validators=[Optional()])
    deadline_zone = choice("Time zone of the deadline", {zone: zone.replace("_", " ") for zone in ZONES}, default="UTC", widget=LongList())
    submission_target = DayField("Submit to the journal by", validators=[Optional()])

    is_demonstration = BooleanField("This letter is a demonstration")

    def validate_targets(self, field: FieldList) -> None:
        _refuse_too_many(field, limits.TARGETS, "articles")

    def validate_authors(self, field: FieldList) -> None:
        _refuse_too_many(field, limits.AUTHORS, "authors")

    def fill_spare_rows(self) -> None:
        """Spare empty rows for work without script, and the first author's row."""
        for rows, most in ((self.targets, limits.TARGETS), (self.authors, limits.AUTHORS)):
            while len(rows.entries) < min(most, sum(1 for row in rows.entries if not row.form.is_empty) + _SPARE_ROWS):
                rows.append_entry()

    def forget_demonstration(self) -> None:
        """Only an installation that works on this machine alone asks whether a letter is a demonstration."""
        del self.is_demonstration

    def offer_readings(self) -> None:
        """A deadline that is kept in an hour which its clocks show twice: the form shows both, and which of them it is."""
        kept: datetime | None = self.deadline_local.data
        if kept is None or kept.tzinfo is None:
            return
        try:
            instant_from_local(kept.replace(tzinfo=None), self.deadline_zone.data)
        except UnclearTime as unclear:
            self.deadline_local.offer(unclear.readings, kept.isoformat())

    def leave_text_out(self) -> None:
        """Once a letter is there, its statement and its references have pages of their own."""
        del self.statement
        del self.references_typed

    def draft(self, *, language: str = "en-GB", is_demonstration: bool = False) -> LetterDraft:
        """What was typed, without the empty rows; what the form does not ask for, as it was."""
        deadline: datetime | None = self.deadline_local.data
        return LetterDraft(
            title=self.title.data or "",
            collective_noun=self.collective_noun.data,
            lead_society=self.lead_society.data or "",
            contact_email=self.contact_email.data or "",
            ask=self.ask.data,
            journal=self.journal.data or "",
            addressee=self.addressee.data or "",
            statement=(self.statement.data or "") if self.statement else "",
            references_typed=(self.references_typed.data or "") if self.references_typed else "",
            deadline_local=deadline,
            deadline_zone=self.deadline_zone.data,
            submission_target=self.submission_target.data,
            targets=tuple(_target(row.form) for row in self.targets.entries if not row.form.is_empty),
            authors=tuple(_author(row.form) for row in self.authors.entries if not row.form.is_empty),
            language=language,
            is_demonstration=self.is_demonstration.data if self.is_demonstration else is_demonstration,
        )


def _refuse_too_many(rows: FieldList, most: int, what: str) -> None:
    given = sum(1 for row in rows.entries if not row.form.is_empty)
    if given > most:
        raise ValidationError(f"A letter can have {most} {what} at most; these are {given}. Nothing was cut off.")


def _target(form: TargetForm) -> TargetDraft:
    return TargetDraft(form.role.data or "", form.citation.data or "", form.doi.data or "", form.published_on.data)


def _author(form: AuthorForm) -> AuthorDraft:
    return AuthorDraft(
        full_name=form.full_name.data or "",
        affiliation=form.affiliation.data or "",
        orcid=form.orcid.data or "",
        is_corresponding=form.is_corresponding.data,
        competing_interests=form.competing_interests.data or "",
    )
