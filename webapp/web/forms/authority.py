"""The forms of recorded answers, of what is known of who speaks, and of disputes."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.domain import limits
from webapp.domain.answer import MANDATES, AnswerKind, Mandate, SignOn, Source
from webapp.domain.authority import RULE_WORDS
from webapp.domain.proof_file import ProofFile, read_proof
from webapp.services.authority import Settling
from webapp.services.recorded import Received
from webapp.web.forms.fields import DayField, chosen, line, paragraph
from webapp.web.forms.linked import LinkedForm
from webapp.web.forms.room import WAYS_NOT_TO_SIGN, AnswerForm

_SOURCES = {Source.PHONE: "by phone", Source.PAPER: "on paper", Source.EMAIL: "by e-mail"}
_KINDS = {
    AnswerKind.SIGN.value: "It signs.",
    AnswerKind.SIGN_IF.value: "It would sign on a condition.",
    **{how: words.replace("We decline", "It declines").replace("We abstain", "It abstains") for how, words in WAYS_NOT_TO_SIGN.items()},
    AnswerKind.SEPARATE.value: "It makes a statement of its own.",
}
# What a signature says; every other answer leaves it out.
_OF_A_SIGNATURE = {
    "printed_name": "Give the name of the society as it is to be printed.",
    "officer": "Name the officer under whose name the society signs.",
    "office": "Give the officer’s office, for example “President”.",
    "decided_by": "Say who decided, for example “the board”.",
    "decided_on": "Give the day of the decision.",
    "competing_interests": "State the society’s competing interests; if there are none, write “None”.",
}


class RecordForm(AnswerForm):
    source = RadioField("How the answer came", choices=_SOURCES, validators=[chosen("Say how the answer came.")])
    received_from = line("From whom", limits.PERSON_NAME, "Name the person who called or wrote.", render_kw={"autocomplete": "off"})
    came_on = DayField("On which day", validators=[InputRequired("Give the day on which it came.")])
    how = paragraph("Anything to say about it", limits.NOTE)
    file = FileField("The proof")
    kind = RadioField("What the society answers", choices=_KINDS, validators=[chosen("Choose what the society answers.")])
    printed_name = line("Name of the society, exactly as it is to be printed", limits.PRINTED_NAME)
    officer = line("Officer who signs for the society", limits.PERSON_NAME, render_kw={"autocomplete": "off"})
    office = line("Office", limits.OFFICE, render_kw={"autocomplete": "off"})
    consent_to_print = BooleanField("The officer has agreed that name and office are printed in the letter and published with it.")
    logo = HiddenField()
    consent_to_logo = BooleanField("The society has agreed that the letter shows its logo, as it stands here.")
    decided_by = line("Who decided that the society signs", limits.DECIDED_BY)
    decided_on = DayField("Decided on which day", validators=[Optional()])
    competing_interests = paragraph("Competing interests of the society", limits.COMPETING_INTERESTS)
    mandate = RadioField("If the journal asks for changes", choices=MANDATES, default=Mandate.ASK)
    reason = paragraph("The condition, or the reason", limits.REASON)
    link = line("Where its own statement can be read", limits.WEB_ADDRESS)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if self.kind.data == AnswerKind.SIGN:
            for name, sentence in _OF_A_SIGNATURE.items():
                if not str(self[name].data or "").strip() and not self[name].errors:
                    self[name].errors, is_valid = [sentence], False
        return is_valid

    @property
    def act(self) -> tuple[str, str]:
        """The kind of the answer, and the ground where it abstains."""
        kind, _, ground = (self.kind.data or "").partition(":")
        return kind, ground

    def show_logo(self, sha256: str) -> None:
        """The page shows this logo: what was ticked for another does not hold for it."""
        if self.logo.data != sha256:
            self.logo.data, self.consent_to_logo.data = sha256, False

    def sign_on(self) -> SignOn | None:
        if self.kind.data != AnswerKind.SIGN:
            return None
        return SignOn(
            printed_name=self.printed_name.data or "",
            officer=self.officer.data or "",
            office=self.office.data or "",
            consent_to_print=self.consent_to_print.data,
            decided_by=self.decided_by.data or "",
            decided_on=self.decided_on.data,
            competing_interests=self.competing_interests.data or "",
            mandate=Mandate(self.mandate.data or Mandate.ASK),
            consent_to_logo=self.consent_to_logo.data,
            logo=self.logo.data or "",
        )

    def received(self) -> Received:
        return Received(self.source.data or "", self.received_from.data or "", self.came_on.data, self.how.data or "")


def proof_of(field: FileField) -> ProofFile:
    """What was uploaded. Raises InvalidInput where nothing was, or where it is no proof."""
    sent = field.data
    return read_proof(sent.filename or "", sent.read()) if sent else read_proof("", b"")


class RuleForm(FlaskForm):
    methods = SelectMultipleField(
        "What is enough to know that a person may speak for a society",
        choices=RULE_WORDS,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )


class SettleForm(FlaskForm):
    method = RadioField("How it is known", choices={}, validate_choice=False, validators=[chosen("Choose by what it is known.")])
    words = paragraph("In your words", limits.REASON)
    proof = SelectField("The minute, where it is attached already", choices={}, validate_choice=False)
    file = FileField("The minute of the board")

    def offer(self, ways: tuple[tuple[str, str], ...], proofs: dict[str, str]) -> None:
        self.method.choices, self.proof.choices = dict(ways), {"": "–", **proofs}

    def settling(self) -> Settling:
        """Raises InvalidInput for a file that is no proof."""
        return Settling(
            self.method.data or "", self.words.data or "", self.proof.data or "", proof_of(self.file) if self.file.data else None
        )


class DisputeSettledForm(FlaskForm):
    stands = RadioField(
        "What you found",
        choices={"yes": "The answer is the society’s own: it stands.", "no": "It is not: the answer is withdrawn."},
        validators=[chosen("Say what you found.")],
    )
    finding = paragraph("What was checked, and with whom", limits.REASON, "Say what was checked, and with whom: the society reads it.")


class WitnessForm(LinkedForm):
    words = paragraph("In your words", limits.REASON, "Write it in a sentence: the coordinators read it.")
    code = line("Code", 40)

    def validate_with_code(self) -> bool:
        """On the second page, where a code that was left out is no wrong try."""
        is_valid = bool(self.validate())
        if not (self.code.data or "").strip():
            self.code.errors, is_valid = ["Type the code that we have mailed to you."], False
        return is_valid


class MinuteForm(FlaskForm):
    file = FileField("The minute of your board")
