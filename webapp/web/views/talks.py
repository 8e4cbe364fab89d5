"""The talk between a society and the coordinators, as either side sees it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.services import dashboard, rooms, talks
from webapp.services.place import Place
from webapp.web.access import actor, for_representative, for_staff, reload_place
from webapp.web.errors import attach
from webapp.web.forms.room import new_nonce
from webapp.web.forms.talk import TalkForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("talks", __name__)


@bp.get("/room/<invitation>/talk")
@for_representative
def in_room(place: Place) -> Any:
    return _room_page(place, TalkForm(formdata=None, data={"nonce": new_nonce()}), 200)


@bp.post("/room/<invitation>/talk")
@for_representative
def say_in_room(place: Place) -> Any:
    form, status = TalkForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                talks.say_in_room(session, place, form.words.data or "", form.nonce.data or "", now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            status, form.nonce.data = 409, new_nonce()
            form.form_errors.append(str(error))
        else:
            flash("The coordinators have your message, and are told by mail.", "ok")
            return redirect(url_for("talks.in_room", invitation=place.invitation.reference), 303)
    form.nonce.data = form.nonce.data or new_nonce()
    return _room_page(reload_place(place.invitation.reference), form, status)


def _room_page(place: Place, form: TalkForm, status: int) -> Any:
    talk, room = talks.talk_in_room(reading(), place), rooms.show_room(reading(), place, now=now())
    return render_template("talks/in_room.html", talk=talk, room=room, form=form), status


@bp.get("/letters/<letter>/roster/<invitation>/talk")
@for_staff(Permission.SEE)
def at_desk(letter: str, invitation: str) -> Any:
    return _desk_page(letter, invitation, TalkForm(formdata=None, data={"nonce": new_nonce()}), 200)


@bp.post("/letters/<letter>/roster/<invitation>/talk")
@for_staff(Permission.INVITE)
def say_at_desk(letter: str, invitation: str) -> Any:
    form, status = TalkForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                told = talks.say_at_desk(session, actor(), letter, invitation, form.words.data or "", form.nonce.data or "", now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            status, form.nonce.data = 409, new_nonce()
            form.form_errors.append(str(error))
        else:
            if told:
                flash("Everyone who represents the society is told by mail.", "ok")
            else:
                flash("It is kept here, and nobody was mailed: the society has no representative whose link lives.", "warn")
            return redirect(url_for("talks.at_desk", letter=letter, invitation=invitation), 303)
    form.nonce.data = form.nonce.data or new_nonce()
    return _desk_page(letter, invitation, form, status)


def _desk_page(letter: str, invitation: str, form: TalkForm, status: int) -> Any:
    talk = talks.talk_at_desk(reading(), actor(), letter, invitation)
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template("talks/at_desk.html", talk=talk, letter=view, invitation=invitation, form=form), status
