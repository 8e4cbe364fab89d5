"""The form of how a letter is printed."""

from dataclasses import asdict
from typing import Any

from wtforms import BooleanField, ColorField, RadioField, SelectField

from webapp.domain import limits
from webapp.domain.layout import ACRONYM_WORDS, GROUPING_WORDS, LANGUAGES, PAPER_WORDS
from webapp.services.layout_desk import LayoutDraft
from webapp.web.forms.fields import choice, chosen, line, paragraph
from webapp.web.forms.text import WithEdition

_BY_NAME = "As the letter names it: "


class LayoutForm(WithEdition):
    paper = RadioField("Paper", choices=PAPER_WORDS, validators=[chosen("Choose the paper.")])
    language = choice("Language of what nobody typed", LANGUAGES)
    accent = ColorField("Colour of the letterhead")
    lead = SelectField("Lead society", validate_choice=False)
    address = paragraph("Postal address", limits.POSTAL_ADDRESS)
    website = line("Website", limits.WEB_ADDRESS, render_kw={"inputmode": "url"})
    grouping = RadioField("Headings in the list", choices=GROUPING_WORDS, validators=[chosen("Choose how the list is divided.")])
    is_lead_first = BooleanField("The lead society stands first, before all others")
    acronyms = RadioField("Acronyms", choices=ACRONYM_WORDS, validators=[chosen("Choose what becomes of acronyms.")])
    shows_logos = BooleanField("Logos stand beside the names")
    has_annex = BooleanField("An annex says who stands for each society, and how that is known")

    def offer_leads(self, leads: tuple[tuple[str, str], ...], named: str) -> None:
        self.lead.choices = [("", f"{_BY_NAME}{named}"), *leads]

    def draft(self) -> LayoutDraft:
        """What was chosen."""
        return LayoutDraft(
            paper=self.paper.data or "",
            language=self.language.data or "",
            grouping=self.grouping.data or "",
            is_lead_first=self.is_lead_first.data,
            acronyms=self.acronyms.data or "",
            shows_logos=self.shows_logos.data,
            has_annex=self.has_annex.data,
            accent=self.accent.data or "",
            address=self.address.data or "",
            website=self.website.data or "",
            lead=self.lead.data or "",
        )


def layout_as_plain(draft: LayoutDraft, edition: int) -> dict[str, Any]:
    """What is kept, as the form shows it."""
    return {**asdict(draft), "edition": str(edition)}
