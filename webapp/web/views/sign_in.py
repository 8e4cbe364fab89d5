"""Staff come in by a one-time link, and leave."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import NotFound
from webapp.domain.rate import SIGN_IN_MISSES
from webapp.services import doors
from webapp.web.access import open_desk, public, shut_desk
from webapp.web.forms.desk import EmptyForm, SignInForm
from webapp.web.limits import counts_misses, visitor_network
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("sign_in", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def ask() -> Any:
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("sign_in/ask.html", form=form), 422 if form.errors else 200
    with transaction() as session:
        doors.mail_sign_in_link(session, form.email.data, visitor_network(), settings().keyring, now=now())
    return redirect(url_for("sign_in.sent"))


@bp.get("/sign-in/sent")
@public
def sent() -> Any:
    return render_template("sign_in/sent.html")


@bp.get("/sign-in/<token>")
@public
@counts_misses(SIGN_IN_MISSES)
def confirm(token: str) -> Any:
    if not doors.is_sign_in_link_live(reading(), token, now=now()):
        return render_template("sign_in/dead.html"), 404
    return render_template("sign_in/confirm.html", form=EmptyForm(), token=token)


@bp.post("/sign-in/<token>")
@public
@counts_misses(SIGN_IN_MISSES)
def enter(token: str) -> Any:
    if not doors.is_sign_in_link_live(reading(), token, now=now()):
        return render_template("sign_in/dead.html"), 404
    try:
        with transaction() as session:
            stay = doors.use_sign_in_link(session, token, now=now())
    except NotFound:
        return render_template("sign_in/dead.html"), 404
    open_desk(stay)
    return redirect(url_for("letters.index"), 303)


@bp.post("/sign-out")
@public
def leave() -> Any:
    token = shut_desk()
    if token is not None:
        with transaction() as session:
            doors.end_stay(session, token)
    flash("You are signed out.", "ok")
    return redirect(url_for("front.show"), 303)
