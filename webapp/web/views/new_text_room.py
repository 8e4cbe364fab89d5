"""A text that a journal wants changed, in the reading room: read, affirmed or objected to, each confirmed by a code."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, NotFound, StaleText, TooLate, TooMany, WrongState
from webapp.domain.new_text import AFFIRM, OBJECT_TO_TEXT
from webapp.domain.rate import WRONG_CODES
from webapp.domain.wording import wrong_code_sentence
from webapp.services import answers, circulated_room, new_text_acts, new_text_view
from webapp.services.place import Place
from webapp.web.access import for_representative, reload_place
from webapp.web.codes import mail_another_code
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.new_text import SayForm
from webapp.web.forms.room import ReviewForm, new_nonce
from webapp.web.limits import count_one, refuse_if_spent
from webapp.web.transaction import now, reading, received_at, settings, transaction

bp = Blueprint("new_text_room", __name__, url_prefix="/room/<invitation>/new-texts")


@bp.get("/<text>")
@for_representative
def read(place: Place, text: str) -> Any:
    view = new_text_view.show_room_text(reading(), place, text, now=now())
    return render_template("new_text_room/read.html", room=circulated_room.room_head(reading(), place), text=view)


@bp.route("/<text>/affirm", methods=["GET", "POST"])
@for_representative
def affirm(place: Place, text: str) -> Any:
    return _say(place, text, AFFIRM)


@bp.route("/<text>/object", methods=["GET", "POST"], endpoint="object")
@for_representative
def object_to_text(place: Place, text: str) -> Any:
    return _say(place, text, OBJECT_TO_TEXT)


def _say(place: Place, text: str, act: str) -> Any:
    view = new_text_view.show_room_text(reading(), place, text, now=now())
    if request.method == "GET":
        waiting = new_text_acts.pending_saying(reading(), place)
        known = vars(waiting) if waiting and (waiting.act, waiting.new_text) == (act, text) else {}
        form = SayForm(data={**known, "nonce": new_nonce(), "digest": view.digest})
        return _form_page(place, text, act, form, 200)
    form, status = SayForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                said = form.said(act, text)
                new_text_acts.prepare_saying(session, place, said, settings().keyring, received_at=received_at(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState, TooMany, StaleText, TooLate) as error:
            status, form.nonce.data, form.digest.data = 409, new_nonce(), view.digest
            form.form_errors.append(str(error))
        else:
            return redirect(url_for("new_text_room.review", invitation=place.invitation.reference), 303)
    form.nonce.data = form.nonce.data or new_nonce()
    return _form_page(reload_place(place.invitation.reference), text, act, form, status)


def _form_page(place: Place, text: str, act: str, form: SayForm, status: int) -> Any:
    view, room = new_text_view.show_room_text(reading(), place, text, now=now()), circulated_room.room_head(reading(), place)
    does = "affirms" if act == AFFIRM else "objects to"
    form.is_authorised.label.text = f"I am authorised by {room.society} to state that it {does} the text as changed for {view.journal}."
    return render_template("new_text_room/say.html", room=room, text=view, form=form, act=act), status


@bp.route("/review", methods=["GET", "POST"])
@for_representative
def review(place: Place) -> Any:
    form, waiting = ReviewForm(), new_text_acts.pending_saying(reading(), place)
    if not form.is_submitted():
        if waiting is None:
            return redirect(url_for("rooms.read", invitation=place.invitation.reference), 303)
        return _review_page(place, ReviewForm(nonce=waiting.nonce), 200)
    if not form.validate_on_submit():
        return _review_page(place, form, 422)
    refuse_if_spent(WRONG_CODES)
    invitation = place.invitation.reference
    try:
        with transaction() as session:
            done = new_text_acts.confirm_saying(
                session, place, form.nonce.data, form.code.data, settings().keyring, received_at=received_at(), now=now()
            )
    except (Conflict, WrongState, InvalidInput, NotFound) as error:
        return _review_page(reload_place(invitation), form, 409, refused=str(error))
    if isinstance(done, answers.WrongCode):
        count_one(WRONG_CODES)
        form.code.errors = [wrong_code_sentence(done.tries_left)]
        return _review_page(reload_place(invitation), form, 422)
    flash("It is stored, and a receipt is on its way to you.", "ok")
    if waiting is None:
        return redirect(url_for("rooms.read", invitation=invitation), 303)
    return redirect(url_for("new_text_room.read", invitation=invitation, text=waiting.new_text), 303)


def _review_page(place: Place, form: ReviewForm, status: int, *, refused: str = "") -> Any:
    waiting, room = new_text_acts.pending_saying(reading(), place), circulated_room.room_head(reading(), place)
    view = new_text_view.show_room_text(reading(), place, waiting.new_text, now=now()) if waiting else None
    facts = {"form": form, "again": EmptyForm(formdata=None), "waiting": waiting, "text": view, "refused": refused}
    return render_template("new_text_room/review.html", room=room, **facts), status


@bp.post("/review/code")
@for_representative
def code(place: Place) -> Any:
    mail_another_code(place)
    return redirect(url_for("new_text_room.review", invitation=place.invitation.reference), 303)
