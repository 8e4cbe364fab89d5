"""The page by which reminders are stopped, and the one press of a mail program (RFC 8058)."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from webapp.domain.errors import NotFound, TooMany
from webapp.domain.rate import LINK_MISSES
from webapp.domain.wording import wrong_code_sentence
from webapp.services import stopping
from webapp.web.access import asking_browser, known_browser, public
from webapp.web.dead import dead_link
from webapp.web.forms.stop import StopForm, WordForm
from webapp.web.limits import counts_misses
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("stops", __name__, url_prefix="/stop/<mark>")

_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@bp.get("")
@public
@counts_misses(LINK_MISSES)
def show(mark: str) -> Any:
    """Changes nothing: mail scanners open every link (R6)."""
    return _page(mark, WordForm(formdata=None))


@bp.post("")
@public
@counts_misses(LINK_MISSES)
def press(mark: str) -> Any:
    """What a mail program sends when its own button is pressed; no page of ours has a button that sends it."""
    if request.form.get(_ONE_CLICK[0]) != _ONE_CLICK[1]:
        return _page(mark, WordForm(formdata=None), 422)
    try:
        with transaction() as session:
            stopping.stop_at_once(session, mark, settings().keyring, now=now())
    except NotFound:
        return dead_link()
    return Response("Reminders are stopped.\n", content_type="text/plain; charset=utf-8")


@bp.post("/code")
@public
@counts_misses(LINK_MISSES)
def ask(mark: str) -> Any:
    """The word was typed: now the code, to the registered address."""
    form = WordForm()
    if not form.validate_on_submit() or not form.is_meant():
        return _page(mark, form, 422)
    try:
        with transaction() as session:
            stopping.send_stop_code(session, mark, asking_browser(), settings().keyring, now=now())
    except NotFound:
        return dead_link()
    except TooMany as error:
        form.form_errors.append(str(error))
        return _page(mark, form, 429)
    return _code_page(mark, StopForm(formdata=None))


@bp.post("/confirm")
@public
@counts_misses(LINK_MISSES)
def confirm(mark: str) -> Any:
    form = StopForm()
    if not form.validate_on_submit():
        return _code_page(mark, form, 422)
    wants = request.form.get("wants") == "yes"
    try:
        with transaction() as session:
            left = stopping.confirm_stop(session, mark, known_browser(), form.code.data or "", settings().keyring, wants=wants, now=now())
    except NotFound:
        return dead_link()
    if left is not None:
        form.code.errors = [wrong_code_sentence(left)]
        return _code_page(mark, form, 422)
    flash("You will be reminded again." if wants else "You will get no more reminders of this letter.", "ok")
    return redirect(url_for("stops.show", mark=mark), 303)


def _page(mark: str, form: WordForm, status: int = 200) -> Any:
    try:
        view = stopping.show_stop(reading(), mark, settings().keyring)
    except NotFound:
        return dead_link()
    return render_template("stops/show.html", stop=view, form=form), status


def _code_page(mark: str, form: StopForm, status: int = 200) -> Any:
    try:
        view = stopping.show_stop(reading(), mark, settings().keyring)
    except NotFound:
        return dead_link()
    return render_template("stops/confirm.html", stop=view, form=form), status
