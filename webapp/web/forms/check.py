"""The form by which anybody checks a file or a receipt."""

import hashlib
from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField

from webapp.domain import limits
from webapp.domain.digest import is_digest
from webapp.web.forms.fields import paragraph
from webapp.web.forms.linked import LinkedForm

_CHUNK = 65_536
_MAIL = 1_000_000
"""As check-file.js has it."""


def _printable(typed: str | None) -> str:
    """What a page can show again: a mail that is pasted may hold anything."""
    return (typed or "").replace("\0", "\ufffd")


class CheckForm(LinkedForm):
    """It changes nothing, so it needs no token; and the page, which is public, sets no cookie."""

    file = FileField("The file", name="file")
    quoted = paragraph("A receipt, or the SHA-256 of a file", limits.RECEIPT, render_kw={"spellcheck": "false"}, filters=(_printable,))
    sha256 = HiddenField()
    """Of the file, where the browser has taken it itself: then the file is not sent."""

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if is_valid and not (self.file.data or self.has_sha256 or (self.quoted.data or "").strip()):
            self.file.errors, is_valid = ["Choose a file, or paste a receipt."], False
        return is_valid

    @property
    def has_sha256(self) -> bool:
        return is_digest(self.sha256.data or "")

    def receipt(self) -> bytes:
        """What was uploaded, where it may be a mail: a small file that calls itself one. Empty else."""
        file = self.file.data
        if self.has_sha256 or not file or not (file.filename or "").lower().endswith((".eml", ".txt")):
            return b""
        file.stream.seek(0)
        read: bytes = file.stream.read(_MAIL + 1)
        return read if len(read) <= _MAIL else b""

    def digest(self) -> str:
        """The SHA-256 of the file; empty where none was chosen. What was uploaded is read once and kept nowhere."""
        if self.has_sha256 or not self.file.data:
            return self.sha256.data or ""
        taken = hashlib.sha256()
        while chunk := self.file.data.stream.read(_CHUNK):
            taken.update(chunk)
        return taken.hexdigest()
