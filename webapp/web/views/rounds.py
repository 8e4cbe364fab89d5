"""A round before an answer to a journal: opened, looked at and ended at the desk, answered in the reading room."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.deadline import ShownInstant
from webapp.domain.errors import Conflict, InvalidInput, TookTooLong, TooLate, WrongState
from webapp.domain.permission import Permission
from webapp.services import ask_round_view, ask_rounds, circulated_room, dashboard
from webapp.services.place import Place
from webapp.web.access import actor, for_representative, for_staff, reload_place
from webapp.web.errors import attach
from webapp.web.forms.ask_round import AskForm, SayForm
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.room import new_nonce
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, received_at, settings, transaction

bp = Blueprint("rounds", __name__)

_DESK = "/letters/<letter>/rounds"
_ROOM = "/room/<invitation>/rounds/<asked>"


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


@bp.get(_DESK)
@for_staff(Permission.KEEP_COURSE)
def index(letter: str) -> Any:
    rounds = ask_round_view.list_rounds(reading(), actor(), letter, now=now())
    return render_template("rounds/index.html", letter=_letter(letter), rounds=rounds)


@bp.get(f"{_DESK}/new")
@for_staff(Permission.KEEP_COURSE)
def write(letter: str) -> Any:
    page = ask_round_view.form_of_round(reading(), actor(), letter)
    item = request.args.get("item", "")
    form = AskForm(formdata=None, data={"nonce": new_nonce(), "correspondence": item if item in page.items else ""})
    return _form_page(letter, form, 200)


@bp.post(f"{_DESK}/new")
@for_staff(Permission.KEEP_COURSE)
def look(letter: str) -> Any:
    """Stores nothing: shows what each would read, and who would be asked."""
    form = _typed(letter)
    if form.validate_on_submit():
        try:
            until = ask_round_view.look_at_round(reading(), actor(), letter, form.asked(), now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            return _form_page(letter, form, 200, until=until)
    return _form_page(letter, form, 422)


def _typed(letter: str) -> AskForm:
    return AskForm().offer(ask_round_view.form_of_round(reading(), actor(), letter).items)


def _facts(letter: str) -> Facts:
    page, form = ask_round_view.form_of_round(reading(), actor(), letter), AskForm()
    return [("About", form.title.data or ""), ("Sent to", f"all {page.recipients} who represent a signatory")]


@bp.post(f"{_DESK}/open")
@for_staff(Permission.KEEP_COURSE)
@with_proof("ask the signatories", facts=_facts, is_final=True)
def open_round(letter: str) -> Any:
    form, status = _typed(letter), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                asked = ask_rounds.open_round(session, actor(), letter, form.asked(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            status, form.nonce.data = 409, new_nonce()
            form.form_errors.append(str(error))
        else:
            flash("The signatories are being asked, each by a mail of their own.", "ok")
            return redirect(url_for("rounds.show", letter=letter, asked=asked), 303)
    return _form_page(letter, form, status)


def _form_page(letter: str, form: AskForm, status: int, *, until: ShownInstant | None = None) -> Any:
    """With `until` as it would be sent."""
    page = ask_round_view.form_of_round(reading(), actor(), letter)
    form.offer(page.items)
    form.nonce.data, form.seen.data = form.nonce.data or new_nonce(), str(page.recipients)
    return render_template("rounds/write.html", letter=_letter(letter), page=page, form=form, until=until), status


@bp.get(f"{_DESK}/<asked>")
@for_staff(Permission.KEEP_COURSE)
def show(letter: str, asked: str) -> Any:
    return _showing(letter, asked, EmptyForm(formdata=None), 200)


def _showing(letter: str, asked: str, form: EmptyForm, status: int) -> Any:
    view = ask_round_view.show_round(reading(), actor(), letter, asked, now=now())
    return render_template("rounds/show.html", letter=_letter(letter), asked=view, form=form), status


@bp.post(f"{_DESK}/<asked>/end")
@for_staff(Permission.KEEP_COURSE)
def end(letter: str, asked: str) -> Any:
    form, status = EmptyForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                ask_rounds.end_round(session, actor(), letter, asked, now=now())
        except WrongState as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("The round has ended. Nothing more is taken.", "ok")
            return redirect(url_for("rounds.show", letter=letter, asked=asked), 303)
    return _showing(letter, asked, form, status)


@bp.get(_ROOM)
@for_representative
def in_room(place: Place, asked: str) -> Any:
    view = ask_round_view.show_in_room(reading(), place, asked, now=now())
    known = {"choice": view.said.choice, "remarks": view.said.remarks} if view.said and view.is_mine else {}
    return _room_page(place, asked, SayForm(formdata=None, data={**known, "nonce": new_nonce()}), 200)


@bp.post(_ROOM)
@for_representative
def say(place: Place, asked: str) -> Any:
    form, status = SayForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                ask_rounds.answer_round(session, place, asked, form.said(), received_at=received_at(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, TooLate, TookTooLong) as error:
            status, form.nonce.data = 409, new_nonce()
            form.form_errors.append(str(error))
        else:
            flash("It is stored, and the coordinators see it.", "ok")
            return redirect(url_for("rounds.in_room", invitation=place.invitation.reference, asked=asked), 303)
    form.nonce.data = form.nonce.data or new_nonce()
    return _room_page(reload_place(place.invitation.reference), asked, form, status)


def _room_page(place: Place, asked: str, form: SayForm, status: int) -> Any:
    view, room = ask_round_view.show_in_room(reading(), place, asked, now=now()), circulated_room.room_head(reading(), place)
    return render_template("rounds/in_room.html", room=room, asked=view, form=form), status
