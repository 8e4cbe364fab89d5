"""Answering for a society: the form, the review with its code, the receipt."""

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.answer import AnswerKind, authority_sentence
from webapp.domain.errors import AnswerStands, Conflict, InvalidInput, StaleText, TooLate, TooMany, WrongState
from webapp.domain.rate import WRONG_CODES
from webapp.services import answers, rooms
from webapp.services.answer_store import WITHDRAW
from webapp.services.answers import Intent
from webapp.services.place import Place
from webapp.web.access import for_representative, reload_place
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.room import AnswerForm, DeclineForm, ReviewForm, SignForm, WithdrawForm, new_nonce
from webapp.web.limits import count_one, refuse_if_spent
from webapp.web.transaction import now, reading, received_at, settings, transaction

bp = Blueprint("answers", __name__, url_prefix="/room/<invitation>")


@bp.route("/sign", methods=["GET", "POST"])
@for_representative
def sign(place: Place) -> Any:
    room = rooms.show_room(reading(), place, now=now())
    form = SignForm(data=_prefilled(room, AnswerKind.SIGN))
    form.is_authorised.label.text = authority_sentence(form.printed_name.data or room.society, room.title)
    sign_on = form.sign_on() if form.validate_on_submit() else None
    return _answer(place, form, "sign", AnswerKind.SIGN, sign_on=sign_on) if sign_on else _page("sign", place, form)


@bp.route("/decline", methods=["GET", "POST"])
@for_representative
def decline(place: Place) -> Any:
    room = rooms.show_room(reading(), place, now=now())
    form = DeclineForm(data=_prefilled(room, AnswerKind.DECLINE))
    form.is_authorised.label.text = room.decline_sentence
    if form.validate_on_submit():
        return _answer(place, form, "decline", AnswerKind.DECLINE, reason=form.reason.data or "")
    return _page("decline", place, form)


@bp.route("/withdraw", methods=["GET", "POST"])
@for_representative
def withdraw(place: Place) -> Any:
    room = rooms.show_room(reading(), place, now=now())
    form = WithdrawForm(data=_prefilled(room, WITHDRAW))
    if form.validate_on_submit():
        return _answer(place, form, "withdraw", WITHDRAW, reason=form.reason.data or "")
    return _page("withdraw", place, form)


def _prefilled(room: rooms.RoomView, act: str) -> dict[str, Any]:
    """The form as it is first shown: what waits for its code, else what is known; the nonce is new, the digest is of the text shown."""
    standing = room.answer if room.answer and room.answer.is_standing else None
    known: dict[str, Any] = asdict(standing) if standing and standing.kind == act else {"printed_name": room.society}
    if room.pending and room.pending.act == act:
        known = dict(room.pending.content)
        if "decided_on" in known:
            known["decided_on"] = date.fromisoformat(known["decided_on"])
    return {**known, "nonce": new_nonce(), "digest": room.digest, "replaces": standing.reference if standing else ""}


def _answer(place: Place, form: AnswerForm, template: str, act: str, **what: Any) -> Any:
    invitation = place.invitation.reference
    intent = Intent(act=act, nonce=form.nonce.data, digest=form.digest.data, replaces=form.replaces.data or None, **what)
    try:
        with transaction() as session:
            answers.prepare_answer(session, reload_place(invitation), intent, settings().keyring, received_at=received_at(), now=now())
    except InvalidInput as error:
        attach(form, error)
        return _page(template, place, form)
    except (StaleText, AnswerStands, TooLate) as error:
        return _refused(invitation, form, error, template)
    except (Conflict, WrongState, TooMany) as error:
        form.nonce.data = new_nonce()
        form.form_errors.append(str(error))
        return _page(template, place, form)
    return redirect(url_for("answers.review", invitation=invitation), 303)


def _page(template: str, place: Place, form: AnswerForm) -> Any:
    room = rooms.show_room(reading(), reload_place(place.invitation.reference), now=now())
    return render_template(f"answers/{template}.html", form=form, room=room), 422 if form.errors else 200


def _refused(invitation: str, form: AnswerForm, error: Exception, template: str) -> Any:
    """Refused, and nothing typed is lost: the same form once more, with what has happened above it."""
    room = rooms.show_room(reading(), reload_place(invitation), now=now())
    form.nonce.data, form.digest.data = new_nonce(), room.digest
    form.replaces.data = error.answer if isinstance(error, AnswerStands) else form.replaces.data
    kind = {StaleText: "stale", AnswerStands: "stands", TooLate: "late"}[type(error)]
    return render_template(f"answers/{template}.html", form=form, room=room, refused=kind, sentence=str(error)), 409


@bp.route("/review", methods=["GET", "POST"])
@for_representative
def review(place: Place) -> Any:
    invitation = place.invitation.reference
    room = rooms.show_room(reading(), place, now=now())
    form = ReviewForm(nonce=room.pending.nonce if room.pending else "")
    if form.validate_on_submit():
        refuse_if_spent(WRONG_CODES)
        try:
            with transaction() as session:
                done = answers.confirm_answer(
                    session,
                    reload_place(invitation),
                    form.nonce.data,
                    form.code.data,
                    settings().keyring,
                    received_at=received_at(),
                    now=now(),
                )
        except (TooLate, Conflict) as error:
            return _review_page(invitation, form, refused=str(error), status=409)
        if isinstance(done, answers.Recorded):
            return redirect(url_for("answers.receipt", invitation=invitation), 303)
        count_one(WRONG_CODES)
        form.code.errors = [_wrong_code(done)]
    if room.pending is None and not form.errors:
        return redirect(url_for("rooms.read", invitation=invitation), 303)
    return _review_page(invitation, form, status=422 if form.errors else 200)


def _wrong_code(wrong: answers.WrongCode) -> str:
    if wrong.tries_left == 0:
        return "That code does not work any more. Ask for a new one below."
    tries = f"{wrong.tries_left} {'try' if wrong.tries_left == 1 else 'tries'}"
    return f"That is not the code of the newest mail. Look at it once more: {tries} left."


def _review_page(invitation: str, form: ReviewForm, *, refused: str = "", status: int) -> Any:
    room = rooms.show_room(reading(), reload_place(invitation), now=now())
    return render_template("answers/review.html", form=form, again=EmptyForm(formdata=None), room=room, refused=refused), status


@bp.post("/code")
@for_representative
def code(place: Place) -> Any:
    invitation = place.invitation.reference
    try:
        with transaction() as session:
            answers.send_another_code(session, reload_place(invitation), settings().keyring, now=now())
    except (TooMany, WrongState) as error:
        flash(str(error), "error")
    else:
        flash("A new code is on its way. Only the newest one works.", "ok")
    return redirect(url_for("answers.review", invitation=invitation), 303)


@bp.get("/receipt")
@for_representative
def receipt(place: Place) -> Any:
    room = rooms.show_room(reading(), place, now=now())
    if room.answer is None:
        return redirect(url_for("rooms.read", invitation=place.invitation.reference), 303)
    return render_template("answers/receipt.html", room=room)
