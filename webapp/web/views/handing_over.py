"""Leaving a letter to others: to a colleague, or because it has reached the wrong place; reviewed, then confirmed by a code."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, NotFound, TooMany, WrongState
from webapp.domain.handing_over import HAND_OVER, NOT_US
from webapp.domain.rate import WRONG_CODES
from webapp.domain.wording import wrong_code_sentence
from webapp.services import answers, circulated_room, handing_over
from webapp.services.place import Place
from webapp.web.access import for_representative, reload_place, shut_room
from webapp.web.codes import mail_another_code
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.leaving import HandOverForm, LeavingForm, NotUsForm
from webapp.web.forms.room import ReviewForm, new_nonce
from webapp.web.limits import count_one, refuse_if_spent
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("handing_over", __name__, url_prefix="/room/<invitation>")


@bp.route("/hand-over", methods=["GET", "POST"])
@for_representative
def hand_over(place: Place) -> Any:
    return _ask(place, HAND_OVER, HandOverForm)


@bp.route("/not-us", methods=["GET", "POST"])
@for_representative
def not_us(place: Place) -> Any:
    return _ask(place, NOT_US, NotUsForm)


def _ask(place: Place, act: str, kind: type[HandOverForm] | type[NotUsForm]) -> Any:
    _refuse_where_it_does_not_exist(place, act)
    if request.method == "GET":
        waiting = handing_over.pending_leaving(reading(), place)
        known = vars(waiting) if waiting and waiting.act == act else {}
        return _form_page(place, act, kind(data={**known, "nonce": new_nonce()}), 200)
    form, status = kind(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                handing_over.prepare_leaving(session, place, form.leaving(), settings().keyring, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState, TooMany) as error:
            status, form.nonce.data = 409, new_nonce()
            form.form_errors.append(str(error))
        else:
            return redirect(url_for("handing_over.review", invitation=place.invitation.reference), 303)
    form.nonce.data = form.nonce.data or new_nonce()
    return _form_page(reload_place(place.invitation.reference), act, form, status)


def _refuse_where_it_does_not_exist(place: Place, act: str) -> None:
    if request.method == "GET" and act not in handing_over.choices(reading(), place):
        raise NotFound


def _form_page(place: Place, act: str, form: LeavingForm, status: int) -> Any:
    room = circulated_room.room_head(reading(), place)
    return render_template(f"handing_over/{act}.html", form=form, room=room), status


@bp.route("/leaving", methods=["GET", "POST"])
@for_representative
def review(place: Place) -> Any:
    form = ReviewForm()
    if not form.is_submitted():
        waiting = handing_over.pending_leaving(reading(), place)
        if waiting is None:
            return redirect(url_for("rooms.read", invitation=place.invitation.reference), 303)
        return _review_page(place, ReviewForm(nonce=waiting.nonce), 200)
    if not form.validate_on_submit():
        return _review_page(place, form, 422)
    refuse_if_spent(WRONG_CODES)
    try:
        with transaction() as session:
            done = handing_over.confirm_leaving(session, place, form.nonce.data, form.code.data, settings().keyring, now=now())
    except (Conflict, WrongState, InvalidInput) as error:
        return _review_page(reload_place(place.invitation.reference), form, 409, refused=str(error))
    if isinstance(done, answers.WrongCode):
        count_one(WRONG_CODES)
        form.code.errors = [wrong_code_sentence(done.tries_left)]
        return _review_page(reload_place(place.invitation.reference), form, 422)
    shut_room(place.invitation.reference)
    return render_template("handing_over/done.html", done=done, society=place.invitation.society.printed_name)


def _review_page(place: Place, form: ReviewForm, status: int, *, refused: str = "") -> Any:
    waiting, room = handing_over.pending_leaving(reading(), place), circulated_room.room_head(reading(), place)
    again = EmptyForm(formdata=None)
    return render_template("handing_over/review.html", form=form, again=again, room=room, waiting=waiting, refused=refused), status


@bp.post("/leaving/code")
@for_representative
def code(place: Place) -> Any:
    mail_another_code(place)
    return redirect(url_for("handing_over.review", invitation=place.invitation.reference), 303)
