"""The forms of a translation: written, and removed."""

from typing import Any

from wtforms import HiddenField, SelectField
from wtforms.validators import AnyOf

from webapp.domain import limits
from webapp.services.translations import TranslationView, Written
from webapp.web.forms.fields import filled, line, paragraph
from webapp.web.forms.text import WithEdition

_WHICH = "Choose the language of the translation from the list."


class TranslationForm(WithEdition):
    """`language` is chosen once: an edit names the one that stands."""

    language: Any = SelectField("Language", validate_choice=False)
    title = line("Title in that language", limits.TITLE, "Give the title of the letter in the language of the translation.")
    translator = line("Translated by", limits.TRANSLATOR)
    body = paragraph("Text", limits.STATEMENT, "Write the translation of the text.", render_kw={"dir": "auto"})

    def offer(self, languages: dict[str, str]) -> "TranslationForm":
        self.language.choices = {"": "choose a language", **languages}
        self.language.validators = [AnyOf(list(languages), message=_WHICH)]
        return self

    def of(self, view: TranslationView) -> "TranslationForm":
        self.language.choices = {view.language: view.english_name}
        self.language.data = view.language
        return self

    def written(self) -> Written:
        return Written(self.title.data or "", self.body.data or "", self.translator.data or "", self.edition_number)


class RemoveTranslationForm(WithEdition):
    edition = HiddenField(validators=[filled("Look at the translation once more, then press the button.")])
