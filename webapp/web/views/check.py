"""The page on which anybody checks a file or a receipt: one page for every letter, which tells nothing of what there is (R18)."""

from typing import Any

from flask import Blueprint, render_template

from webapp.domain.errors import InvalidInput, TooMany
from webapp.domain.rate import UNKNOWN_FILES
from webapp.rendering.signing import public_key
from webapp.services import file_check
from webapp.services.file_check import Checked
from webapp.web.access import public
from webapp.web.errors import attach
from webapp.web.forms.check import CheckForm
from webapp.web.limits import count_one, refuse_if_spent
from webapp.web.transaction import reading, settings

bp = Blueprint("check", __name__, url_prefix="/check")


@bp.get("")
@public
def show() -> Any:
    return _page(CheckForm(formdata=None))


@bp.get("/<reference>")
@public
def of_letter(**_named: str) -> Any:
    """Where the code printed in a letter leads. What the letter is, the file itself says; this page must not."""
    return _page(CheckForm(formdata=None))


@bp.post("")
@public
def ask() -> Any:
    form = CheckForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        refuse_if_spent(UNKNOWN_FILES)
        digest = form.digest()
        found = (
            file_check.check_upload(reading(), digest, form.receipt())
            if digest
            else file_check.check_quoted(reading(), form.quoted.data or "")
        )
    except InvalidInput as error:
        attach(form, error)
        return _page(form, status=422)
    except TooMany as error:
        form.form_errors.append(str(error))
        return _page(form, status=429)
    if not found.is_genuine:
        count_one(UNKNOWN_FILES)
    return _page(CheckForm(formdata=None), found)


def _page(form: CheckForm, found: Checked | None = None, status: int = 200) -> Any:
    return render_template("check/show.html", form=form, found=found, key=public_key(settings().keyring.seal_seed())), status
