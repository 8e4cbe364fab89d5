"""The forms of the directory of societies."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import FieldList, Form, FormField, HiddenField

from webapp.domain import limits
from webapp.domain.society import Contact, SocietyFacts
from webapp.web.forms.fields import line, paragraph

_LONGEST_LIST = 8_000


class ContactForm(Form):
    # “name” would be the name of the form itself.
    person = line("Name", limits.PERSON_NAME, render_kw={"autocomplete": "off"})
    email = line("Address", limits.EMAIL, render_kw={"autocomplete": "off", "inputmode": "email"})

    @property
    def is_empty(self) -> bool:
        return not any((field.data or "").strip() for field in self)


class SocietyFactsForm(FlaskForm):
    """What the directory says of a society."""

    edition = HiddenField(default="1")
    printed_name = line("Printed name", limits.PRINTED_NAME, "Give the name as it is to be printed.")
    reason = line("Why the printed name is another", limits.REVISION_NOTE)
    sort_name = line("Sort under", limits.PRINTED_NAME)
    acronym = line("Acronym", limits.ACRONYM)
    country = line("Country, two letters", 2)
    kind = line("Kind of society", limits.SOCIETY_KIND, render_kw={"list": "kinds", "autocomplete": "off"})
    legal_name = line("Legal name", limits.PRINTED_NAME)
    former_names = paragraph("Former names", _LONGEST_LIST)
    website = line("Website", limits.WEB_ADDRESS, render_kw={"inputmode": "url"})
    ror = line("ROR id", limits.IDENTIFIER)
    domains = paragraph("Domains of its e-mail", _LONGEST_LIST)
    official_address = line("Official address", limits.EMAIL, render_kw={"inputmode": "email", "autocomplete": "off"})
    contacts = FieldList(FormField(ContactForm), min_entries=1)

    def fill_spare_rows(self) -> None:
        filled = sum(1 for row in self.contacts.entries if not row.form.is_empty)
        while len(self.contacts.entries) < min(limits.CONTACTS, filled + 1):
            self.contacts.append_entry()

    def facts(self) -> SocietyFacts:
        """What was typed."""
        names = ("printed_name", "sort_name", "acronym", "country", "kind", "legal_name", "website", "ror", "official_address")
        rows = (row.form for row in self.contacts.entries)
        return SocietyFacts(
            **{name: (self[name].data or "").strip() for name in names},
            former_names=tuple((self.former_names.data or "").splitlines()),
            domains=tuple((self.domains.data or "").splitlines()),
            contacts=tuple(Contact(row.person.data or "", row.email.data or "") for row in rows),
        )


def facts_as_plain(facts: SocietyFacts, edition: int) -> dict[str, Any]:
    """The facts as the form shows them."""
    kept = {name: getattr(facts, name) for name in SocietyFacts.__dataclass_fields__}
    kept |= {name: "\n".join(kept[name]) for name in ("former_names", "domains")}
    return {**kept, "edition": str(edition), "contacts": [{"person": one.name, "email": one.email} for one in facts.contacts]}


class JoinForm(FlaskForm):
    stays_edition = HiddenField(default="0")
    goes_edition = HiddenField(default="0")
    reason = line("How it is known that the two are one", limits.REVISION_NOTE, "Say how it is known that the two are one society.")


class LogoForm(FlaskForm):
    file = FileField("Logo")
