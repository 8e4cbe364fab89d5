"""Staff come in by a one-time link, and leave."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.device import describe_device
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.rate import SIGN_IN_MISSES
from webapp.services import doors
from webapp.web.access import asking_browser, known_browser, open_desk, public, shut_desk
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm, SignInForm
from webapp.web.limits import count_one, counts_misses, visitor_network
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("sign_in", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def ask() -> Any:
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("sign_in/ask.html", form=form), 422 if form.errors else 200
    with transaction() as session:
        doors.mail_sign_in_link(session, form.email.data, visitor_network(), asking_browser(), settings().keyring, now=now())
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
    return _page(_form_for(token), token)


@bp.post("/sign-in/<token>")
@public
@counts_misses(SIGN_IN_MISSES)
def enter(token: str) -> Any:
    if not doors.is_sign_in_link_live(reading(), token, now=now()):
        return render_template("sign_in/dead.html"), 404
    form = _form_for(token)
    if not form.validate_on_submit():
        return _page(form, token), 422
    typed = form.email.data if isinstance(form, SignInForm) else ""
    device = describe_device(request.user_agent.string)
    try:
        with transaction() as session:
            stay = doors.use_sign_in_link(session, token, browser=known_browser(), typed=typed, device=device, now=now())
    except NotFound:
        return render_template("sign_in/dead.html"), 404
    except InvalidInput as error:
        count_one(SIGN_IN_MISSES)
        attach(form, error)
        return _page(form, token), 422
    open_desk(stay)
    return redirect(url_for("letters.index"), 303)


def _form_for(token: str) -> EmptyForm | SignInForm:
    """One button in the browser that asked; in another, the address to be typed."""
    return SignInForm() if doors.needs_address(reading(), token, known_browser(), now=now()) else EmptyForm()


def _page(form: EmptyForm | SignInForm, token: str) -> str:
    return render_template("sign_in/confirm.html", form=form, token=token)


@bp.post("/sign-out")
@public
def leave() -> Any:
    token = shut_desk()
    if token is not None:
        with transaction() as session:
            doors.end_stay(session, token)
    flash("You are signed out.", "ok")
    return redirect(url_for("front.show"), 303)
