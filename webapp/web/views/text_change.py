"""Changing the text while sign-on is open."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.domain.text import Change
from webapp.domain.wording import count_phrase, noun_for, people_phrase
from webapp.services import conversions, dashboard, text_change
from webapp.services.text_change import Proposal
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.change import CHANGES, ChangeForm, change_word
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("text_change", __name__, url_prefix="/letters/<letter>/change")


def _confirmed(letter: str) -> Facts:
    """Nothing where it cannot be done so: the act itself then says why."""
    try:
        proposal = text_change.propose_change(reading(), actor(), letter)
    except (WrongState, InvalidInput):
        return []
    return [
        ("Revision", f"{proposal.new_number}, in place of {proposal.old_number}"),
        ("Declared", change_word(ChangeForm().change.data)),
        ("Told by mail", people_phrase(proposal.people)),
    ]


@bp.get("")
@for_staff(Permission.OPEN_SIGN_ON)
def propose(letter: str) -> Any:
    return _page(letter, None)


@bp.post("")
@for_staff(Permission.OPEN_SIGN_ON)
@with_proof("put the new text in force", facts=_confirmed, is_final=True)
def change_text(letter: str) -> Any:
    form, status = ChangeForm(), 422
    if form.validate_on_submit():
        try:
            with conversions.converted_ahead(reading(), actor(), letter, now=now()), transaction() as session:
                text_change.change_text(session, actor(), letter, form.declared(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("The new text is in force, and every representative is being told.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _page(letter, form, status)


def _page(letter: str, form: ChangeForm | None, status: int = 422) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    proposal, missing = _proposal(letter)
    shown = form or ChangeForm(formdata=None, data={"change": proposal.change if proposal else None})
    # The page that goes out now shows what there is now.
    shown.seen.data = proposal.mark if proposal else ""
    consequences = _consequences(proposal, view.collective_noun) if proposal else {}
    page = render_template(
        "text_change/propose.html", letter=view, form=shown, proposal=proposal, missing=missing, consequences=consequences
    )
    return page, status if shown.errors else 200


def _proposal(letter: str) -> tuple[Proposal | None, str]:
    try:
        return text_change.propose_change(reading(), actor(), letter), ""
    except (WrongState, InvalidInput) as error:
        return None, str(error)


def _consequences(proposal: Proposal, noun: str) -> dict[str, str]:
    if not proposal.signed:
        return dict.fromkeys(CHANGES, f"No {noun_for(1, noun)} has signed the text in force, so none has to affirm the new one.")
    signed = f"of {count_phrase(proposal.signed, noun)}"
    if proposal.signed == 1:
        return {
            Change.EDITORIAL: f"The signature {signed} stands. If it objects in time, it is asked to affirm.",
            Change.SUBSTANTIVE: f"The signature {signed} waits until it has affirmed the new text.",
        }
    return {
        Change.EDITORIAL: f"The signatures {signed} stand. Who objects in time is asked to affirm.",
        Change.SUBSTANTIVE: f"The signatures {signed} wait until each has affirmed the new text.",
    }
