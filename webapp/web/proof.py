"""Acts that nothing takes back, or that let others in, ask who is there: by a code to their own address, for a quarter of an hour."""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, TypeVar, cast

from flask import render_template, request, url_for

from webapp.domain.errors import TooMany
from webapp.domain.wording import wrong_code_sentence
from webapp.services import letters, proof
from webapp.web.access import actor, at_desk, desk_token
from webapp.web.forms.desk import ProofForm
from webapp.web.security import SAFE_METHODS
from webapp.web.transaction import now, reading, settings, transaction

View = TypeVar("View", bound=Callable[..., Any])
Facts = Sequence[tuple[str, str]]
"""What is about to be done, as the page says it once more: what, and its value."""

# The attributes of a view that say that it asks for proof, and that nothing takes it back: read by the test of the architecture.
NEEDS_PROOF = "needs_proof"
IS_FINAL = "is_final"
_OURS = {"csrf_token", "proof_code", "another_code"}


def with_proof(act: str, *, facts: Callable[..., Facts], note: str = "", is_final: bool = False) -> Callable[[View], View]:
    """What is posted is done only by somebody who has just proved who they are; `act` says what, after “Confirm and”, `note` what follows.

    `facts` gets what the address names, and says from this and the form what exactly is confirmed; `is_final`: nothing takes it back.

    Without the proof the answer is a page that mails a code, keeps everything typed, and does the act in one go when the code comes
    back with it. It stands below the decorator that names the permission: whoever may not do it is told so, and mailed nothing.
    """

    about = {"act": act, "note": note, "is_final": is_final}

    def decorate(view: View) -> View:
        @wraps(view)
        def proved(*args: Any, **values: Any) -> Any:
            if request.method not in SAFE_METHODS:
                page = _ask_for_proof(partial(_page, about, facts))
                if page is not None:
                    return page
            return view(*args, **values)

        setattr(proved, NEEDS_PROOF, act)
        setattr(proved, IS_FINAL, is_final)
        return cast(View, proved)

    return decorate


def _ask_for_proof(page: Callable[[ProofForm, int], Any]) -> Any:
    """None where the proof is there, or has just been given; else the page that asks for it."""
    token, form = desk_token(), ProofForm()
    if proof.is_fresh(reading(), token, now=now()):
        return None
    if "proof_code" in request.form and "another_code" not in request.form:
        return None if _take_code(form, token) else page(form, 422)
    status = 403
    if "another_code" in request.form or not proof.is_code_awaited(reading(), token, now=now()):
        try:
            with transaction() as session:
                proof.send_staff_code(session, token, settings().keyring, now=now())
        except TooMany as error:
            form.form_errors.append(str(error))
            status = 429
    form.proof_code.data = ""
    return page(form, status)


def _take_code(form: ProofForm, token: str) -> bool:
    if not form.validate():
        return False
    with transaction() as session:
        left = proof.use_staff_code(session, token, form.proof_code.data, settings().keyring, now=now())
    if left is None:
        return True
    form.proof_code.errors = [wrong_code_sentence(left)]
    return False


def _page(about: dict[str, Any], facts: Callable[..., Facts], form: ProofForm, status: int) -> Any:
    values = request.view_args or {}
    desk = at_desk()
    page = render_template(
        "proof/confirm.html",
        **about,
        facts=[*_letter(values), *facts(**values)],
        is_new_code="another_code" in request.form and not form.errors,
        form=form,
        sent_to=desk.email if desk else "",
        action=url_for(request.endpoint or "", **values),
        kept=[(name, value) for name, value in request.form.items(multi=True) if name not in _OURS],
        back=url_for("letters.show", letter=values["letter"]) if "letter" in values else url_for("letters.index"),
    )
    return page, status


def _letter(values: dict[str, Any]) -> Facts:
    return [("Letter", letters.title_of(reading(), actor(), values["letter"]))] if "letter" in values else []
