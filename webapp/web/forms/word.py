"""The forms of Word files."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField

from webapp.domain.errors import InvalidInput
from webapp.domain.imported import WordImport, packed_remarks, unpacked_remarks
from webapp.rendering.bibliography.csl_json import write_csl_json
from webapp.rendering.references import parse_references
from webapp.web.forms.text import TextForm


class WordFileForm(FlaskForm):
    file = FileField("Word file")


class BroughtForm(TextForm):
    """What was read from the file, carried from the preview to the press that stores it, and read again as if it had been typed."""

    body = HiddenField()
    references = HiddenField()
    remarks = HiddenField()

    def carry(self, brought: WordImport, edition: int) -> None:
        self.edition.data, self.body.data = str(edition), brought.text
        self.references.data = write_csl_json(brought.references) if brought.references else ""
        self.remarks.data = packed_remarks(brought)

    def brought(self) -> WordImport:
        """Raises InvalidInput."""
        if not (self.body.data or "").strip():
            raise InvalidInput("There is no text here. Choose the file again.", field="file")
        suggestions, comments = unpacked_remarks(self.remarks.data or "")
        references = parse_references(self.references.data or "")
        return WordImport("", self.body.data or "", references, suggestions, comments, ())
