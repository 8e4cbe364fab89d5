"""The forms by which a list comes into the roster. The list itself travels in them: nothing is kept before it is confirmed."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import AnyOf

from webapp.domain import limits
from webapp.domain.columns import COLUMNS
from webapp.domain.encoding import ENCODINGS
from webapp.domain.errors import InvalidInput
from webapp.rendering.workbook import as_list
from webapp.services.roster_import import Reading
from webapp.web.forms.fields import choice, paragraph

_LONGEST_NUMBER = 6


class RosterFileForm(FlaskForm):
    file = FileField("File")
    pasted = paragraph("Or paste the list", limits.ROSTER_BYTES)

    def reading(self) -> Reading:
        """What was chosen or pasted. Raises InvalidInput for nothing at all, and for a workbook that is not opened."""
        if not self.file.data and not (self.pasted.data or "").strip():
            raise InvalidInput("Choose a file, or paste the list.", field="file")
        return Reading(as_list(self.file.data.read()) if self.file.data else (self.pasted.data or "").encode())


class CopyForm(FlaskForm):
    source = RadioField("Letter", validate_choice=False)

    def offer(self, letters: dict[str, str]) -> "CopyForm":
        """Lists these letters, reference to title."""
        self.source.choices = list(letters.items())
        self.source.validators = [AnyOf(list(letters), message="Choose the letter whose roster is to be copied.")]
        return self


class ListForm(FlaskForm):
    """The list, and how it is read, from page to page."""

    content = HiddenField()
    pasted = HiddenField()
    columns = HiddenField()
    encoding = choice("The file is read as", {"": "as it seems", **ENCODINGS})
    keeps_contacts = BooleanField("Keep these people in the directory as usual contacts, for other letters too")

    def reading(self, typed: "MultiDict[str, str]") -> Reading:
        """The list with every choice that was made; raises InvalidInput for what no page of ours has sent."""
        try:
            data = urlsafe_b64decode(self.content.data) if self.content.data else (self.pasted.data or "").encode()
        except (binascii.Error, ValueError) as error:
            raise InvalidInput("The list did not arrive as it was sent. Choose the file again.", field="file") from error
        chosen = [typed[f"column-{place}"] for place in range(limits.ROSTER_COLUMNS) if f"column-{place}" in typed]
        columns = chosen or (self.columns.data or "").split(",") if chosen or self.columns.data else []
        left_out = frozenset(int(one) for one in typed.getlist("left_out") if _is_number(one))
        return Reading(data, self.encoding.data or "", tuple(columns), _corrections(typed), left_out)

    def carry(self, reading: Reading) -> None:
        """Has the next page send the same once more."""
        self.content.data = urlsafe_b64encode(reading.data).decode()
        self.pasted.data = ""
        self.columns.data = ",".join(reading.columns)
        self.encoding.data = reading.encoding


def _corrections(typed: Mapping[str, str]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name, value in typed.items():
        kind, _, rest = name.partition("-")
        number, _, column = rest.partition("-")
        if kind == "fix" and _is_number(number) and column in COLUMNS:
            found.setdefault(int(number), {})[column] = value
    return found


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and len(typed) < _LONGEST_NUMBER
