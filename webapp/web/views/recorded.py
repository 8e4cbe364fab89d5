"""Recording an answer that came by phone, paper or e-mail."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import AnswerStands, Conflict, InvalidInput, StaleText, TooLate, WrongState
from webapp.domain.permission import Permission
from webapp.services import dashboard, recorded
from webapp.services.answers import Intent
from webapp.services.recorded import Record
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.authority import RecordForm, proof_of
from webapp.web.forms.room import new_nonce
from webapp.web.transaction import now, reading, received_at, settings, transaction

bp = Blueprint("recorded", __name__, url_prefix="/letters/<letter>/roster/<invitation>")


@bp.get("/record")
@for_staff(Permission.VOUCH)
def record(letter: str, invitation: str) -> Any:
    to_record = recorded.answer_to_record(reading(), actor(), letter, invitation)
    known = {"printed_name": to_record.society, "nonce": new_nonce(), "digest": to_record.digest, "replaces": to_record.standing}
    return _page(letter, invitation, RecordForm(formdata=None, data=known), 200)


@bp.post("/record")
@for_staff(Permission.VOUCH)
def store(letter: str, invitation: str) -> Any:
    form, status = RecordForm(), 422
    if form.validate():
        try:
            made = Record(_intent(form), form.received(), proof_of(form.file))
            with transaction() as session:
                answer = recorded.record_answer(
                    session, actor(), (letter, invitation), made, settings().keyring, received_at=received_at(), now=now()
                )
        except InvalidInput as error:
            attach(form, error)
        except (StaleText, AnswerStands, TooLate, Conflict, WrongState) as error:
            status = 409
            form.form_errors.append(str(error))
            _begin_again(letter, invitation, form)
        else:
            flash("The answer is recorded, and the society is told by mail.", "ok")
            return redirect(url_for("authority.answer", letter=letter, answer=answer), 303)
    return _page(letter, invitation, form, status)


def _intent(form: RecordForm) -> Intent:
    kind, ground = form.act
    return Intent(
        act=kind,
        nonce=form.nonce.data or "",
        digest=form.digest.data or "",
        replaces=form.replaces.data or None,
        sign_on=form.sign_on(),
        reason=form.reason.data or "",
        ground=ground,
        link=form.link.data or "",
    )


def _begin_again(letter: str, invitation: str, form: RecordForm) -> None:
    """What was typed is kept, for the text and the answer that stand now."""
    to_record = recorded.answer_to_record(reading(), actor(), letter, invitation)
    form.nonce.data, form.digest.data, form.replaces.data = new_nonce(), to_record.digest, to_record.standing


def _page(letter: str, invitation: str, form: RecordForm, status: int) -> Any:
    to_record = recorded.answer_to_record(reading(), actor(), letter, invitation)
    form.show_logo(to_record.logo.sha256)
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template("recorded/record.html", letter=view, to_record=to_record, form=form), status
