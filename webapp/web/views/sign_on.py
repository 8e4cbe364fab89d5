"""Opening sign-on, moving its deadline, closing it, cancelling the letter."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.services import dashboard, sign_on
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import CancelForm, DeadlineForm, EmptyForm, OpenForm
from webapp.web.proof import with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("sign_on", __name__, url_prefix="/letters/<letter>")


def _page(template: str, letter: str, form: Any, *, status: int = 422) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template(f"sign_on/{template}.html", form=form, letter=view), status if form.errors else 200


@bp.route("/open", methods=["GET", "POST"])
@for_staff(Permission.OPEN_SIGN_ON)
@with_proof("open sign-on")
def open_sign_on(letter: str) -> Any:
    form = OpenForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sign_on.open_sign_on(session, actor(), letter, is_fit=form.is_fit.data, now=now())
        except WrongState as error:
            form.form_errors.append(str(error))
            return _page("open", letter, form, status=409)
        else:
            flash("Sign-on is open. Every representative is being sent a personal link.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _page("open", letter, form)


@bp.route("/deadline", methods=["GET", "POST"])
@for_staff(Permission.CLOSE)
@with_proof("move the deadline")
def move_deadline(letter: str) -> Any:
    form = DeadlineForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sign_on.move_deadline(session, actor(), letter, form.deadline_local.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The deadline is moved, and every representative is being told.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _page("deadline", letter, form)


@bp.route("/close", methods=["GET", "POST"])
@for_staff(Permission.CLOSE)
def close(letter: str) -> Any:
    form = EmptyForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sign_on.close_early(session, actor(), letter, now=now())
        except Conflict as error:
            form.form_errors.append(str(error))
        else:
            flash("Sign-on is closed.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _page("close", letter, form)


@bp.route("/cancel", methods=["GET", "POST"])
@for_staff(Permission.CANCEL)
@with_proof("cancel the letter")
def cancel(letter: str) -> Any:
    form = CancelForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sign_on.cancel_letter(session, actor(), letter, form.reason.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The letter is cancelled.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _page("cancel", letter, form)
