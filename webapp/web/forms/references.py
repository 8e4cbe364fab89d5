"""The forms of the references."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

from webapp.domain import limits
from webapp.domain.document import CslItem
from webapp.domain.reference import KINDS
from webapp.domain.reference_typing import TypedReference, typed_from_item
from webapp.rendering.styles import STYLES
from webapp.web.forms.fields import choice, filled, line, paragraph

_LONGEST_NUMBER = 9


class WithEdition(FlaskForm):
    """Names the edition of the references that whoever sends it has seen."""

    edition = HiddenField(default="0")

    @property
    def edition_number(self) -> int:
        """0, which no list has, for what is not a number."""
        typed = self.edition.data or ""
        return int(typed) if typed.isdecimal() and len(typed) <= _LONGEST_NUMBER else 0


class RemoveForm(WithEdition):
    edition = HiddenField(validators=[filled("Look at the reference once more, then press the button.")])


class ImportForm(FlaskForm):
    file = FileField("File")
    references_typed = paragraph("Or paste references", limits.REFERENCES_TYPED)


class ConfirmImportForm(WithEdition):
    references_typed = HiddenField()
    with_doubles = BooleanField("Add those too that seem to be there already under another key")


class StyleForm(FlaskForm):
    style = choice("Style", {style.id: style.name for style in STYLES.values()})


class PickStyleForm(FlaskForm):
    style = choice("Citation style", {"": "as its venues ask", **{style.id: style.name for style in STYLES.values()}})


class ReferenceForm(WithEdition):
    doi = line("DOI", limits.IDENTIFIER)
    pmid = line("PubMed number (PMID)", limits.IDENTIFIER)
    kind = choice("Kind of work", dict(KINDS), default="article-journal")
    authors = paragraph("Authors", limits.REFERENCE_NAMES)
    title = line("Title", limits.REFERENCE_LINE)
    container = line("Journal, or title of the book", limits.REFERENCE_LINE)
    issued = line("Year or date", limits.IDENTIFIER)
    volume = line("Volume", limits.IDENTIFIER)
    issue = line("Issue", limits.IDENTIFIER)
    page = line("Pages", limits.IDENTIFIER)
    editors = paragraph("Editors", limits.REFERENCE_NAMES)
    publisher = line("Publisher", limits.REFERENCE_LINE)
    place = line("Place of the publisher", limits.REFERENCE_LINE)
    url = line("Address (URL)", limits.REFERENCE_LINE)
    key = line("Key", limits.IDENTIFIER)

    def keep_kind(self, kind: str) -> None:
        """A kind that was imported, and that nobody could choose, stays as it is."""
        if kind not in KINDS:
            self.kind.choices = [*KINDS.items(), (kind, kind.replace("-", " "))]
            self.kind.validators = []

    def typed(self) -> TypedReference:
        return TypedReference(**{name: self[name].data or "" for name in TypedReference.__dataclass_fields__})

    def fill_gaps(self, item: CslItem) -> None:
        """Puts what a register knows where nothing was typed; what was typed stays."""
        found = typed_from_item(item)
        is_untouched = not any((self[name].data or "").strip() for name in ("title", "authors", "container"))
        for name in TypedReference.__dataclass_fields__:
            if not (self[name].data or "").strip() or (name == "kind" and is_untouched and found.kind in KINDS):
                self[name].data = getattr(found, name)


def form_data(item: CslItem, edition: int) -> dict[str, Any]:
    typed = typed_from_item(item)
    return {**{name: getattr(typed, name) for name in TypedReference.__dataclass_fields__}, "edition": str(edition)}
