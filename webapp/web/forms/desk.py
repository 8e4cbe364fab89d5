"""The desk's smaller forms."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from webapp.domain import limits
from webapp.domain.permission import Role
from webapp.services.revisions import Declaration
from webapp.services.sign_on import Reasons
from webapp.web.forms.fields import MomentField, choice, line, paragraph

# With whatever was copied around its eight characters.
_LONGEST_CODE = 40
ROLES = {
    Role.OWNER: "owner: everything",
    Role.COORDINATOR: "coordinator: everything but people and cancelling",
    Role.DRAFTER: "drafter: reads, and writes the draft",
    Role.READER: "reader: reads",
}


class EmptyForm(FlaskForm):
    """A button and its CSRF token."""


class SeenForm(FlaskForm):
    """A button that fixes for good what stands beside it: `seen` tells what stood there."""

    seen = HiddenField()


class SignInForm(FlaskForm):
    email = line(
        "Your e-mail address",
        limits.EMAIL,
        "Type the address under which you are on the staff.",
        render_kw={"autocomplete": "email", "type": "email"},
    )


class OpenForm(FlaskForm):
    seen = HiddenField()
    is_fit = BooleanField(
        "I have read the statement: it is courteous, it gives its evidence,"
        " and it accuses nobody of what a journal or the law would not bear."
    )
    reason_unfit = paragraph("If you do not tick this, why the text is put in force all the same", limits.REASON)
    reason_unanswered = paragraph("Why comments stay unanswered", limits.REASON)

    def reasons(self) -> Reasons:
        return Reasons(self.reason_unfit.data or "", self.reason_unanswered.data or "")

    def declared(self) -> Declaration:
        return Declaration(seen=self.seen.data or "")


class DeadlineForm(FlaskForm):
    deadline_local = MomentField(
        "New deadline",
        validators=[InputRequired("Give the new day and time.")],
    )


class CancelForm(FlaskForm):
    reason = paragraph("Why", limits.REASON, "Say in a sentence why: everyone who was invited is told.")


class SocietyForm(FlaskForm):
    society = line("Society, as it is to be printed", limits.PRINTED_NAME, "Give the society’s name.", render_kw={"autocomplete": "off"})
    contact = line("Representative", limits.PERSON_NAME, "Name the person who answers for the society.", render_kw={"autocomplete": "off"})
    email = line(
        "Representative’s address", limits.EMAIL, "Give the address to which link and codes go.", render_kw={"autocomplete": "off"}
    )
    country = line("Country, two letters", 2)
    acronym = line("Acronym", limits.ACRONYM)
    sort_name = line("Sort under", limits.PRINTED_NAME)


class NameForm(FlaskForm):
    printed_name = line("Printed name", limits.PRINTED_NAME, "Give the name as it is to be printed.")


class PersonForm(FlaskForm):
    email = line("Address of the account", limits.EMAIL, "Type the address under which they are on the staff.")
    role = choice("Role", {role.value: words for role, words in ROLES.items()}, default=Role.READER.value)


class RoleForm(FlaskForm):
    role = choice("Role", {role.value: words for role, words in ROLES.items()})


class AccountForm(FlaskForm):
    email = line("E-mail address", limits.EMAIL, "Type the address with which they will sign in.")


class ProofForm(FlaskForm):
    proof_code = line("Code", _LONGEST_CODE, "Type the code that we have mailed to you.")


class LinkForm(FlaskForm):
    email = line(
        "The address at which you were invited", limits.EMAIL, "Type the address.", render_kw={"autocomplete": "email", "type": "email"}
    )
