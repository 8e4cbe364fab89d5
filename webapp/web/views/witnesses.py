"""What somebody of a society does by the link in a message about one answer: disown it, or confirm it from the official address."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from webapp.domain.authority import WitnessPurpose
from webapp.domain.errors import InvalidInput, NotFound, TooMany, WrongState
from webapp.domain.rate import LINK_MISSES, WRONG_CODES
from webapp.domain.tokens import Keyring
from webapp.domain.wording import wrong_code_sentence
from webapp.services import authority, disputes, witnesses
from webapp.services.disputes import Words
from webapp.web.access import public
from webapp.web.errors import attach
from webapp.web.forms.authority import WitnessForm
from webapp.web.forms.desk import LinkForm
from webapp.web.limits import count_one, counts_misses, refuse_if_spent
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("witnesses", __name__)

Act = Callable[..., int | None]


@bp.route("/not-us/<token>", methods=["GET", "POST"])
@public
@counts_misses(LINK_MISSES)
def dispute(token: str) -> Any:
    return _speak(WitnessPurpose.DISPUTE, token, disputes.dispute_answer)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@public
@counts_misses(LINK_MISSES)
def confirm(token: str) -> Any:
    return _speak(WitnessPurpose.CONFIRM, token, authority.confirm_officially)


def _speak(purpose: WitnessPurpose, token: str, act: Act) -> Any:
    """A GET changes nothing (R6); the words mail a code, and the code does it (R7). A dead link is one page, whatever it was (R14)."""
    form = WitnessForm()
    try:
        witnesses.show_witness(reading(), purpose, token)
        if not form.is_submitted():
            return _page(purpose, token, form, step="words")
        wants_code = "code" not in request.form or "another_code" in request.form
        if not (form.validate() if wants_code else form.validate_with_code()):
            return _page(purpose, token, form, step="words" if form.words.errors else "code", status=422)
        return _send_code(purpose, token, form) if wants_code else _take_code(purpose, token, form, act)
    except NotFound:
        return render_template("rooms/dead.html", form=LinkForm(formdata=None)), 404


def _send_code(purpose: WitnessPurpose, token: str, form: WitnessForm) -> Any:
    form.code.data = ""
    try:
        with transaction() as session:
            witnesses.send_witness_code(session, purpose, token, settings().keyring, now=now())
    except TooMany as error:
        form.form_errors.append(str(error))
        return _page(purpose, token, form, step="code", status=429)
    except WrongState as error:
        return _page(purpose, token, form, step="words", refused=str(error), status=409)
    return _page(purpose, token, form, step="code")


def _take_code(purpose: WitnessPurpose, token: str, form: WitnessForm, act: Act) -> Any:
    refuse_if_spent(WRONG_CODES)
    try:
        with transaction() as session:
            left = _done(session, act, token, form, settings().keyring)
    except InvalidInput as error:
        attach(form, error)
        return _page(purpose, token, form, step="words", status=422)
    except WrongState as error:
        return _page(purpose, token, form, step="words", refused=str(error), status=409)
    if left is None:
        return redirect(url_for(request.endpoint or "", token=token), 303)
    count_one(WRONG_CODES)
    form.code.errors = [wrong_code_sentence(left)]
    return _page(purpose, token, form, step="code", status=422)


def _done(session: Any, act: Act, token: str, form: WitnessForm, keyring: Keyring) -> int | None:
    return act(session, token, Words(form.words.data or "", form.code.data or ""), keyring, now=now())


def _page(purpose: WitnessPurpose, token: str, form: WitnessForm, *, step: str, refused: str = "", status: int = 200) -> Any:
    view = witnesses.show_witness(reading(), purpose, token)
    template = "witnesses/dispute.html" if purpose == WitnessPurpose.DISPUTE else "witnesses/confirm.html"
    return render_template(template, witness=view, form=form, token=token, step=step, refused=refused), status
